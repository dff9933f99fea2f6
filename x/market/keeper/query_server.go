package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

type queryServer struct{ keeper *Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k *Keeper) market.QueryServer { return queryServer{keeper: k} }

// Request returns one request with its ledger.
func (q queryServer) Request(
	ctx context.Context, request *market.QueryRequestRequest,
) (*market.QueryRequestResponse, error) {
	key, err := parseID("request_id", request.GetRequestId())
	if err != nil {
		return nil, err
	}
	r, err := q.keeper.Request(ctx, key)
	if err != nil {
		return nil, answer(err)
	}
	e, err := q.keeper.Money.Escrows.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return &market.QueryRequestResponse{Request: r, Escrow: e}, nil
}

// Requests lists requests by id, of one researcher or in one state if they are given.
func (q queryServer) Requests(
	ctx context.Context, request *market.QueryRequestsRequest,
) (*market.QueryRequestsResponse, error) {
	if request == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	if request.State < market.STATE_UNSPECIFIED || request.State > market.STATE_FAILED_SHORT {
		return nil, status.Errorf(codes.InvalidArgument, "state %d is unknown", request.State)
	}
	var (
		list []market.Request
		page *query.PageResponse
		err  error
	)
	requests, bounds := q.keeper.Requests, dataset.Page(request.Pagination)
	switch {
	case request.Researcher != "":
		list, page, err = q.ofResearcher(ctx, request)
	case request.State != market.STATE_UNSPECIFIED:
		list, page, err = query.CollectionPaginate(ctx, requests.Indexes.ByState, bounds,
			func(key collections.Pair[int32, id.ID], _ collections.NoValue) (market.Request, error) {
				return requests.Get(ctx, key.K2())
			}, query.WithCollectionPaginationPairPrefix[int32, id.ID](int32(request.State)))
	default:
		list, page, err = query.CollectionPaginate(ctx, requests, bounds,
			func(_ id.ID, r market.Request) (market.Request, error) { return r, nil })
	}
	if err != nil {
		return nil, err
	}
	return &market.QueryRequestsResponse{Requests: list, Pagination: page}, nil
}

// ofResearcher lists one researcher's requests, those in one state if it is given.
func (q queryServer) ofResearcher(
	ctx context.Context, request *market.QueryRequestsRequest,
) ([]market.Request, *query.PageResponse, error) {
	researcher, err := dataset.ParseAddress(request.Researcher)
	if err != nil {
		return nil, nil, status.Errorf(codes.InvalidArgument, "researcher: %v", err)
	}
	requests := q.keeper.Requests
	return dataset.Filter(ctx, requests.Indexes.ByResearcher, request.Pagination,
		func(key collections.Pair[sdk.AccAddress, id.ID], _ collections.NoValue) (bool, error) {
			r, err := requests.Get(ctx, key.K2())
			return request.State == market.STATE_UNSPECIFIED || r.State == request.State, err
		},
		func(key collections.Pair[sdk.AccAddress, id.ID], _ collections.NoValue) (market.Request, error) {
			return requests.Get(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, id.ID](researcher))
}

// Decisions lists the decisions on a request by dataset.
func (q queryServer) Decisions(
	ctx context.Context, request *market.QueryDecisionsRequest,
) (*market.QueryDecisionsResponse, error) {
	key, err := parseID("request_id", request.GetRequestId())
	if err != nil {
		return nil, err
	}
	list, page, err := query.CollectionPaginate(ctx, q.keeper.Decisions.Decisions, dataset.Page(request.Pagination),
		func(_ DecisionKey, d market.Decision) (market.Decision, error) { return d, nil },
		query.WithCollectionPaginationPairPrefix[id.ID, id.ID](key))
	if err != nil {
		return nil, err
	}
	return &market.QueryDecisionsResponse{Decisions: list, Pagination: page}, nil
}

// Payments lists the payments of a request in their order.
func (q queryServer) Payments(
	ctx context.Context, request *market.QueryPaymentsRequest,
) (*market.QueryPaymentsResponse, error) {
	key, err := parseID("request_id", request.GetRequestId())
	if err != nil {
		return nil, err
	}
	list, page, err := query.CollectionPaginate(ctx, q.keeper.Money.Payments, dataset.Page(request.Pagination),
		func(_ PaymentKey, p market.Payment) (market.Payment, error) { return p, nil },
		query.WithCollectionPaginationPairPrefix[id.ID, uint64](key))
	if err != nil {
		return nil, err
	}
	return &market.QueryPaymentsResponse{Payments: list, Pagination: page}, nil
}

// Earnings lists the payments to an address, paid and held.
func (q queryServer) Earnings(
	ctx context.Context, request *market.QueryEarningsRequest,
) (*market.QueryEarningsResponse, error) {
	address, err := dataset.ParseAddress(request.GetAddress())
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "address: %v", err)
	}
	payments := q.keeper.Money.Payments
	list, page, err := query.CollectionPaginate(ctx, payments.Indexes.ByAddress, dataset.Page(request.Pagination),
		func(key collections.Pair[sdk.AccAddress, PaymentKey], _ collections.NoValue) (market.Payment, error) {
			return payments.Get(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, PaymentKey](address))
	if err != nil {
		return nil, err
	}
	return &market.QueryEarningsResponse{Payments: list, Pagination: page}, nil
}

