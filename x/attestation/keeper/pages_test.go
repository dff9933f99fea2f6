package keeper_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/internal/brittle"
)

// No failure of the store is swallowed by a query: what could not be read is not absent.
func TestQueries_HandFailuresOn(t *testing.T) {
	f := spokenFixture(t)
	for name, ask := range map[string]func() error{
		"organisation": func() error {
			_, err := f.query.Organisation(f.ctx, &attestation.QueryOrganisationRequest{Address: addr(gateway)})
			return err
		},
		"organisations": func() error {
			_, err := f.query.Organisations(f.ctx, &attestation.QueryOrganisationsRequest{Role: attestation.ROLE_GATEWAY})
			return err
		},
		"deidentification": func() error {
			_, err := f.query.Deidentification(f.ctx, &attestation.QueryDeidentificationRequest{
				DatasetId: setID.String(), Version: 3,
			})
			return err
		},
		"approvals": func() error {
			_, err := f.query.EthicsApprovals(f.ctx, &attestation.QueryEthicsApprovalsRequest{
				ProtocolSha256: hex.EncodeToString(digest(1)),
			})
			return err
		},
		"visas": func() error {
			_, err := f.query.Visas(f.ctx, &attestation.QueryVisasRequest{Researcher: addr(outsider)})
			return err
		},
		"parameters": func() error {
			_, err := f.query.Params(f.ctx, &attestation.QueryParamsRequest{})
			return err
		},
	} {
		tried := 0
		require.NoError(t, f.brittle.Try(ask, func(n, of int, err error) {
			tried++
			require.ErrorIs(t, err, brittle.ErrStore, "%s: operation %d of %d", name, n, of)
		}))
		require.Positive(t, tried, name)
	}
}

// many adds organisations, every fiftieth of them a gateway.
func (f *fixture) many(n int) (gateways []string) {
	f.t.Helper()
	for i := range n {
		raw := sdk.AccAddress(append(bytes.Repeat([]byte{0xee}, 18), byte(i>>8), byte(i)))
		o := attestation.Organisation{
			Address: raw.String(), Kind: attestation.ORGANISATION_KIND_COMPANY, Country: "CH",
			Roles: []attestation.Role{attestation.ROLE_ARBITER}, Status: attestation.ORGANISATION_STATUS_ACTIVE,
			Bond: uusd(0), Locked: uusd(0),
		}
		if i%50 == 49 {
			o.Roles = []attestation.Role{attestation.ROLE_GATEWAY}
			gateways = append(gateways, o.Address)
		}
		require.NoError(f.t, f.keeper.Organisations.Set(f.ctx, raw, o))
	}
	return gateways
}

// Few among many are found, each once and in order, however the pages are cut.
func TestQueryOrganisations_FewAmongMany(t *testing.T) {
	f := initFixture(t)
	before := f.list(attestation.ROLE_GATEWAY)
	want := append(before, f.many(2*dataset.MaxScan+150)...)
	for _, limit := range []uint64{0, 1, 13, 1<<64 - 1} {
		var got []string
		page := &query.PageRequest{Limit: limit, CountTotal: true}
		for {
			out, err := f.query.Organisations(f.ctx, &attestation.QueryOrganisationsRequest{
				Role: attestation.ROLE_GATEWAY, Pagination: page,
			})
			require.NoError(t, err)
			require.LessOrEqual(t, len(out.Organisations), dataset.MaxPage)
			require.Zero(t, out.Pagination.Total)
			for _, o := range out.Organisations {
				require.True(t, o.Has(attestation.ROLE_GATEWAY))
				got = append(got, o.Address)
			}
			if len(out.Pagination.NextKey) == 0 {
				break
			}
			page = &query.PageRequest{Limit: limit, Key: out.Pagination.NextKey}
		}
		require.ElementsMatch(t, want, got, "by %d", limit)
		require.Len(t, got, len(want))
	}
	_, err := f.query.Organisations(f.ctx, &attestation.QueryOrganisationsRequest{
		Pagination: &query.PageRequest{Key: []byte{1}, Offset: 1},
	})
	require.Error(t, err, "a key and an offset")
}
