package merkle

import (
	"errors"
	"fmt"
	"math/bits"
)

// ErrProof is returned when a proof does not lead to the root.
var ErrProof = errors.New("merkle proof does not verify")

// Inclusion returns the audit path of RFC 6962, section 2.1.1, for the leaf at
// index: the siblings from the leaf upwards.
func Inclusion(leaves []Hash, index uint64) ([]Hash, error) {
	n := uint64(len(leaves))
	if index >= n {
		return nil, fmt.Errorf("leaf %d of %d: %w", index, n, ErrRange)
	}
	return path(leaves, index), nil
}

func path(leaves []Hash, index uint64) []Hash {
	n := uint64(len(leaves))
	if n == 1 {
		return nil
	}
	k := split(n)
	if index < k {
		return append(path(leaves[:k], index), Root(leaves[k:]))
	}
	return append(path(leaves[k:], index-k), Root(leaves[:k]))
}

// VerifyInclusion checks that the leaf with this hash stands at index of the
// tree with size leaves and this root. It returns ErrRange or ErrProof.
func VerifyInclusion(root, leaf Hash, index, size uint64, proof []Hash) error {
	if index >= size {
		return fmt.Errorf("leaf %d of %d: %w", index, size, ErrRange)
	}
	// The path has a sibling on each level below the point where the way to the
	// leaf parts from the tree's right border, and above it one for each time
	// that the way turns right.
	inner := bits.Len64(index ^ (size - 1))
	border := bits.OnesCount64(index >> inner)
	if len(proof) != inner+border {
		return fmt.Errorf("%w: %d hashes, not %d", ErrProof, len(proof), inner+border)
	}
	h := leaf
	for level, sibling := range proof[:inner] {
		if index>>level&1 == 0 {
			h = Node(h, sibling)
		} else {
			h = Node(sibling, h)
		}
	}
	for _, sibling := range proof[inner:] {
		h = Node(sibling, h)
	}
	if h != root {
		return fmt.Errorf("%w: leaf %d of %d", ErrProof, index, size)
	}
	return nil
}

// Consistency returns the proof of RFC 6962, section 2.1.2, that the tree over
// the first old leaves is a beginning of the tree over all leaves. It is empty
// when old is 0 or all of them.
func Consistency(leaves []Hash, old uint64) ([]Hash, error) {
	n := uint64(len(leaves))
	if old > n {
		return nil, fmt.Errorf("tree of %d in a tree of %d: %w", old, n, ErrRange)
	}
	if old == 0 || old == n {
		return nil, nil
	}
	return subproof(leaves, old, true), nil
}

// subproof is SUBPROOF(m, D[n], b) of RFC 6962: whole says that the subtree is
// one of the old tree, whose root the verifier has.
func subproof(leaves []Hash, m uint64, whole bool) []Hash {
	n := uint64(len(leaves))
	if m == n {
		if whole {
			return nil
		}
		return []Hash{Root(leaves)}
	}
	k := split(n)
	if m <= k {
		return append(subproof(leaves[:k], m, whole), Root(leaves[k:]))
	}
	return append(subproof(leaves[k:], m-k, false), Root(leaves[:k]))
}

// VerifyConsistency checks that the log with the new root only grew since the
// old one. It returns ErrRange or ErrProof.
func VerifyConsistency(oldRoot, newRoot Hash, oldSize, newSize uint64, proof []Hash) error {
	switch {
	case oldSize > newSize:
		return fmt.Errorf("tree of %d in a tree of %d: %w", oldSize, newSize, ErrRange)
	case oldSize == newSize:
		return mustBe(len(proof) == 0 && oldRoot == newRoot, oldSize, newSize)
	case oldSize == 0:
		return mustBe(len(proof) == 0 && oldRoot == Empty(), oldSize, newSize)
	}
	// The proof starts at the largest subtree that is whole in both trees; when
	// the old tree is itself such a subtree, its root is not repeated.
	shift := bits.TrailingZeros64(oldSize)
	inner := bits.Len64((oldSize-1)^(newSize-1)) - shift
	border := bits.OnesCount64((oldSize - 1) >> (inner + shift))
	start := 1
	seed := oldRoot
	if oldSize == 1<<shift {
		start = 0
	} else if len(proof) > 0 {
		seed = proof[0]
	}
	if len(proof) != start+inner+border {
		return fmt.Errorf("%w: %d hashes, not %d", ErrProof, len(proof), start+inner+border)
	}
	proof = proof[start:]
	index := (oldSize - 1) >> shift
	oldHash, newHash := seed, seed
	for level, sibling := range proof[:inner] {
		if index>>level&1 == 0 {
			newHash = Node(newHash, sibling)
			continue
		}
		oldHash = Node(sibling, oldHash)
		newHash = Node(sibling, newHash)
	}
	for _, sibling := range proof[inner:] {
		oldHash = Node(sibling, oldHash)
		newHash = Node(sibling, newHash)
	}
	return mustBe(oldHash == oldRoot && newHash == newRoot, oldSize, newSize)
}

func mustBe(ok bool, oldSize, newSize uint64) error {
	if !ok {
		return fmt.Errorf("%w: tree of %d in a tree of %d", ErrProof, oldSize, newSize)
	}
	return nil
}
