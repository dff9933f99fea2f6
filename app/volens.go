package app

import (
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/types/module"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/x/attestation"
	attestationkeeper "github.com/volens-network/volens/x/attestation/keeper"
	attestationmodule "github.com/volens-network/volens/x/attestation/module"
	"github.com/volens-network/volens/x/consent"
	consentkeeper "github.com/volens-network/volens/x/consent/keeper"
	consentmodule "github.com/volens-network/volens/x/consent/module"
	"github.com/volens-network/volens/x/custody"
	custodykeeper "github.com/volens-network/volens/x/custody/keeper"
	custodymodule "github.com/volens-network/volens/x/custody/module"
	"github.com/volens-network/volens/x/dataset"
	datasetkeeper "github.com/volens-network/volens/x/dataset/keeper"
	datasetmodule "github.com/volens-network/volens/x/dataset/module"
	"github.com/volens-network/volens/x/market"
	marketkeeper "github.com/volens-network/volens/x/market/keeper"
	marketmodule "github.com/volens-network/volens/x/market/module"
)

// VolensKeepers are the keepers of our own modules, in their order.
type VolensKeepers struct {
	Dataset     *datasetkeeper.Keeper
	Attestation *attestationkeeper.Keeper
	Consent     *consentkeeper.Keeper
	Custody     *custodykeeper.Keeper
	Market      *marketkeeper.Keeper
}

func volensStoreKeys() []string {
	return []string{
		dataset.StoreKey, attestation.StoreKey, consent.StoreKey, custody.StoreKey, market.StoreKey,
	}
}

// volensAccounts are the module accounts that hold bonds, escrow and the committee's part.
func volensAccounts() []string {
	return []string{attestation.ModuleName, custody.ModuleName, custody.CommitteeName, market.ModuleName}
}

// newVolensKeepers makes our keepers from left to right, then hangs the hooks from
// right to left.
func newVolensKeepers(app *App) VolensKeepers {
	cdc, keys, cosmos := app.encoding.Codec, app.keys, &app.Cosmos
	addresses := addresscodec.NewBech32Codec(Bech32Prefix)
	var k VolensKeepers
	k.Dataset = datasetkeeper.NewKeeper(cdc, service(keys, dataset.StoreKey), addresses, authority())
	k.Attestation = attestationkeeper.NewKeeper(
		cdc, service(keys, attestation.StoreKey), addresses, authority(), k.Dataset, cosmos.Bank,
	)
	k.Consent = consentkeeper.NewKeeper(
		cdc,
		service(keys, consent.StoreKey),
		runtime.NewTransientStoreService(app.transient[consent.TransientStoreKey]),
		addresses,
		authority(),
		consentkeeper.Left{Datasets: k.Dataset, Accounts: cosmos.Account, Bank: cosmos.Bank},
	)
	k.Custody = custodykeeper.NewKeeper(cdc, service(keys, custody.StoreKey), addresses, authority(), custody.Left{
		Datasets: k.Dataset, Attestations: k.Attestation, Consents: k.Consent, Bank: cosmos.Bank,
		Validators: custodykeeper.NewValidatorSet(cosmos.Staking, cosmos.Slashing),
	})
	k.Market = marketkeeper.NewKeeper(cdc, service(keys, market.StoreKey), addresses, authority(), market.Left{
		Datasets: k.Dataset, Attestations: k.Attestation, Consents: k.Consent, Custody: k.Custody,
		Bank: cosmos.Bank, Pool: cosmos.Distr,
	})
	k.Dataset.SetHooks(k.Custody)
	k.Attestation.SetVerdictHook(k.Custody)
	k.Attestation.SetChallengeHook(k.Market)
	k.Consent.SetHooks(k.Custody)
	k.Custody.SetHooks(k.Market)
	cosmos.Staking.SetHooks(stakingtypes.NewMultiStakingHooks(
		cosmos.Distr.Hooks(), cosmos.Slashing.Hooks(), k.Custody.StakingHooks(),
	))
	return k
}

func volensModules(app *App) []module.AppModule {
	k := &app.Volens
	return []module.AppModule{
		datasetmodule.NewAppModule(k.Dataset),
		attestationmodule.NewAppModule(k.Attestation),
		consentmodule.NewAppModule(k.Consent),
		custodymodule.NewAppModule(k.Custody),
		marketmodule.NewAppModule(k.Market),
	}
}

func volensEndBlockers() []string {
	return []string{attestation.ModuleName, market.ModuleName, custody.ModuleName}
}

func volensGenesisOrder() []string {
	return []string{
		dataset.ModuleName, attestation.ModuleName, consent.ModuleName, custody.ModuleName, market.ModuleName,
	}
}
