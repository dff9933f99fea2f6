package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/core/appmodule"
	"cosmossdk.io/log/v2"
	cmtcfg "github.com/cometbft/cometbft/config"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/client"
	clientcfg "github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/flags"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/volens-network/volens/app"
)

// newRoot builds the command tree. It builds an app over an empty database, only to
// learn its messages and queries.
func newRoot() (_ *cobra.Command, err error) {
	// x/upgrade looks into the home for a planned upgrade, and makes a folder there: in a home of the probe's own.
	home, err := os.MkdirTemp("", "volensd-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	probe := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.NewAppOptionsWithFlagHome(home))
	clientCtx := client.Context{}.
		WithCodec(probe.Codec()).
		WithInterfaceRegistry(probe.Registry()).
		WithLegacyAmino(probe.Amino()).
		WithTxConfig(probe.TxConfig()).
		WithInput(os.Stdin).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithHomeDir(app.DefaultNodeHome()).
		WithViper("VOLENSD")

	root := &cobra.Command{
		Use:           "volensd",
		Short:         "A node of the Volens chain",
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(cmd.OutOrStdout())
			cmd.SetErr(cmd.ErrOrStderr())
			return prepare(cmd, clientCtx)
		},
	}
	addCommands(root, probe)
	options := autocli.AppOptions{
		Modules:               appModules(probe),
		ModuleOptions:         nil,
		AddressCodec:          addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32AccountAddrPrefix()),
		ValidatorAddressCodec: addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32ValidatorAddrPrefix()),
		ConsensusAddressCodec: addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32ConsensusAddrPrefix()),
		ClientCtx:             clientCtx,
	}
	return root, options.EnhanceRootCommand(root)
}

func appModules(probe *app.App) map[string]appmodule.AppModule {
	modules := map[string]appmodule.AppModule{}
	for name, m := range probe.Modules() {
		if module, ok := m.(appmodule.AppModule); ok {
			modules[name] = module
		}
	}
	return modules
}

// prepare reads flags, client.toml, app.toml and config.toml before any command runs.
func prepare(cmd *cobra.Command, clientCtx client.Context) error {
	clientCtx = clientCtx.WithCmdContext(cmd.Context())
	clientCtx, err := client.ReadPersistentCommandFlags(clientCtx, cmd.Flags())
	if err != nil {
		return err
	}
	if clientCtx, err = clientcfg.ReadFromClientConfig(clientCtx); err != nil {
		return err
	}
	if err = client.SetCmdClientContextHandler(clientCtx, cmd); err != nil {
		return err
	}
	return server.InterceptConfigsPreRunHandler(cmd, serverconfig.DefaultConfigTemplate, nodeConfig(), cometConfig())
}

func nodeConfig() *serverconfig.Config {
	config := serverconfig.DefaultConfig()
	config.MinGasPrices = "0" + app.BondDenom
	config.API.Enable = true
	config.Mempool.MaxTxs = -1
	config.QueryGasLimit = 50_000_000
	config.IAVLCacheSize = app.IAVLCacheSize
	return config
}

func cometConfig() *cmtcfg.Config {
	config := cmtcfg.DefaultConfig()
	config.Instrumentation.Prometheus = true
	return config
}

func addTxFlags(cmd *cobra.Command) *cobra.Command {
	cmd.PersistentFlags().String(flags.FlagChainID, "", "the network chain id")
	return cmd
}
