package module_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	"github.com/cosmos/cosmos-sdk/types/bech32"
	sdkmodule "github.com/cosmos/cosmos-sdk/types/module"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/consent/keeper"
	"github.com/volens-network/volens/x/consent/module"
	"github.com/volens-network/volens/x/dataset"
)

func TestModule(t *testing.T) {
	key := storetypes.NewKVStoreKey(consent.StoreKey)
	transient := storetypes.NewTransientStoreKey(consent.TransientStoreKey)
	ctx := testutil.DefaultContext(key, transient)
	encoding := moduletestutil.MakeTestEncodingConfig()
	authority, err := bech32.ConvertAndEncode(dataset.AddressPrefix, bytes.Repeat([]byte{1}, 20))
	require.NoError(t, err)
	m := module.NewAppModule(keeper.NewKeeper(encoding.Codec, runtime.NewKVStoreService(key),
		runtime.NewTransientStoreService(transient), addresscodec.NewBech32Codec(dataset.AddressPrefix), authority,
		keeper.Left{}))
	require.Equal(t, consent.ModuleName, m.Name())
	require.EqualValues(t, 1, m.ConsensusVersion())

	m.RegisterInterfaces(encoding.InterfaceRegistry)
	m.RegisterLegacyAminoCodec(encoding.Amino)
	messages := baseapp.NewMsgServiceRouter()
	messages.SetInterfaceRegistry(encoding.InterfaceRegistry)
	queries := baseapp.NewGRPCQueryRouter()
	queries.SetInterfaceRegistry(encoding.InterfaceRegistry)
	require.NoError(t, m.RegisterServices(sdkmodule.NewConfigurator(encoding.Codec, messages, queries)))
	require.NotNil(t, messages.Handler(&consent.MsgRevokeConsent{}))
	require.NotNil(t, queries.Route("/volens.consent.v1.Query/History"))

	genesis := m.DefaultGenesis(encoding.Codec)
	require.NoError(t, m.ValidateGenesis(encoding.Codec, nil, genesis))
	m.InitGenesis(ctx, encoding.Codec, genesis)
	require.JSONEq(t, string(genesis), string(m.ExportGenesis(ctx, encoding.Codec)))
	require.Error(t, m.ValidateGenesis(encoding.Codec, nil, json.RawMessage(`{`)))
	require.ErrorIs(t, m.ValidateGenesis(encoding.Codec, nil, json.RawMessage(`{}`)), consent.ErrParams)
	require.Panics(t, func() { m.InitGenesis(ctx, encoding.Codec, json.RawMessage(`{}`)) })
}

// TestAutoCLIOptions: every method has its entry, or the command line would invent one.
func TestAutoCLIOptions(t *testing.T) {
	var methods []string
	options := module.AppModule{}.AutoCLIOptions()
	for _, o := range append(options.Tx.RpcCommandOptions, options.Query.RpcCommandOptions...) {
		methods = append(methods, o.RpcMethod)
	}
	require.ElementsMatch(t, []string{
		"GrantConsent", "AmendConsent", "RevokeConsent", "SetRevoker", "RegisterTemplate", "RegisterCodebook",
		"UpdateParams", "Consent", "History", "Templates", "Codebooks", "Params",
	}, methods)
}
