// Package module ties x/consent to an application: codec, services, genesis and
// the commands that are derived from the services. NewAppModule comes first; the
// rules are in the keeper, the zero-fee lane is in package ante.
package module

import (
	"context"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/client"

	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/consent/keeper"
	"github.com/volens-network/volens/x/internal/frame"
)

// AppModule is x/consent as an application sees it.
type AppModule struct {
	frame.Frame[consent.GenesisState, *consent.GenesisState]
}

// NewAppModule makes the module around its keeper.
func NewAppModule(k *keeper.Keeper) AppModule {
	return AppModule{Frame: frame.New(frame.Parts[consent.GenesisState, *consent.GenesisState]{
		Name:       consent.ModuleName,
		Amino:      consent.RegisterLegacyAminoCodec,
		Interfaces: consent.RegisterInterfaces,
		Routes: func(ctx context.Context, mux *gwruntime.ServeMux, clientCtx client.Context) error {
			return consent.RegisterQueryHandlerClient(ctx, mux, consent.NewQueryClient(clientCtx))
		},
		Services: func(registrar grpc.ServiceRegistrar) {
			consent.RegisterMsgServer(registrar, keeper.NewMsgServer(k))
			consent.RegisterQueryServer(registrar, keeper.NewQueryServer(k))
		},
		Default: consent.DefaultGenesis,
		Init:    func(ctx context.Context, g *consent.GenesisState) error { return k.InitGenesis(ctx, *g) },
		Export:  k.ExportGenesis,
	})}
}
