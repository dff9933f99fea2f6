package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/volens-network/volens/x/custody"
)

// drop lets a node leave out what it would say in a phase.
func drop(kind func(custody.RunMessage) bool) func(*custody.RunMessage) {
	return func(m *custody.RunMessage) {
		if kind(*m) {
			m.Message = nil
		}
	}
}

// longest is the most counted blocks after which a run was still in a phase.
func (f *fixture) longest(phase custody.Phase) int64 {
	f.t.Helper()
	f.until(phase)
	last := int64(0)
	for f.run().Phase == phase && !f.run().Finished {
		last = f.run().Counted
		f.step()
	}
	return last
}

// A phase in which somebody does not speak lasts its window to the block, and one in which all
// do ends before.
func TestBoundary_PhasesLastTheirWindow(t *testing.T) {
	params := custody.DevnetParams()
	params.EnrolWindow, params.DealWindow, params.DisputeWindow, params.ConfirmWindow = 7, 9, 6, 8
	for name, c := range map[string]struct {
		phase  custody.Phase
		window int64
		kind   func(custody.RunMessage) bool
	}{
		"enrol": {
			custody.PHASE_ENROL, params.EnrolWindow,
			func(m custody.RunMessage) bool { return m.GetEnrolment() != nil },
		},
		"deal": {custody.PHASE_DEAL, params.DealWindow, func(m custody.RunMessage) bool { return m.GetDeal() != nil }},
		"confirm": {
			custody.PHASE_CONFIRM, params.ConfirmWindow,
			func(m custody.RunMessage) bool { return m.GetConfirmation() != nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := bareFixture(t, 7)
			require.NoError(t, f.keeper.Params.Set(f.ctx, params))
			require.Less(t, f.longest(c.phase), c.window-1, "all speak")

			f = bareFixture(t, 7)
			require.NoError(t, f.keeper.Params.Set(f.ctx, params))
			f.nodes[6].spoil = drop(c.kind)
			require.Equal(t, c.window-1, f.longest(c.phase))
		})
	}
	t.Run("disputes always", func(t *testing.T) {
		f := bareFixture(t, 4)
		require.NoError(t, f.keeper.Params.Set(f.ctx, params))
		require.Equal(t, params.DisputeWindow-1, f.longest(custody.PHASE_DISPUTE))
	})
}

// An epoch is followed at the block at which it has its age, and not one before.
func TestBoundary_EpochLength(t *testing.T) {
	f := agingFixture(t, 4, 50)
	since := f.epoch(1).Since()
	for f.height() < since+50 {
		require.True(t, f.run().Finished, "height %d of %d", f.height(), since)
		f.step()
	}
	require.True(t, f.run().Finished)
	f.step()
	require.False(t, f.run().Finished)
	require.Equal(t, since+50, f.run().Started)
}

// More than a tenth of the shares must have left for a reshare before its time.
func TestBoundary_ATenthOfTheShares(t *testing.T) {
	for _, c := range []struct {
		here, gone int
		want       bool
	}{
		{10, 0, false},
		{9, 1, false},
		{8, 1, true},
		{18, 2, false},
		{17, 2, true},
		{27, 3, false},
		{89, 10, true},
		{90, 10, false},
		{0, 1, true},
	} {
		f := agingFixture(t, 4, 100_000)
		epoch := f.epoch(1)
		stranger := bytes.Repeat([]byte{0x11}, custody.OperatorSize)
		epoch.Owners = nil
		for i := range c.here {
			epoch.Owners = append(epoch.Owners, f.nodes[i%4].operator)
		}
		for range c.gone {
			epoch.Owners = append(epoch.Owners, stranger)
		}
		require.NoError(t, f.keeper.Committees.Epochs.Set(f.ctx, collections.Join(uint64(1), uint64(1)), epoch))
		require.NoError(t, f.keeper.EndBlock(f.ctx))
		require.Equal(t, c.want, !f.run().Finished, "%d of %d shares left", c.gone, c.here+c.gone)
	}
}

