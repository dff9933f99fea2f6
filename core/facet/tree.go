package facet

import (
	"bytes"
	"cmp"
	"crypto/hkdf"
	"crypto/sha512"
	"errors"
	"fmt"
	"slices"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/core/transcript"
)

const (
	// Leaves is the number of leaves of every tree.
	Leaves = 256
	// SaltSize is the length of a leaf's salt in bytes.
	SaltSize = 32
	// MinSecret is the least length of the secret in bytes.
	MinSecret = 32
	// maxFacets is how many values of one code a tree has room for. More of them
	// would say more about a person than a cohort needs.
	maxFacets = 48
)

// ErrSecret is returned for a secret that is too short.
var ErrSecret = errors.New("facets: the root secret is too short")

// Leaf is one leaf of a tree. A leaf without a code is unused.
type Leaf struct {
	Code  Code   `json:"code,omitempty"`
	Level int    `json:"level,omitempty"`
	Value string `json:"value,omitempty"`
	Salt  []byte `json:"salt"`
}

// hash is the leaf's hash in the tree: SHA-256 of 0x00 and a transcript.
func (l Leaf) hash() merkle.Hash {
	if l.Code == "" {
		return merkle.Leaf(transcript.New("facet-unused").Bytes(l.Salt).Encode())
	}
	level := uint64(l.Level) //nolint:gosec // at least 1
	return merkle.Leaf(
		transcript.New("facet").String(string(l.Code)).Uint(level).String(l.Value).Bytes(l.Salt).Encode(),
	)
}

// Tree is the facets of one version of a dataset with what hides them.
type Tree struct {
	leaves []Leaf
}

// NewTree makes the tree of a dataset's version. Equal input gives an equal tree,
// whatever the order of the facets; one that is given twice counts once. Of a code
// with too many values the first by order stay.
func NewTree(secret []byte, datasetID id.ID, version uint64, facets []Facet) (*Tree, error) {
	used, err := generalise(facets)
	if err != nil {
		return nil, err
	}
	if len(used) > Leaves {
		return nil, fmt.Errorf("facets: %d leaves, there is room for %d", len(used), Leaves)
	}
	of := transcript.New("volens/facets/v1").Bytes(datasetID.Bytes()).Uint(version)
	places, err := permutation(secret, of)
	if err != nil {
		return nil, err
	}
	t := &Tree{leaves: make([]Leaf, Leaves)}
	for i := range t.leaves {
		if t.leaves[i].Salt, err = expand(secret, of.Clone().String("salt").Uint(uint64(i)), SaltSize); err != nil {
			return nil, err
		}
	}
	for i, leaf := range used {
		at := &t.leaves[places[i]]
		at.Code, at.Level, at.Value = leaf.Code, leaf.Level, leaf.Value
	}
	return t, nil
}

// generalise gives the leaves of facets in a fixed order, each once, without
// salts.
func generalise(facets []Facet) ([]Leaf, error) {
	sorted := slices.SortedFunc(slices.Values(facets), func(a, b Facet) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Value, b.Value))
	})
	sorted = slices.Compact(sorted)
	var leaves []Leaf
	count := map[Code]int{}
	for _, f := range sorted {
		values, err := f.Generalise()
		if err != nil {
			return nil, err
		}
		if count[f.Code]++; count[f.Code] > maxFacets {
			continue
		}
		for i, value := range values {
			leaves = append(leaves, Leaf{Code: f.Code, Level: i + 1, Value: value})
		}
	}
	slices.SortFunc(leaves, compareLeaves)
	return slices.CompactFunc(leaves, func(a, b Leaf) bool { return compareLeaves(a, b) == 0 }), nil
}

func compareLeaves(a, b Leaf) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Value, b.Value))
}

// permutation orders the places of the tree by a pseudorandom key of 16 bytes
// each.
func permutation(secret []byte, of *transcript.Transcript) ([]int, error) {
	const size = 16
	keys, err := expand(secret, of.Clone().String("order"), Leaves*size)
	if err != nil {
		return nil, err
	}
	places := make([]int, Leaves)
	for i := range places {
		places[i] = i
	}
	key := func(i int) []byte { return keys[i*size : (i+1)*size] }
	slices.SortStableFunc(places, func(a, b int) int { return bytes.Compare(key(a), key(b)) })
	return places, nil
}

func expand(secret []byte, info *transcript.Transcript, size int) ([]byte, error) {
	if len(secret) < MinSecret {
		return nil, ErrSecret
	}
	out, err := hkdf.Key(sha512.New, secret, nil, string(info.Encode()), size)
	if err != nil {
		return nil, fmt.Errorf("facets: %w", err)
	}
	return out, nil
}

// hashes are the hashes of all leaves in their order.
func hashes(leaves []Leaf) []merkle.Hash {
	out := make([]merkle.Hash, len(leaves))
	for i, leaf := range leaves {
		out[i] = leaf.hash()
	}
	return out
}

// Root is what stands on chain.
func (t *Tree) Root() merkle.Hash { return merkle.Root(hashes(t.leaves)) }
