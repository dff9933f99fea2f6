package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

func (f *fixture) seat(t *testing.T, request id.ID, n uint64) custody.SeatState {
	t.Helper()
	s, err := f.world.Seat(f.ctx, request, n)
	require.NoError(t, err)
	return s.State
}

func TestClear_SameBlock(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 2)
	f.yes(t, key, 5)
	f.block(t)
	require.Equal(t, market.STATE_OPEN, f.request(t, key).State, "one of two, and time is left")
	f.yes(t, key, 3, 9)
	f.block(t)
	r := f.request(t, key)
	require.Equal(t, market.STATE_RELEASING, r.State)
	require.Equal(t, uint64(2), r.Won)
	require.Equal(t, int64(start+1), r.ClearedHeight)
	require.Equal(t, uint64(0), f.decision(t, key, 5).Seat, "first come, first served")
	require.Equal(t, uint64(1), f.decision(t, key, 3).Seat)
	require.Equal(t, account(attestor), f.decision(t, key, 3).Attestor)
	require.Equal(t, custody.SEAT_STATE_ASSIGNED, f.seat(t, key, 1))
	require.Equal(t, int64(2*charge), f.lockedOf(gatewayOne), "each seat's charge")
	require.Equal(t, int64(2*charge), f.lockedOf(gatewayOne+1))
	require.Zero(t, f.lockedOf(gatewayOne+2), "two of three are enough")
	require.Equal(t, int64(fee), f.pool())
	f.block(t)
	require.Equal(t, market.DECISION_STATE_LOST, f.decision(t, key, 9).State)
	require.Zero(t, f.request(t, key).Yes)
}

func TestClear_AtDeadline(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 2, 5)
	f.yes(t, key, 1, 2, 3)
	f.until(t, deadline)
	require.Equal(t, market.STATE_OPEN, f.request(t, key).State)
	f.says(2, duo.Deny, duo.ReasonInactive)
	f.block(t)
	r := f.request(t, key)
	require.Equal(t, market.STATE_RELEASING, r.State)
	require.Equal(t, uint64(2), r.Won)
	d := f.decision(t, key, 2)
	require.Equal(t, market.DECISION_STATE_DENIED, d.State)
	require.Equal(t, []string{"INACTIVE"}, d.Reasons)
	require.Equal(t, uint64(1), f.decision(t, key, 3).Seat, "no gap")
	require.Zero(t, r.Yes)
	require.Equal(t, int64(wealth-2*charge-fee-bond), f.has(researcher), "unused seats go back at once")
	require.Equal(t, int64(2*charge+bond), f.escrow(t, key).Pending.Int64())
}

func TestClear_FailedShort(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 2, 5)
	f.yes(t, key, 1, 2)
	f.says(2, duo.Deny, duo.ReasonAttest)
	f.until(t, deadline+1)
	require.Equal(t, market.STATE_FAILED_SHORT, f.request(t, key).State)
	require.Equal(t, int64(wealth-fee), f.has(researcher), "everything, with the bond, less the process fee")
	require.Equal(t, int64(fee), f.pool())
	require.True(t, f.escrow(t, key).Done())
	require.Equal(t, custody.SEAT_STATE_FREE, f.seat(t, key, 0), "a clearing that failed left no trace")
	require.Zero(t, f.lockedOf(gatewayOne))
	f.block(t)
	require.Equal(t, market.DECISION_STATE_LOST, f.decision(t, key, 1).State)
	require.Equal(t, market.DECISION_STATE_DENIED, f.decision(t, key, 2).State)
	require.Error(t, f.finish(key, 0, custody.SEAT_STATE_RELEASED))
}

// When all n_max have matured but one is denied, the others wait for another.
func TestClear_DeniedOneWaits(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 2)
	f.yes(t, key, 1, 2)
	f.says(1, duo.Deny, duo.ReasonAttest)
	f.block(t)
	require.Equal(t, market.STATE_OPEN, f.request(t, key).State)
	require.Equal(t, market.DECISION_STATE_DENIED, f.decision(t, key, 1).State)
	require.Equal(t, uint64(1), f.request(t, key).Yes)
	f.says(1, duo.Allow)
	f.yes(t, key, 1)
	f.block(t)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State, "a denied one may say yes again")
	require.Equal(t, uint64(0), f.decision(t, key, 2).Seat)
}

func TestClear_Gateways(t *testing.T) {
	f := initFixture(t)
	f.world.stale[account(gatewayOne)] = true
	key := f.opened(t, 1, 2)
	f.yes(t, key, 1, 2)
	f.block(t)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
	require.Zero(t, f.lockedOf(gatewayOne))
	require.Equal(t, int64(2*charge), f.lockedOf(gatewayOne+2), "the third stands in")

	f.world.dropped[account(gatewayOne+1)] = true
	key = f.opened(t, 1, 1)
	f.yes(t, key, 3)
	f.block(t)
	d := f.decision(t, key, 3)
	require.Equal(t, market.DECISION_STATE_DENIED, d.State, "only one gateway is left of two")
	require.Equal(t, []string{string(market.ReasonBond)}, d.Reasons)
	require.Equal(t, int64(2*charge), f.lockedOf(gatewayOne+2), "what was locked on the way is free again")
}

