package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

type queryServer struct{ keeper *Keeper }

// NewQueryServer serves the queries of x/custody.
func NewQueryServer(k *Keeper) custody.QueryServer { return queryServer{keeper: k} }

// Key returns a committee key with its current epoch; key id 0 means the one that new
// datasets are sealed to.
func (s queryServer) Key(ctx context.Context, r *custody.QueryKeyRequest) (*custody.QueryKeyResponse, error) {
	key, err := s.key(ctx, r.KeyId)
	if err != nil {
		return nil, coded(err)
	}
	epoch, err := s.keeper.Committees.Epoch(ctx, key.KeyId, key.Epoch)
	if err != nil {
		return nil, err
	}
	origin, err := s.keeper.left.Datasets.OriginChainID(ctx)
	if err != nil {
		return nil, err
	}
	return &custody.QueryKeyResponse{Key: key, Epoch: epoch, OriginChainId: origin}, nil
}

func (s queryServer) key(ctx context.Context, keyID uint64) (custody.Key, error) {
	if keyID == 0 {
		return s.keeper.Committees.newest(ctx)
	}
	key, err := s.keeper.Committees.Keys.Get(ctx, keyID)
	return key, found(err, "key %d", keyID)
}

// Epoch returns an epoch of a key: the active, the pending or the last one before.
func (s queryServer) Epoch(ctx context.Context, r *custody.QueryEpochRequest) (*custody.QueryEpochResponse, error) {
	epoch, err := s.keeper.Committees.Epoch(ctx, r.KeyId, r.Epoch)
	if err != nil {
		return nil, coded(err)
	}
	return &custody.QueryEpochResponse{Epoch: epoch}, nil
}

// Faults lists the convictions in runs, the newest last.
func (s queryServer) Faults(ctx context.Context, r *custody.QueryFaultsRequest) (*custody.QueryFaultsResponse, error) {
	faults, page, err := query.CollectionPaginate(ctx, s.keeper.Runs.Faults, dataset.Page(r.Pagination),
		func(_ uint64, fault custody.Fault) (custody.Fault, error) { return fault, nil })
	if err != nil {
		return nil, err
	}
	return &custody.QueryFaultsResponse{Faults: faults, Pagination: page}, nil
}

// Run returns the open run, if any, and who is missing in it.
func (s queryServer) Run(ctx context.Context, _ *custody.QueryRunRequest) (*custody.QueryRunResponse, error) {
	v, err := s.keeper.RunView(ctx)
	if err != nil {
		return nil, err
	}
	out := &custody.QueryRunResponse{}
	if !v.Exists || v.Run.Finished {
		return out, nil
	}
	bonded, err := s.keeper.left.Validators.Bonded(ctx)
	if err != nil {
		return nil, err
	}
	out.Run, out.Confirmed, out.Missing = &v.Run, v.Confirmed, v.Missing(bonded)
	for _, e := range v.Enrolments {
		out.Enrolled = append(out.Enrolled, e.Operator)
	}
	for _, d := range v.Deals {
		out.Dealt = append(out.Dealt, d.Operator)
	}
	return out, nil
}

// Seat returns a seat with its job, emission and release as far as it has come.
func (s queryServer) Seat(ctx context.Context, r *custody.QuerySeatRequest) (*custody.QuerySeatResponse, error) {
	request, err := parseID("request_id", r.RequestId)
	if err != nil {
		return nil, err
	}
	seat, err := s.keeper.Seats.Seat(ctx, request, r.Index)
	if err != nil {
		return nil, coded(err)
	}
	out := &custody.QuerySeatResponse{Seat: seat}
	key := collections.Join(request, r.Index)
	if out.Job, err = optional(s.keeper.Jobs.ofSeat(ctx, key)); err != nil {
		return nil, err
	}
	if seat.Assigned() {
		of, err := id.Parse(seat.DatasetId)
		if err != nil {
			return nil, err
		}
		out.Emission, err = optional(s.keeper.Jobs.Emissions.Get(ctx, collections.Join3(of, request, r.Index)))
		if err != nil {
			return nil, err
		}
	}
	out.Release, err = optional(s.keeper.Jobs.Releases.Get(ctx, key))
	return out, err
}

// optional is what was found, or nil for what is not there.
func optional[T any](found T, err error) (*T, error) {
	if isNotFound(err) || errors.Is(err, custody.ErrNotFound) {
		return nil, nil //nolint:nilnil // that there is none is no error
	}
	if err != nil {
		return nil, err
	}
	return &found, nil
}

