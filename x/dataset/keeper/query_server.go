package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

type queryServer struct{ keeper *Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k *Keeper) dataset.QueryServer { return queryServer{keeper: k} }

// Dataset returns one dataset with the receipts of its current version.
func (q queryServer) Dataset(
	ctx context.Context, request *dataset.QueryDatasetRequest,
) (*dataset.QueryDatasetResponse, error) {
	if request == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	key, err := id.Parse(request.DatasetId)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "dataset_id: %v", err)
	}
	d, err := q.keeper.Dataset(ctx, key)
	if errors.Is(err, dataset.ErrNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, err
	}
	receipts, err := q.keeper.Receipts(ctx, key, d.Version)
	if err != nil {
		return nil, err
	}
	return &dataset.QueryDatasetResponse{Dataset: d, Receipts: receipts}, nil
}

// Datasets lists datasets by id, of one owner or of one status if they are given.
func (q queryServer) Datasets(
	ctx context.Context, request *dataset.QueryDatasetsRequest,
) (*dataset.QueryDatasetsResponse, error) {
	if request == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	if request.Status < dataset.STATUS_UNSPECIFIED || request.Status > dataset.STATUS_WITHDRAWN {
		return nil, status.Errorf(codes.InvalidArgument, "status %d is unknown", request.Status)
	}
	var (
		list []dataset.Dataset
		page *query.PageResponse
		err  error
	)
	switch {
	case request.Owner != "":
		list, page, err = q.ofOwner(ctx, request)
	case request.Status != dataset.STATUS_UNSPECIFIED:
		list, page, err = query.CollectionPaginate(ctx, q.keeper.Datasets.Indexes.ByStatus,
			dataset.Page(request.Pagination),
			func(key collections.Pair[int32, id.ID], _ collections.NoValue) (dataset.Dataset, error) {
				return q.keeper.Datasets.Get(ctx, key.K2())
			}, query.WithCollectionPaginationPairPrefix[int32, id.ID](int32(request.Status)))
	default:
		list, page, err = query.CollectionPaginate(ctx, q.keeper.Datasets, dataset.Page(request.Pagination),
			func(_ id.ID, d dataset.Dataset) (dataset.Dataset, error) { return d, nil })
	}
	if err != nil {
		return nil, err
	}
	return &dataset.QueryDatasetsResponse{Datasets: list, Pagination: page}, nil
}

// ofOwner lists one owner's datasets, those of one status if it is given.
func (q queryServer) ofOwner(
	ctx context.Context, request *dataset.QueryDatasetsRequest,
) ([]dataset.Dataset, *query.PageResponse, error) {
	owner, err := dataset.ParseAddress(request.Owner)
	if err != nil {
		return nil, nil, status.Errorf(codes.InvalidArgument, "owner: %v", err)
	}
	return dataset.Filter(ctx, q.keeper.Datasets.Indexes.ByOwner, request.Pagination,
		func(key collections.Pair[sdk.AccAddress, id.ID], _ collections.NoValue) (bool, error) {
			d, err := q.keeper.Datasets.Get(ctx, key.K2())
			return request.Status == dataset.STATUS_UNSPECIFIED || d.Status == request.Status, err
		},
		func(key collections.Pair[sdk.AccAddress, id.ID], _ collections.NoValue) (dataset.Dataset, error) {
			return q.keeper.Datasets.Get(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, id.ID](owner))
}
