//go:build !byzantine

package main

import (
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/volens-network/volens/app"
)

// newNode builds the application that this program runs.
func newNode(logger log.Logger, db dbm.DB, appOpts servertypes.AppOptions) servertypes.Application {
	return app.New(logger, db, true, appOpts, server.DefaultBaseappOptions(appOpts)...)
}

// addServer adds the commands that run the node and look after its data.
func addServer(root *cobra.Command, home string) {
	server.AddCommands(root, home, newNode, export, func(*cobra.Command) {})
}
