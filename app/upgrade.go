package app

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/volens-network/volens/app/upgrades"
	v2 "github.com/volens-network/volens/app/upgrades/v2"
)

// Upgrades are the planned upgrades that this program can do.
func Upgrades() []upgrades.Upgrade { return []upgrades.Upgrade{v2.Upgrade()} }

// SetUpgrade lets the app do an upgrade when its height comes.
func (app *App) SetUpgrade(u upgrades.Upgrade) {
	app.Cosmos.Upgrade.SetUpgradeHandler(u.Name, u.Handler(app.manager, app.configurator))
}

// setUpgrades wires all upgrades. When the program that ran before has stopped for one of
// them, its stores are made and removed as the state is loaded.
func (app *App) setUpgrades(configurator module.Configurator) error {
	app.configurator = configurator
	due, err := app.Cosmos.Upgrade.ReadUpgradeInfoFromDisk()
	if err != nil {
		return fmt.Errorf("upgrade-info.json of this home (if it is damaged, see docs/operations.md): %w", err)
	}
	for _, u := range Upgrades() {
		app.SetUpgrade(u)
		if u.Name == due.Name && !app.Cosmos.Upgrade.IsSkipHeight(due.Height) {
			app.SetStoreLoader(upgradetypes.UpgradeStoreLoader(due.Height, &u.Stores))
		}
	}
	return nil
}
