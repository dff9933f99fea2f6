package consent_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/consent"
)

var datasetID = strings.Repeat("0b", 16)

func TestMsgs_Complete(t *testing.T) {
	template := consent.Template{Id: "base", Language: "en", TextSha256: bytes.Repeat([]byte{1}, 32)}
	book := consent.Codebook{Version: "1", Root: bytes.Repeat([]byte{1}, 32), Size_: 1}
	for _, msg := range []sdk.HasValidateBasic{
		&consent.MsgGrantConsent{Owner: address(t, 1), DatasetId: datasetID, Provision: provision(t)},
		&consent.MsgAmendConsent{Owner: address(t, 1), DatasetId: datasetID, Version: 1, Provision: provision(t)},
		&consent.MsgRevokeConsent{Signer: address(t, 1), DatasetId: datasetID, Version: 1},
		&consent.MsgSetRevoker{Owner: address(t, 1), DatasetId: datasetID, Revoker: address(t, 2)},
		&consent.MsgSetRevoker{Owner: address(t, 1), DatasetId: datasetID},
		&consent.MsgRegisterTemplate{Authority: address(t, 1), Template: template},
		&consent.MsgRegisterCodebook{Authority: address(t, 1), Codebook: book},
		&consent.MsgUpdateParams{Authority: address(t, 1), Params: consent.DefaultParams()},
	} {
		require.NoError(t, msg.ValidateBasic(), "%T", msg)
	}
}

func TestMsgs_NameAllFaults(t *testing.T) {
	for _, c := range []struct {
		msg  sdk.HasValidateBasic
		want []string
	}{
		{&consent.MsgRevokeConsent{}, []string{"signer", "dataset_id", "version"}},
		{&consent.MsgRevokeConsent{Signer: "cosmos1x", DatasetId: "0B", Version: 1}, []string{"signer", "dataset_id"}},
		{&consent.MsgSetRevoker{Revoker: "x"}, []string{"owner", "dataset_id", "revoker"}},
		{
			&consent.MsgSetRevoker{Owner: address(t, 1), DatasetId: datasetID, Revoker: address(t, 1)},
			[]string{"revoker"},
		},
		{
			&consent.MsgAmendConsent{Owner: address(t, 1), DatasetId: datasetID, Provision: provision(t)},
			[]string{"version"},
		},
		{
			&consent.MsgRegisterTemplate{},
			[]string{"authority", "template.id", "template.language", "template.text_sha256"},
		},
		{
			&consent.MsgRegisterCodebook{},
			[]string{"authority", "codebook.version", "codebook.root", "codebook.size"},
		},
		{&consent.MsgUpdateParams{}, []string{"authority"}},
	} {
		require.Equal(t, c.want, duo.MissingFields(c.msg.ValidateBasic()), "%T", c.msg)
	}
	grant := &consent.MsgGrantConsent{Provision: provision(t)}
	grant.Provision.Disclosure.Statements.Rights = ""
	require.Equal(t, []string{"owner", "dataset_id", "provision.disclosure.statements.rights"},
		duo.MissingFields(grant.ValidateBasic()))
}

func TestParams(t *testing.T) {
	require.NoError(t, consent.DefaultParams().Validate())
	for _, n := range []uint32{0, consent.MaxRevokesABlock + 1} {
		require.ErrorIs(t, consent.Params{RevokesABlock: n}.Validate(), consent.ErrParams)
		msg := &consent.MsgUpdateParams{Authority: address(t, 1), Params: consent.Params{RevokesABlock: n}}
		require.ErrorIs(t, msg.ValidateBasic(), consent.ErrParams)
	}
	require.Nil(t, duo.MissingFields(consent.ErrParams))
}

func TestRegister(t *testing.T) {
	registry := codectypes.NewInterfaceRegistry()
	consent.RegisterInterfaces(registry)
	for _, name := range []string{"GrantConsent", "AmendConsent", "RevokeConsent", "SetRevoker", "UpdateParams"} {
		_, err := registry.Resolve("/volens.consent.v1.Msg" + name)
		require.NoError(t, err)
	}
	amino := codec.NewLegacyAmino()
	consent.RegisterLegacyAminoCodec(amino)
	raw, err := amino.MarshalJSON(&consent.MsgRevokeConsent{Version: 1})
	require.NoError(t, err)
	require.Contains(t, string(raw), "volens/MsgRevokeConsent")
}

func TestConsent_MayRevoke(t *testing.T) {
	c := consent.Consent{Owner: "a", Revoker: "b"}
	require.True(t, c.MayRevoke("a"))
	require.True(t, c.MayRevoke("b"))
	require.False(t, c.MayRevoke("c"))
	require.False(t, consent.Consent{Owner: "a"}.MayRevoke(""), "nobody is named by an empty revoker")
}

// genesis is a history of two versions with all that it stands on.
func genesis(t *testing.T) consent.GenesisState {
	t.Helper()
	p := provision(t)
	one := consent.Consent{
		DatasetId: datasetID,
		Version:   1,
		Owner:     address(t, 1),
		Status:    consent.STATUS_ACTIVE,
		Provision: p,
		Height:    5,
		Time:      now,
	}
	two := one
	two.Version, two.Status = 2, consent.STATUS_INACTIVE
	return consent.GenesisState{
		Params:   consent.DefaultParams(),
		Consents: []consent.Consent{one, two},
		Templates: []consent.Template{
			{Id: p.Disclosure.TemplateId, Language: p.Disclosure.Language, TextSha256: p.Disclosure.TextSha256},
		},
		Codebooks: []consent.Codebook{{Version: p.Policy.Codebook, Root: bytes.Repeat([]byte{1}, 32), Size_: 2}},
	}
}

func TestGenesis(t *testing.T) {
	require.NoError(t, consent.DefaultGenesis().Validate())
	require.NoError(t, genesis(t).Validate())
	for name, fault := range map[string]func(*consent.GenesisState){
		"gap":             func(g *consent.GenesisState) { g.Consents[1].Version = 3 },
		"order":           func(g *consent.GenesisState) { g.Consents[0], g.Consents[1] = g.Consents[1], g.Consents[0] },
		"other owner":     func(g *consent.GenesisState) { g.Consents[1].Owner = address(t, 7) },
		"revokes nothing": func(g *consent.GenesisState) { g.Consents[0].Status = consent.STATUS_INACTIVE },
		"status":          func(g *consent.GenesisState) { g.Consents[0].Status = 0 },
		"incomplete":      func(g *consent.GenesisState) { g.Consents[0].Provision.Mode = 0 },
		"other text":      func(g *consent.GenesisState) { g.Templates[0].TextSha256 = make([]byte, 32) },
		"no text":         func(g *consent.GenesisState) { g.Templates = nil },
		"no codebook":     func(g *consent.GenesisState) { g.Codebooks = nil },
		"template twice":  func(g *consent.GenesisState) { g.Templates = append(g.Templates, g.Templates[0]) },
		"codebook twice":  func(g *consent.GenesisState) { g.Codebooks = append(g.Codebooks, g.Codebooks[0]) },
		"template":        func(g *consent.GenesisState) { g.Templates[0].Language = "" },
		"codebook":        func(g *consent.GenesisState) { g.Codebooks[0].Size_ = 0 },
		"revoker":         func(g *consent.GenesisState) { g.Consents[0].Revoker = g.Consents[0].Owner },
	} {
		g := genesis(t)
		fault(&g)
		require.ErrorIs(t, g.Validate(), consent.ErrGenesis, name)
	}
	require.ErrorIs(t, consent.GenesisState{}.Validate(), consent.ErrParams)
}
