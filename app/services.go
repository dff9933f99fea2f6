package app

import (
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
)

// RegisterAPIRoutes serves transactions, blocks and every module's queries over REST.
func (app *App) RegisterAPIRoutes(apiServer *api.Server, _ config.APIConfig) {
	authtx.RegisterGRPCGatewayRoutes(apiServer.ClientCtx, apiServer.GRPCGatewayRouter)
	cmtservice.RegisterGRPCGatewayRoutes(apiServer.ClientCtx, apiServer.GRPCGatewayRouter)
	nodeservice.RegisterGRPCGatewayRoutes(apiServer.ClientCtx, apiServer.GRPCGatewayRouter)
	app.basics.RegisterGRPCGatewayRoutes(apiServer.ClientCtx, apiServer.GRPCGatewayRouter)
}

// RegisterTxService serves broadcasting, simulating and finding transactions over gRPC.
func (app *App) RegisterTxService(clientCtx client.Context) {
	authtx.RegisterTxService(app.GRPCQueryRouter(), clientCtx, app.Simulate, app.encoding.Registry)
}

// RegisterTendermintService serves blocks and validator sets over gRPC.
func (app *App) RegisterTendermintService(clientCtx client.Context) {
	wrapped := server.NewCometABCIWrapper(app)
	cmtservice.RegisterTendermintService(clientCtx, app.GRPCQueryRouter(), app.encoding.Registry, wrapped.Query)
}

// RegisterNodeService serves the node's own settings over gRPC.
func (app *App) RegisterNodeService(clientCtx client.Context, cfg config.Config) {
	nodeservice.RegisterNodeService(clientCtx, app.GRPCQueryRouter(), cfg, func() int64 {
		return app.CommitMultiStore().EarliestVersion()
	})
}
