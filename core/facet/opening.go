package facet

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/jcs"
	"github.com/volens-network/volens/core/merkle"
)

// Opening is every leaf of a tree, used or not. The owner hands it to the attestor
// and to nobody else: with it each facet can be shown to anyone. The unused leaves
// are opened too, so that none can hide a facet that nobody attested.
type Opening struct {
	Codebook  string `json:"codebook"`
	DatasetID string `json:"dataset_id"`
	Version   uint64 `json:"version"`
	Leaves    []Leaf `json:"leaves"`
}

// ErrOpening is returned for an opening that is not one of a whole tree, or not of
// the tree or facets that it should be.
var ErrOpening = errors.New("facets: opening does not hold")

// Opening returns all leaves.
func (t *Tree) Opening(datasetID id.ID, version uint64) Opening {
	return Opening{
		Codebook: Codebook, DatasetID: datasetID.String(), Version: version, Leaves: slices.Clone(t.leaves),
	}
}

// Encode is the opening in JSON.
func (o Opening) Encode() ([]byte, error) { return json.Marshal(o) }

// ParseOpening reads an opening in JSON. Unknown members are errors.
func ParseOpening(data []byte) (Opening, error) {
	var o Opening
	if err := jcs.Unmarshal(data, &o); err != nil {
		return o, fmt.Errorf("%w: %w", ErrOpening, err)
	}
	return o, o.validate()
}

func (o Opening) validate() error {
	if o.Codebook != Codebook {
		return fmt.Errorf("%w: codebook %q is not known", ErrOpening, o.Codebook)
	}
	if len(o.Leaves) != Leaves {
		return fmt.Errorf("%w: it has %d leaves", ErrOpening, len(o.Leaves))
	}
	for i, leaf := range o.Leaves {
		unused := leaf.Code == "" && leaf.Level == 0 && leaf.Value == ""
		if len(leaf.Salt) != SaltSize || !unused && (leaf.Level < 1 || leaf.Level > leaf.Code.Levels()) {
			return fmt.Errorf("%w: leaf %d", ErrOpening, i)
		}
	}
	return nil
}

// Root is the root that the leaves give.
func (o Opening) Root() merkle.Hash { return merkle.Root(hashes(o.Leaves)) }

// Check is the attestor's: the opening is of this version of the dataset, gives the
// root that stands on chain, and holds every facet found in the payload on every
// level. Beside them it may hold only what no payload shows and its owner declares:
// Declared codes.
func (o Opening) Check(root merkle.Hash, datasetID id.ID, version uint64, found []Facet) error {
	if err := o.validate(); err != nil {
		return err
	}
	switch {
	case o.DatasetID != datasetID.String() || o.Version != version:
		return fmt.Errorf("%w: it is of another dataset or version", ErrOpening)
	case o.Root() != root:
		return fmt.Errorf("%w: it gives another root", ErrOpening)
	}
	declared := found[:len(found):len(found)]
	for _, leaf := range o.Leaves {
		if slices.Contains(Declared, leaf.Code) && leaf.Level == leaf.Code.Levels() {
			declared = append(declared, Facet{Code: leaf.Code, Value: leaf.Value})
		}
	}
	want, err := generalise(declared)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOpening, err)
	}
	var have []Leaf
	for _, leaf := range o.Leaves {
		if leaf.Code != "" {
			have = append(have, leaf)
		}
	}
	slices.SortFunc(have, compareLeaves)
	if !slices.EqualFunc(want, have, func(a, b Leaf) bool { return compareLeaves(a, b) == 0 }) {
		return fmt.Errorf("%w: the payload has other facets", ErrOpening)
	}
	return nil
}

// Declared are the codes that no payload shows: they stand by the owner's word.
var Declared = []Code{Ancestry}
