// Package module ties x/market to an application: codec, services, genesis and
// the commands that are derived from the services. NewAppModule comes first; the
// rules are in the keeper.
package module

import (
	"context"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"cosmossdk.io/core/appmodule"
	"github.com/cosmos/cosmos-sdk/client"

	"github.com/volens-network/volens/x/internal/frame"
	"github.com/volens-network/volens/x/market"
	"github.com/volens-network/volens/x/market/keeper"
)

var _ appmodule.HasEndBlocker = AppModule{}

// AppModule is x/market as an application sees it.
type AppModule struct {
	frame.Frame[market.GenesisState, *market.GenesisState]
	keeper *keeper.Keeper
}

// NewAppModule makes the module around its keeper.
func NewAppModule(k *keeper.Keeper) AppModule {
	return AppModule{Frame: frame.New(frame.Parts[market.GenesisState, *market.GenesisState]{
		Name:       market.ModuleName,
		Amino:      market.RegisterLegacyAminoCodec,
		Interfaces: market.RegisterInterfaces,
		Routes: func(ctx context.Context, mux *gwruntime.ServeMux, clientCtx client.Context) error {
			return market.RegisterQueryHandlerClient(ctx, mux, market.NewQueryClient(clientCtx))
		},
		Services: func(registrar grpc.ServiceRegistrar) {
			market.RegisterMsgServer(registrar, keeper.NewMsgServer(k))
			market.RegisterQueryServer(registrar, keeper.NewQueryServer(k))
		},
		Default: market.DefaultGenesis,
		Init:    k.InitGenesis,
		Export:  k.ExportGenesis,
	}), keeper: k}
}

// EndBlock does what is due. It never fails.
func (m AppModule) EndBlock(ctx context.Context) error { return m.keeper.EndBlock(ctx) }
