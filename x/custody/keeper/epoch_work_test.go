package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// dealing is a chain in the DEAL phase of its second epoch.
func dealing(t *testing.T, f *fixture) {
	t.Helper()
	for range 60 {
		if f.run().Phase == custody.PHASE_DEAL && !f.run().Finished {
			return
		}
		f.step()
	}
	t.Fatal("no run deals")
}

// Worthless deals use up their sender's part of a block's checks, and nobody else's.
func TestEpoch_EveryDealerHasItsPart(t *testing.T) {
	f := agingFixture(t, 4, 12)
	dealing(t, f)
	view, err := f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	var noise []custody.RunMessage
	for range 300 {
		noise = append(noise, custody.RunMessage{Message: &custody.RunMessage_Deal{Deal: &custody.Deal{
			Operator: f.nodes[0].operator, Share: uint32(view.Dealers(f.nodes[0].operator)[0].OldShare),
			Data: bytes.Repeat([]byte{0xa5}, 416),
		}}})
	}
	f.keeper.ApplyRunMessages(f.ctx, f.nodes[0].operator, noise)
	require.Equal(t, uint32(24), f.run().DealsChecked, "a quarter of what is left of 100 beside one for each dealer")
	for _, n := range f.nodes[1:] {
		f.keeper.ApplyRunMessages(f.ctx, n.operator, f.say(n, view))
	}
	view, err = f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	require.Len(t, view.Deals, 3)
}

// While deals are due and one does not fit beside the shares, every second block is theirs.
func TestEpoch_JobsLeaveRoomForDeals(t *testing.T) {
	f := agingFixture(t, 4, 12)
	const budget = 950 // room for thirteen jobs of one share, or for one deal
	f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{
		Block: &cmtproto.BlockParams{MaxBytes: 2 * 100 * (budget + 912)},
	})
	got, err := f.keeper.Budget(f.ctx)
	require.NoError(t, err)
	require.Equal(t, budget, got)
	require.LessOrEqual(t, threshold.DealSize(3, 4), custody.MaxDealBytes(budget))
	for _, n := range f.nodes {
		n.spoil = func(m *custody.RunMessage) {
			if m.GetDeal() != nil {
				m.Message = nil // the run stays where it is
			}
		}
	}
	request, of := f.requested(1), f.registered(1)
	dealing(t, f)
	if f.height()%2 == 1 {
		f.step()
	}
	require.Equal(t, custody.PHASE_DEAL, f.run().Phase)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	for _, want := range []int{0, 1} {
		batch, err := f.keeper.BatchAt(f.ctx, f.height())
		require.NoError(t, err)
		require.Len(t, batch.Jobs, want, "height %d", f.height())
		f.step()
	}
}
