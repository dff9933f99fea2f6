package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/share"
)

// custodyCommand is about this node's part in the committee.
func custodyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "custody", Short: "This node's part in the committee", RunE: client.ValidateCmd}
	cmd.AddCommand(custodyStatusCommand())
	return cmd
}

func custodyStatusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Tell the committee's key and whether this node's share of it is usable",
		Long: `Tell the committee's key and epoch, as the node knows them, whether the share file
and the emission guard in this home are usable, and whom an open run waits for. A node without them validates with empty vote extensions.
The command writes nothing: the node may be running.`,
		Example: "volensd custody status --home ~/.volensd",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			clientCtx, err := client.GetClientQueryContext(cmd)
			if err != nil {
				return err
			}
			reply, err := custody.NewQueryClient(clientCtx).Key(cmd.Context(), &custody.QueryKeyRequest{})
			if err != nil {
				return fmt.Errorf("ask the node for the committee's key (does it run, and is a key made?): %w", err)
			}
			if err := printStatus(cmd.OutOrStdout(), clientCtx.HomeDir, reply); err != nil {
				return err
			}
			run, err := custody.NewQueryClient(clientCtx).Run(cmd.Context(), &custody.QueryRunRequest{})
			if err != nil {
				return fmt.Errorf("ask the node for the run: %w", err)
			}
			return printRun(cmd.OutOrStdout(), run)
		},
	}
	flags.AddQueryFlagsToCmd(cmd)
	return cmd
}

// printStatus tells what the chain says and what stands in the node's custody folder.
func printStatus(out io.Writer, home string, reply *custody.QueryKeyResponse) error {
	key, epoch := reply.Key, reply.Epoch
	_, err := fmt.Fprintf(out, "key %d %s, epoch %d since height %d, %d of %d shares open it\nY %s\n",
		key.KeyId, key.Status, key.Epoch, epoch.Since(), epoch.Threshold, len(epoch.Owners), hex.EncodeToString(key.Y))
	if err != nil {
		return err
	}
	if epoch.SecrecyDen > 0 {
		if _, err := fmt.Fprintf(out, "whoever opens it holds %d/%d of the stake or more\n",
			epoch.SecrecyNum, epoch.SecrecyDen); err != nil {
			return err
		}
	}
	if key.PendingEpoch > 0 {
		if _, err := fmt.Fprintf(out, "epoch %d waits for its canary\nshare of it: %s\n",
			key.PendingEpoch, ownShare(home, key.KeyId, key.PendingEpoch)); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "share: %s\n", ownShare(home, key.KeyId, key.Epoch))
	return err
}

// printRun tells of an open run, and nothing where there is none.
func printRun(out io.Writer, reply *custody.QueryRunResponse) error {
	if reply.Run == nil {
		return nil
	}
	run := reply.Run
	_, err := fmt.Fprintf(out, "run %d for key %d epoch %d since height %d: %s\n",
		run.Run, run.KeyId, run.Epoch, run.Started, run.Phase)
	if err != nil {
		return err
	}
	if run.Stalled != "" {
		if _, err := fmt.Fprintf(out, "  it cannot go on (%s), and the old epoch releases meanwhile: "+
			"see CustodyRunStalled in docs/operations.md\n", run.Stalled); err != nil {
			return err
		}
	}
	for _, operator := range reply.Missing {
		if _, err := fmt.Fprintf(out, "  waits for %s\n", sdk.ValAddress(operator)); err != nil {
			return err
		}
	}
	return nil
}

// ownShare says in words whether the share of an epoch is usable here.
func ownShare(home string, keyID, epoch uint64) string {
	dir := filepath.Join(home, app.CustodyFolder)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "none: this home never took part in a run"
	}
	store, err := share.Open(dir, rand.Reader)
	if err != nil {
		return err.Error()
	}
	indices, err := store.Inspect(keyID, epoch)
	if errors.Is(err, share.ErrNone) {
		return "none: this node votes with empty extensions until the next epoch deals it one"
	}
	if err != nil {
		return fmt.Sprintf("not usable: %v", err)
	}
	return fmt.Sprintf("usable, indices %v", indices)
}
