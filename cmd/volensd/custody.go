package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"

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
		Long: `Tell the committee's key and epoch, as the node knows them, and whether the share file
and the emission guard in this home are usable. A node without them validates with empty vote extensions.
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
			out := cmd.OutOrStdout()
			_, err = fmt.Fprintf(out, "key %d %s, epoch %d, %d of %d shares open it\nY %s\nshare: %s\n",
				reply.Key.KeyId, reply.Key.Status, reply.Key.Epoch, reply.Epoch.Threshold, len(reply.Epoch.Owners),
				hex.EncodeToString(reply.Key.Y), ownShare(clientCtx.HomeDir, reply.Key))
			return err
		},
	}
	flags.AddQueryFlagsToCmd(cmd)
	return cmd
}

// ownShare says in words what stands in the node's custody folder.
func ownShare(home string, key custody.Key) string {
	dir := filepath.Join(home, app.CustodyFolder)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "none: this home never took part in a run"
	}
	store, err := share.Open(dir, rand.Reader)
	if err != nil {
		return err.Error()
	}
	indices, err := store.Inspect(key.KeyId, key.Epoch)
	if err != nil {
		return fmt.Sprintf("not usable: %v", err)
	}
	return fmt.Sprintf("usable, indices %v", indices)
}
