package module_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
	"github.com/volens-network/volens/x/custody/module"
)

func TestModule_GenesisRoundTrip(t *testing.T) {
	addresses := addresscodec.NewBech32Codec("volens")
	authority, err := addresses.BytesToString(bytes.Repeat([]byte{1}, 20))
	require.NoError(t, err)
	key := storetypes.NewKVStoreKey(custody.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx.WithChainID("live")
	config := moduletestutil.MakeTestEncodingConfig()
	k := keeper.NewKeeper(config.Codec, runtime.NewKVStoreService(key), addresses, authority, custody.Left{})
	m := module.NewAppModule(k)

	raw := m.DefaultGenesis(config.Codec)
	require.NoError(t, m.ValidateGenesis(config.Codec, config.TxConfig, raw))
	m.InitGenesis(ctx, config.Codec, raw)
	var out custody.GenesisState
	require.NoError(t, config.Codec.UnmarshalJSON(m.ExportGenesis(ctx, config.Codec), &out))
	require.Equal(t, "live", out.LiveChainId)
	require.Equal(t, custody.DefaultParams(), out.Params)

	require.Error(t, m.ValidateGenesis(config.Codec, config.TxConfig, json.RawMessage(`{"params":{}}`)))
	require.Error(t, m.ValidateGenesis(config.Codec, config.TxConfig, json.RawMessage(`{"unknown":1}`)))
	require.Panics(t, func() { m.InitGenesis(ctx, config.Codec, json.RawMessage(`{"params":{}}`)) })
}

func TestModule_CommandsNameRealMethods(t *testing.T) {
	options := module.AppModule{}.AutoCLIOptions()
	queries, txs := []string{}, []string{}
	for _, o := range options.Query.RpcCommandOptions {
		queries = append(queries, o.RpcMethod)
	}
	for _, o := range options.Tx.RpcCommandOptions {
		txs = append(txs, o.RpcMethod)
	}
	require.ElementsMatch(t, []string{
		"Key", "Epoch", "Faults", "Run", "Seat", "Seats", "Audit", "Inspection", "Inspections", "Params",
	}, queries)
	require.ElementsMatch(
		t,
		[]string{"RequestInspection", "AcceptInspection", "WithdrawInspection", "RotateKey", "UpdateParams"},
		txs,
	)
}
