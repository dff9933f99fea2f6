package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// story runs a request from its submission to its end: three seats, of which one is
// void, one is released and served, and one is released and not served.
func (f *fixture) story(t *testing.T) {
	t.Helper()
	f.params(t, func(p *market.Params) { p.FetchWindow = 30 })
	msg := f.submission(spec(1, 3))
	f.insist(t, func() error {
		_, err := f.msgs.SubmitRequest(f.ctx, msg)
		return err
	})
	key := id.Request("volens-origin", raw(researcher), msg.Random)
	require.NoError(t, f.post(key, 0, 3))
	f.yes(t, key, 1, 2, 3)
	for f.request(t, key).State != market.STATE_RELEASING {
		f.block(t)
	}
	for seat, end := range []custody.SeatState{
		custody.SEAT_STATE_RELEASED, custody.SEAT_STATE_VOID, custody.SEAT_STATE_RELEASED,
	} {
		f.insist(t, func() error { return f.finish(key, uint64(seat), end) })
	}
	f.insist(t, func() error { return f.noService(key, 0, gatewayOne) })
	f.insist(t, func() error { return f.noService(key, 2, gatewayOne+1) })
	require.NoError(t, f.serve(key, 0, gatewayOne))
	for f.request(t, key).State != market.STATE_CLOSED {
		f.block(t)
		require.Less(t, f.ctx.BlockHeight(), int64(1_000), "it ends")
	}
}

// insist runs a step as a transaction, and once more if it failed.
func (f *fixture) insist(t *testing.T, run func() error) {
	t.Helper()
	outer := f.ctx
	for range 2 {
		cached, write := outer.CacheContext()
		f.ctx = cached
		err := run()
		f.ctx = outer
		if err == nil {
			write()
			return
		}
		f.solvent(t)
	}
	require.Fail(t, "failed twice")
}

// rich is what everybody has in the end.
func (f *fixture) rich() map[byte]int64 {
	out := map[byte]int64{}
	for _, n := range []byte{
		researcher, attestor, gatewayOne, gatewayOne + 1, gatewayOne + 2, payouts + 1, payouts + 2, payouts + 3,
	} {
		out[n] = f.has(n)
	}
	out[0] = f.pool()
	return out
}

// Whichever movement of coins fails, once, nothing is lost, doubled or stuck: the end
// is the same.
func TestStory_EveryPaymentFailsOnce(t *testing.T) {
	plain := initFixture(t)
	plain.story(t)
	want, moves := plain.rich(), plain.world.sends
	require.Equal(t, map[byte]int64{
		researcher: wealth - fee - 2*charge + 2 /* do not divide */ + charge /* refund */ + side/2, /* its part */
		attestor:   2 * side, gatewayOne: 2 * (side / 2), gatewayOne + 1: side / 2, gatewayOne + 2: 0,
		payouts + 1: price, payouts + 2: 0, payouts + 3: price, 0: fee + 2*side,
	}, want)
	require.Greater(t, moves, 15)
	for n := 1; n <= moves; n++ {
		f := initFixture(t)
		f.world.failSend = n
		f.story(t)
		require.Equal(t, want, f.rich(), "movement %d failed", n)
	}
}

// Several researchers' money in several denominations does not mix.
func TestStory_TwoDenominations(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.Denoms = []string{"uusd", "uvol"} })
	f.world.set(f.ctx, raw(researcher), "uvol", math.NewInt(wealth))
	f.supply = f.world.supply(f.ctx)
	s := spec(1, 1)
	s.Price = sdk.NewInt64Coin("uvol", 80)
	other := f.submit(t, s)
	require.NoError(t, f.post(other, 0, 1))
	usual := f.opened(t, 1, 1)
	f.yes(t, other, 1)
	f.yes(t, usual, 1)
	f.block(t)
	f.release(t, other, 0)
	f.void(t, usual, 0)
	f.solvent(t)
	require.Equal(t, int64(80), f.world.balance(f.ctx, raw(payouts+1), "uvol").Int64())
	require.Zero(t, f.has(payouts+1))
	require.Equal(t, int64(wealth-fee), f.has(researcher))
	coins, err := f.keeper.PendingPrice(f.ctx, ds(1))
	require.NoError(t, err)
	require.True(t, coins.IsZero())
}

