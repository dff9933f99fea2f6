package envelope

import (
	"fmt"
	"io"
	"sync"

	"filippo.io/age"

	"github.com/volens-network/volens/core/merkle"
)

// cachedLeaves is how many checked leaves a reader keeps: a chunk of age may
// lie across two.
const cachedLeaves = 2

// NewReaderAt opens parts of a sealed file without the rest. src has size bytes;
// leaves are the hashes of all its leaves (merkle.Leaves), from anybody, and are
// checked against the tree root of the facts. Each byte of src that is used is
// checked against its leaf. It returns the plaintext and its size.
//
// Errors are those of Open; reading reports ErrIntegrity for a leaf that does
// not fit. The reader may be used by several goroutines.
func NewReaderAt(
	src io.ReaderAt, size int64, leaves []merkle.Hash, facts Facts, identity age.Identity,
) (io.ReaderAt, int64, error) {
	if want := (size + LeafSize - 1) / LeafSize; size < 1 || int64(len(leaves)) != want {
		return nil, 0, fmt.Errorf("open range: %w: %d leaves for %d bytes", ErrIntegrity, len(leaves), size)
	}
	if merkle.Root(leaves) != merkle.Hash(facts.TreeRoot) {
		return nil, 0, fmt.Errorf("open range: %w: leaves have another root", ErrIntegrity)
	}
	checked := &leafReader{src: src, size: size, leaves: leaves}
	plaintext, plainSize, err := age.DecryptReaderAt(checked, size, registered{facts, identity})
	if err != nil {
		return nil, 0, fmt.Errorf("open range: %w", checked.blame(headerError(err)))
	}
	return plaintext, plainSize, nil
}

// leafReader gives out only bytes of leaves that it has checked.
type leafReader struct {
	src    io.ReaderAt
	size   int64
	leaves []merkle.Hash

	mu    sync.Mutex
	cache [cachedLeaves]cachedLeaf
	next  int
	err   error
}

type cachedLeaf struct {
	index int64
	data  []byte
}

// ReadAt implements io.ReaderAt.
func (l *leafReader) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, fmt.Errorf("negative offset %d", offset)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for n < len(p) && offset < l.size {
		leaf, err := l.leaf(offset / LeafSize)
		if err != nil {
			l.err = err
			return n, err
		}
		copied := copy(p[n:], leaf[offset%LeafSize:])
		n += copied
		offset += int64(copied)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// leaf returns a checked leaf, from the cache or from the source.
func (l *leafReader) leaf(index int64) ([]byte, error) {
	for _, c := range l.cache {
		if c.data != nil && c.index == index {
			return c.data, nil
		}
	}
	start := index * LeafSize
	data := make([]byte, min(LeafSize, l.size-start))
	if n, err := l.src.ReadAt(data, start); n < len(data) {
		return nil, fmt.Errorf("read leaf %d: %w", index, err)
	}
	if merkle.Leaf(data) != l.leaves[index] {
		return nil, fmt.Errorf("%w: leaf %d differs", ErrIntegrity, index)
	}
	l.cache[l.next] = cachedLeaf{index: index, data: data}
	l.next = (l.next + 1) % cachedLeaves
	return data, nil
}

// blame returns the error that this reader gave, if any, instead of what age
// made of it.
func (l *leafReader) blame(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err
	}
	return err
}
