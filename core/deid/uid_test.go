package deid_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

func TestPseudonymizer_UIDs(t *testing.T) {
	const original = "1.2.840.113619.2.55.3"
	byOrder := func(scope string) *deid.Pseudonymizer {
		p, err := deid.NewPseudonymizer(load(t, deid.SafeHarborStrict), nil)
		require.NoError(t, err)
		p.Scope([]byte(scope))
		return p
	}
	p := byOrder("a")
	first := p.UID(original)
	require.True(t, deid.IsSurrogateUID(first), first)
	require.LessOrEqual(t, len(first), 64)
	require.Equal(t, first, p.UID(original))
	require.NotEqual(t, first, p.UID(original+".1"))
	require.Equal(t, "volens-1", p.Name("patient", "Jane"), "UIDs do not count among the names")
	require.Equal(t, first, byOrder("a").UID("1.2.3"), "nothing of the original is in it")
	require.NotEqual(t, first, byOrder("b").UID(original), "another dataset")

	keyed := func(key string) string {
		p, err := deid.NewPseudonymizer(load(t, deid.ResearchShifted), []byte(key))
		require.NoError(t, err)
		require.Negative(t, p.Shift())
		return p.UID(original)
	}
	require.True(t, deid.IsSurrogateUID(keyed("0123456789abcdef")))
	once := keyed("0123456789abcdef")
	require.Equal(t, once, keyed("0123456789abcdef"))
	require.NotEqual(t, keyed("0123456789abcdef"), keyed("fedcba9876543210"))

	keep := deid.KeepingPseudonymizer(load(t, deid.ResearchShifted))
	require.Equal(t, first, keep.UID(first))
	require.NotEqual(t, original, keep.UID(original))
	require.Zero(t, keep.Shift())
	for _, bad := range []string{
		"", "2.25.", "2.25.01", "2.25.1", "2.25.x", original, first + ".1", first + "0000",
		"2.25.340282366920938463463374607431768211456",
	} {
		require.False(t, deid.IsSurrogateUID(bad), bad)
	}
}
