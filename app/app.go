// Package app wires the Volens chain: the modules of the Cosmos SDK and of IBC,
// our own in x/, and the vote extensions in app/voteext.
//
// New builds it. The wiring is by hand and in one file a concern: keepers.go and
// volens.go make the keepers, modules.go says in which order they act, abci.go what
// happens in a block, ante.go what a transaction must pass, services.go what is
// served. Nothing here decides: rules live in core, state in x.
package app

import (
	"fmt"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/types"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	"github.com/cosmos/cosmos-sdk/version"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/app/metrics"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/x/consent"
)

// App is the Volens state machine.
type App struct {
	*baseapp.BaseApp

	Cosmos CosmosKeepers
	Volens VolensKeepers

	encoding  Encoding
	keys      map[string]*storetypes.KVStoreKey
	transient map[string]*storetypes.TransientStoreKey
	manager   *module.Manager
	basics    module.BasicManager
	votes     *voteext.Handler
	self      *voteext.Self
	// configurator has the modules' migrations.
	configurator module.Configurator
	figures      *metrics.Observer
	decided      abci.CommitInfo // that the last block carried
}

var _ servertypes.Application = (*App)(nil)

// New builds the chain over a database. It panics on a wiring mistake, as there is
// no chain to run then.
func New(
	logger log.Logger, db dbm.DB, loadLatest bool, appOpts servertypes.AppOptions, options ...func(*baseapp.BaseApp),
) *App {
	SetPrefixes()
	encoding, err := NewEncoding()
	must(err)
	base := baseapp.NewBaseApp(Name, logger, db, encoding.TxConfig.TxDecoder(), options...)
	base.SetVersion(version.Version)
	base.SetInterfaceRegistry(encoding.Registry)
	base.SetTxEncoder(encoding.TxConfig.TxEncoder())

	app := &App{
		BaseApp:   base,
		encoding:  encoding,
		keys:      storetypes.NewKVStoreKeys(append(cosmosStoreKeys(), volensStoreKeys()...)...),
		transient: storetypes.NewTransientStoreKeys(consent.TransientStoreKey),
	}
	must(base.RegisterStreamingServices(appOpts, app.keys))
	app.Cosmos = newCosmosKeepers(app, appOpts)
	app.Volens = newVolensKeepers(app)
	base.SetParamStore(app.Cosmos.Consensus.ParamsStore)

	app.manager = newModuleManager(app)
	app.basics = newBasicManager(app.manager)
	app.basics.RegisterLegacyAminoCodec(encoding.Amino)
	app.basics.RegisterInterfaces(encoding.Registry)
	configurator := module.NewConfigurator(
		encoding.Codec, limited{app.MsgServiceRouter(), app.checkLimits}, app.GRPCQueryRouter(),
	)
	must(app.manager.RegisterServices(configurator))
	must(app.setUpgrades(configurator))
	must(validateProtos())

	app.MountKVStores(app.keys)
	app.MountTransientStores(app.transient)
	self, err := newSelf(appOpts)
	must(err)
	app.setHandlers(self)
	app.figures = newFigures(app, self, appOpts)
	if loadLatest {
		must(app.LoadLatestVersion())
	}
	return app
}

func validateProtos() error {
	files, err := proto.MergedRegistry()
	if err != nil {
		return err
	}
	return msgservice.ValidateProtoAnnotations(files)
}

func must(err error) {
	if err != nil {
		panic(fmt.Errorf("build app: %w", err)) //nolint:forbidigo // constructor
	}
}

// Codec marshals state and genesis.
func (app *App) Codec() codec.Codec { return app.encoding.Codec }

// Registry knows every message type.
func (app *App) Registry() types.InterfaceRegistry { return app.encoding.Registry }

// TxConfig encodes and decodes transactions.
func (app *App) TxConfig() client.TxConfig { return app.encoding.TxConfig }

// Amino is the legacy codec, for the keyring and for amino JSON.
func (app *App) Amino() *codec.LegacyAmino { return app.encoding.Amino }

// Basics are the modules without their keepers, for genesis and commands.
func (app *App) Basics() module.BasicManager { return app.basics }

// Modules are all modules by name.
func (app *App) Modules() map[string]any { return app.manager.Modules }
