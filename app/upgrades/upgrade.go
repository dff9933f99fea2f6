// Package upgrades describes the planned upgrades of the chain, one folder vN each.
//
// An upgrade is what x/upgrade does at the height of a plan with its name: first the store
// loader makes and removes stores, before the node's first block with the new program,
// then the handler migrates the modules, in the pre-blocker of that block. Both may run
// again: a node that dies inside the handler has committed nothing and begins anew, so a
// handler must depend on the committed state alone.
//
// The app wires what app.Upgrades lists. docs/operations.md has the operator's side.
package upgrades

import (
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"
)

// Upgrade is one planned upgrade.
type Upgrade struct {
	// Name is the plan's.
	Name string
	// Stores that are added, renamed or deleted.
	Stores storetypes.StoreUpgrades
	// Handler makes the migration of an app.
	Handler func(*module.Manager, module.Configurator) upgradetypes.UpgradeHandler
}
