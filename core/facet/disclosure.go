package facet

import (
	"errors"
	"fmt"

	"github.com/volens-network/volens/core/merkle"
)

// Disclosure shows one leaf of a tree and the way from it to the root.
type Disclosure struct {
	Leaf

	Index int
	Path  []merkle.Hash
}

// ErrDisclosure is returned for a disclosure that does not hold.
var ErrDisclosure = errors.New("facets: disclosure does not hold")

// disclose shows the leaf at a place.
func (t *Tree) disclose(index int) (Disclosure, error) {
	path, err := merkle.Inclusion(hashes(t.leaves), uint64(index)) //nolint:gosec // a place in the tree
	if err != nil {
		return Disclosure{}, fmt.Errorf("facets: %w", err)
	}
	return Disclosure{Leaf: t.leaves[index], Index: index, Path: path}, nil
}

// Verify checks that the leaf stands in the tree with this root. It says nothing
// about whether the leaf is true: that is the attestor's statement over the root.
func (d Disclosure) Verify(root merkle.Hash) error {
	if d.Code == "" || d.Level < 1 || d.Level > d.Code.Levels() || len(d.Salt) != SaltSize || d.Index < 0 {
		return ErrDisclosure
	}
	err := merkle.VerifyInclusion(root, d.hash(), uint64(d.Index), Leaves, d.Path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDisclosure, err)
	}
	return nil
}
