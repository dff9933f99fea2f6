package keeper_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// wealthy gives the researcher and the gateways' bonds so much that no price is too high.
func (f *fixture) wealthy(t *testing.T) {
	t.Helper()
	much := sdkmath.NewIntFromUint64(math.MaxUint64).MulRaw(16)
	f.world.set(f.ctx, raw(researcher), "uusd", much)
	for n := range byte(3) {
		require.NoError(t, f.world.bonds.Set(f.ctx, account(gatewayOne+n), much))
	}
	f.world.set(f.ctx, raw(vault), "uusd", much.MulRaw(3))
	f.supply = f.world.supply(f.ctx)
}

func priced(nMin, nMax uint32, amount sdkmath.Int) market.Spec {
	s := spec(nMin, nMax)
	s.Price = sdk.Coin{Denom: "uusd", Amount: amount}
	return s
}

// openedFor is an open request at a price.
func (f *fixture) openedFor(t *testing.T, nMax uint32, amount sdkmath.Int) id.ID {
	t.Helper()
	key := f.submit(t, priced(1, nMax, amount))
	require.NoError(t, f.post(key, 0, int(nMax)))
	return key
}

// The largest price that can be split is 4/5 of 64 bits for one seat, and a tenth of that
// for ten: what it comes to is exact to the unit, one more is refused before anything moves.
func TestEdges_LargestPrice(t *testing.T) {
	for _, seats := range []uint32{1, 10} {
		f := initFixture(t)
		f.wealthy(t)
		params, err := f.keeper.Params.Get(f.ctx)
		require.NoError(t, err)
		fits := func(price sdkmath.Int) bool {
			_, err := params.Cost(sdk.Coin{Denom: "uusd", Amount: price}, seats)
			return err == nil
		}
		low, high := sdkmath.OneInt(), sdkmath.NewIntFromUint64(math.MaxUint64)
		require.False(t, fits(high))
		for high.Sub(low).GT(sdkmath.OneInt()) {
			if middle := low.Add(high).QuoRaw(2); fits(middle) {
				low = middle
			} else {
				high = middle
			}
		}
		msg := f.submission(priced(1, seats, low))
		had := f.world.balance(f.ctx, raw(researcher), "uusd")
		msg.Spec.Price.Amount = high
		_, err = f.msgs.SubmitRequest(f.ctx, msg)
		require.ErrorIs(t, err, market.ErrInvalid)
		require.Equal(t, had.String(), f.world.balance(f.ctx, raw(researcher), "uusd").String())

		key := f.openedFor(t, seats, low)
		for n := range seats {
			f.yes(t, key, byte(n+1))
		}
		f.block(t)
		require.Equal(t, market.STATE_RELEASING, f.request(t, key).State, "%d seats", seats)
		for seat := range uint64(seats) {
			f.release(t, key, seat)
			require.Equal(t, low.String(), f.world.balance(f.ctx, raw(payouts+byte(seat)+1), "uusd").String())
			f.solvent(t)
		}
		f.until(t, f.ctx.BlockHeight()+202)
		require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
		e := f.escrow(t, key)
		require.Equal(t, e.Deposited.String(), e.Paid.Add(e.Refunded).String())
	}
}

