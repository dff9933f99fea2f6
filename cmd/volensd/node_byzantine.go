//go:build byzantine

package main

import (
	"fmt"
	"os"

	"cosmossdk.io/log/v2"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/test/byzantine"
)

// newNode builds a node that lies when its plan says so. No release is built with this tag:
// test/network shows that none has it.
func newNode(logger log.Logger, db dbm.DB, appOpts servertypes.AppOptions) servertypes.Application {
	node, _ := newLiar(logger, db, appOpts)
	return node
}

// newLiar builds the node with what lies in it.
func newLiar(logger log.Logger, db dbm.DB, appOpts servertypes.AppOptions) (*app.App, *byzantine.Liar) {
	node := app.New(logger, db, false, appOpts, server.DefaultBaseappOptions(appOpts)...)
	liar, err := byzantine.New(node, logger, os.Getenv)
	if err != nil {
		panic(fmt.Errorf("build lying node: %w", err)) //nolint:forbidigo // constructor
	}
	liar.Possess(node)
	rehearse(node)
	if err := node.LoadLatestVersion(); err != nil {
		panic(fmt.Errorf("build lying node: %w", err)) //nolint:forbidigo // constructor
	}
	return node, liar
}