// Seats lists the seats of a request or inspection.
func (s queryServer) Seats(ctx context.Context, r *custody.QuerySeatsRequest) (*custody.QuerySeatsResponse, error) {
	request, err := parseID("request_id", r.RequestId)
	if err != nil {
		return nil, err
	}
	closed, err := s.keeper.Seats.Closed.Has(ctx, request)
	if err != nil {
		return nil, err
	}
	seats, page, err := query.CollectionPaginate(ctx, s.keeper.Seats.Seats, dataset.Page(r.Pagination),
		func(_ SeatKey, seat custody.Seat) (custody.Seat, error) {
			if closed && seat.State == custody.SEAT_STATE_FREE {
				seat.State, seat.Cause = custody.SEAT_STATE_VOID, custody.CAUSE_UNUSED
			}
			return seat, nil
		}, query.WithCollectionPaginationPairPrefix[id.ID, uint64](request))
	if err != nil {
		return nil, err
	}
	return &custody.QuerySeatsResponse{Seats: seats, Pagination: page}, nil
}

// Audit pages through the emissions of a dataset, with their releases. The counts are of all
// pages, and there is one a kind.
func (s queryServer) Audit(ctx context.Context, r *custody.QueryAuditRequest) (*custody.QueryAuditResponse, error) {
	of, err := parseID("dataset_id", r.DatasetId)
	if err != nil {
		return nil, err
	}
	out := &custody.QueryAuditResponse{}
	counts := collections.NewPrefixedPairRange[id.ID, uint64](of)
	err = s.keeper.Jobs.EmissionCounts.Walk(
		ctx,
		counts,
		func(_ EmissionCountKey, c custody.EmissionCount) (bool, error) {
			out.Counts = append(out.Counts, c)
			return false, nil
		},
	)
	if err != nil {
		return nil, err
	}
	out.Emissions, out.Pagination, err = query.CollectionPaginate(
		ctx, s.keeper.Jobs.Emissions, dataset.Page(r.Pagination),
		func(_ EmissionKey, e custody.Emission) (custody.Emission, error) { return e, nil },
		func(o *query.CollectionsPaginateOptions[EmissionKey]) {
			prefix := collections.TriplePrefix[id.ID, id.ID, uint64](of)
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, err
	}
	for _, e := range out.Emissions {
		request, err := id.Parse(e.RequestId)
		if err != nil {
			return nil, err
		}
		release, err := s.keeper.Jobs.Releases.Get(ctx, collections.Join(request, e.Seat))
		switch {
		case err == nil:
			out.Releases = append(out.Releases, release)
		case !isNotFound(err):
			return nil, err
		}
	}
	return out, nil
}

// Inspection returns one inspection.
func (s queryServer) Inspection(
	ctx context.Context, r *custody.QueryInspectionRequest,
) (*custody.QueryInspectionResponse, error) {
	key, err := parseID("inspection_id", r.InspectionId)
	if err != nil {
		return nil, err
	}
	i, err := s.keeper.Inspections.Inspection(ctx, key)
	if err != nil {
		return nil, coded(err)
	}
	return &custody.QueryInspectionResponse{Inspection: i}, nil
}

// Inspections lists inspections by dataset, organisation and state.
func (s queryServer) Inspections(
	ctx context.Context, r *custody.QueryInspectionsRequest,
) (*custody.QueryInspectionsResponse, error) {
	all, page, err := dataset.Filter(
		ctx, s.keeper.Inspections.Inspections, r.Pagination,
		func(_ id.ID, i custody.Inspection) (bool, error) {
			return (r.DatasetId == "" || r.DatasetId == i.DatasetId) &&
				(r.Organisation == "" || r.Organisation == i.Organisation) &&
				(r.State == custody.INSPECTION_STATE_UNSPECIFIED || r.State == i.State), nil
		},
		func(_ id.ID, i custody.Inspection) (custody.Inspection, error) { return i, nil })
	if err != nil {
		return nil, err
	}
	return &custody.QueryInspectionsResponse{Inspections: all, Pagination: page}, nil
}

// Params returns the parameters and the origin chain id.
func (s queryServer) Params(ctx context.Context, _ *custody.QueryParamsRequest) (*custody.QueryParamsResponse, error) {
	params, err := s.keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	origin, err := s.keeper.left.Datasets.OriginChainID(ctx)
	if err != nil {
		return nil, err
	}
	return &custody.QueryParamsResponse{Params: params, OriginChainId: origin}, nil
}

func parseID(field, text string) (id.ID, error) {
	out, err := id.Parse(text)
	if err != nil {
		return id.ID{}, coded(errorsmod.Wrapf(custody.ErrInvalid, "%s: %v", field, err))
	}
	return out, nil
}

// queryError is an error with the code by which clients tell what it means.
type queryError struct {
	error

	code codes.Code
}

// Unwrap is the error inside.
func (e queryError) Unwrap() error { return e.error }

// GRPCStatus is what the application answers.
func (e queryError) GRPCStatus() *status.Status { return status.New(e.code, e.Error()) }

// coded gives an error of a query the code of what it means.
func coded(err error) error {
	switch {
	case errors.Is(err, custody.ErrNotFound):
		return queryError{error: err, code: codes.NotFound}
	case errors.Is(err, custody.ErrInvalid):
		return queryError{error: err, code: codes.InvalidArgument}
	default:
		return err
	}
}
