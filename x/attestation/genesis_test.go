package attestation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
)

func genesis(tb testing.TB) attestation.GenesisState {
	tb.Helper()
	return attestation.GenesisState{
		Params:            attestation.DevnetParams(),
		Organisations:     []attestation.Organisation{organisation(tb)},
		Heartbeats:        []attestation.Heartbeat{{Gateway: account(tb, 1), Size_: 3, Root: digest(1), Height: 5}},
		Deidentifications: []attestation.Deidentification{attest(tb).Statement()},
		Challenges: []attestation.Challenge{{
			DatasetId: someID, Version: 3, Challenger: account(tb, 2), EvidenceSha256: digest(1), Bond: uusd(7),
			Stake: uusd(4), State: attestation.CHALLENGE_STATE_OPEN, FreezeUntil: 9,
		}},
		Approvals: []attestation.EthicsApproval{approve(tb).Statement()},
		Visas:     []attestation.Visa{visa(tb).Statement()},
	}
}

func TestGenesisState_Validate(t *testing.T) {
	require.NoError(t, attestation.DefaultGenesis().Validate())
	require.NoError(t, genesis(t).Validate())

	unbonded := genesis(t)
	unbonded.Challenges = nil
	unbonded.Organisations[0].Bond, unbonded.Organisations[0].Locked = uusd(0), uusd(0)
	require.NoError(t, unbonded.Validate(), "genesis may accredit without bond")
}

func TestGenesisState_Invalid(t *testing.T) {
	stranger := account(t, 5)
	for name, broken := range map[string]struct {
		spoil func(g *attestation.GenesisState)
		is    error
	}{
		"params":             {func(g *attestation.GenesisState) { g.Params.HeartbeatWindow = 0 }, attestation.ErrInvalid},
		"organisation":       {func(g *attestation.GenesisState) { g.Organisations[0].Kind = 0 }, attestation.ErrInvalid},
		"organisation twice": {func(g *attestation.GenesisState) { g.Organisations = append(g.Organisations, g.Organisations[0]) }, attestation.ErrExists},
		"other denom": {func(g *attestation.GenesisState) {
			g.Organisations[0].Bond, g.Organisations[0].Locked = sdk.NewInt64Coin("uvol", 4), sdk.NewInt64Coin("uvol", 4)
		}, attestation.ErrBond},
		"heartbeat":            {func(g *attestation.GenesisState) { g.Heartbeats[0].Root = nil }, attestation.ErrInvalid},
		"heartbeat height":     {func(g *attestation.GenesisState) { g.Heartbeats[0].Height = -1 }, attestation.ErrInvalid},
		"heartbeat address":    {func(g *attestation.GenesisState) { g.Heartbeats[0].Gateway = "" }, attestation.ErrInvalid},
		"heartbeat stranger":   {func(g *attestation.GenesisState) { g.Heartbeats[0].Gateway = stranger }, attestation.ErrNotFound},
		"heartbeat twice":      {func(g *attestation.GenesisState) { g.Heartbeats = append(g.Heartbeats, g.Heartbeats[0]) }, attestation.ErrExists},
		"attestation":          {func(g *attestation.GenesisState) { g.Deidentifications[0].Version = 0 }, attestation.ErrInvalid},
		"attestation stranger": {func(g *attestation.GenesisState) { g.Deidentifications[0].Attestor = stranger }, attestation.ErrNotFound},
		"attestation twice": {func(g *attestation.GenesisState) {
			g.Deidentifications = append(g.Deidentifications, g.Deidentifications[0])
		}, attestation.ErrExists},
		"approval":              {func(g *attestation.GenesisState) { g.Approvals[0].Purposes = nil }, attestation.ErrInvalid},
		"approval stranger":     {func(g *attestation.GenesisState) { g.Approvals[0].Organisation = stranger }, attestation.ErrNotFound},
		"approval twice":        {func(g *attestation.GenesisState) { g.Approvals = append(g.Approvals, g.Approvals[0]) }, attestation.ErrExists},
		"visa":                  {func(g *attestation.GenesisState) { g.Visas[0].RecipientClass = 0 }, attestation.ErrInvalid},
		"visa stranger":         {func(g *attestation.GenesisState) { g.Visas[0].Organisation = stranger }, attestation.ErrNotFound},
		"visa twice":            {func(g *attestation.GenesisState) { g.Visas = append(g.Visas, g.Visas[0]) }, attestation.ErrExists},
		"challenge":             {func(g *attestation.GenesisState) { g.Challenges[0].State = 0 }, attestation.ErrInvalid},
		"challenge dataset":     {func(g *attestation.GenesisState) { g.Challenges[0].DatasetId = "" }, attestation.ErrInvalid},
		"challenge challenger":  {func(g *attestation.GenesisState) { g.Challenges[0].Challenger = "" }, attestation.ErrInvalid},
		"challenge evidence":    {func(g *attestation.GenesisState) { g.Challenges[0].EvidenceSha256 = nil }, attestation.ErrInvalid},
		"challenge bond":        {func(g *attestation.GenesisState) { g.Challenges[0].Bond = sdk.Coin{} }, attestation.ErrInvalid},
		"challenge stake":       {func(g *attestation.GenesisState) { g.Challenges[0].Stake = sdk.Coin{} }, attestation.ErrInvalid},
		"challenge stake denom": {func(g *attestation.GenesisState) { g.Challenges[0].Stake.Denom = "uvol" }, attestation.ErrInvalid},
		"challenge height":      {func(g *attestation.GenesisState) { g.Challenges[0].FreezeUntil = 0 }, attestation.ErrInvalid},
		"challenge of nothing":  {func(g *attestation.GenesisState) { g.Challenges[0].Version = 4 }, attestation.ErrNotFound},
		"challenge twice":       {func(g *attestation.GenesisState) { g.Challenges = append(g.Challenges, g.Challenges[0]) }, attestation.ErrExists},
		"challenge other denom": {func(g *attestation.GenesisState) {
			g.Challenges[0].Bond.Denom, g.Challenges[0].Stake.Denom = "uvol", "uvol"
		}, attestation.ErrBond},
		"challenge stake is out": {func(g *attestation.GenesisState) { g.Challenges[0].Stake = uusd(5) }, attestation.ErrBond},
	} {
		t.Run(name, func(t *testing.T) {
			g := genesis(t)
			broken.spoil(&g)
			require.ErrorIs(t, g.Validate(), broken.is)
		})
	}
}

func TestRegister(t *testing.T) {
	registry := codectypes.NewInterfaceRegistry()
	attestation.RegisterInterfaces(registry)
	msg, err := registry.Resolve("/volens.attestation.v1.MsgUpdateParams")
	require.NoError(t, err)
	require.IsType(t, &attestation.MsgUpdateParams{}, msg)

	amino := codec.NewLegacyAmino()
	attestation.RegisterLegacyAminoCodec(amino)
	raw, err := amino.MarshalJSON(&attestation.MsgRevokeVisa{})
	require.NoError(t, err)
	require.Contains(t, string(raw), `"volens/MsgRevokeVisa"`)
}
