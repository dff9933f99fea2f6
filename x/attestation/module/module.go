// Package module ties x/attestation to an application: codec, services, genesis and
// the commands that are derived from the services. NewAppModule comes first; the
// rules are in the keeper.
package module

import (
	"context"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"cosmossdk.io/core/appmodule"
	"github.com/cosmos/cosmos-sdk/client"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/attestation/keeper"
	"github.com/volens-network/volens/x/internal/frame"
)

var _ appmodule.HasEndBlocker = AppModule{}

// AppModule is x/attestation as an application sees it.
type AppModule struct {
	frame.Frame[attestation.GenesisState, *attestation.GenesisState]
	keeper *keeper.Keeper
}

// NewAppModule makes the module around its keeper.
func NewAppModule(k *keeper.Keeper) AppModule {
	return AppModule{Frame: frame.New(frame.Parts[attestation.GenesisState, *attestation.GenesisState]{
		Name:       attestation.ModuleName,
		Amino:      attestation.RegisterLegacyAminoCodec,
		Interfaces: attestation.RegisterInterfaces,
		Routes: func(ctx context.Context, mux *gwruntime.ServeMux, clientCtx client.Context) error {
			return attestation.RegisterQueryHandlerClient(ctx, mux, attestation.NewQueryClient(clientCtx))
		},
		Services: func(registrar grpc.ServiceRegistrar) {
			attestation.RegisterMsgServer(registrar, keeper.NewMsgServer(k))
			attestation.RegisterQueryServer(registrar, keeper.NewQueryServer(k))
		},
		Default: attestation.DefaultGenesis,
		Init:    k.InitGenesis,
		Export:  k.ExportGenesis,
	}), keeper: k}
}

// EndBlock lets challenges lapse.
func (m AppModule) EndBlock(ctx context.Context) error { return m.keeper.EndBlocker(ctx) }
