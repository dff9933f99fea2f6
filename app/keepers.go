package app

import (
	"github.com/spf13/cast"

	"github.com/cosmos/cosmos-sdk/client/flags"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrkeeper "github.com/cosmos/cosmos-sdk/x/distribution/keeper"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencekeeper "github.com/cosmos/cosmos-sdk/x/evidence/keeper"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	mintkeeper "github.com/cosmos/cosmos-sdk/x/mint/keeper"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingkeeper "github.com/cosmos/cosmos-sdk/x/slashing/keeper"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"
	transferkeeper "github.com/cosmos/ibc-go/v11/modules/apps/transfer/keeper"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibckeeper "github.com/cosmos/ibc-go/v11/modules/core/keeper"
)

// CosmosKeepers are the keepers of the SDK's and IBC's modules.
type CosmosKeepers struct {
	Account   authkeeper.AccountKeeper
	Bank      bankkeeper.BaseKeeper
	Staking   *stakingkeeper.Keeper
	Slashing  slashingkeeper.Keeper
	Mint      mintkeeper.Keeper
	Distr     distrkeeper.Keeper
	Gov       *govkeeper.Keeper
	Upgrade   *upgradekeeper.Keeper
	Authz     authzkeeper.Keeper
	FeeGrant  feegrantkeeper.Keeper
	Evidence  evidencekeeper.Keeper
	Consensus consensuskeeper.Keeper
	IBC       *ibckeeper.Keeper
	Transfer  *transferkeeper.Keeper
}

func cosmosStoreKeys() []string {
	return []string{
		authtypes.StoreKey, banktypes.StoreKey, stakingtypes.StoreKey, minttypes.StoreKey,
		distrtypes.StoreKey, slashingtypes.StoreKey, govtypes.StoreKey, upgradetypes.StoreKey,
		authzkeeper.StoreKey, feegrant.StoreKey, evidencetypes.StoreKey, consensustypes.StoreKey,
		ibcexported.StoreKey, transfertypes.StoreKey,
	}
}

// authority is the address that governance acts as.
func authority() string {
	return authtypes.NewModuleAddress(govtypes.ModuleName).String()
}

func newCosmosKeepers(app *App, appOpts servertypes.AppOptions) CosmosKeepers {
	cdc, keys := app.encoding.Codec, app.keys
	accounts := addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32AccountAddrPrefix())
	operators := addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32ValidatorAddrPrefix())
	nodes := addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32ConsensusAddrPrefix())
	var k CosmosKeepers

	k.Consensus = consensuskeeper.NewKeeper(
		cdc, service(keys, consensustypes.StoreKey), authority(), runtime.EventService{},
	)
	k.Account = authkeeper.NewAccountKeeper(
		cdc, service(keys, authtypes.StoreKey), authtypes.ProtoBaseAccount, modulePermissions(), accounts,
		Bech32Prefix, authority(), authkeeper.WithUnorderedTransactions(true),
	)
	k.Bank = bankkeeper.NewBaseKeeper(
		cdc, service(keys, banktypes.StoreKey), k.Account, blockedAddresses(), authority(), app.Logger(),
	)
	k.Staking = stakingkeeper.NewKeeper(
		cdc, service(keys, stakingtypes.StoreKey), k.Account, k.Bank, authority(), operators, nodes,
	)
	k.Mint = mintkeeper.NewKeeper(
		cdc, service(keys, minttypes.StoreKey), k.Staking, k.Account, k.Bank, authtypes.FeeCollectorName, authority(),
	)
	k.Distr = distrkeeper.NewKeeper(
		cdc, service(keys, distrtypes.StoreKey), k.Account, k.Bank, k.Staking, authtypes.FeeCollectorName, authority(),
	)
	k.Slashing = slashingkeeper.NewKeeper(
		cdc, app.encoding.Amino, service(keys, slashingtypes.StoreKey), k.Staking, authority(),
	)
	k.Evidence = *evidencekeeper.NewKeeper(
		cdc, service(keys, evidencetypes.StoreKey), k.Staking, k.Slashing, accounts, runtime.ProvideCometInfoService(),
	)
	k.Authz = authzkeeper.NewKeeper(service(keys, authzkeeper.StoreKey), cdc, app.MsgServiceRouter(), k.Account)
	k.FeeGrant = feegrantkeeper.NewKeeper(cdc, service(keys, feegrant.StoreKey), k.Account)
	k.Upgrade = upgradekeeper.NewKeeper(
		skippedUpgrades(appOpts), service(keys, upgradetypes.StoreKey), cdc,
		cast.ToString(appOpts.Get(flags.FlagHome)), app.BaseApp, authority(),
	)
	k.Gov = govkeeper.NewKeeper(
		cdc, service(keys, govtypes.StoreKey), k.Account, k.Bank, k.Distr, app.MsgServiceRouter(),
		govtypes.DefaultConfig(), authority(), govkeeper.NewDefaultCalculateVoteResultsAndVotingPower(k.Staking),
	)
	k.IBC = ibckeeper.NewKeeper(cdc, service(keys, ibcexported.StoreKey), k.Upgrade, authority())
	k.Transfer = transferkeeper.NewKeeper(
		cdc, accounts, service(keys, transfertypes.StoreKey), k.IBC.ChannelKeeper,
		app.MsgServiceRouter(), k.Account, k.Bank, authority(),
	)
	return k
}

func skippedUpgrades(appOpts servertypes.AppOptions) map[int64]bool {
	heights := map[int64]bool{}
	for _, h := range cast.ToIntSlice(appOpts.Get(server.FlagUnsafeSkipUpgrades)) {
		heights[int64(h)] = true
	}
	return heights
}
