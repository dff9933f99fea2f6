// Package module ties x/market to an application: codec, services, genesis and
// the commands that are derived from the services. NewAppModule comes first; the
// rules are in the keeper.
package module

import (
	"context"
	"encoding/json"
	"fmt"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"cosmossdk.io/core/appmodule"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkmodule "github.com/cosmos/cosmos-sdk/types/module"

	"github.com/volens-network/volens/x/market"
	"github.com/volens-network/volens/x/market/keeper"
)

// ConsensusVersion grows with every change of the stored state.
const ConsensusVersion = 1

var (
	_ sdkmodule.AppModuleBasic = AppModule{}
	_ sdkmodule.HasGenesis     = AppModule{}
	_ appmodule.AppModule      = AppModule{}
	_ appmodule.HasServices    = AppModule{}
	_ appmodule.HasEndBlocker  = AppModule{}
)

// AppModule is x/market as an application sees it.
type AppModule struct {
	cdc    codec.Codec
	keeper *keeper.Keeper
}

// NewAppModule makes the module around its keeper.
func NewAppModule(cdc codec.Codec, k *keeper.Keeper) AppModule {
	return AppModule{cdc: cdc, keeper: k}
}

// Name is the module's name.
func (AppModule) Name() string { return market.ModuleName }

// IsAppModule marks the type for the module manager.
func (AppModule) IsAppModule() {}

// IsOnePerModuleType marks the type for the module manager.
func (AppModule) IsOnePerModuleType() {}

// RegisterLegacyAminoCodec registers the names under which hardware wallets sign.
func (AppModule) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	market.RegisterLegacyAminoCodec(cdc)
}

// RegisterInterfaces registers the module's messages.
func (AppModule) RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	market.RegisterInterfaces(registry)
}

// RegisterGRPCGatewayRoutes serves the queries as REST.
func (AppModule) RegisterGRPCGatewayRoutes(clientCtx client.Context, mux *gwruntime.ServeMux) {
	err := market.RegisterQueryHandlerClient(context.Background(), mux, market.NewQueryClient(clientCtx))
	if err != nil {
		panic(err) //nolint:forbidigo // the signature has no error; it runs once at start
	}
}

// RegisterServices serves messages and queries.
func (m AppModule) RegisterServices(registrar grpc.ServiceRegistrar) error {
	market.RegisterMsgServer(registrar, keeper.NewMsgServer(m.keeper))
	market.RegisterQueryServer(registrar, keeper.NewQueryServer(m.keeper))
	return nil
}

// DefaultGenesis is a market without requests.
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(market.DefaultGenesis())
}

// ValidateGenesis reports the first entry that cannot be imported.
func (AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, raw json.RawMessage) error {
	var g market.GenesisState
	if err := cdc.UnmarshalJSON(raw, &g); err != nil {
		return fmt.Errorf("x/market genesis: %w", err)
	}
	return g.Validate()
}

// InitGenesis imports the state; a chain does not start from a bad one.
func (m AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, raw json.RawMessage) {
	var g market.GenesisState
	cdc.MustUnmarshalJSON(raw, &g)
	if err := m.keeper.InitGenesis(ctx, &g); err != nil {
		panic(fmt.Sprintf("x/market genesis: %v", err)) //nolint:forbidigo // the signature has no error
	}
}

// ExportGenesis exports the state.
func (m AppModule) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	g, err := m.keeper.ExportGenesis(ctx)
	if err != nil {
		panic(fmt.Sprintf("x/market genesis: %v", err)) //nolint:forbidigo // the signature has no error
	}
	return cdc.MustMarshalJSON(g)
}

// ConsensusVersion is the version of the stored state.
func (AppModule) ConsensusVersion() uint64 { return ConsensusVersion }

// EndBlock does what is due. It never fails.
func (m AppModule) EndBlock(ctx context.Context) error { return m.keeper.EndBlock(ctx) }
