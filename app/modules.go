package app

import (
	corestore "cosmossdk.io/core/store"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authsims "github.com/cosmos/cosmos-sdk/x/auth/simulation"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distr "github.com/cosmos/cosmos-sdk/x/distribution"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/evidence"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govclient "github.com/cosmos/cosmos-sdk/x/gov/client"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"
	"github.com/cosmos/ibc-go/v11/modules/apps/transfer"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	ibc "github.com/cosmos/ibc-go/v11/modules/core"
	porttypes "github.com/cosmos/ibc-go/v11/modules/core/05-port/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"
)

// service opens the store of one key; each keeper sees only its own.
func service(keys map[string]*storetypes.KVStoreKey, name string) corestore.KVStoreService {
	return runtime.NewKVStoreService(keys[name])
}

// modulePermissions are the module accounts and what they may do with coins.
func modulePermissions() map[string][]string {
	permissions := map[string][]string{
		authtypes.FeeCollectorName:          nil,
		distrtypes.ModuleName:               nil,
		minttypes.ModuleName:                {authtypes.Minter},
		stakingtypes.BondedPoolName:         {authtypes.Burner, authtypes.Staking},
		stakingtypes.NotBondedPoolName:      {authtypes.Burner, authtypes.Staking},
		stakingtypes.KeyRotationFeePoolName: {authtypes.Burner},
		govtypes.ModuleName:                 {authtypes.Burner},
		transfertypes.ModuleName:            {authtypes.Minter, authtypes.Burner},
	}
	for _, name := range volensAccounts() {
		permissions[name] = nil
	}
	return permissions
}

// blockedAddresses are closed to plain sends: every module account but governance.
func blockedAddresses() map[string]bool {
	blocked := map[string]bool{}
	for name := range modulePermissions() {
		blocked[authtypes.NewModuleAddress(name).String()] = name != govtypes.ModuleName
	}
	return blocked
}

// routeIBC connects the tendermint light client and ICS-20.
func routeIBC(app *App) ibctm.LightClientModule {
	router := porttypes.NewRouter()
	router.AddRoute(transfertypes.ModuleName, transfer.NewIBCModule(app.Cosmos.Transfer))
	app.Cosmos.IBC.SetRouter(router)

	clients := app.Cosmos.IBC.ClientKeeper
	lightClient := ibctm.NewLightClientModule(app.encoding.Codec, clients.GetStoreProvider())
	clients.AddRoute(ibctm.ModuleName, &lightClient)
	return lightClient
}

func newModuleManager(app *App) *module.Manager {
	cdc, k := app.encoding.Codec, &app.Cosmos
	lightClient := routeIBC(app)
	modules := []module.AppModule{
		genutil.NewAppModule(k.Account, k.Staking, app, app.encoding.TxConfig),
		auth.NewAppModule(cdc, k.Account, authsims.RandomGenesisAccounts),
		bank.NewAppModule(cdc, k.Bank, k.Account),
		gov.NewAppModule(cdc, k.Gov, k.Account, k.Bank),
		mint.NewAppModule(cdc, k.Mint, k.Account, nil),
		slashing.NewAppModule(cdc, k.Slashing, k.Account, k.Bank, k.Staking, app.encoding.Registry),
		distr.NewAppModule(cdc, k.Distr, k.Account, k.Bank, k.Staking),
		staking.NewAppModule(cdc, k.Staking, k.Account, k.Bank),
		upgrade.NewAppModule(k.Upgrade, k.Account.AddressCodec()),
		authzmodule.NewAppModule(cdc, k.Authz, k.Account, k.Bank, app.encoding.Registry),
		feegrantmodule.NewAppModule(cdc, k.Account, k.Bank, k.FeeGrant, app.encoding.Registry),
		evidence.NewAppModule(k.Evidence),
		consensus.NewAppModule(cdc, k.Consensus),
		ibc.NewAppModule(k.IBC),
		transfer.NewAppModule(k.Transfer),
		ibctm.NewAppModule(lightClient),
	}
	manager := module.NewManager(append(modules, volensModules(app)...)...)
	orderModules(manager)
	return manager
}

// orderModules fixes who goes first. Market's EndBlocker precedes custody's, which is
// the last: a job that market opens stands in the batch of the next block.
func orderModules(m *module.Manager) {
	m.SetOrderPreBlockers(upgradetypes.ModuleName, authtypes.ModuleName)
	m.SetOrderBeginBlockers(
		minttypes.ModuleName, distrtypes.ModuleName, slashingtypes.ModuleName, evidencetypes.ModuleName,
		stakingtypes.ModuleName, authz.ModuleName, genutiltypes.ModuleName, ibcexported.ModuleName,
		transfertypes.ModuleName,
	)
	m.SetOrderEndBlockers(append([]string{
		govtypes.ModuleName, stakingtypes.ModuleName, feegrant.ModuleName, genutiltypes.ModuleName,
		ibcexported.ModuleName, transfertypes.ModuleName, banktypes.ModuleName,
	}, volensEndBlockers()...)...)
	genesis := append([]string{
		authtypes.ModuleName, banktypes.ModuleName, distrtypes.ModuleName, stakingtypes.ModuleName,
		slashingtypes.ModuleName, govtypes.ModuleName, minttypes.ModuleName, ibcexported.ModuleName,
		evidencetypes.ModuleName, authz.ModuleName, feegrant.ModuleName, transfertypes.ModuleName,
		upgradetypes.ModuleName, consensustypes.ModuleName,
	}, volensGenesisOrder()...)
	genesis = append(genesis, genutiltypes.ModuleName)
	m.SetOrderInitGenesis(genesis...)
	m.SetOrderExportGenesis(genesis...)
}

func newBasicManager(m *module.Manager) module.BasicManager {
	return module.NewBasicManagerFromManager(m, map[string]module.AppModuleBasic{
		genutiltypes.ModuleName: genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		govtypes.ModuleName:     gov.NewAppModuleBasic([]govclient.ProposalHandler{}),
	})
}
