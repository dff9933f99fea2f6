//go:build byzantine

package main

import (
	"context"
	"os"

	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/internal/crash"
)

const (
	// rehearsalVariable makes this program the next version: one that knows the upgrade.
	rehearsalVariable = "VOLENS_REHEARSAL"
	// rehearsalPlan is the upgrade's name.
	rehearsalPlan = "rehearsal"
)

// rehearse gives a node the handler of an upgrade that changes one parameter, with crash
// points before and after the change.
func rehearse(node *app.App) {
	if os.Getenv(rehearsalVariable) == "" {
		return
	}
	node.Cosmos.Upgrade.SetUpgradeHandler(rehearsalPlan, func(
		ctx context.Context, _ upgradetypes.Plan, from module.VersionMap,
	) (module.VersionMap, error) {
		crash.Point("upgrade-begun")
		params, err := node.Volens.Custody.Params.Get(ctx)
		if err != nil {
			return nil, err
		}
		params.MissWindow++
		err = node.Volens.Custody.Params.Set(ctx, params)
		crash.Point("upgrade-done")
		return from, err
	})
}
