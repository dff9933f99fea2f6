package main

import (
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/debug"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/client/pruning"
	"github.com/cosmos/cosmos-sdk/client/rpc"
	"github.com/cosmos/cosmos-sdk/client/snapshot"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	authcmd "github.com/cosmos/cosmos-sdk/x/auth/client/cli"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"

	"github.com/volens-network/volens/app"
)

func addCommands(root *cobra.Command, probe *app.App) {
	home := app.DefaultNodeHome()
	root.AddCommand(
		genutilcli.InitCmd(probe.Basics(), home),
		genutilcli.Commands(probe.TxConfig(), probe.Basics(), home),
		debug.Cmd(),
		pruning.Cmd(newNode, home),
		snapshot.Cmd(newNode),
		server.StatusCommand(),
		keys.Commands(),
		queryCommand(),
		txCommand(),
		localnetCommand(),
		custodyCommand(),
		doctorCommand(),
	)
	addServer(root, home)
}

func queryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "query",
		Aliases: []string{"q"},
		Short:   "Ask the chain",
		RunE:    client.ValidateCmd,
	}
	cmd.AddCommand(
		rpc.WaitTxCmd(), rpc.ValidatorCommand(), server.QueryBlockCmd(), server.QueryBlocksCmd(),
		server.QueryBlockResultsCmd(), authcmd.QueryTxsByEventsCmd(), authcmd.QueryTxCmd(),
	)
	return addTxFlags(cmd)
}

func txCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "tx", Short: "Sign and send", RunE: client.ValidateCmd}
	cmd.AddCommand(
		authcmd.GetSignCommand(), authcmd.GetSignBatchCommand(), authcmd.GetMultiSignCommand(),
		authcmd.GetMultiSignBatchCmd(), authcmd.GetValidateSignaturesCommand(), authcmd.GetBroadcastCommand(),
		authcmd.GetEncodeCommand(), authcmd.GetDecodeCommand(), authcmd.GetSimulateCmd(),
	)
	return addTxFlags(cmd)
}

func export(
	logger log.Logger, db dbm.DB, height int64, forZeroHeight bool, _ []string,
	appOpts servertypes.AppOptions, modules []string,
) (servertypes.ExportedApp, error) {
	node := app.New(logger, db, height == -1, appOpts)
	if height != -1 {
		if err := node.LoadVersion(height); err != nil {
			return servertypes.ExportedApp{}, err
		}
	}
	return node.Export(forZeroHeight, modules)
}