// An epoch whose canary does not come is given up at the end of the release window, to the block.
func TestBoundary_PendingWindow(t *testing.T) {
	f := agingFixture(t, 4, 12)
	f.untilPending()
	for _, n := range f.nodes {
		delete(n.shares, [2]uint64{1, 2})
	}
	made, run := f.epoch(2).Height, f.run().Run
	last := made + custody.DevnetParams().ReleaseWindow
	for f.height() < last {
		require.Equal(t, run, f.run().Run, "height %d, given up at %d", f.height(), last)
		f.step()
	}
	require.Equal(t, uint64(2), f.stored(1).PendingEpoch)
	f.step()
	require.Zero(t, f.stored(1).PendingEpoch)
	require.Equal(t, run+1, f.run().Run)
}

// The last block for a verdict is the deadline's.
func TestBoundary_Verdict(t *testing.T) {
	for _, late := range []bool{false, true} {
		f := initFixture(t)
		of := f.registered(1)
		key := f.asked(of, 1)
		f.step(f.accept(key))
		f.steps(2)
		last := f.inspection(key).Deadline
		for f.height() < last {
			f.step()
		}
		if late {
			f.step()
		}
		err := f.keeper.BeforeVerdict(f.ctx, of, 1, raw(hospital), true)
		if late {
			require.ErrorIs(t, err, custody.ErrInspection)
			require.Equal(t, int64(bond), f.escrow())
			continue
		}
		require.NoError(t, err)
		require.Zero(t, f.escrow())
	}
}

// Of the convictions the newest are kept, and their numbers go on.
func TestBoundary_FaultsAreARing(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_DISPUTE)
	const last = 300
	for n := uint64(last - custody.MaxFaults + 1); n <= last; n++ {
		require.NoError(t, f.keeper.Runs.Faults.Set(f.ctx, n, custody.Fault{Number: n}))
	}
	own := f.nodes[1]
	f.keeper.ApplyRunMessages(f.ctx, own.operator, []custody.RunMessage{f.accusation(own, f.nodes[0], 2, 0)})
	newest, err := f.keeper.Runs.Faults.Get(f.ctx, last+1)
	require.NoError(t, err)
	require.Equal(t, own.operator, newest.Operator)
	require.True(t, newest.Accuser)
	require.Equal(t, f.height(), newest.Height)
	require.Equal(t, f.run().Run, newest.Run)
	require.NotEmpty(t, newest.Ek)
	require.NotEmpty(t, newest.Deal.Data)
	require.NotEmpty(t, newest.Dispute.Data)
	for n, want := range map[uint64]bool{
		last - custody.MaxFaults + 1: false, last - custody.MaxFaults + 2: true, last: true, last + 2: false,
	} {
		has, err := f.keeper.Runs.Faults.Has(f.ctx, n)
		require.NoError(t, err)
		require.Equal(t, want, has, "fault %d", n)
	}
}

// Proposers are judged at the last block of each window and at no other.
func TestBoundary_MissWindow(t *testing.T) {
	f := bareFixture(t, 4)
	for _, height := range []int64{49, 51, 99, 50} {
		f.ctx = f.ctx.WithBlockHeight(height)
		for range 20 {
			f.keeper.CountInjection(f.ctx, false, f.nodes[0].operator, true)
			f.keeper.CountInjection(f.ctx, true, f.nodes[1].operator, true)
			f.keeper.CountInjection(f.ctx, true, f.nodes[2].operator, true)
		}
		require.NoError(t, f.keeper.EndBlock(f.ctx))
		require.Equal(t, height == 50, len(f.left.jailed) == 1, "height %d", height)
	}
}

// The budget of an extension is cut for as many validators as there may be, not as there are.
func TestBoundary_Budget(t *testing.T) {
	f := bareFixture(t, 4)
	for bytes, want := range map[int64]int{-1: 32_768, 0: 32_768, 8 << 20: 32_768, 16 << 20: 32_768, 1_000_000: 4_088} {
		f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxBytes: bytes}})
		got, err := f.keeper.Budget(f.ctx)
		require.NoError(t, err)
		require.Equal(t, want, got, "blocks of %d bytes", bytes)
	}
}
