package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/internal/brittle"
)

// No failure of the store is swallowed: whichever operation fails, the message or the query
// fails with it, and a consent that could not be read is not taken for none.
func TestStore_Fails(t *testing.T) {
	for name, step := range map[string]func(f *fixture) error{
		"amend":       func(f *fixture) error { _, err := f.amend(1, f.provision()); return err },
		"revoke":      func(f *fixture) error { _, err := f.revoke(patient, 1); return err },
		"set revoker": func(f *fixture) error { return f.setRevoker(patient, address(f.t, carer)) },
		"register a template": func(f *fixture) error {
			_, err := f.msgs.RegisterTemplate(f.ctx, &consent.MsgRegisterTemplate{
				Authority: address(f.t, authority),
				Template:  consent.Template{Id: "base", Language: "fr", TextSha256: bytes.Repeat([]byte{4}, 32)},
			})
			return err
		},
		"register a codebook": func(f *fixture) error {
			_, err := f.msgs.RegisterCodebook(f.ctx, &consent.MsgRegisterCodebook{
				Authority: address(f.t, authority),
				Codebook:  consent.Codebook{Version: "mondo-2", Root: bytes.Repeat([]byte{4}, 32), Size_: 9},
			})
			return err
		},
		"parameters": func(f *fixture) error {
			_, err := f.msgs.UpdateParams(f.ctx, &consent.MsgUpdateParams{
				Authority: address(f.t, authority), Params: consent.Params{RevokesABlock: 7},
			})
			return err
		},
		"read": func(f *fixture) error {
			_, err := f.queries.Consent(f.ctx, &consent.QueryConsentRequest{DatasetId: dataID.String()})
			return err
		},
		"read a history": func(f *fixture) error {
			_, err := f.queries.History(f.ctx, &consent.QueryHistoryRequest{DatasetId: dataID.String()})
			return err
		},
		"read the registers": func(f *fixture) error {
			if _, err := f.queries.Templates(f.ctx, &consent.QueryTemplatesRequest{}); err != nil {
				return err
			}
			if _, err := f.queries.Params(f.ctx, &consent.QueryParamsRequest{}); err != nil {
				return err
			}
			if _, err := f.keeper.Codebook(f.ctx, "mondo-1"); err != nil {
				return err
			}
			_, err := f.queries.Codebooks(f.ctx, &consent.QueryCodebooksRequest{})
			return err
		},
		"export, import": func(f *fixture) error {
			g, err := f.keeper.ExportGenesis(f.ctx)
			if err != nil {
				return err
			}
			return f.keeper.InitGenesis(f.ctx, *g)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := initFixture(t)
			_, err := f.grant(f.provision())
			require.NoError(t, err)
			tried, outer := 0, f.ctx
			require.NoError(t, f.brittle.Try(func() error {
				f.ctx, _ = outer.CacheContext()
				return step(f)
			}, func(n, of int, err error) {
				tried++
				require.ErrorIs(t, err, brittle.ErrStore, "operation %d of %d", n, of)
			}))
			require.Positive(t, tried)
			f.ctx = outer
			require.Equal(t, consent.STATUS_ACTIVE, f.latest().Status)
		})
	}
}

// Whatever page of a history is asked for, it has no more than a page of this dataset's
// versions, and leads on to the rest.
func TestHistory_Pages(t *testing.T) {
	f := initFixture(t)
	const all = 230
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	for version := uint64(1); version < all; version++ {
		_, err := f.amend(version, f.provision())
		require.NoError(t, err)
	}
	ask := func(page *query.PageRequest) ([]uint64, *query.PageResponse) {
		out, err := f.queries.History(f.ctx, &consent.QueryHistoryRequest{DatasetId: dataID.String(), Pagination: page})
		require.NoError(t, err)
		var versions []uint64
		for _, c := range out.Consents {
			versions = append(versions, c.Version)
		}
		return versions, out.Pagination
	}
	for _, c := range []struct {
		page        *query.PageRequest
		count       int
		first, last uint64
	}{
		{nil, 100, 1, 100},
		{&query.PageRequest{Limit: 1<<64 - 1, CountTotal: true}, 200, 1, 200},
		{&query.PageRequest{Offset: all - 2}, 2, all - 1, all},
		{&query.PageRequest{Reverse: true, Limit: 3}, 3, all, all - 2},
	} {
		versions, next := ask(c.page)
		require.Len(t, versions, c.count)
		require.Equal(t, c.first, versions[0])
		require.Equal(t, c.last, versions[len(versions)-1])
		require.Zero(t, next.Total)
	}
	versions, next := ask(&query.PageRequest{Offset: 1 << 63})
	require.Empty(t, versions)
	require.Empty(t, next.NextKey)
	out, err := f.queries.History(f.ctx, &consent.QueryHistoryRequest{DatasetId: id.ID{9}.String()})
	require.NoError(t, err)
	require.Empty(t, out.Consents, "another dataset's")
}