// Prices that are no price: nothing is stored and nothing moves.
func TestEdges_NoPrice(t *testing.T) {
	f := initFixture(t)
	f.wealthy(t)
	good := f.submission(spec(1, 1))
	for name, price := range map[string]sdk.Coin{
		"nothing":           {Denom: "uusd", Amount: sdkmath.ZeroInt()},
		"less than nothing": {Denom: "uusd", Amount: sdkmath.NewInt(-1)},
		"missing":           {Denom: "uusd"},
		"65 bits":           {Denom: "uusd", Amount: sdkmath.NewIntFromUint64(math.MaxUint64).AddRaw(1)},
		"2^127":             {Denom: "uusd", Amount: sdkmath.NewIntWithDecimal(1, 38)},
		"not allowed":       {Denom: "uvol", Amount: sdkmath.NewInt(price)},
		"no denomination":   {Amount: sdkmath.NewInt(price)},
		"malformed":         {Denom: "u", Amount: sdkmath.NewInt(price)},
	} {
		msg := *good
		msg.Spec.Price = price
		_, err := f.msgs.SubmitRequest(f.ctx, &msg)
		require.Error(t, err, name)
		msg.Escrow.Denom = price.Denom
		_, err = f.msgs.SubmitRequest(f.ctx, &msg)
		require.Error(t, err, name)
	}
	for name, c := range map[string]struct{ nMin, nMax uint32 }{
		"nobody": {0, 0}, "at least nobody": {0, 1}, "fewer than at least": {3, 2}, "a crowd": {1, market.NetworkK},
		"all there are": {1, math.MaxUint32},
	} {
		msg := *good
		msg.Spec.NMin, msg.Spec.NMax = c.nMin, c.nMax
		_, err := f.msgs.SubmitRequest(f.ctx, &msg)
		require.Error(t, err, name)
	}
	for name, change := range map[string]int64{"one unit less": -1, "one unit more": 1} {
		msg := *good
		msg.Escrow.Amount = msg.Escrow.Amount.AddRaw(change)
		_, err := f.msgs.SubmitRequest(f.ctx, &msg)
		require.ErrorIs(t, err, market.ErrEscrow, name)
	}
	require.Zero(t, f.world.sends)
	f.solvent(t)
	_, err := f.msgs.SubmitRequest(f.ctx, good)
	require.NoError(t, err)
}

// As few as at least and at most: all or nothing.
func TestEdges_AllOrNothing(t *testing.T) {
	f := initFixture(t)
	all := f.opened(t, 3, 3)
	short := f.opened(t, 3, 3)
	f.yes(t, all, 1, 2, 3)
	f.yes(t, short, 4, 5)
	f.until(t, deadline+1)
	require.Equal(t, uint64(3), f.request(t, all).Won)
	require.Equal(t, market.STATE_FAILED_SHORT, f.request(t, short).State)
	require.Zero(t, f.request(t, short).Won)
	e := f.escrow(t, short)
	require.True(t, e.Done())
	require.Equal(t, int64(10_000), e.Paid.Int64(), "the process fee and nothing else")
}

// Cancelling costs at most a hundredth of the seats' money, rounded in favour of who pays,
// whatever the price; and once.
func TestEdges_CancelFee(t *testing.T) {
	for _, price := range []int64{1, 79, 80, 99, 100, 12_345} {
		f := initFixture(t)
		had := f.has(researcher)
		key := f.submit(t, priced(1, 2, sdkmath.NewInt(price)))
		seats, err := f.request(t, key).Charge(2)
		require.NoError(t, err)
		cancel := &market.MsgCancelRequest{Researcher: account(researcher), RequestId: key.String()}
		_, err = f.msgs.CancelRequest(f.ctx, cancel)
		require.NoError(t, err)
		cost := had - f.has(researcher) - 10_000
		require.Equal(t, seats.Amount.Int64()/100, cost, "price %d", price)
		_, err = f.msgs.CancelRequest(f.ctx, cancel)
		require.ErrorIs(t, err, market.ErrState)
		f.block(t)
		f.until(t, deadline+1)
		require.Equal(t, cost, had-f.has(researcher)-10_000, "nor by the deadline's look")
	}
}

// Revoked seats beside released ones: every unit goes one way, whichever seat ends first.
func TestEdges_MixedEnds(t *testing.T) {
	for ends := range 8 {
		f := initFixture(t)
		had := f.has(researcher)
		key := f.won(t, 3)
		released := int64(0)
		for seat := range uint64(3) {
			to := custody.SEAT_STATE_VOID
			if ends>>seat&1 == 1 {
				to = custody.SEAT_STATE_RELEASED
				released++
			}
			require.NoError(t, f.finish(key, seat, to))
			require.Error(t, f.finish(key, seat, to), "a seat ends once")
			f.solvent(t)
		}
		f.until(t, f.ctx.BlockHeight()+202)
		require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
		require.Equal(t, 10_000+released*(charge-1), had-f.has(researcher), "one unit does not divide by two gateways")
		for n := range byte(3) {
			require.Zero(t, f.lockedOf(gatewayOne+n))
			require.Equal(t, int64(ends>>n&1)*price, f.has(payouts+n+1))
		}
	}
}

