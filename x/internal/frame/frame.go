// Package frame is what the Cosmos SDK asks of every module of ours and what is the same
// in all of them: codec, services, genesis and REST routes. A module's own package
// embeds a Frame made by New and adds its EndBlock and its commands. It decides nothing.
package frame

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
	"github.com/cosmos/gogoproto/proto"
)

// ConsensusVersion is the version of every module's stored state. A module whose
// layout changes overrides the method of that name.
const ConsensusVersion = 1

// Genesis is a module's genesis state behind a pointer.
type Genesis[G any] interface {
	*G
	proto.Message
	Validate() error
}

// Parts are what differs from module to module.
type Parts[G any, P Genesis[G]] struct {
	Name       string
	Amino      func(*codec.LegacyAmino)
	Interfaces func(codectypes.InterfaceRegistry)
	Routes     func(context.Context, *gwruntime.ServeMux, client.Context) error
	Services   func(grpc.ServiceRegistrar)
	Default    func() P
	Init       func(context.Context, P) error
	Export     func(context.Context) (P, error)
}

// Frame implements the SDK's interfaces from parts.
type Frame[G any, P Genesis[G]] struct {
	parts Parts[G, P]
}

// anyGenesis stands in for a module's genesis where the compiler checks interfaces.
type anyGenesis interface {
	sdkmodule.AppModuleBasic
	sdkmodule.HasGenesis
	appmodule.AppModule
	appmodule.HasServices
}

// New makes a frame.
func New[G any, P Genesis[G]](parts Parts[G, P]) Frame[G, P] {
	out := Frame[G, P]{parts: parts}
	var _ anyGenesis = out
	return out
}

// Name is the module's name.
func (f Frame[G, P]) Name() string { return f.parts.Name }

// IsAppModule marks the type for the module manager.
func (Frame[G, P]) IsAppModule() {}

// IsOnePerModuleType marks the type for the module manager.
func (Frame[G, P]) IsOnePerModuleType() {}

// ConsensusVersion is the version of the stored state.
func (Frame[G, P]) ConsensusVersion() uint64 { return ConsensusVersion }

// RegisterLegacyAminoCodec registers the names under which hardware wallets sign.
func (f Frame[G, P]) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) { f.parts.Amino(cdc) }

// RegisterInterfaces registers the module's messages.
func (f Frame[G, P]) RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	f.parts.Interfaces(registry)
}

// RegisterGRPCGatewayRoutes serves the queries as REST.
func (f Frame[G, P]) RegisterGRPCGatewayRoutes(clientCtx client.Context, mux *gwruntime.ServeMux) {
	f.must(f.parts.Routes(context.Background(), mux, clientCtx))
}

// RegisterServices serves messages and queries.
func (f Frame[G, P]) RegisterServices(registrar grpc.ServiceRegistrar) error {
	f.parts.Services(registrar)
	return nil
}

// DefaultGenesis is the state of a chain on which nothing happened.
func (f Frame[G, P]) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(f.parts.Default())
}

// ValidateGenesis reports the first entry that cannot be imported.
func (f Frame[G, P]) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, raw json.RawMessage) error {
	g := P(new(G))
	if err := cdc.UnmarshalJSON(raw, g); err != nil {
		return fmt.Errorf("x/%s genesis: %w", f.parts.Name, err)
	}
	return g.Validate()
}

// InitGenesis imports the state; a chain does not start from a bad one.
func (f Frame[G, P]) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, raw json.RawMessage) {
	g := P(new(G))
	cdc.MustUnmarshalJSON(raw, g)
	f.must(f.parts.Init(ctx, g))
}

// ExportGenesis exports the state.
func (f Frame[G, P]) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	g, err := f.parts.Export(ctx)
	f.must(err)
	return cdc.MustMarshalJSON(g)
}

// must panics where the SDK's signatures have no error: at start and at export.
func (f Frame[G, P]) must(err error) {
	if err != nil {
		panic(fmt.Sprintf("x/%s: %v", f.parts.Name, err)) //nolint:forbidigo // the signatures have no error
	}
}
