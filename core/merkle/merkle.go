// Package merkle is the tree hash of RFC 6962 (section 2.1) with SHA-256: the
// hash of a leaf is SHA-256(0x00 || leaf), of a node SHA-256(0x01 || left ||
// right), of an empty tree SHA-256 of nothing.
//
// Start with Stream when a file is cut into leaves of one size (the tree_root
// of a sealed file), with Builder when the leaves are entries of a log, and
// with Root when all leaf hashes are at hand. Inclusion and Consistency make
// proofs; VerifyInclusion and VerifyConsistency check them and need nothing but
// roots and sizes.
//
// The package keeps no leaves: what must be proved later, the caller stores.
package merkle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
)

// HashSize is the length of a hash in bytes.
const HashSize = sha256.Size

const (
	leafPrefix = 0x00
	nodePrefix = 0x01
)

// ErrRange is returned when an index or a size lies outside of the tree.
var ErrRange = errors.New("outside of the tree")

// Hash is the hash of a leaf, a node or a whole tree.
type Hash [HashSize]byte

// FromBytes reads the 32 raw bytes of a hash.
func FromBytes(raw []byte) (Hash, error) {
	var h Hash
	if len(raw) != HashSize {
		return h, fmt.Errorf("tree hash has %d bytes, not %d", len(raw), HashSize)
	}
	copy(h[:], raw)
	return h, nil
}

// String returns 64 lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Bytes returns a copy of the 32 bytes.
func (h Hash) Bytes() []byte { return append([]byte(nil), h[:]...) }

// Leaf hashes one leaf.
func Leaf(data []byte) Hash {
	d := sha256.New()
	d.Write([]byte{leafPrefix})
	d.Write(data)
	return Hash(d.Sum(nil))
}

// Node hashes an inner node from its two children.
func Node(left, right Hash) Hash {
	var buf [1 + 2*HashSize]byte
	buf[0] = nodePrefix
	copy(buf[1:], left[:])
	copy(buf[1+HashSize:], right[:])
	return sha256.Sum256(buf[:])
}

// Empty is the root of a tree without leaves.
func Empty() Hash { return sha256.Sum256(nil) }

// Root computes the root over leaf hashes (see Leaf), in order.
func Root(leaves []Hash) Hash {
	var b Builder
	for _, leaf := range leaves {
		b.Append(leaf)
	}
	return b.Root()
}

// Builder computes a root while leaves arrive. It holds one hash for each
// perfect subtree, at most 64, however many leaves there are. The zero value is
// an empty tree.
type Builder struct {
	size uint64
	// stack holds the roots of the perfect subtrees, the largest first: one for
	// each bit that is set in size.
	stack []Hash
}

// Append adds the hash of the next leaf (see Leaf).
func (b *Builder) Append(leaf Hash) {
	h := leaf
	for range bits.TrailingZeros64(^b.size) {
		last := len(b.stack) - 1
		h = Node(b.stack[last], h)
		b.stack = b.stack[:last]
	}
	b.stack = append(b.stack, h)
	b.size++
}

// Size is the number of leaves so far.
func (b *Builder) Size() uint64 { return b.size }

// Root is the root over the leaves so far. Appending may go on afterwards.
func (b *Builder) Root() Hash {
	if len(b.stack) == 0 {
		return Empty()
	}
	last := len(b.stack) - 1
	h := b.stack[last]
	for i := last - 1; i >= 0; i-- {
		h = Node(b.stack[i], h)
	}
	return h
}

// split is the largest power of two below n; n is at least 2.
func split(n uint64) uint64 { return 1 << (bits.Len64(n-1) - 1) }