// A claim in the very block that ends the fetch window, answered in the very block that
// ends its own: nobody is paid twice, and nothing is left behind.
func TestEdges_ClaimAtTheEnd(t *testing.T) {
	for name, c := range map[string]struct {
		answer, dispute, judge, uphold bool
		gateway                        int64 // gets, beside its bond
	}{
		"silent":    {gateway: 0},
		"answered":  {answer: true, gateway: side / 2},
		"disputed":  {answer: true, dispute: true, gateway: side / 2},
		"dismissed": {answer: true, dispute: true, judge: true, gateway: side/2 + claimBond},
		"upheld":    {answer: true, dispute: true, judge: true, uphold: true, gateway: 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := initFixture(t)
			key := f.served(t)
			f.until(t, f.ctx.BlockHeight()+200)
			require.NoError(t, f.noService(key, 0, gatewayOne))
			f.until(t, f.ctx.BlockHeight()+20)
			if c.answer {
				require.NoError(t, f.serve(key, 0, gatewayOne))
				f.until(t, f.ctx.BlockHeight()+20)
			}
			if c.dispute {
				require.NoError(t, f.dispute(key, 0, gatewayOne, researcher))
				f.until(t, f.ctx.BlockHeight()+200)
			}
			if c.judge {
				require.NoError(t, f.judge(key, 0, gatewayOne, arbiter, c.uphold))
			}
			f.block(t)
			require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
			require.Equal(t, c.gateway, f.has(gatewayOne))
			require.Equal(t, int64(side/2), f.has(gatewayOne+1))
			require.Zero(t, f.lockedOf(gatewayOne))
			require.True(t, f.escrow(t, key).Done())
			for _, late := range []error{
				f.noService(key, 0, gatewayOne), f.serve(key, 0, gatewayOne),
				f.dispute(key, 0, gatewayOne, researcher), f.judge(key, 0, gatewayOne, arbiter, true),
			} {
				require.Error(t, late)
			}
			f.until(t, f.ctx.BlockHeight()+300)
			require.Equal(t, c.gateway, f.has(gatewayOne))
		})
	}
}

// The market goes on from an export of any block as if nothing had happened.
func TestEdges_ExportOfAnyBlock(t *testing.T) {
	f := busy(t)
	export := func(f *fixture) *market.GenesisState {
		g, err := f.keeper.ExportGenesis(f.ctx)
		require.NoError(t, err)
		return g
	}
	for n := range 240 {
		if n%24 == 0 {
			g := f.moved(t, nil)
			require.Equal(t, export(f), export(g), "block %d", n)
			on := *f
			on.ctx, _ = f.ctx.CacheContext()
			on.block(t)
			g.block(t)
			require.Equal(t, export(&on), export(g), "the block after block %d", n)
		}
		f.block(t)
	}
}

