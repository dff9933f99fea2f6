package threshold_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/threshold"
)

func TestNewCommittee_Refuses(t *testing.T) {
	w := newWorld(t, 4)
	key, x, owners := w.committee.Key(), w.committee.ShareKeys(), w.committee.Owners()
	again, err := threshold.NewCommittee(key, 1, 3, x, owners)
	require.NoError(t, err)
	require.Equal(t, 4, again.Size())
	require.Equal(t, 3, again.Threshold())
	require.Equal(t, uint64(1), again.Epoch())
	require.Equal(t, []int{2}, again.Indices(owners[1]))
	require.Empty(t, again.Indices(operator(70)))

	cases := map[string]struct {
		t         int
		x, owners [][]byte
		want      error
	}{
		"no shares":         {1, nil, nil, threshold.ErrCommittee},
		"threshold 0":       {0, x, owners, threshold.ErrCommittee},
		"threshold above W": {5, x, owners, threshold.ErrCommittee},
		"fewer owners":      {3, x, owners[:3], threshold.ErrCommittee},
		"too many shares":   {3, make([][]byte, 401), slices.Repeat(owners[:1], 401), threshold.ErrCommittee},
		"short owner":       {3, x, [][]byte{owners[0], owners[1], owners[2], {1}}, threshold.ErrLength},
		"one holder of T":   {3, x, [][]byte{owners[0], owners[0], owners[0], owners[1]}, threshold.ErrCommittee},
		"wrong order":       {3, [][]byte{x[1], x[0], x[2], x[3]}, owners, threshold.ErrCommittee},
		"lower threshold":   {2, x, owners, threshold.ErrCommittee},
		"identity":          {3, [][]byte{x[0], x[1], x[2], make([]byte, 32)}, owners, threshold.ErrIdentity},
	}
	for name, tc := range cases {
		_, err := threshold.NewCommittee(key, 1, tc.t, tc.x, tc.owners)
		require.ErrorIs(t, err, tc.want, name)
	}
	_, err = threshold.NewCommittee(newKey(t, originChain, keyID, threshold.CanaryPoint(1)), 1, 3, x, owners)
	require.ErrorIs(t, err, threshold.ErrCommittee, "shares of another key")
}

func TestCommittee_CheckShares(t *testing.T) {
	w := newWorld(t, 4)
	op := w.operators[0]
	own := w.shares[string(op)]
	require.NoError(t, w.committee.CheckShares(op, own))
	require.ErrorIs(t, w.committee.CheckShares(operator(50), own), threshold.ErrOperator)
	require.ErrorIs(t, w.committee.CheckShares(w.operators[1], own), threshold.ErrShares)
	wrong, err := threshold.RandomScalar(w.rand)
	require.NoError(t, err)
	forged := threshold.ForceShares(keyID, 1, []int{1}, []*threshold.Scalar{wrong})
	require.ErrorIs(t, w.committee.CheckShares(op, forged), threshold.ErrShares)
}

func TestShares_Bytes(t *testing.T) {
	owners := [][]byte{operator(0), operator(1), operator(0), operator(2), operator(3)}
	w := newWeighted(t, owners, 4)
	s := w.shares[string(operator(0))]
	raw := s.Bytes()
	again, err := threshold.ParseShares(raw)
	require.NoError(t, err)
	require.Equal(t, raw, again.Bytes())
	require.Equal(t, []int{1, 3}, again.Indices())
	require.Equal(t, uint64(keyID), again.KeyID())
	require.Equal(t, uint64(1), again.Epoch())
	require.NoError(t, w.committee.CheckShares(operator(0), again))

	for n := range raw {
		_, err := threshold.ParseShares(raw[:n])
		require.ErrorIs(t, err, threshold.ErrLength)
	}
	change := func(f func([]byte)) error {
		bad := bytes.Clone(raw)
		f(bad)
		_, err := threshold.ParseShares(bad)
		return err
	}
	require.ErrorIs(t, change(func(b []byte) { b[17] = 3 }), threshold.ErrLength)
	require.ErrorIs(t, change(func(b []byte) { b[17] = 0 }), threshold.ErrLength)
	require.ErrorIs(t, change(func(b []byte) { b[19] = 0 }), threshold.ErrEncoding, "index 0")
	require.ErrorIs(t, change(func(b []byte) { b[53] = 1 }), threshold.ErrEncoding, "index repeated")
	require.ErrorIs(t, change(func(b []byte) { b[52] = 0xff }), threshold.ErrEncoding, "index above the limit")
	require.ErrorIs(t, change(func(b []byte) { b[51] = 0xff }), threshold.ErrEncoding, "scalar above the order")
	require.ErrorIs(t, change(func(b []byte) { clear(b[20:52]) }), threshold.ErrEncoding, "scalar 0")

	s.Zero()
	for _, x := range s.Secrets() {
		require.Equal(t, make([]byte, 32), x.Bytes())
	}
}

func TestEqualAssignment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, threshold.MaxShares).Draw(t, "operators")
		owners, th, err := threshold.EqualAssignment(operators(n))
		require.NoError(t, err)
		require.Len(t, owners, n)
		require.Greater(t, 3*th, 2*n, "more than two thirds are needed")
		require.LessOrEqual(t, 3*(th-1), 2*n, "and not more than that")
		require.True(t, slices.IsSortedFunc(owners, bytes.Compare))
	})
	for n, want := range map[int]int{4: 3, 7: 5, 21: 15, 100: 67} {
		_, th, err := threshold.EqualAssignment(operators(n))
		require.NoError(t, err)
		require.Equal(t, want, th)
	}
	shuffled := [][]byte{operator(2), operator(0), operator(3), operator(1)}
	owners, _, err := threshold.EqualAssignment(shuffled)
	require.NoError(t, err)
	require.Equal(t, operators(4), owners)
	require.Equal(t, operator(2), shuffled[0], "the argument is not touched")
}

func TestEqualAssignment_Refuses(t *testing.T) {
	_, _, err := threshold.EqualAssignment(nil)
	require.ErrorIs(t, err, threshold.ErrCommittee)
	_, _, err = threshold.EqualAssignment(operators(1))
	require.ErrorIs(t, err, threshold.ErrCommittee, "one operator would open alone")
	_, _, err = threshold.EqualAssignment([][]byte{operator(1), operator(2), operator(1)})
	require.ErrorIs(t, err, threshold.ErrCommittee)
	_, _, err = threshold.EqualAssignment([][]byte{operator(1), {1, 2, 3}})
	require.ErrorIs(t, err, threshold.ErrLength)
	_, _, err = threshold.EqualAssignment(operators(threshold.MaxShares + 1))
	require.ErrorIs(t, err, threshold.ErrCommittee)
}
