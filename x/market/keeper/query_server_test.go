package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/market"
)

func TestQuery_Request(t *testing.T) {
	f := initFixture(t)
	key := f.won(t, 1)
	out, err := f.query.Request(f.ctx, &market.QueryRequestRequest{RequestId: key.String()})
	require.NoError(t, err)
	require.Equal(t, key.String(), out.Request.Id)
	require.Equal(t, key.String(), out.Escrow.RequestId)
	_, err = f.query.Request(f.ctx, &market.QueryRequestRequest{RequestId: ds(1).String()})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.query.Request(f.ctx, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestQuery_Requests(t *testing.T) {
	f := initFixture(t)
	f.won(t, 1)
	f.opened(t, 1, 2)
	f.submit(t, spec(1, 2))
	count := func(request *market.QueryRequestsRequest) int {
		out, err := f.query.Requests(f.ctx, request)
		require.NoError(t, err)
		return len(out.Requests)
	}
	require.Equal(t, 3, count(&market.QueryRequestsRequest{}))
	require.Equal(t, 2, count(&market.QueryRequestsRequest{Pagination: &query.PageRequest{Limit: 2}}))
	require.Equal(t, 1, count(&market.QueryRequestsRequest{State: market.STATE_OPEN}))
	require.Zero(t, count(&market.QueryRequestsRequest{State: market.STATE_CLOSED}))
	require.Equal(t, 3, count(&market.QueryRequestsRequest{Researcher: account(researcher)}))
	require.Equal(t, 1, count(&market.QueryRequestsRequest{
		Researcher: account(researcher), State: market.STATE_RELEASING,
	}))
	require.Zero(t, count(&market.QueryRequestsRequest{Researcher: account(stranger)}))
	for _, bad := range []*market.QueryRequestsRequest{nil, {State: 99}, {Researcher: "x"}} {
		_, err := f.query.Requests(f.ctx, bad)
		require.Equal(t, codes.InvalidArgument, status.Code(err))
	}
}

func TestQuery_Payments(t *testing.T) {
	f := initFixture(t)
	key := f.won(t, 2)
	f.release(t, key, 0)
	out, err := f.query.Payments(f.ctx, &market.QueryPaymentsRequest{RequestId: key.String()})
	require.NoError(t, err)
	sums := map[market.PartRole]int64{}
	for _, p := range out.Payments {
		sums[p.Role] += p.Amount.Amount.Int64()
	}
	require.Equal(t, map[market.PartRole]int64{
		market.PART_ROLE_PROCESS_FEE: fee, market.PART_ROLE_PATIENT: price, market.PART_ROLE_COMMITTEE: side,
		market.PART_ROLE_POOL: side, market.PART_ROLE_ATTESTOR: side, market.PART_ROLE_GATEWAY: side - 1,
		market.PART_ROLE_REFUND: 1,
	}, sums)
	_, err = f.query.Payments(f.ctx, &market.QueryPaymentsRequest{RequestId: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))

	earned, err := f.query.Earnings(f.ctx, &market.QueryEarningsRequest{Address: account(attestor)})
	require.NoError(t, err)
	require.Len(t, earned.Payments, 1)
	require.False(t, earned.Payments[0].Paid)
	require.Equal(t, f.ctx.BlockHeight()+200, earned.Payments[0].HeldUntil)
	_, err = f.query.Earnings(f.ctx, &market.QueryEarningsRequest{Address: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestQuery_Decisions(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 3)
	f.yes(t, key, 1, 2)
	out, err := f.query.Decisions(f.ctx, &market.QueryDecisionsRequest{RequestId: key.String()})
	require.NoError(t, err)
	require.Len(t, out.Decisions, 2)
	_, err = f.query.Decisions(f.ctx, &market.QueryDecisionsRequest{})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

// The cost is exactly what a submission locks.
func TestQuery_Cost(t *testing.T) {
	f := initFixture(t)
	out, err := f.query.Cost(f.ctx, &market.QueryCostRequest{NMax: 3, Price: "1000023", Denom: "uusd"})
	require.NoError(t, err)
	require.Equal(t, math.NewInt(charge), out.SeatCharge.Amount)
	require.Equal(t, math.NewInt(3*charge), out.Seats.Amount)
	require.Equal(t, math.NewInt(3*charge+fee+bond), out.Escrow.Amount)
	require.Equal(t, f.submission(spec(1, 3)).Escrow, out.Escrow)
	for _, bad := range []*market.QueryCostRequest{
		nil,
		{NMax: 1, Price: "x", Denom: "uusd"},
		{NMax: 1, Price: "0", Denom: "uusd"},
		{NMax: 1, Price: "1", Denom: "uvol"},
		{NMax: 1, Price: "-1", Denom: "uusd"},
		{NMax: 2, Price: "18446744073709551615", Denom: "uusd"},
	} {
		_, err := f.query.Cost(f.ctx, bad)
		require.Equal(t, codes.InvalidArgument, status.Code(err))
	}
}

func TestQuery_Check(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 3)
	check := func(n byte) *market.QueryCheckResponse {
		out, err := f.query.Check(f.ctx, &market.QueryCheckRequest{RequestId: key.String(), DatasetId: ds(n).String()})
		require.NoError(t, err)
		return out
	}
	require.Equal(t, "ALLOW", check(1).Verdict)
	f.says(2, duo.Deny, duo.ReasonAttest)
	require.Equal(t, &market.QueryCheckResponse{Verdict: "DENY", Reasons: []string{"ATTEST"}}, check(2))
	f.says(3, duo.Refer, "RS")
	require.Equal(t, "REFER", check(3).Verdict)
	f.yes(t, key, 3)
	require.NoError(t, f.answer(key, 3, ethics, true))
	require.Equal(t, "ALLOW", check(3).Verdict, "as it stands after ethics' yes")
	_, err := f.query.Check(f.ctx, &market.QueryCheckRequest{RequestId: ds(1).String(), DatasetId: ds(1).String()})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.query.Check(f.ctx, &market.QueryCheckRequest{RequestId: key.String()})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestQuery_Claim(t *testing.T) {
	f := initFixture(t)
	_, err := f.query.Claim(f.ctx, &market.QueryClaimRequest{RequestId: ds(1).String(), Gateway: account(gatewayOne)})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.query.Claim(f.ctx, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestQuery_Solvency(t *testing.T) {
	f := initFixture(t)
	f.won(t, 2)
	key := f.opened(t, 1, 2)
	ask := func() *market.QuerySolvencyResponse {
		out, err := f.query.Solvency(f.ctx, &market.QuerySolvencyRequest{})
		require.NoError(t, err)
		return out
	}
	require.True(t, ask().Solvent)
	f.world.set(f.ctx, market.Account(), "uusd", math.NewInt(5))
	require.False(t, ask().Solvent)
	e := f.escrow(t, key)
	e.Pending = e.Pending.AddRaw(1)
	require.NoError(t, f.keeper.Money.Escrows.Set(f.ctx, key, e))
	require.Equal(t, []string{key.String()}, ask().Broken)
}

func TestQuery_Params(t *testing.T) {
	f := initFixture(t)
	out, err := f.query.Params(f.ctx, &market.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, market.DevnetParams(), out.Params)
}

// A chain without requests answers every list with nothing, and its books balance.
func TestQuery_Nothing(t *testing.T) {
	f := initFixture(t)
	requests, err := f.query.Requests(f.ctx, &market.QueryRequestsRequest{})
	require.NoError(t, err)
	require.Empty(t, requests.Requests)
	decisions, err := f.query.Decisions(f.ctx, &market.QueryDecisionsRequest{RequestId: ds(1).String()})
	require.NoError(t, err)
	require.Empty(t, decisions.Decisions)
	payments, err := f.query.Payments(f.ctx, &market.QueryPaymentsRequest{RequestId: ds(1).String()})
	require.NoError(t, err)
	require.Empty(t, payments.Payments)
	earnings, err := f.query.Earnings(f.ctx, &market.QueryEarningsRequest{Address: account(stranger)})
	require.NoError(t, err)
	require.Empty(t, earnings.Payments)
	f.solvent(t)
}
