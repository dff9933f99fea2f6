package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
)

// agingFixture has an active key of n validators whose epochs last for some blocks.
func agingFixture(tb testing.TB, n int, length int64) *fixture {
	tb.Helper()
	f := bareFixture(tb, n)
	params := custody.DevnetParams()
	params.EpochLength = length
	require.NoError(tb, f.keeper.Params.Set(f.ctx, params))
	f.untilEpoch(1, 1)
	f.step()
	return f
}

func (f *fixture) stored(keyID uint64) custody.Key {
	f.t.Helper()
	key, err := f.keeper.Committees.Keys.Get(f.ctx, keyID)
	require.NoError(f.t, err)
	return key
}

// epoch is an epoch of the first key.
func (f *fixture) epoch(number uint64) custody.Epoch {
	f.t.Helper()
	out, err := f.keeper.Committees.Epoch(f.ctx, custody.FirstKeyID, number)
	require.NoError(f.t, err)
	return out
}

// untilEpoch steps until an epoch of a key releases.
func (f *fixture) untilEpoch(keyID, epoch uint64) {
	f.t.Helper()
	for range 400 {
		key, err := f.keeper.Committees.Keys.Get(f.ctx, keyID)
		if err == nil && key.Serves() && key.Epoch >= epoch {
			require.Equal(f.t, epoch, key.Epoch)
			return
		}
		f.step()
	}
	run, err := f.keeper.Runs.Run.Get(f.ctx)
	f.t.Fatalf("epoch %d of key %d never came; the run is %+v (%v)", epoch, keyID, run, err)
}

// untilPending steps until an epoch of the first key waits for its canary.
func (f *fixture) untilPending() {
	f.t.Helper()
	for range 200 {
		if key, err := f.keeper.Committees.Keys.Get(f.ctx, custody.FirstKeyID); err == nil {
			if _, waits := key.Awaits(); waits {
				return
			}
		}
		f.step()
	}
	f.t.Fatal("no epoch waits for its canary")
}

