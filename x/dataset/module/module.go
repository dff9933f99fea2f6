// Package module ties x/dataset to an application: codec, services, genesis and
// the commands that are derived from the services. NewAppModule comes first; the
// rules are in the keeper.
package module

import (
	"context"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/client"

	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/dataset/keeper"
	"github.com/volens-network/volens/x/internal/frame"
)

// AppModule is x/dataset as an application sees it.
type AppModule struct {
	frame.Frame[dataset.GenesisState, *dataset.GenesisState]
}

// NewAppModule makes the module around its keeper.
func NewAppModule(k *keeper.Keeper) AppModule {
	return AppModule{Frame: frame.New(frame.Parts[dataset.GenesisState, *dataset.GenesisState]{
		Name:       dataset.ModuleName,
		Amino:      dataset.RegisterLegacyAminoCodec,
		Interfaces: dataset.RegisterInterfaces,
		Routes: func(ctx context.Context, mux *gwruntime.ServeMux, clientCtx client.Context) error {
			return dataset.RegisterQueryHandlerClient(ctx, mux, dataset.NewQueryClient(clientCtx))
		},
		Services: func(registrar grpc.ServiceRegistrar) {
			dataset.RegisterMsgServer(registrar, keeper.NewMsgServer(k))
			dataset.RegisterQueryServer(registrar, keeper.NewQueryServer(k))
		},
		Default: dataset.DefaultGenesis,
		Init:    k.InitGenesis,
		Export:  k.ExportGenesis,
	})}
}
