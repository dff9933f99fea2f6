package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/devnet/genesis"
)

// localnetCommand writes the homes of a network on loopback.
func localnetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "localnet",
		Short: "Write the homes of a network on loopback from a spec on standard input",
		Long: `Write the homes of all validators of a network on loopback: keys, settings and one genesis.
The spec is the JSON of devnet.Spec. Scripts use it through "volens demo" and "make localnet".`,
		Example: `echo '{"chain_id":"dev-1","dir":"net","validators":4,"block_time_ns":1000000000,
  "genesis_time":"2026-01-01T00:00:00Z"}' | volensd localnet`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			spec, err := devnet.ReadSpec(cmd.InOrStdin())
			if err != nil {
				return err
			}
			if err := genesis.Write(spec); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "wrote %d validators to %s\n", spec.Validators, spec.Dir)
			return err
		},
	}
}
