package facet_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/id"
)

func TestNewTree_DependsOnWhatItHoldsAndOnNothingElse(t *testing.T) {
	root := tree(t, person...).Root()
	turned := slices.Clone(person)
	slices.Reverse(turned)
	require.Equal(t, root, tree(t, append(turned, person[0])...).Root(), "order and repetition do not count")
	for name, other := range map[string]func() (*facet.Tree, error){
		"a facet less": func() (*facet.Tree, error) { return facet.NewTree(secret, dataset, 1, person[1:]) },
		"version":      func() (*facet.Tree, error) { return facet.NewTree(secret, dataset, 2, person) },
		"dataset":      func() (*facet.Tree, error) { return facet.NewTree(secret, id.ID{9}, 1, person) },
		"secret":       func() (*facet.Tree, error) { return facet.NewTree(append([]byte{1}, secret...), dataset, 1, person) },
	} {
		made, err := other()
		require.NoError(t, err, name)
		require.NotEqual(t, root, made.Root(), name)
	}
}

func TestNewTree_OneLeafForEachLevel(t *testing.T) {
	counts := map[string]int{}
	unused := 0
	for _, leaf := range tree(t, person...).Opening(dataset, 1).Leaves {
		if leaf.Code == "" {
			unused++
			continue
		}
		counts[fmt.Sprintf("%s/%d", leaf.Code, leaf.Level)]++
	}
	require.Equal(t, map[string]int{
		"data_type/1": 1,
		"data_type/2": 1,
		"sex/1":       1,
		"age_band/1":  1,
		"age_band/2":  1,
		"country/1":   1,
		"country/2":   1,
		"condition/1": 2,
		"condition/2": 3,
	}, counts)
	require.Equal(t, facet.Leaves-12, unused)
}

func TestNewTree_PlacesSayNothing(t *testing.T) {
	places := func(version uint64) []int {
		made, err := facet.NewTree(secret, dataset, version, person)
		require.NoError(t, err)
		var out []int
		for i, leaf := range made.Opening(dataset, version).Leaves {
			if leaf.Code != "" {
				out = append(out, i)
			}
		}
		return out
	}
	require.NotEqual(t, places(1), places(2), "the same facets stand elsewhere in the next version")
}

func TestNewTree_ManyConditions(t *testing.T) {
	var many []facet.Facet
	for letter := 'A'; letter <= 'Y'; letter++ {
		for n := range 100 {
			many = append(many, facet.Facet{Code: facet.Condition, Value: fmt.Sprintf("%c%02d", letter, n)})
		}
	}
	many = slices.DeleteFunc(many, func(f facet.Facet) bool {
		_, err := f.Generalise()
		return err != nil
	})
	made := tree(t, many...)
	held := 0
	for _, leaf := range made.Opening(dataset, 1).Leaves {
		if leaf.Level == 2 {
			held++
		}
	}
	require.Equal(t, 48, held)
	require.NoError(
		t,
		made.Opening(dataset, 1).Check(made.Root(), dataset, 1, many),
		"the attestor stops at the same place",
	)
}

func TestNewTree_Refusals(t *testing.T) {
	_, err := facet.NewTree(secret[:31], dataset, 1, person)
	require.ErrorIs(t, err, facet.ErrSecret)
	_, err = facet.NewTree(secret, dataset, 1, []facet.Facet{{Code: "name", Value: "Jane"}})
	require.ErrorIs(t, err, facet.ErrGrid)
	require.NotContains(t, err.Error(), "Jane")
}
