//go:build byzantine

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtnode "github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	"github.com/cometbft/cometbft/proxy"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/server"
	servercmtlog "github.com/cosmos/cosmos-sdk/server/log"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/volens-network/volens/test/byzantine"
)

// addServer adds the commands that run the node. One that is led by a plan starts CometBFT
// by itself, to stand between it and its peers.
func addServer(root *cobra.Command, home string) {
	server.AddCommands(root, home, newNode, export, func(*cobra.Command) {})
	if os.Getenv(byzantine.PlanVariable) == "" {
		return
	}
	for _, cmd := range root.Commands() {
		if cmd.Name() == "start" {
			root.RemoveCommand(cmd)
		}
	}
	root.AddCommand(server.StartCmdWithOptions(newNode, home, server.StartCmdOptions{StartCommandHandler: startLiar}))
}

// startLiar runs the node until it is told to end. It serves CometBFT's RPC and nothing else.
func startLiar(
	svr *server.Context, _ client.Context, _ servertypes.AppCreator, _ bool, o server.StartCmdOptions,
) (err error) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	config := svr.Config
	db, err := o.DBOpener(config.RootDir, server.GetAppDBBackend(svr.Viper))
	if err != nil {
		return err
	}
	node, liar := newLiar(svr.Logger, db, svr.Viper)
	defer func() { err = errors.Join(err, node.Close()) }()
	name, err := p2p.LoadOrGenNodeKey(config.NodeKeyFile())
	if err != nil {
		return err
	}
	validator := privval.LoadOrGenFilePV(config.PrivValidatorKeyFile(), config.PrivValidatorStateFile())
	comet, err := cmtnode.NewNodeWithContext(
		ctx, config, validator, name, proxy.NewLocalClientCreator(server.NewCometABCIWrapper(node)),
		func() (*cmttypes.GenesisDoc, error) { return genesisOf(config) }, cmtcfg.DefaultDBProvider,
		cmtnode.DefaultMetricsProvider(config.Instrumentation),
		servercmtlog.CometLoggerWrapper{Logger: svr.Logger}, liar.Speak(validator.Key.PrivKey),
	)
	if err != nil {
		return fmt.Errorf("build lying node: %w", err)
	}
	if err := comet.Start(); err != nil {
		return err
	}
	<-ctx.Done()
	return comet.Stop()
}

func genesisOf(config *cmtcfg.Config) (*cmttypes.GenesisDoc, error) {
	doc, err := genutiltypes.AppGenesisFromFile(config.GenesisFile())
	if err != nil {
		return nil, err
	}
	return doc.ToGenesisDoc()
}
