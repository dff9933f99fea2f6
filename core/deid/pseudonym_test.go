package deid_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

// Nothing of the key is left: what is asked for against the rule comes out as under no key.
func TestPseudonymizer_Zero(t *testing.T) {
	profile, err := deid.LoadProfile(deid.ResearchShifted)
	require.NoError(t, err)
	name := func(key byte, zero bool) string {
		own := bytes.Repeat([]byte{key}, 32)
		p, err := deid.NewPseudonymizer(profile, own)
		require.NoError(t, err)
		before := p.Name("sample", "Fictiva")
		if !zero {
			return before
		}
		p.Zero()
		require.Equal(t, bytes.Repeat([]byte{key}, 32), own, "the caller's key is the caller's")
		return p.Name("sample", "Fictiva")
	}
	require.NotEqual(t, name(1, false), name(2, false))
	require.NotEqual(t, name(1, false), name(1, true))
	require.Equal(t, name(1, true), name(2, true))
}
