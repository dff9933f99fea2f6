package facet_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/id"
)

func TestOpening_RoundTrip(t *testing.T) {
	owner := tree(t, person...)
	data, err := json.Marshal(owner.Opening(dataset, 1))
	require.NoError(t, err)
	o, err := facet.ParseOpening(data)
	require.NoError(t, err)
	require.Equal(t, owner.Root(), o.Root())
	require.NoError(t, o.Check(owner.Root(), dataset, 1, person))
}

func TestOpening_DeclaredCodesStandByTheOwnersWord(t *testing.T) {
	owner := tree(t, append(slices.Clone(person), facet.Facet{Code: facet.Ancestry, Value: "EUR"})...)
	require.NoError(t, owner.Opening(dataset, 1).Check(owner.Root(), dataset, 1, person))
}

func TestOpening_CheckRefuses(t *testing.T) {
	owner := tree(t, person...)
	root := owner.Root()
	for name, change := range map[string]func(*facet.Opening){
		"codebook":    func(o *facet.Opening) { o.Codebook = "volens-facets/0" },
		"dataset":     func(o *facet.Opening) { o.DatasetID = id.ID{}.String() },
		"version":     func(o *facet.Opening) { o.Version = 2 },
		"leaf less":   func(o *facet.Opening) { o.Leaves = o.Leaves[1:] },
		"salt":        func(o *facet.Opening) { o.Leaves[0].Salt = slices.Repeat([]byte{1}, 32) },
		"short salt":  func(o *facet.Opening) { o.Leaves[0].Salt = []byte{1} },
		"level":       func(o *facet.Opening) { o.Leaves[0].Level = 9 },
		"order":       func(o *facet.Opening) { slices.Reverse(o.Leaves) },
		"more facets": func(o *facet.Opening) { o.Leaves[0].Code, o.Leaves[0].Level, o.Leaves[0].Value = facet.Sex, 1, "male" },
	} {
		o := owner.Opening(dataset, 1)
		change(&o)
		require.ErrorIs(t, o.Check(root, dataset, 1, person), facet.ErrOpening, name)
	}
	o := owner.Opening(dataset, 1)
	require.ErrorIs(
		t,
		o.Check(root, dataset, 1, person[1:]),
		facet.ErrOpening,
		"a facet that the payload does not show",
	)
	more := append(slices.Clone(person), facet.Facet{Code: facet.Condition, Value: "C50"})
	require.ErrorIs(t, o.Check(root, dataset, 1, more), facet.ErrOpening, "a facet that is kept back")
}

func FuzzParseOpening(f *testing.F) {
	made, err := facet.NewTree(secret, dataset, 1, person)
	require.NoError(f, err)
	data, err := json.Marshal(made.Opening(dataset, 1))
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"codebook":"volens-facets/2","leaves":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := facet.ParseOpening(data)
		if err != nil {
			require.ErrorIs(t, err, facet.ErrOpening)
			return
		}
		require.Len(t, o.Leaves, facet.Leaves)
		_ = o.Root()
	})
}
