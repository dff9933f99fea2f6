package drand_test

import (
	"testing"

	"github.com/drand/kyber/group/edwards25519"
	"github.com/drand/kyber/share"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/bench/drand"
)

func TestGenerate_OneKey(t *testing.T) {
	const n, quorum = 5, 4
	results, err := drand.Generate(n, quorum)
	require.NoError(t, err)
	require.Len(t, results, n)
	var shares []*share.PriShare
	for _, r := range results {
		require.True(t, r.PublicEqual(results[0]))
		require.Len(t, r.QUAL, n)
		shares = append(shares, r.Key.PriShare())
	}
	suite := edwards25519.NewBlakeSHA256Ed25519()
	secret, err := share.RecoverSecret(suite, shares[1:], quorum, n)
	require.NoError(t, err)
	require.True(t, suite.Point().Mul(secret, nil).Equal(results[0].Key.Public()))
}
