package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/consent/keeper"
	"github.com/volens-network/volens/x/dataset"
)

func TestRegisterTemplate(t *testing.T) {
	f := initFixture(t)
	msg := &consent.MsgRegisterTemplate{
		Authority: address(t, authority),
		Template:  consent.Template{Id: "base", Language: "fr", TextSha256: bytes.Repeat([]byte{4}, 32)},
	}
	_, err := f.msgs.RegisterTemplate(f.ctx, msg)
	require.NoError(t, err)
	require.Contains(t, f.events(), "volens.consent.v1.EventTemplateRegistered")
	_, err = f.msgs.RegisterTemplate(f.ctx, msg)
	require.ErrorIs(t, err, consent.ErrRegistered, "a text never changes under a consent")
	msg.Authority = address(t, stranger)
	_, err = f.msgs.RegisterTemplate(f.ctx, msg)
	require.ErrorIs(t, err, consent.ErrAuthority)
	msg.Template.Language = ""
	_, err = f.msgs.RegisterTemplate(f.ctx, msg)
	require.ErrorIs(t, err, consent.ErrMissingFields)

	p := f.provision()
	p.Disclosure.Language, p.Disclosure.TextSha256 = "fr", bytes.Repeat([]byte{4}, 32)
	_, err = f.grant(p)
	require.NoError(t, err)
	out, err := f.queries.Templates(f.ctx, &consent.QueryTemplatesRequest{})
	require.NoError(t, err)
	require.Len(t, out.Templates, 2)
}

func TestRegisterCodebook(t *testing.T) {
	f := initFixture(t)
	msg := &consent.MsgRegisterCodebook{
		Authority: address(t, authority),
		Codebook:  consent.Codebook{Version: "mondo-2", Root: bytes.Repeat([]byte{4}, 32), Size_: 9},
	}
	_, err := f.msgs.RegisterCodebook(f.ctx, msg)
	require.NoError(t, err)
	require.Contains(t, f.events(), "volens.consent.v1.EventCodebookRegistered")
	book, err := f.keeper.Codebook(f.ctx, "mondo-2")
	require.NoError(t, err)
	require.Equal(t, msg.Codebook, book)
	_, err = f.keeper.Codebook(f.ctx, "mondo-3")
	require.ErrorIs(t, err, consent.ErrNotFound)
	_, err = f.msgs.RegisterCodebook(f.ctx, msg)
	require.ErrorIs(t, err, consent.ErrRegistered)
	msg.Authority = address(t, patient)
	_, err = f.msgs.RegisterCodebook(f.ctx, msg)
	require.ErrorIs(t, err, consent.ErrAuthority)
	out, err := f.queries.Codebooks(f.ctx, &consent.QueryCodebooksRequest{})
	require.NoError(t, err)
	require.Len(t, out.Codebooks, 2)
}

func TestUpdateParams(t *testing.T) {
	f := initFixture(t)
	msg := &consent.MsgUpdateParams{Authority: address(t, authority), Params: consent.Params{RevokesABlock: 7}}
	_, err := f.msgs.UpdateParams(f.ctx, msg)
	require.NoError(t, err)
	require.Contains(t, f.events(), "volens.consent.v1.EventParamsUpdated")
	out, err := f.queries.Params(f.ctx, &consent.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, msg.Params, out.Params)
	msg.Authority = address(t, stranger)
	_, err = f.msgs.UpdateParams(f.ctx, msg)
	require.ErrorIs(t, err, consent.ErrAuthority)
	msg.Params.RevokesABlock = 0
	_, err = f.msgs.UpdateParams(f.ctx, msg)
	require.ErrorIs(t, err, consent.ErrParams, "the lane cannot be closed")
}

func TestQueries(t *testing.T) {
	f := initFixture(t)
	_, err := f.queries.Consent(f.ctx, &consent.QueryConsentRequest{DatasetId: dataID.String()})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.queries.Consent(f.ctx, &consent.QueryConsentRequest{DatasetId: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.queries.History(f.ctx, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.queries.Consent(f.ctx, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))

	_, err = f.grant(f.provision())
	require.NoError(t, err)
	for version := range uint64(4) {
		_, err = f.amend(version+1, f.provision())
		require.NoError(t, err)
	}
	out, err := f.queries.Consent(f.ctx, &consent.QueryConsentRequest{DatasetId: dataID.String()})
	require.NoError(t, err)
	require.EqualValues(t, 5, out.Consent.Version)

	page, err := f.queries.History(f.ctx, &consent.QueryHistoryRequest{
		DatasetId: dataID.String(), Pagination: &query.PageRequest{Limit: 3},
	})
	require.NoError(t, err)
	require.Len(t, page.Consents, 3)
	page, err = f.queries.History(f.ctx, &consent.QueryHistoryRequest{
		DatasetId: dataID.String(), Pagination: &query.PageRequest{Key: page.Pagination.NextKey},
	})
	require.NoError(t, err)
	require.Len(t, page.Consents, 2)
	require.EqualValues(t, 4, page.Consents[0].Version)
}

func TestGenesis_RoundTrip(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	require.NoError(t, f.setRevoker(patient, address(t, carer)))
	_, err = f.revoke(carer, 1)
	require.NoError(t, err)
	exported, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())
	require.Len(t, exported.Consents, 2)

	g := initFixture(t)
	require.NoError(t, g.keeper.InitGenesis(g.ctx, *exported))
	again, err := g.keeper.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again)
	require.Equal(t, f.latest(), g.latest())
	version, err := g.grant(g.provision())
	require.NoError(t, err)
	require.EqualValues(t, 3, version)
	exported.Consents[0].Version = 7
	require.ErrorIs(t, g.keeper.InitGenesis(g.ctx, *exported), consent.ErrGenesis)
}

func TestNewKeeper_Panics(t *testing.T) {
	f := initFixture(t)
	require.Panics(t, func() { f.keeper.SetHooks(f.hooks) })
	require.Panics(t, func() {
		keeper.NewKeeper(nil, nil, nil, addresscodec.NewBech32Codec(dataset.AddressPrefix), "nobody", keeper.Left{})
	})
}
