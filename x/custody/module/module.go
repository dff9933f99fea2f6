// Package module ties x/custody to an application: codec, services, genesis and
// the commands that are derived from the services. NewAppModule comes first; the
// rules are in the keeper.
package module

import (
	"context"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"cosmossdk.io/core/appmodule"
	"github.com/cosmos/cosmos-sdk/client"

	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
	"github.com/volens-network/volens/x/internal/frame"
)

var _ appmodule.HasEndBlocker = AppModule{}

// AppModule is x/custody as an application sees it.
type AppModule struct {
	frame.Frame[custody.GenesisState, *custody.GenesisState]
	keeper *keeper.Keeper
}

// NewAppModule makes the module around its keeper.
func NewAppModule(k *keeper.Keeper) AppModule {
	return AppModule{Frame: frame.New(frame.Parts[custody.GenesisState, *custody.GenesisState]{
		Name:       custody.ModuleName,
		Amino:      custody.RegisterLegacyAminoCodec,
		Interfaces: custody.RegisterInterfaces,
		Routes: func(ctx context.Context, mux *gwruntime.ServeMux, clientCtx client.Context) error {
			return custody.RegisterQueryHandlerClient(ctx, mux, custody.NewQueryClient(clientCtx))
		},
		Services: func(registrar grpc.ServiceRegistrar) {
			custody.RegisterMsgServer(registrar, keeper.NewMsgServer(k))
			custody.RegisterQueryServer(registrar, keeper.NewQueryServer(k))
		},
		Default: custody.DefaultGenesis,
		Init:    func(ctx context.Context, g *custody.GenesisState) error { return k.InitGenesis(ctx, *g) },
		Export:  k.ExportGenesis,
	}), keeper: k}
}

// EndBlock writes the batch of the next height. It must be the last EndBlocker.
func (m AppModule) EndBlock(ctx context.Context) error { return m.keeper.EndBlock(ctx) }
