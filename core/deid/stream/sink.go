package stream

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
)

// Digest counts and hashes what passes on its way to a writer.
type Digest struct {
	dst  io.Writer
	hash hash.Hash
	n    int64
}

// NewDigest passes everything on to dst.
func NewDigest(dst io.Writer) *Digest {
	return &Digest{dst: dst, hash: sha256.New()}
}

// Write implements io.Writer.
func (d *Digest) Write(p []byte) (int, error) {
	n, err := d.dst.Write(p)
	d.n += int64(n)
	d.hash.Write(p[:n])
	return n, err
}

// Bytes is the number of bytes so far.
func (d *Digest) Bytes() int64 { return d.n }

// SHA256 is the digest of the bytes so far, in lower-case hex.
func (d *Digest) SHA256() string { return hex.EncodeToString(d.hash.Sum(nil)) }

// Sink is the output of a scrub: packed or plain, counted and hashed as written.
type Sink struct {
	io.Writer
	sum    *Digest
	packer *bgzf.Writer
}

// NewSink writes to dst: BGZF if packed, else plain bytes.
func NewSink(dst io.Writer, packed bool, workers int) *Sink {
	s := &Sink{sum: NewDigest(dst)}
	s.Writer = s.sum
	if packed {
		s.packer = bgzf.NewWriter(s.sum, workers)
		s.Writer = s.packer
	}
	return s
}

// Finish ends the output and puts its kind, size and digest into the entry. Call
// it only after success: a packed stream that was not finished reads as cut.
func (s *Sink) Finish(kind string, entry *deid.Entry) error {
	if s.packer != nil {
		if err := s.packer.Close(); err != nil {
			return fmt.Errorf("output: %w", err)
		}
	}
	entry.Kind, entry.Bytes, entry.SHA256 = kind, s.sum.Bytes(), s.sum.SHA256()
	return nil
}
