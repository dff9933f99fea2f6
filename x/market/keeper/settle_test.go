package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// won is a request of which so many seats are won, by datasets 1, 2, 3...
func (f *fixture) won(t require.TestingT, seats byte) id.ID {
	key := f.opened(t, 1, uint32(seats))
	for n := range seats {
		f.yes(t, key, n+1)
	}
	f.block(t)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
	return key
}

func TestAfterRelease(t *testing.T) {
	f := initFixture(t)
	key := f.won(t, 1)
	f.release(t, key, 0)
	f.solvent(t)
	require.Equal(t, int64(price), f.has(payouts+1), "the patient, in the same transition")
	require.Equal(t, int64(side), f.world.balance(f.ctx, market.CommitteeAccount(), "uusd").Int64())
	require.Equal(t, int64(fee+side), f.pool())
	require.Zero(t, f.has(attestor), "held")
	require.Zero(t, f.has(gatewayOne), "held")
	e := f.escrow(t, key)
	require.Equal(t, int64(side+side-1), e.Held.Int64(), "what does not divide by two went back")
	require.Zero(t, e.Pending.Int64())
	require.Equal(t, int64(wealth-fee-charge+1), f.has(researcher), "with the bond, when the last seat is settled")
	require.Equal(t, market.STATE_SETTLED, f.request(t, key).State)
	require.Equal(t, market.DECISION_STATE_RELEASED, f.decision(t, key, 1).State)
	require.Equal(t, int64(charge), f.lockedOf(gatewayOne))

	released := f.ctx.BlockHeight()
	f.until(t, released+200)
	require.Zero(t, f.has(attestor))
	f.block(t)
	require.Equal(t, int64(side), f.has(attestor))
	require.Equal(t, int64(side/2), f.has(gatewayOne))
	require.Equal(t, int64(side/2), f.has(gatewayOne+1))
	require.Zero(t, f.lockedOf(gatewayOne))
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
	require.True(t, f.escrow(t, key).Done())
}

func TestAfterRelease_Twice(t *testing.T) {
	f := initFixture(t)
	key := f.won(t, 2)
	f.release(t, key, 0)
	before := f.has(payouts + 1)
	require.ErrorIs(t, f.keeper.AfterRelease(f.ctx, key, 0), market.ErrSeat, "a replay pays nothing")
	require.ErrorIs(t, f.keeper.AfterVoid(f.ctx, key, 0, custody.CAUSE_LATE), market.ErrSeat, "nor does it refund")
	require.Equal(t, before, f.has(payouts+1))
	f.void(t, key, 1)
	require.ErrorIs(t, f.keeper.AfterRelease(f.ctx, key, 1), market.ErrSeat, "release after void")
	require.ErrorIs(t, f.keeper.AfterVoid(f.ctx, key, 1, custody.CAUSE_LATE), market.ErrSeat, "void twice")
	require.ErrorIs(t, f.keeper.AfterRelease(f.ctx, key, 2), market.ErrNotFound, "a seat that nobody won")
	require.ErrorIs(t, f.keeper.AfterRelease(f.ctx, id.ID{}, 0), market.ErrNotFound)
	f.solvent(t)
}

func TestAfterVoid(t *testing.T) {
	f := initFixture(t)
	key := f.won(t, 2)
	had := f.has(researcher)
	f.void(t, key, 0)
	f.solvent(t)
	require.Equal(t, had+charge, f.has(researcher), "its charge, at once")
	require.Equal(t, int64(charge), f.lockedOf(gatewayOne), "of one seat")
	require.Equal(t, market.DECISION_STATE_VOID, f.decision(t, key, 1).State)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
	f.void(t, key, 1)
	r := f.request(t, key)
	require.Equal(t, market.STATE_CLOSED, r.State, "nothing is held")
	require.Equal(t, uint64(2), r.Void)
	require.Equal(t, int64(wealth-fee), f.has(researcher))
	require.Zero(t, f.lockedOf(gatewayOne))
}

func TestAfterRelease_Payout(t *testing.T) {
	f := initFixture(t)
	key := f.won(t, 3)
	change := func(n byte, to func(*consent.Provision)) {
		c := f.world.consents[ds(n)]
		c.Status = consent.STATUS_INACTIVE
		to(&c.Provision)
		f.world.consents[ds(n)] = c
	}
	change(1, func(p *consent.Provision) { p.Donate, p.Payout = true, "" })
	f.world.blocked[account(payouts+2)] = true
	delete(f.world.consents, ds(3))
	f.release(t, key, 0, 1, 2)
	require.Equal(t, int64(fee+price+3*side), f.pool(), "donated, of a consent that was revoked meanwhile")
	require.Equal(t, int64(price), f.has(patients+2), "an account that takes nothing: her own")
	require.Equal(t, int64(price), f.has(patients+3))
}

// Amounts so small that parts vanish are paid as what is left of them.
func TestAfterRelease_SmallestPrice(t *testing.T) {
	f := initFixture(t)
	s := spec(1, 1)
	s.Price = sdk.NewInt64Coin("uusd", 1)
	key := f.submit(t, s)
	require.NoError(t, f.post(key, 0, 1))
	f.yes(t, key, 1)
	f.block(t)
	f.release(t, key, 0)
	require.Equal(t, int64(1), f.has(payouts+1))
	require.Equal(t, market.STATE_SETTLED, f.request(t, key).State, "nothing is held, but it must be served")
	require.Equal(t, int64(1), f.lockedOf(gatewayOne))
	f.until(t, f.ctx.BlockHeight()+201)
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
	require.Zero(t, f.lockedOf(gatewayOne))
}

// A bond that somebody else took of must not keep others from their money.
func TestEndFetch_BondIsGone(t *testing.T) {
	f := initFixture(t)
	key := f.won(t, 1)
	f.release(t, key, 0)
	require.NoError(t, f.world.UnlockBond(f.ctx, account(gatewayOne), sdk.NewInt64Coin("uusd", 5)))
	f.until(t, f.ctx.BlockHeight()+201)
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
	require.Equal(t, int64(side), f.has(attestor))
}

// A part that cannot be paid waits, and the others of other seats do not.
func TestEndFetch_Quarantined(t *testing.T) {
	f := initFixture(t)
	key := f.won(t, 1)
	f.release(t, key, 0)
	f.world.blocked[account(attestor)] = true
	f.until(t, f.ctx.BlockHeight()+201)
	require.Equal(t, market.STATE_SETTLED, f.request(t, key).State)
	f.world.blocked[account(attestor)] = false
	f.until(t, f.ctx.BlockHeight()+101)
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
}

func TestPendingPrice(t *testing.T) {
	f := initFixture(t)
	pending := func(n byte) int64 {
		coins, err := f.keeper.PendingPrice(f.ctx, ds(n))
		require.NoError(t, err)
		return coins.AmountOf("uusd").Int64()
	}
	require.Zero(t, pending(1))
	one, two := f.won(t, 1), f.won(t, 1)
	require.Equal(t, int64(2*charge), pending(1))
	require.Zero(t, pending(2))
	f.release(t, one, 0)
	require.Equal(t, int64(charge), pending(1))
	f.void(t, two, 0)
	require.Zero(t, pending(1))
}
