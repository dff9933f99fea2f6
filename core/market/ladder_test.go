package market_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/market"
)

func TestLadders_Ascend(t *testing.T) {
	require.True(t, slices.IsSorted(market.Tiers()))
	require.Len(t, slices.Compact(market.Tiers()), 12)
	require.Equal(t, []uint32{11, 25, 50, 100, 250, 1000}, market.CohortSizes())
}

func TestValidTier(t *testing.T) {
	for _, units := range market.Tiers() {
		require.True(t, market.ValidTier(units*market.Unit))
		require.False(t, market.ValidTier(units*market.Unit+1))
	}
	require.False(t, market.ValidTier(3*market.Unit))
	require.False(t, market.ValidTier(5000*market.Unit))
	require.False(t, market.ValidTier(market.NoCap))
}

func TestValidCohortSize(t *testing.T) {
	for _, k := range market.CohortSizes() {
		require.True(t, market.ValidCohortSize(k))
		require.False(t, market.ValidCohortSize(k-1))
	}
	require.False(t, market.ValidCohortSize(0))
}

// numbers returns from, from+1, ... below to.
func numbers(from, to int) []int {
	list := []int{}
	for i := from; i < to; i++ {
		list = append(list, i)
	}
	return list
}

func TestTooClose(t *testing.T) {
	for name, c := range map[string]struct {
		a, b []int
		want bool
	}{
		"both empty":            {nil, nil, false},
		"equal":                 {numbers(0, 20), numbers(0, 20), false},
		"one person more":       {numbers(0, 21), numbers(0, 20), true},
		"one person less":       {numbers(0, 19), numbers(0, 20), true},
		"one person exchanged":  {numbers(0, 20), numbers(1, 21), true},
		"ten more":              {numbers(0, 30), numbers(0, 20), true},
		"eleven more":           {numbers(0, 31), numbers(0, 20), false},
		"eleven each":           {numbers(0, 31), numbers(11, 42), false},
		"eleven and ten":        {numbers(0, 31), numbers(11, 41), true},
		"apart":                 {numbers(0, 11), numbers(20, 31), false},
		"a single in a cohort":  {numbers(0, 12), []int{3}, false},
		"a single in a smaller": {numbers(0, 11), []int{3}, true},
		"a single apart":        {numbers(0, 11), []int{50}, true},
	} {
		require.Equal(t, c.want, market.TooClose(c.a, c.b, 11), name)
	}
}

func TestTooClose_Symmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.SliceOfNDistinct(rapid.IntRange(0, 40), 0, 30, rapid.ID[int])
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		k := rapid.IntRange(1, 20).Draw(t, "k")
		require.Equal(t, market.TooClose(a, b, k), market.TooClose(b, a, k))
		require.False(t, market.TooClose(a, slices.Clone(a), k))
		if market.TooClose(a, b, k) {
			require.True(t, market.TooClose(a, b, k+1), "a stricter k refuses more")
		}
	})
}
