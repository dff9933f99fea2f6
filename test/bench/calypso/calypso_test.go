package calypso_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
	"go.dedis.ch/kyber/v3/group/edwards25519"

	"github.com/volens-network/volens/test/bench/calypso"
)

const n, t3 = 4, 3

func replies(t *testing.T, c *calypso.Committee, r calypso.Request, trustees ...int) []calypso.Reply {
	t.Helper()
	out := make([]calypso.Reply, len(trustees))
	for i, trustee := range trustees {
		var err error
		out[i], err = c.Share(trustee, r)
		require.NoError(t, err)
	}
	return out
}

func TestOpen_AnyThresholdGivesTheSame(t *testing.T) {
	c := calypso.Deal(n, t3)
	r := calypso.NewRequests(1)[0]
	want, err := c.Open(r, replies(t, c, r, 0, 1, 2))
	require.NoError(t, err)
	for _, trustees := range [][]int{{1, 2, 3}, {3, 0, 2}} {
		got, err := c.Open(r, replies(t, c, r, trustees...))
		require.NoError(t, err)
		require.True(t, got.Equal(want))
	}
	hoisted, err := c.OpenHoisted(r, replies(t, c, r, 0, 1, 3), c.PublicShares())
	require.NoError(t, err)
	require.True(t, hoisted.Equal(want))
}

// The opened point is linear in the reader's key: with Xc = q*G the reader gets x*U by taking q*Y away.
func TestOpen_TheReaderRecoversTheSecret(t *testing.T) {
	suite := edwards25519.NewBlakeSHA256Ed25519()
	c := calypso.Deal(n, t3)
	null := suite.Point().Null()
	open := func(u, xc kyber.Point) kyber.Point {
		r := calypso.Request{U: u, Xc: xc}
		p, err := c.Open(r, replies(t, c, r, 0, 1, 2))
		require.NoError(t, err)
		return p
	}
	u := suite.Point().Pick(suite.RandomStream())
	q := suite.Scalar().Pick(suite.RandomStream())
	y := open(suite.Point().Base(), null)
	got := suite.Point().Sub(open(u, suite.Point().Mul(q, nil)), suite.Point().Mul(q, y))
	require.True(t, got.Equal(open(u, null)))
}

func TestOpen_RefusesAWrongShare(t *testing.T) {
	c := calypso.Deal(n, t3)
	rs := calypso.NewRequests(2)
	good := replies(t, c, rs[0], 0, 1, 2)
	other := replies(t, c, rs[1], 2)
	_, err := c.Open(rs[0], append(good[:2:2], other...))
	require.ErrorIs(t, err, calypso.ErrProof)
	_, err = c.OpenHoisted(rs[0], append(good[:2:2], other...), c.PublicShares())
	require.ErrorIs(t, err, calypso.ErrProof)
	swapped := good[1]
	swapped.UI = good[0].UI
	_, err = c.Open(rs[0], []calypso.Reply{good[0], swapped, good[2]})
	require.ErrorIs(t, err, calypso.ErrProof)
}

func TestOpen_RefusesTooFew(t *testing.T) {
	c := calypso.Deal(n, t3)
	r := calypso.NewRequests(1)[0]
	_, err := c.Open(r, replies(t, c, r, 0, 1))
	require.Error(t, err)
}
