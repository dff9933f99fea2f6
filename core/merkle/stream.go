package merkle

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// Stream is an io.Writer that cuts what is written into leaves of one size (the
// last may be shorter) and computes the root. An empty stream has no leaf. It
// holds no data, only hash states.
type Stream struct {
	leafSize int
	filled   int
	leaf     hash.Hash
	tree     Builder
	each     func(Hash)
}

// NewStream starts a stream of leaves of leafSize bytes, which must be at least
// 1. If each is not nil it is called with the hash of every leaf, in order.
func NewStream(leafSize int, each func(Hash)) (*Stream, error) {
	if leafSize < 1 {
		return nil, fmt.Errorf("leaf size %d is below 1", leafSize)
	}
	return &Stream{leafSize: leafSize, leaf: sha256.New(), each: each}, nil
}

// Write is Add for those who want an io.Writer. It never fails.
func (s *Stream) Write(data []byte) (int, error) {
	s.Add(data)
	return len(data), nil
}

// Add continues the stream with data, which is not kept.
func (s *Stream) Add(data []byte) {
	for len(data) > 0 {
		if s.filled == 0 {
			s.leaf.Reset()
			s.leaf.Write([]byte{leafPrefix})
		}
		n := min(len(data), s.leafSize-s.filled)
		s.leaf.Write(data[:n])
		s.filled += n
		data = data[n:]
		if s.filled == s.leafSize {
			s.closeLeaf()
		}
	}
}

// Root closes the last leaf and returns the root. Nothing may be written
// afterwards; calling Root again returns the same root.
func (s *Stream) Root() Hash {
	if s.filled > 0 {
		s.closeLeaf()
	}
	return s.tree.Root()
}

// Size is the number of leaves that are closed.
func (s *Stream) Size() uint64 { return s.tree.Size() }

func (s *Stream) closeLeaf() {
	h := Hash(s.leaf.Sum(nil))
	s.filled = 0
	s.tree.Append(h)
	if s.each != nil {
		s.each(h)
	}
}

// Leaves reads src to its end and returns the hashes of its leaves: 32 bytes of
// memory for each leaf. A source that is longer than maxLeaves leaves is an
// error.
func Leaves(src io.Reader, leafSize int, maxLeaves uint64) ([]Hash, error) {
	var out []Hash
	s, err := NewStream(leafSize, func(h Hash) { out = append(out, h) })
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(&bounded{dst: s, leaves: maxLeaves}, src)
	if err != nil {
		return nil, fmt.Errorf("hash leaves: %w", err)
	}
	s.Root()
	if s.Size() > maxLeaves {
		return nil, errTooMany
	}
	return out, nil
}

var errTooMany = errors.New("too many leaves")

// bounded stops a copy once more leaves are closed than allowed.
type bounded struct {
	dst    *Stream
	leaves uint64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.dst.Size() > b.leaves {
		return 0, errTooMany
	}
	return b.dst.Write(p)
}