// No page of a query is larger than the most, no key and no offset makes one panic, and a
// missing request is a bad one.
func TestEdges_HostilePages(t *testing.T) {
	f := busy(t)
	key := f.won(t, 1)
	text := key.String()
	for name, page := range map[string]*query.PageRequest{
		"none":         nil,
		"all":          {Limit: math.MaxUint64, CountTotal: true},
		"far":          {Offset: math.MaxUint64, Limit: math.MaxUint64},
		"backwards":    {Reverse: true, Limit: math.MaxUint64},
		"a short key":  {Key: []byte{1}},
		"a long key":   {Key: bytes.Repeat([]byte{0xff}, 1000)},
		"key, offset":  {Key: []byte{1}, Offset: 1},
		"key, reverse": {Key: bytes.Repeat([]byte{0}, 40), Reverse: true},
	} {
		require.NotPanics(t, func() {
			for _, ask := range []func() (int, *query.PageResponse, error){
				func() (int, *query.PageResponse, error) {
					out, err := f.query.Requests(f.ctx, &market.QueryRequestsRequest{Pagination: page})
					return len(out.GetRequests()), out.GetPagination(), err
				},
				func() (int, *query.PageResponse, error) {
					out, err := f.query.Requests(f.ctx, &market.QueryRequestsRequest{
						Researcher: account(researcher), State: market.STATE_OPEN, Pagination: page,
					})
					return len(out.GetRequests()), out.GetPagination(), err
				},
				func() (int, *query.PageResponse, error) {
					out, err := f.query.Decisions(f.ctx, &market.QueryDecisionsRequest{RequestId: text, Pagination: page})
					return len(out.GetDecisions()), out.GetPagination(), err
				},
				func() (int, *query.PageResponse, error) {
					out, err := f.query.Payments(f.ctx, &market.QueryPaymentsRequest{RequestId: text, Pagination: page})
					return len(out.GetPayments()), out.GetPagination(), err
				},
				func() (int, *query.PageResponse, error) {
					out, err := f.query.Earnings(f.ctx, &market.QueryEarningsRequest{
						Address: account(researcher), Pagination: page,
					})
					return len(out.GetPayments()), out.GetPagination(), err
				},
			} {
				count, response, err := ask()
				require.LessOrEqual(t, count, 200, name)
				if err == nil {
					require.Zero(t, response.Total, "a total would cost a walk over everything")
				}
			}
		}, name)
	}
	for _, ask := range []func() error{
		func() error { _, err := f.query.Decisions(f.ctx, nil); return err },
		func() error { _, err := f.query.Payments(f.ctx, nil); return err },
		func() error { _, err := f.query.Earnings(f.ctx, nil); return err },
		func() error { _, err := f.query.Cost(f.ctx, nil); return err },
		func() error { _, err := f.query.Check(f.ctx, nil); return err },
		func() error { _, err := f.query.Claim(f.ctx, nil); return err },
	} {
		require.NotPanics(t, func() { require.Error(t, ask()) })
	}
}

// Who sees a request in the mempool cannot take its id, its seats or its decisions.
func TestEdges_Squatters(t *testing.T) {
	f := initFixture(t)
	f.world.set(f.ctx, raw(stranger), "uusd", sdkmath.NewInt(wealth))
	f.supply = f.world.supply(f.ctx)
	msg := f.submission(spec(1, 1))
	copied := *msg
	copied.Researcher = account(stranger)
	copied.Spec.Use.Recipients = []string{account(stranger)}
	out, err := f.msgs.SubmitRequest(f.ctx, &copied)
	require.NoError(t, err)
	mine, err := f.msgs.SubmitRequest(f.ctx, msg)
	require.NoError(t, err, "the same random bytes make another id")
	require.NotEqual(t, out.RequestId, mine.RequestId)
	_, err = f.msgs.SubmitRequest(f.ctx, msg)
	require.ErrorIs(t, err, market.ErrExists)
	_, err = f.msgs.PostSeats(f.ctx, &market.MsgPostSeats{
		Researcher: account(stranger), RequestId: mine.RequestId,
		Seats: []market.SeatPost{{Q: digest(1), Proof: bytes.Repeat([]byte{1}, 128)}},
	})
	require.ErrorIs(t, err, market.ErrNotResearcher)
	_, err = f.msgs.CancelRequest(f.ctx, &market.MsgCancelRequest{
		Researcher: account(stranger), RequestId: mine.RequestId,
	})
	require.ErrorIs(t, err, market.ErrNotResearcher)
	key, err := id.Parse(mine.RequestId)
	require.NoError(t, err)
	has, err := f.keeper.Decisions.Decisions.Has(f.ctx, collections.Join(key, ds(1)))
	require.NoError(t, err)
	require.False(t, has)
	f.solvent(t)
}