// One dataset may be won by several requests; each pays for its own seat.
func TestStory_OneDatasetManyRequests(t *testing.T) {
	f := initFixture(t)
	keys := make([]id.ID, 5)
	for i := range keys {
		keys[i] = f.opened(t, 1, 1)
		f.yes(t, keys[i], 1)
	}
	f.block(t)
	for i, key := range keys {
		require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
		f.release(t, key, 0)
		require.Equal(t, int64(price)*int64(i+1), f.has(payouts+1))
	}
	f.until(t, f.ctx.BlockHeight()+201)
	for _, key := range keys {
		require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
	}
	require.True(t, f.world.balance(f.ctx, market.Account(), "uusd").IsZero())
}

// Revoking after a yes and before clearing: the seat is not won, and another's is.
func TestStory_RevokedBeforeClearing(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 2)
	f.yes(t, key, 1)
	f.block(t)
	delete(f.world.consents, ds(1))
	f.yes(t, key, 2, 3)
	f.block(t)
	require.Equal(t, market.DECISION_STATE_DENIED, f.decision(t, key, 1).State)
	require.Equal(t, market.DECISION_STATE_WON, f.decision(t, key, 2).State)
	require.Equal(t, uint64(1), f.decision(t, key, 3).Seat)
}

// A patient's floor for the cohort is read again at clearing.
func TestStory_FloorRaisedBeforeClearing(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 2)
	f.yes(t, key, 1)
	c := f.world.consents[ds(1)]
	c.Provision.KMin = 25
	f.world.consents[ds(1)] = c
	f.until(t, deadline+1)
	require.Equal(t, []string{string(market.ReasonKMin)}, f.decision(t, key, 1).Reasons)
	require.Equal(t, market.STATE_FAILED_SHORT, f.request(t, key).State)
}

// Everything that is moved is announced.
func TestStory_Events(t *testing.T) {
	f := initFixture(t)
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	key := f.won(t, 1)
	f.release(t, key, 0)
	require.NoError(t, f.noService(key, 0, gatewayOne))
	f.until(t, f.ctx.BlockHeight()+201)
	counts := map[string]int{}
	for _, e := range f.ctx.EventManager().Events() {
		counts[e.Type]++
	}
	payments, err := f.query.Payments(f.ctx, &market.QueryPaymentsRequest{RequestId: key.String()})
	require.NoError(t, err)
	require.Len(t, payments.Payments, counts["volens.market.v1.EventPaid"], "one for each payment in the end")
	require.Equal(t, 4, counts["volens.market.v1.EventHeld"], "attestor, two gateways, the claim's bond")
	require.Equal(t, 2, counts["volens.market.v1.EventService"])
	require.Equal(t, 3, counts["volens.market.v1.EventDecided"], "yes, won, released")
	require.Equal(t, 5, counts["volens.market.v1.EventRequestState"], "submitted, open, releasing, settled, closed")
	require.Equal(t, 1, counts["volens.market.v1.EventRequestSubmitted"])
}

// A referral's deadline holds even where the agenda is late.
func TestStory_LateReferral(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.ReferralWindow = 5 })
	key := f.opened(t, 1, 2)
	f.says(1, duo.Refer, "RS")
	f.yes(t, key, 1)
	f.ctx = f.ctx.WithBlockHeight(start + 6)
	require.ErrorIs(t, f.answer(key, 1, ethics, true), market.ErrReferral)
	f.ctx = f.ctx.WithBlockHeight(start + 5)
	require.NoError(t, f.answer(key, 1, ethics, true))
}

// A second referral after a change of mind has a deadline of its own.
func TestStory_ReferredTwice(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.ReferralWindow = 5 })
	key := f.opened(t, 1, 2)
	f.says(1, duo.Refer, "RS")
	f.yes(t, key, 1)
	f.until(t, start+3)
	require.NoError(t, f.decide(key, 1, false))
	f.yes(t, key, 1)
	f.until(t, start+7)
	require.Equal(t, market.DECISION_STATE_REFERRED, f.decision(t, key, 1).State, "the first deadline is nobody's")
	f.until(t, start+9)
	require.Equal(t, market.DECISION_STATE_DENIED, f.decision(t, key, 1).State)
}