// opens releases a dataset for a new request, and requires that the reader gets what was sealed.
func (f *fixture) opens(n byte, of id.ID, sealed []byte) custody.Release {
	f.t.Helper()
	request := f.requested(n)
	f.step(func() { require.NoError(f.t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	for range 10 {
		if f.state(request, 0) == custody.SEAT_STATE_RELEASED {
			break
		}
		f.step()
	}
	release, err := f.keeper.Release(f.ctx, request, 0)
	require.NoError(f.t, err)
	_, secrets := f.posts(request, researcher, 0, 1)
	xU, err := f.key().Recover(release.S, secrets[0])
	require.NoError(f.t, err)
	if sealed != nil {
		require.Equal(f.t, sealed, xU)
	}
	return release
}

// opened is what the first release of a dataset gives its reader.
func (f *fixture) opened(of id.ID) []byte {
	f.t.Helper()
	release := f.opens(1, of, nil)
	request, err := id.Parse(release.RequestId)
	require.NoError(f.t, err)
	_, secrets := f.posts(request, researcher, 0, 1)
	xU, err := f.key().Recover(release.S, secrets[0])
	require.NoError(f.t, err)
	return xU
}

func TestEpoch_KeyStaysTheSame(t *testing.T) {
	f := agingFixture(t, 4, 12)
	first, of := f.stored(1), f.registered(1)
	xU := f.opened(of)
	for epoch := uint64(2); epoch <= 4; epoch++ {
		f.untilEpoch(1, epoch)
		now := f.stored(1)
		require.Equal(t, first.Y, now.Y)
		require.Equal(t, first.Canary, now.Canary)
		require.Zero(t, now.PendingEpoch)
		require.Equal(t, f.epoch(epoch).Run, f.run().Run)
		old, err := f.keeper.Committee(f.ctx, 1, epoch-1)
		require.NoError(t, err)
		committee, err := f.keeper.Committee(f.ctx, 1, epoch)
		require.NoError(t, err)
		require.NotEqual(t, old.ShareKeys(), committee.ShareKeys())
		release := f.opens(byte(epoch), of, xU)
		require.Equal(t, epoch, release.Epoch)
	}
	_, err := f.keeper.Committees.Epoch(f.ctx, 1, 2)
	require.ErrorIs(t, err, custody.ErrNotFound, "only the epoch before is kept")
	require.Empty(t, f.left.jailed)
}

// 4 -> 5 -> 7 -> 4 validators: every epoch opens what was sealed in the first.
func TestEpoch_ValidatorsComeAndGo(t *testing.T) {
	f := agingFixture(t, 4, 12)
	y, of := f.stored(1).Y, f.registered(1)
	xU := f.opened(of)
	check := func(epoch uint64, shares int, threshold uint32) {
		t.Helper()
		f.untilEpoch(1, epoch)
		require.Equal(t, y, f.stored(1).Y)
		require.Len(t, f.epoch(epoch).Owners, shares)
		require.Equal(t, threshold, f.epoch(epoch).Threshold)
		f.opens(byte(epoch), of, xU)
	}
	f.join()
	check(2, 5, 4)
	f.join()
	f.join()
	check(3, 7, 5)
	f.leave(f.nodes[6])
	f.leave(f.nodes[5])
	check(4, 5, 4)
	f.leave(f.nodes[4])
	check(5, 4, 3)
}

func TestEpoch_SharesFollowTheStake(t *testing.T) {
	f := agingFixture(t, 5, 12)
	stakes := make([]threshold.Stake, len(f.nodes))
	for i, power := range []uint64{28, 20, 10, 10, 10} {
		f.left.bonded[i].Power = power
		stakes[i] = threshold.Stake{Operator: f.nodes[i].operator, Amount: power, Enrolled: true}
	}
	want, err := threshold.Weigh(stakes)
	require.NoError(t, err)
	f.untilEpoch(1, 2)
	epoch := f.epoch(2)
	require.Greater(t, epoch.LargestHolder(), 1)
	require.Equal(t, want.Owners(stakes), epoch.Owners)
	require.Equal(t, uint32(want.Threshold), epoch.Threshold)
	require.Equal(t, want.Secrecy, threshold.Fraction{Num: epoch.SecrecyNum, Den: epoch.SecrecyDen})
	require.Equal(t, uint32(custody.MaxJobs(32_768, epoch.LargestHolder())), epoch.MaxJobs)
	reply, err := f.query.Epoch(f.ctx, &custody.QueryEpochRequest{KeyId: 1, Epoch: 2})
	require.NoError(t, err)
	require.Equal(t, epoch, reply.Epoch)
	_, err = f.query.Epoch(f.ctx, &custody.QueryEpochRequest{KeyId: 1, Epoch: 7})
	require.ErrorIs(t, err, custody.ErrNotFound)
	f.opens(1, f.registered(1), nil)
	f.untilEpoch(1, 3)
	require.Equal(t, epoch.Owners, f.epoch(3).Owners, "one operator deals several old shares")
}

// While the next epoch waits, every second height is the old epoch's.
func TestEpoch_OldOneReleasesMeanwhile(t *testing.T) {
	f := agingFixture(t, 4, 12)
	of := f.registered(1)
	f.untilPending()
	for _, n := range f.nodes {
		delete(n.shares, [2]uint64{1, 2}) // the canary cannot be stored
	}
	require.Equal(t, uint64(1), f.opens(1, of, nil).Epoch)
	canaries := 0
	for range 10 {
		batch, err := f.keeper.BatchAt(f.ctx, f.height())
		require.NoError(t, err)
		if len(batch.Jobs) > 0 {
			require.Equal(t, uint64(2), batch.Epoch)
			canaries++
		}
		f.step()
	}
	require.Equal(t, 5, canaries)
}

// An epoch whose canary does not come is given up and made anew; the key is never without
// an epoch that releases.
func TestEpoch_PendingIsGivenUp(t *testing.T) {
	f := agingFixture(t, 4, 12)
	of := f.registered(1)
	f.untilPending()
	for _, n := range f.nodes {
		delete(n.shares, [2]uint64{1, 2})
	}
	run := f.run().Run
	for f.run().Run == run {
		f.step()
		require.True(t, f.stored(1).Serves())
	}
	require.Zero(t, f.stored(1).PendingEpoch)
	_, err := f.keeper.Committees.Epoch(f.ctx, 1, 2)
	require.ErrorIs(t, err, custody.ErrNotFound)
	require.Equal(t, uint64(1), f.opens(1, of, nil).Epoch)
	f.untilEpoch(1, 2)
	require.Equal(t, run+1, f.epoch(2).Run)
}

// A canary that is not the first one's is another key's: the epoch is given up.
func TestEpoch_CanaryOfAnotherKey(t *testing.T) {
	f := agingFixture(t, 4, 12)
	f.untilPending()
	key := f.stored(1)
	key.Canary = digest("another")
	require.NoError(t, f.keeper.Committees.Keys.Set(f.ctx, 1, key))
	run := f.run().Run
	f.steps(3)
	require.Equal(t, uint64(1), f.stored(1).Epoch)
	require.Zero(t, f.stored(1).PendingEpoch)
	require.Equal(t, run+1, f.run().Run)
}

// More than a tenth of the shares gone starts a reshare at once.
func TestEpoch_EarlyWhenSharesLeave(t *testing.T) {
	f := agingFixture(t, 11, 100_000)
	f.leave(f.nodes[10])
	f.steps(3)
	require.True(t, f.run().Finished, "one of eleven is not enough")
	f.leave(f.nodes[9])
	f.step()
	require.False(t, f.run().Finished)
	require.Equal(t, uint64(1), f.run().OldEpoch)
	f.untilEpoch(1, 2)
	require.Len(t, f.epoch(2).Owners, 9)
	f.steps(5)
	require.True(t, f.run().Finished)
}

// One of four is offline: no new epoch can be both live and safe, and the old one releases.
func TestEpoch_OneOfFourOffline(t *testing.T) {
	f := agingFixture(t, 4, 12)
	of := f.registered(1)
	f.nodes[3].silent = true
	announced := 0
	for range 40 {
		f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
		f.step()
		for _, e := range f.ctx.EventManager().Events() {
			if e.Type == "volens.custody.v1.EventRunStalled" {
				announced++
			}
		}
	}
	require.Equal(t, 1, announced, "once, not in each block")
	require.Equal(t, custody.PHASE_ENROL, f.run().Phase)
	reply, err := f.query.Run(f.ctx, &custody.QueryRunRequest{})
	require.NoError(t, err)
	require.Equal(t, "weights", reply.Run.Stalled)
	require.Equal(t, [][]byte{f.nodes[3].operator}, reply.Missing)
	f.opens(1, of, nil)
	f.leave(f.nodes[3]) // jailed for its downtime
	f.untilEpoch(1, 2)
	require.Len(t, f.epoch(2).Owners, 3)
	require.Empty(t, f.run().Stalled)
	f.opens(2, of, nil)
}

// A griefer with wrong shares and one who is offline, together, of seven.
func TestEpoch_GrieferAndOfflineOfSeven(t *testing.T) {
	f := agingFixture(t, 7, 12)
	of := f.registered(1)
	f.nodes[5].silent = true
	f.nodes[6].spoil = func(m *custody.RunMessage) {
		if deal := m.GetDeal(); deal != nil {
			deal.Data = append([]byte(nil), deal.Data...)
			deal.Data[len(deal.Data)-32*6] ^= 1
		}
	}
	for f.stored(1).Epoch == 1 {
		if len(f.left.jailed) > 0 && !f.nodes[6].silent {
			f.leave(f.nodes[6])
		}
		f.step()
	}
	require.Equal(t, [][]byte{f.nodes[6].operator}, f.left.jailed)
	f.opens(1, of, nil)
	faults, err := f.query.Faults(f.ctx, &custody.QueryFaultsRequest{})
	require.NoError(t, err)
	require.Len(t, faults.Faults, 1)
	fault := faults.Faults[0]
	require.Equal(t, f.nodes[6].operator, fault.Operator)
	require.False(t, fault.Accuser)
	require.Equal(t, uint64(2), fault.Epoch)
	require.NotEmpty(t, fault.Deal.Data)
	require.NotEmpty(t, fault.Dispute.Data)
	require.Len(t, fault.Ek, 32)
}

// Who enrols and never confirms is left out of the next attempt, if it can go without.
func TestEpoch_LateOnesAreLeftOut(t *testing.T) {
	f := agingFixture(t, 7, 12)
	f.until(custody.PHASE_ENROL)
	f.nodes[0].spoil = func(m *custody.RunMessage) {
		if m.GetConfirmation() != nil {
			m.Message = nil
		}
	}
	f.nodes[1].spoil = f.nodes[0].spoil
	run := f.run().Run
	for f.run().Run == run {
		f.step()
	}
	require.ElementsMatch(t, [][]byte{f.nodes[0].operator, f.nodes[1].operator}, f.run().Excluded)
	f.nodes[1].spoil = nil
	f.until(custody.PHASE_DEAL)
	require.Len(t, f.run().Owners, 7, "without both there are no weights: then nobody is left out")
	f.untilEpoch(1, 2)
	require.Empty(t, f.left.jailed, "being late is no crime")
}

// A validator that missed the confirmations has no share until the next epoch.
func TestEpoch_MissedConfirmation(t *testing.T) {
	f := agingFixture(t, 7, 12)
	for f.run().Phase != custody.PHASE_CONFIRM || f.run().Finished {
		f.step()
	}
	f.nodes[3].silent = true
	f.answers.run[3] = nil
	f.untilEpoch(1, 2)
	f.nodes[3].silent = false
	require.Nil(t, f.nodes[3].held(1, 2))
	require.Len(t, f.epoch(2).Owners, 7)
	f.untilEpoch(1, 3)
	committee, err := f.keeper.Committee(f.ctx, 1, 3)
	require.NoError(t, err)
	require.NoError(t, committee.CheckShares(f.nodes[3].operator, f.nodes[3].held(1, 3)))
}

func TestEpoch_DealerMustDealItsOldShare(t *testing.T) {
	f := agingFixture(t, 4, 12)
	for f.run().Phase != custody.PHASE_DEAL {
		f.step()
	}
	view, err := f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	run, err := view.Threshold()
	require.NoError(t, err)
	own := view.Dealers(f.nodes[0].operator)[0]
	other, err := threshold.NewRun(view.Context(), int(view.Run.Threshold), view.Run.Owners, enrolments(view), nil)
	require.NoError(t, err)
	wrong, err := other.Deal(f.rand, threshold.Dealer{Operator: own.Operator}, nil)
	require.NoError(t, err)
	said := f.deal(wrong)
	said.GetDeal().Share = uint32(own.OldShare)
	f.keeper.ApplyRunMessages(f.ctx, own.Operator, []custody.RunMessage{said})
	good, err := run.Deal(f.rand, own, f.nodes[0].held(1, 1))
	require.NoError(t, err)
	stolen := f.deal(good)
	f.keeper.ApplyRunMessages(f.ctx, f.nodes[1].operator, []custody.RunMessage{stolen})
	view, err = f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	require.False(t, view.Dealt(own))
	f.keeper.ApplyRunMessages(f.ctx, own.Operator, []custody.RunMessage{said, stolen})
	view, err = f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	require.True(t, view.Dealt(own), "a bad deal takes nobody's place")
}

func enrolments(v keeper.RunView) []threshold.Enrolment {
	out := make([]threshold.Enrolment, len(v.Enrolments))
	for i, e := range v.Enrolments {
		out[i] = threshold.Enrolment{Operator: e.Operator, EK: e.Ek, Proof: e.Proof}
	}
	return out
}

// The share of an epoch is spent two heights after the next one is active.
func TestSpent(t *testing.T) {
	f := agingFixture(t, 4, 12)
	f.untilEpoch(1, 2)
	for _, want := range []bool{false, true, true} {
		spent, err := f.keeper.Spent(f.ctx, 1, 1)
		require.NoError(t, err)
		require.Equal(t, want, spent, "height %d, active since %d", f.height(), f.epoch(2).ActiveHeight)
		f.step()
	}
	for _, e := range [][2]uint64{{1, 2}, {1, 3}, {2, 1}} {
		spent, err := f.keeper.Spent(f.ctx, e[0], e[1])
		require.NoError(t, err)
		require.False(t, spent, "%v", e)
	}
}

func TestGenesis_CarriesEpochs(t *testing.T) {
	f := agingFixture(t, 4, 12)
	of := f.registered(1)
	xU := f.opened(of)
	f.untilPending()
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, f.run().Run, g.LastRun)
	height, run := f.height(), f.run().Run
	f.open()
	f.ctx = f.ctx.WithBlockHeight(height)
	require.NoError(t, f.keeper.InitGenesis(f.ctx, *g))
	f.answers = answers{}
	f.untilEpoch(1, 2)
	require.Equal(t, run, f.run().Run)
	f.opens(2, of, xU)
	f.untilEpoch(1, 3)
	require.Equal(t, run+1, f.epoch(3).Run)
	has, err := f.keeper.Committees.Epochs.Has(f.ctx, collections.Join(uint64(1), uint64(3)))
	require.NoError(t, err)
	require.True(t, has)
}
