package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

type queryServer struct {
	k *Keeper
}

// NewQueryServer serves the module's queries.
func NewQueryServer(k *Keeper) consent.QueryServer {
	return queryServer{k: k}
}

// Consent returns the latest version.
func (q queryServer) Consent(
	ctx context.Context, req *consent.QueryConsentRequest,
) (*consent.QueryConsentResponse, error) {
	key, err := parse(req.GetDatasetId())
	if err != nil {
		return nil, err
	}
	latest, err := q.k.Consent(ctx, key)
	if errors.Is(err, consent.ErrNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, err
	}
	return &consent.QueryConsentResponse{Consent: latest}, nil
}

// History pages through the versions, oldest first.
func (q queryServer) History(
	ctx context.Context, req *consent.QueryHistoryRequest,
) (*consent.QueryHistoryResponse, error) {
	key, err := parse(req.GetDatasetId())
	if err != nil {
		return nil, err
	}
	out, page, err := query.CollectionPaginate(ctx, q.k.Consents, dataset.Page(req.Pagination),
		func(_ collections.Pair[id.ID, uint64], c consent.Consent) (consent.Consent, error) { return c, nil },
		query.WithCollectionPaginationPairPrefix[id.ID, uint64](key))
	if err != nil {
		return nil, err
	}
	return &consent.QueryHistoryResponse{Consents: out, Pagination: page}, nil
}

// Templates lists the plain texts by id and language.
func (q queryServer) Templates(
	ctx context.Context, _ *consent.QueryTemplatesRequest,
) (*consent.QueryTemplatesResponse, error) {
	out, err := values(ctx, q.k.Templates)
	return &consent.QueryTemplatesResponse{Templates: out}, err
}

// Codebooks lists the disease vocabularies by version.
func (q queryServer) Codebooks(
	ctx context.Context, _ *consent.QueryCodebooksRequest,
) (*consent.QueryCodebooksResponse, error) {
	out, err := values(ctx, q.k.Codebooks)
	return &consent.QueryCodebooksResponse{Codebooks: out}, err
}

// Params returns the parameters.
func (q queryServer) Params(
	ctx context.Context, _ *consent.QueryParamsRequest,
) (*consent.QueryParamsResponse, error) {
	params, err := q.k.Params.Get(ctx)
	return &consent.QueryParamsResponse{Params: params}, err
}

// parse reads a dataset id of a query.
func parse(datasetID string) (id.ID, error) {
	key, err := id.Parse(datasetID)
	if err != nil {
		return id.ID{}, status.Error(codes.InvalidArgument, err.Error())
	}
	return key, nil
}

// values returns the values of a map in the order of its keys.
func values[K, V any](ctx context.Context, from collections.Map[K, V]) ([]V, error) {
	var out []V
	err := from.Walk(ctx, nil, func(_ K, v V) (bool, error) {
		out = append(out, v)
		return false, nil
	})
	return out, err
}
