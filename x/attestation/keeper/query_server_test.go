package keeper_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
)

func TestQueryOrganisation(t *testing.T) {
	f := initFixture(t)
	got, err := f.query.Organisation(f.ctx, &attestation.QueryOrganisationRequest{Address: addr(hospital)})
	require.NoError(t, err)
	require.Equal(t, addr(hospital), got.Organisation.Address)
	require.Nil(t, got.Heartbeat)

	_, err = f.query.Organisation(f.ctx, &attestation.QueryOrganisationRequest{Address: addr(outsider)})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.query.Organisation(f.ctx, &attestation.QueryOrganisationRequest{Address: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.query.Organisation(f.ctx, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

// list walks all pages of two.
func (f *fixture) list(role attestation.Role) []string {
	f.t.Helper()
	out, request := []string{}, &attestation.QueryOrganisationsRequest{
		Role:       role,
		Pagination: &query.PageRequest{Limit: 2},
	}
	for {
		got, err := f.query.Organisations(f.ctx, request)
		require.NoError(f.t, err)
		require.LessOrEqual(f.t, len(got.Organisations), 2)
		for _, o := range got.Organisations {
			out = append(out, o.Address)
		}
		if len(got.Pagination.NextKey) == 0 {
			return out
		}
		request.Pagination.Key = got.Pagination.NextKey
	}
}

func TestQueryOrganisations(t *testing.T) {
	f := initFixture(t)
	require.Equal(t, []string{addr(hospital), addr(lab), addr(board), addr(university), addr(gateway)}, f.list(0))
	require.Equal(t, []string{addr(hospital), addr(lab)}, f.list(attestation.ROLE_ATTESTOR))
	require.Equal(t, []string{addr(gateway)}, f.list(attestation.ROLE_GATEWAY))

	for name, request := range map[string]*attestation.QueryOrganisationsRequest{
		"nil": nil, "role": {Role: 6}, "negative": {Role: -1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.query.Organisations(f.ctx, request)
			require.Equal(t, codes.InvalidArgument, status.Code(err))
		})
	}
}

func TestQueryDeidentification(t *testing.T) {
	f := challengeFixture(t)
	request := &attestation.QueryDeidentificationRequest{DatasetId: setID.String(), Version: 3}
	got, err := f.query.Deidentification(f.ctx, request)
	require.NoError(t, err)
	require.Equal(t, f.attestation(), got.Deidentification)
	require.Nil(t, got.Challenge)

	require.NoError(t, f.challenge(outsider, uusd(150)))
	got, err = f.query.Deidentification(f.ctx, request)
	require.NoError(t, err)
	require.Equal(t, int64(startHeight+20), got.Challenge.FreezeUntil)
	require.Equal(t, uusd(150).String(), got.Challenge.Stake.String())

	for name, row := range map[string]struct {
		request *attestation.QueryDeidentificationRequest
		code    codes.Code
	}{
		"nil":     {nil, codes.InvalidArgument},
		"id":      {&attestation.QueryDeidentificationRequest{DatasetId: "x", Version: 3}, codes.InvalidArgument},
		"version": {&attestation.QueryDeidentificationRequest{DatasetId: setID.String(), Version: 2}, codes.NotFound},
		"dataset": {&attestation.QueryDeidentificationRequest{DatasetId: id.ID{}.String(), Version: 3}, codes.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.query.Deidentification(f.ctx, row.request)
			require.Equal(t, row.code, status.Code(err))
		})
	}
}

func TestQueryEthicsApprovals(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.approve(board, 1, 3))
	ask := func(text string) (*attestation.QueryEthicsApprovalsResponse, error) {
		return f.query.EthicsApprovals(f.ctx, &attestation.QueryEthicsApprovalsRequest{ProtocolSha256: text})
	}
	got, err := ask(hex.EncodeToString(digest(1)))
	require.NoError(t, err)
	require.Len(t, got.Approvals, 1)
	for _, text := range []string{"", "zz", hex.EncodeToString(digest(1)[1:])} {
		_, err := ask(text)
		require.Equal(t, codes.InvalidArgument, status.Code(err), text)
	}
	_, err = f.query.EthicsApprovals(f.ctx, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestQueryVisas(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.issue(university))
	got, err := f.query.Visas(f.ctx, &attestation.QueryVisasRequest{Researcher: addr(outsider)})
	require.NoError(t, err)
	require.Len(t, got.Visas, 1)
	got, err = f.query.Visas(f.ctx, &attestation.QueryVisasRequest{Researcher: addr(owner)})
	require.NoError(t, err)
	require.Empty(t, got.Visas)
	_, err = f.query.Visas(f.ctx, &attestation.QueryVisasRequest{})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.query.Visas(f.ctx, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}
