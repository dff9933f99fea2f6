package module_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/dataset/keeper"
	"github.com/volens-network/volens/x/dataset/module"
)

func TestGenesis_JSON(t *testing.T) {
	key := storetypes.NewKVStoreKey(dataset.StoreKey)
	ctx := testutil.DefaultContextWithDB(
		t,
		key,
		storetypes.NewTransientStoreKey("transient"),
	).Ctx.WithChainID(
		"volens-9",
	)
	config := moduletestutil.MakeTestEncodingConfig(module.NewAppModule(nil))
	addresses := addresscodec.NewBech32Codec(dataset.AddressPrefix)
	raw := make([]byte, 20)
	address, err := addresses.BytesToString(raw)
	require.NoError(t, err)
	m := module.NewAppModule(keeper.NewKeeper(config.Codec, runtime.NewKVStoreService(key), addresses, address))

	defaults := m.DefaultGenesis(config.Codec)
	require.NoError(t, m.ValidateGenesis(config.Codec, config.TxConfig, defaults))
	m.InitGenesis(ctx, config.Codec, defaults)
	require.JSONEq(
		t,
		`{"datasets":[],"receipts":[],"origin_chain_id":"volens-9"}`,
		string(m.ExportGenesis(ctx, config.Codec)),
	)

	require.Error(t, m.ValidateGenesis(config.Codec, config.TxConfig, []byte(`{"datasets":[{}]}`)))
	require.Error(t, m.ValidateGenesis(config.Codec, config.TxConfig, []byte(`{"data`)))
	require.Panics(t, func() { m.InitGenesis(ctx, config.Codec, []byte(`{"datasets":[{}]}`)) })
}

// Every command names a method and fields that are there.
func TestAutoCLIOptions(t *testing.T) {
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	options := module.AppModule{}.AutoCLIOptions()
	for _, service := range []*autocliv1.ServiceCommandDescriptor{options.Query, options.Tx} {
		checkCommands(t, files, service)
	}
}

func checkCommands(t *testing.T, files *protoregistry.Files, service *autocliv1.ServiceCommandDescriptor) {
	t.Helper()
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