// Bonds run out within one clearing: the first patients keep their seats.
func TestClear_BondRunsOut(t *testing.T) {
	f := initFixture(t)
	for n := range byte(3) {
		require.NoError(t, f.world.bonds.Set(f.ctx, account(gatewayOne+n), math.NewInt(2*charge+1)))
	}
	key := f.opened(t, 2, 4)
	f.yes(t, key, 1, 2, 3, 4)
	f.block(t)
	require.Equal(t, market.STATE_OPEN, f.request(t, key).State)
	for n := range byte(2) {
		d := f.decision(t, key, n+3)
		require.Equal(t, market.DECISION_STATE_DENIED, d.State)
		require.Equal(t, []string{string(market.ReasonBond)}, d.Reasons)
	}
	require.Zero(t, f.lockedOf(gatewayOne), "a clearing that was not kept locks nothing")
	f.until(t, deadline+1)
	require.Equal(t, uint64(2), f.request(t, key).Won)
	require.Equal(t, int64(2*charge), f.lockedOf(gatewayOne))
	require.Zero(t, f.lockedOf(gatewayOne+2), "one gateway alone does not open a dataset")
}

func TestClear_NoJob(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 1)
	f.world.noJob[ds(1)] = true
	f.yes(t, key, 1, 2)
	f.block(t)
	require.Equal(t, []string{string(market.ReasonJob)}, f.decision(t, key, 1).Reasons)
	require.Equal(t, market.DECISION_STATE_WON, f.decision(t, key, 2).State, "the next one takes the seat")
	require.Equal(t, int64(charge), f.lockedOf(gatewayOne))
}

// A state that cannot be read must not stop a block, and is looked at again.
func TestClear_Quarantined(t *testing.T) {
	f := initFixture(t)
	broken, sound := f.opened(t, 1, 1), f.opened(t, 1, 1)
	f.yes(t, broken, 1)
	f.world.fail = errWorld
	f.block(t)
	require.Equal(t, market.STATE_OPEN, f.request(t, broken).State)
	f.world.fail = nil
	f.yes(t, sound, 2)
	f.block(t)
	require.Equal(t, market.STATE_RELEASING, f.request(t, sound).State, "others go on")
	f.until(t, deadline+1)
	require.Equal(t, market.STATE_RELEASING, f.request(t, broken).State)
}

// crowd is the yes of so many owners of datasets of their own, of which all but the
// last few are denied afterwards.
func (f *fixture) crowd(t *testing.T, request id.ID, mark byte, count, allowed int) {
	t.Helper()
	for i := range count {
		of := id.ID{0xee, mark, byte(i >> 8), byte(i)}
		d := f.world.datasets[ds(1)]
		d.Id, d.Owner = of.String(), text(append(append(raw(7)[:17:17], mark), byte(i>>8), byte(i)))
		f.world.datasets[of], f.world.consents[of] = d, f.world.consents[ds(1)]
		_, err := f.msgs.DecideRequest(f.ctx, &market.MsgDecideRequest{
			Owner: d.Owner, RequestId: request.String(), DatasetId: d.Id, Yes: true,
		})
		require.NoError(t, err)
		if i < count-allowed {
			f.world.verdicts[of] = duo.Decision{Verdict: duo.Deny, Reasons: []duo.Reason{duo.ReasonAttest}}
		}
	}
	f.world.evaluated = 0
}

// More than a block's worth of decisions: the work is spread, and nobody is skipped.
func TestClear_Bounded(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 2)
	f.crowd(t, key, 0, 450, 3)
	for range 2 {
		f.world.evaluated = 0
		f.block(t)
		require.LessOrEqual(t, f.world.evaluated, market.MaxItems)
		require.Equal(t, market.STATE_OPEN, f.request(t, key).State)
	}
	f.block(t)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
	f.block(t)
	require.Zero(t, f.request(t, key).Yes, "the last one is told that no seat was left")
}

// The bound is the block's, not each request's.
func TestClear_BoundedTogether(t *testing.T) {
	f := initFixture(t)
	keys := make([]id.ID, 4)
	for i := range keys {
		keys[i] = f.opened(t, 1, 2)
		f.crowd(t, keys[i], byte(i), 150, 2)
	}
	f.block(t)
	require.Equal(t, 2*150, f.world.evaluated, "the request with which the bound is reached is finished")
	f.block(t)
	require.Equal(t, 4*150, f.world.evaluated)
	for _, key := range keys {
		require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
	}
}

// A crowd that won nothing is told in as many blocks as it takes.
func TestSweep_Bounded(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 1)
	for i := range byte(250) {
		of, owner := ds(1), raw(9)
		of[0], owner[0] = 0xdd, i
		of[1] = i
		d := f.world.datasets[ds(1)]
		d.Id, d.Owner = of.String(), text(owner)
		f.world.datasets[of], f.world.consents[of] = d, f.world.consents[ds(1)]
		_, err := f.msgs.DecideRequest(f.ctx, &market.MsgDecideRequest{
			Owner: d.Owner, RequestId: key.String(), DatasetId: d.Id, Yes: true,
		})
		require.NoError(t, err)
	}
	f.block(t)
	require.Equal(t, uint64(249), f.request(t, key).Yes)
	f.block(t)
	require.Equal(t, uint64(49), f.request(t, key).Yes)
	f.block(t)
	require.Zero(t, f.request(t, key).Yes)
}
