package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"

	"github.com/volens-network/volens/app/doctor"
	"github.com/volens-network/volens/x/custody"
)

const (
	flagMinFree = "min-free-mib"
	flagPID     = "pid"
	flagStrict  = "strict"
	// minFree is what a validator needs to outlive a night: 10 GiB.
	minFree = 10 << 10
)

// doctorCommand examines a validator's home and settings.
func doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong with this node, and say what to do",
		Long: `Look at this home, its settings, its environment and, if it runs, the node itself: vote extensions,
clock, crash-test variables, adaptive sync, pruning, key files, query limit, own share and its guard, free
disk. Each finding comes with a remedy. Nothing is changed.

The exit code is 1 if there is a fault, with --strict also for a warning or a check that could not be made.`,
		Example: "volensd doctor --home ~/.volensd\n  volensd doctor --pid $(pidof volensd) --output json",
		Args:    cobra.NoArgs,
		RunE:    runDoctor,
	}
	flags.AddQueryFlagsToCmd(cmd)
	cmd.Flags().Uint64(flagMinFree, minFree, "least free disk in MiB")
	cmd.Flags().Int(flagPID, 0, "process whose environment is examined, instead of this command's own (Linux)")
	cmd.Flags().Bool(flagStrict, false, "fail also for a warning and for a check that could not be made")
	return cmd
}

func runDoctor(cmd *cobra.Command, _ []string) error {
	clientCtx, err := client.GetClientQueryContext(cmd)
	if err != nil {
		return err
	}
	free, err := cmd.Flags().GetUint64(flagMinFree)
	if err != nil {
		return err
	}
	pid, err := cmd.Flags().GetInt(flagPID)
	if err != nil {
		return err
	}
	strict, err := cmd.Flags().GetBool(flagStrict)
	if err != nil {
		return err
	}
	environment, err := environmentOf(pid)
	if err != nil {
		return err
	}
	findings := doctor.Examine(doctor.Patient{
		Home: clientCtx.HomeDir, Settings: server.GetServerContextFromCmd(cmd).Viper, Environment: environment,
		Status: nodeStatus(cmd.Context(), clientCtx), MinFree: free << 20, Now: time.Now(),
	})
	if err := printFindings(cmd.OutOrStdout(), findings, clientCtx.OutputFormat); err != nil {
		return err
	}
	worst := doctor.Worst(findings)
	if worst == doctor.Fault || strict && worst != doctor.OK {
		cmd.SilenceUsage = true
		return fmt.Errorf("the worst finding is a %s: see the remedies above", worst)
	}
	return nil
}

// environmentOf reads the environment of a process, of this one for 0.
func environmentOf(pid int) ([]string, error) {
	if pid == 0 {
		return os.Environ(), nil
	}
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return nil, fmt.Errorf("environment of process %d (it must run, and be yours): %w", pid, err)
	}
	return strings.Split(strings.TrimRight(string(raw), "\x00"), "\x00"), nil
}

// nodeStatus asks the running node, or returns nil.
func nodeStatus(ctx context.Context, clientCtx client.Context) *doctor.Status {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	node, err := clientCtx.GetNode()
	if err != nil {
		return nil
	}
	status, err := node.Status(ctx)
	if err != nil {
		return nil
	}
	out := &doctor.Status{LatestTime: status.SyncInfo.LatestBlockTime, CatchingUp: status.SyncInfo.CatchingUp}
	reply, err := custody.NewQueryClient(clientCtx).Key(ctx, &custody.QueryKeyRequest{})
	if err == nil {
		out.KeyID, out.Epoch = reply.Key.KeyId, reply.Key.Epoch
	}
	return out
}

func printFindings(out io.Writer, findings []doctor.Finding, format string) error {
	if format == flags.OutputFormatJSON {
		encoder := json.NewEncoder(out)
		return encoder.Encode(struct {
			Worst    doctor.Severity  `json:"worst"`
			Findings []doctor.Finding `json:"findings"`
		}{doctor.Worst(findings), findings})
	}
	for _, f := range findings {
		if _, err := fmt.Fprintf(out, "%-8s %s: %s\n", f.Severity, f.Check, f.What); err != nil {
			return err
		}
		if f.Remedy == "" {
			continue
		}
		if _, err := fmt.Fprintf(out, "%-8s   -> %s\n", "", f.Remedy); err != nil {
			return err
		}
	}
	return nil
}
