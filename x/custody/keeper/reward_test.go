package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

// paid are the balances of the nodes' accounts.
func (f *fixture) paid() []int64 {
	out := make([]int64, len(f.nodes))
	for i, n := range f.nodes {
		out[i] = f.left.balances[account(n.operator[0])]
	}
	return out
}

// What gathered in an epoch is paid by shares when the next is active.
func TestReward_BySharesAtTheEnd(t *testing.T) {
	f := agingFixture(t, 4, 12)
	f.left.balances[custody.CommitteeName] = 1003
	f.opens(1, f.registered(1), nil)
	require.Equal(t, []int64{0, 0, 0, 0}, f.paid(), "not before the end")
	f.untilEpoch(1, 2)
	require.Equal(t, []int64{250, 250, 250, 250}, f.paid())
	require.Equal(t, int64(3), f.left.balances[custody.CommitteeName], "what does not divide stays")
	require.Equal(t, `"250uvol"`, f.attribute("volens.custody.v1.EventReward", "amount"))
	for name, n := range map[string]func() (int, error){
		"injections": func() (int, error) {
			i, err := f.keeper.Committees.Injections.Iterate(f.ctx, nil)
			require.NoError(t, err)
			keys, err := i.Keys()
			return len(keys), err
		},
		"absences": func() (int, error) {
			i, err := f.keeper.Committees.Absences.Iterate(f.ctx, nil)
			require.NoError(t, err)
			keys, err := i.Keys()
			return len(keys), err
		},
	} {
		left, err := n()
		require.NoError(t, err)
		require.Zero(t, left, name)
	}
}

// absentFixture ends an epoch in which each proposer made ten injections, and left the
// first operator out of as many of them as told.
func absentFixture(t *testing.T, leftOut ...int) *fixture {
	t.Helper()
	f := agingFixture(t, 4, 1_000)
	f.left.balances[custody.CommitteeName] = 1000
	var all [][]byte
	for _, n := range f.nodes {
		all = append(all, n.operator)
	}
	batch := custody.Batch{KeyId: 1, Epoch: 1, Height: 5, Jobs: []custody.BatchJob{{}}}
	require.NoError(t, f.keeper.Jobs.Batches.Set(f.ctx, 5, batch))
	for proposer, out := range leftOut {
		for i := range 10 {
			present := all
			if i < out {
				present = all[1:]
			}
			f.keeper.RecordPresence(f.ctx, 5, sdk.ConsAddress{byte(proposer)}, present)
		}
	}
	params := custody.DevnetParams()
	params.EpochLength = 1
	require.NoError(t, f.keeper.Params.Set(f.ctx, params))
	f.untilEpoch(1, 2)
	return f
}

func TestReward_OnlyTheAbsentGetNothing(t *testing.T) {
	for name, c := range map[string]struct {
		leftOut []int
		want    int64
	}{
		"everywhere":                        {[]int{10, 10, 10, 10}, 0},
		"more than half, of two thirds":     {[]int{6, 6, 0}, 0},
		"more than half, of less":           {[]int{10, 10, 0, 0}, 250},
		"one censoring proposer":            {[]int{10, 0, 0, 0}, 250},
		"half is not more than half":        {[]int{5, 5, 5, 5}, 250},
		"nobody counted":                    {nil, 250},
		"a third of the proposers of three": {[]int{10, 5, 5}, 250},
	} {
		t.Run(name, func(t *testing.T) {
			f := absentFixture(t, c.leftOut...)
			require.Equal(t, []int64{c.want, 250, 250, 250}, f.paid())
			require.Equal(t, 250-c.want, f.left.balances[custody.CommitteeName], "what nobody earned stays")
		})
	}
}

// Batches of another epoch, and blocks without a batch, count for nobody.
func TestReward_OnlyTheEpochThatReleases(t *testing.T) {
	f := agingFixture(t, 4, 1_000)
	require.NoError(t, f.keeper.Jobs.Batches.Set(f.ctx, 5, custody.Batch{
		KeyId: 1, Epoch: 2, Height: 5, Jobs: []custody.BatchJob{{}},
	}))
	require.NoError(t, f.keeper.Jobs.Batches.Set(f.ctx, 6, custody.Batch{
		KeyId: 9, Epoch: 1, Height: 6, Jobs: []custody.BatchJob{{}},
	}))
	before := f.injections()
	for _, height := range []int64{4, 5, 6} {
		f.keeper.RecordPresence(f.ctx, height, sdk.ConsAddress{1}, nil)
	}
	require.Equal(t, before, f.injections())
}

func (f *fixture) injections() int {
	f.t.Helper()
	i, err := f.keeper.Committees.Injections.Iterate(f.ctx, nil)
	require.NoError(f.t, err)
	keys, err := i.Keys()
	require.NoError(f.t, err)
	return len(keys)
}
