package module_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
	"github.com/volens-network/volens/x/market/keeper"
	"github.com/volens-network/volens/x/market/module"
)

func TestGenesis_JSON(t *testing.T) {
	key := storetypes.NewKVStoreKey(market.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
	config := moduletestutil.MakeTestEncodingConfig(module.NewAppModule(nil))
	addresses := addresscodec.NewBech32Codec(dataset.AddressPrefix)
	address, err := addresses.BytesToString(make([]byte, 20))
	require.NoError(t, err)
	m := module.NewAppModule(
		keeper.NewKeeper(config.Codec, runtime.NewKVStoreService(key), addresses, address, market.Left{}),
	)

	defaults := m.DefaultGenesis(config.Codec)
	require.NoError(t, m.ValidateGenesis(config.Codec, config.TxConfig, defaults))
	m.InitGenesis(ctx, config.Codec, defaults)
	require.JSONEq(t, string(defaults), string(m.ExportGenesis(ctx, config.Codec)))
	require.NoError(t, m.EndBlock(ctx))

	require.Error(t, m.ValidateGenesis(config.Codec, config.TxConfig, []byte(`{"requests":[{}]}`)))
	require.Error(t, m.ValidateGenesis(config.Codec, config.TxConfig, []byte(`{"req`)))
	require.Panics(t, func() { m.InitGenesis(ctx, config.Codec, []byte(`{"requests":[{}]}`)) })
}

// Every command names a method and fields that are there.
func TestAutoCLIOptions(t *testing.T) {
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	options := module.AppModule{}.AutoCLIOptions()
	for _, service := range []*autocliv1.ServiceCommandDescriptor{options.Query, options.Tx} {
		found, err := files.FindDescriptorByName(protoreflect.FullName(service.Service))
		require.NoError(t, err)
		descriptor, ok := found.(protoreflect.ServiceDescriptor)
		require.True(t, ok)
		require.Len(t, service.RpcCommandOptions, descriptor.Methods().Len(), "every method is named")
		for _, command := range service.RpcCommandOptions {
			method := descriptor.Methods().ByName(protoreflect.Name(command.RpcMethod))
			require.NotNil(t, method, command.RpcMethod)
			for _, arg := range command.PositionalArgs {
				require.NotNil(t, method.Input().Fields().ByName(protoreflect.Name(arg.ProtoField)), arg.ProtoField)
			}
		}
	}
}
