package module_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/attestation/keeper"
	"github.com/volens-network/volens/x/attestation/module"
	"github.com/volens-network/volens/x/dataset"
)

// nothing is a chain without datasets and coins.
type nothing struct{}

func (nothing) Dataset(context.Context, id.ID) (dataset.Dataset, error) {
	return dataset.Dataset{}, dataset.ErrNotFound
}

func (nothing) SetFrozen(context.Context, id.ID, bool) error { return dataset.ErrNotFound }

func (nothing) SendCoinsFromAccountToModule(context.Context, sdk.AccAddress, string, sdk.Coins) error {
	return nil
}

func (nothing) SendCoinsFromModuleToAccount(context.Context, string, sdk.AccAddress, sdk.Coins) error {
	return nil
}

func TestGenesis_JSON(t *testing.T) {
	key := storetypes.NewKVStoreKey(attestation.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
	config := moduletestutil.MakeTestEncodingConfig(module.NewAppModule(nil))
	addresses := addresscodec.NewBech32Codec(dataset.AddressPrefix)
	address, err := addresses.BytesToString(make([]byte, 20))
	require.NoError(t, err)
	m := module.NewAppModule(
		keeper.NewKeeper(config.Codec, runtime.NewKVStoreService(key), addresses, address, nothing{}, nothing{}),
	)

	defaults := m.DefaultGenesis(config.Codec)
	require.NoError(t, m.ValidateGenesis(config.Codec, config.TxConfig, defaults))
	m.InitGenesis(ctx, config.Codec, defaults)
	require.JSONEq(t, string(defaults), string(m.ExportGenesis(ctx, config.Codec)))
	require.NoError(t, m.EndBlock(ctx))

	require.Error(t, m.ValidateGenesis(config.Codec, config.TxConfig, []byte(`{}`)))
	require.Error(t, m.ValidateGenesis(config.Codec, config.TxConfig, []byte(`{"par`)))
	require.Panics(t, func() { m.InitGenesis(ctx, config.Codec, []byte(`{}`)) })
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
