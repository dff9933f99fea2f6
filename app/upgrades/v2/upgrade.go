// Package v2 is the first planned upgrade. It changes no store and migrates each module to
// the consensus version that the program has.
package v2

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/volens-network/volens/app/upgrades"
)

// Name is the plan's.
const Name = "v2"

// Upgrade describes it.
func Upgrade() upgrades.Upgrade {
	return upgrades.Upgrade{Name: Name, Handler: migrate}
}

func migrate(modules *module.Manager, configurator module.Configurator) upgradetypes.UpgradeHandler {
	return func(ctx context.Context, _ upgradetypes.Plan, from module.VersionMap) (module.VersionMap, error) {
		return modules.RunMigrations(ctx, configurator, from)
	}
}