// Cost tells what a request will lock.
func (q queryServer) Cost(
	ctx context.Context, request *market.QueryCostRequest,
) (*market.QueryCostResponse, error) {
	amount, ok := sdkmath.NewIntFromString(request.GetPrice())
	if !ok {
		return nil, status.Errorf(codes.InvalidArgument, "price %q is not an amount", request.GetPrice())
	}
	params, err := q.keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	out, err := params.Cost(sdk.Coin{Denom: request.Denom, Amount: amount}, request.NMax)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &out, nil
}

// Check tells whether a yes for this dataset would count now, and why not. Before a
// decision exists it is asked as if the patient said yes.
func (q queryServer) Check(
	ctx context.Context, request *market.QueryCheckRequest,
) (*market.QueryCheckResponse, error) {
	key, err := parseID("request_id", request.GetRequestId())
	if err != nil {
		return nil, err
	}
	of, err := parseID("dataset_id", request.GetDatasetId())
	if err != nil {
		return nil, err
	}
	r, err := q.keeper.Request(ctx, key)
	if err != nil {
		return nil, answer(err)
	}
	d, err := q.keeper.Decisions.Decisions.Get(ctx, collections.Join(key, of))
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	d.RequestId, d.DatasetId = request.RequestId, request.DatasetId
	decision, _, err := q.keeper.evaluate(ctx, r, d)
	if err != nil {
		return nil, answer(err)
	}
	out := &market.QueryCheckResponse{Verdict: decision.Verdict.String()}
	for _, reason := range decision.Reasons {
		out.Reasons = append(out.Reasons, string(reason))
	}
	return out, nil
}

// Claim returns a claim that a gateway does not serve.
func (q queryServer) Claim(
	ctx context.Context, request *market.QueryClaimRequest,
) (*market.QueryClaimResponse, error) {
	key, err := serviceKey(request.GetRequestId(), request.GetSeat(), request.GetGateway())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	c, err := q.keeper.Services.Claims.Get(ctx, key)
	if err != nil {
		return nil, answer(found(err, "claim on seat %d of %s", request.Seat, request.RequestId))
	}
	return &market.QueryClaimResponse{Claim: c}, nil
}

// Solvency compares the module account with the sum of all ledgers.
func (q queryServer) Solvency(
	ctx context.Context, _ *market.QuerySolvencyRequest,
) (*market.QuerySolvencyResponse, error) {
	locked, broken, err := q.keeper.Solvency(ctx)
	if err != nil {
		return nil, err
	}
	account := q.keeper.left.Bank.GetAllBalances(ctx, market.Account())
	return &market.QuerySolvencyResponse{
		Account: account, Ledgers: locked, Broken: broken, Solvent: len(broken) == 0 && account.Equal(locked),
	}, nil
}

// Params returns the parameters.
func (q queryServer) Params(
	ctx context.Context, _ *market.QueryParamsRequest,
) (*market.QueryParamsResponse, error) {
	params, err := q.keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &market.QueryParamsResponse{Params: params}, nil
}

func parseID(field, text string) (id.ID, error) {
	key, err := id.Parse(text)
	if err != nil {
		return key, status.Errorf(codes.InvalidArgument, "%s: %v", field, err)
	}
	return key, nil
}

// answer is how a query says that there is none.
func answer(err error) error {
	for _, missing := range []error{market.ErrNotFound, custody.ErrNotFound, dataset.ErrNotFound} {
		if errors.Is(err, missing) {
			return status.Error(codes.NotFound, err.Error())
		}
	}
	return err
}
