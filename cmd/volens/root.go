package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
)

const (
	outputText = "text"
	outputJSON = "json"
	unknown    = "devel"
)

// env is everything a command touches of the world: streams, clock, randomness and the
// global flags. Each command gets it from newRoot.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // stderr is one
	keyboard       int  // the descriptor that passphrases are typed at
	now            func() time.Time
	rand           io.Reader
	version        string

	home, node, gateway string
	from, sponsor       string
	output              string
	passphraseFile      string
	yes, quiet          bool

	gasPrice   string
	workFactor int // of new wallets, for tests

	running bool // the command line was understood
	bars    *bars
	opened  *home.Home
	wallets []*home.Wallet
}

// run is the whole program with its surroundings handed in. It returns the exit code.
func run(ctx context.Context, e *env, args []string) int {
	chain.SetPrefixes()
	if e.version == "" {
		e.version = unknown
	}
	root := newRoot(e)
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	e.endBars()
	if closed := e.close(); err == nil && closed != nil {
		err = closed
	}
	if err == nil {
		return 0
	}
	if !e.running {
		err = fault.Wrap(fault.Usage, err)
		if fault.WantsJSON(args) { // The flags were perhaps not read as far as this one.
			e.output = outputJSON
		}
	}
	e.fail(err, command)
	return fault.KindOf(err).ExitCode()
}

// newRoot makes the command with all its verbs.
func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "volens",
		Short: "Give research your data, and keep the say over it",
		Long: "volens de-identifies, seals and registers a patient's files, asks for data and pays for it,\n" +
			"grants and revokes consent, opens what was released, and proves what ever was.\n\n" +
			"It exits with 0 when all is done, 1 after what nobody foresaw, 2 after a mistake in the command, 3 when\n" +
			"a rule refuses, 4 when there is no such thing, 5 when it may work later, 6 after a wrong digest or proof.\n" +
			"With --output json the last line on standard error is then {\"error\":{...}}, with code and message.",
		Example:       "  volens demo\n  volens keys new\n  volens ingest genome.vcf.gz",
		Version:       e.version,
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(cmd.ValidateRequiredFlags(), cmd.ValidateFlagGroups()); err != nil {
				return err
			}
			e.running = true
			if e.output != outputText && e.output != outputJSON {
				return fault.E(fault.Usage, "output %q: want text or json", e.output)
			}
			return e.resolveHome()
		},
	}
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetVersionTemplate("volens {{.Version}}\n")
	e.addGlobalFlags(root)
	root.AddCommand(
		newKeysCommand(e), newWalletCommand(e),
		newDeidCommand(e), newIngestCommand(e), newDatasetCommand(e),
		newAttestCommand(e), newEthicsCommand(e), newVisaCommand(e), newOrgCommand(e),
		newConsentCommand(e), newRequestCommand(e), newFetchCommand(e), newServiceCommand(e),
		newAuditCommand(e), newStatusCommand(e), newDemoCommand(e),
	)
	return root
}

func (e *env) addGlobalFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVar(&e.home, "home", "", "folder of the wallet (default ~/.volens)")
	flags.StringVar(&e.node, "node", "", "URL of a node's RPC (default "+chain.DefaultNode+", or the gateway's proxy)")
	flags.StringVar(&e.gateway, "gateway", "", "URL of a gateway (default: those that the chain names)")
	flags.StringVar(&e.from, "from", "", "key to sign with")
	flags.StringVar(&e.sponsor, "sponsor", "", "key that brings new accounts onto the chain (default: a gateway does)")
	flags.StringVar(
		&e.gasPrice,
		"gas-price",
		"",
		"what a unit of gas is paid with, such as 0.025uvol (default: nothing)",
	)
	flags.StringVar(&e.output, "output", outputText, "text, or json: one object a line, errors too")
	flags.StringVar(&e.passphraseFile, "passphrase-file", "", "file with the wallet's passphrase (default: ask)")
	flags.BoolVar(&e.yes, "yes", false, "answer every question with yes")
	flags.BoolVar(&e.quiet, "quiet", false, "print results only")
}

// resolveHome names the wallet's folder where no flag did.
func (e *env) resolveHome() error {
	if e.home != "" {
		return nil
	}
	var err error
	e.home, err = home.Default()
	return err
}

// group makes a command that only holds others. Without one of them it is a mistake.
func group(use, short, example string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Example: example,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fault.E(fault.Usage, "unknown command %q for %q", args[0], cmd.CommandPath())
			}
			missing := fault.E(fault.Usage, "%s: name what to do", cmd.CommandPath())
			if cmd.Flag("output").Value.String() == outputJSON {
				return missing // Help is no JSON.
			}
			return errors.Join(cmd.Help(), missing)
		},
	}
	c.AddCommand(commands...)
	return c
}
