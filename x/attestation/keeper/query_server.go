package keeper

import (
	"context"
	"encoding/hex"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
)

type queryServer struct{ keeper *Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k *Keeper) attestation.QueryServer { return queryServer{keeper: k} }

var errEmpty = status.Error(codes.InvalidArgument, "empty request")

// Organisation returns one organisation and, if it ever anchored a log, its heartbeat.
func (q queryServer) Organisation(
	ctx context.Context, request *attestation.QueryOrganisationRequest,
) (*attestation.QueryOrganisationResponse, error) {
	if request == nil {
		return nil, errEmpty
	}
	o, err := q.keeper.Organisation(ctx, request.Address)
	if err != nil {
		return nil, grpcError(err)
	}
	key, err := parse("address", request.Address)
	if err != nil {
		return nil, grpcError(err)
	}
	out := &attestation.QueryOrganisationResponse{Organisation: o}
	h, found, err := q.keeper.heartbeat(ctx, key)
	if found {
		out.Heartbeat = &h
	}
	return out, err
}

// Organisations lists organisations by address, those with one role if it is given.
func (q queryServer) Organisations(
	ctx context.Context, request *attestation.QueryOrganisationsRequest,
) (*attestation.QueryOrganisationsResponse, error) {
	if request == nil {
		return nil, errEmpty
	}
	role := request.Role
	if role < attestation.ROLE_UNSPECIFIED || role > attestation.ROLE_ARBITER {
		return nil, status.Errorf(codes.InvalidArgument, "role %d is unknown", role)
	}
	list, page, err := dataset.Filter(ctx, q.keeper.Organisations, request.Pagination,
		func(_ sdk.AccAddress, o attestation.Organisation) (bool, error) {
			return role == attestation.ROLE_UNSPECIFIED || o.Has(role), nil
		},
		func(_ sdk.AccAddress, o attestation.Organisation) (attestation.Organisation, error) { return o, nil })
	if err != nil {
		return nil, err
	}
	return &attestation.QueryOrganisationsResponse{Organisations: list, Pagination: page}, nil
}

// Deidentification returns the attestation of a version and its last challenge.
func (q queryServer) Deidentification(
	ctx context.Context, request *attestation.QueryDeidentificationRequest,
) (*attestation.QueryDeidentificationResponse, error) {
	if request == nil {
		return nil, errEmpty
	}
	key, err := parseID(request.DatasetId)
	if err != nil {
		return nil, grpcError(err)
	}
	d, _, err := q.keeper.Deidentification(ctx, key, request.Version)
	if err != nil {
		return nil, grpcError(err)
	}
	out := &attestation.QueryDeidentificationResponse{Deidentification: d}
	c, found, err := q.keeper.challenge(ctx, key, request.Version)
	if found {
		out.Challenge = &c
	}
	return out, err
}

// EthicsApprovals lists the approvals of a protocol.
func (q queryServer) EthicsApprovals(
	ctx context.Context, request *attestation.QueryEthicsApprovalsRequest,
) (*attestation.QueryEthicsApprovalsResponse, error) {
	if request == nil {
		return nil, errEmpty
	}
	protocol, err := hex.DecodeString(request.ProtocolSha256)
	if err != nil || len(protocol) != attestation.DigestSize {
		return nil, status.Error(codes.InvalidArgument, "protocol_sha256 is not 64 hexadecimal digits")
	}
	list, err := q.keeper.Approvals(ctx, protocol)
	if err != nil {
		return nil, err
	}
	return &attestation.QueryEthicsApprovalsResponse{Approvals: list}, nil
}

// Visas lists the visas of a researcher.
func (q queryServer) Visas(
	ctx context.Context, request *attestation.QueryVisasRequest,
) (*attestation.QueryVisasResponse, error) {
	if request == nil {
		return nil, errEmpty
	}
	researcher, err := parse("researcher", request.Researcher)
	if err != nil {
		return nil, grpcError(err)
	}
	list, err := q.keeper.visasOf(ctx, researcher)
	if err != nil {
		return nil, err
	}
	return &attestation.QueryVisasResponse{Visas: list}, nil
}

// Params returns the parameters.
func (q queryServer) Params(
	ctx context.Context, _ *attestation.QueryParamsRequest,
) (*attestation.QueryParamsResponse, error) {
	params, err := q.keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &attestation.QueryParamsResponse{Params: params}, nil
}

// grpcError gives the module's errors the codes that clients branch on.
func grpcError(err error) error {
	switch {
	case errors.Is(err, attestation.ErrNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, attestation.ErrInvalid):
		return status.Error(codes.InvalidArgument, err.Error())
	default:
		return err
	}
}
