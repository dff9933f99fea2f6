package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
)

func newStatusCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Node, committee, gateways, and what waits for you",
		Long:    "Node, committee and gateways; with --from, also what waits for this key.",
		Example: "  volens status\n  volens status --from researcher", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				out, err := s.Status(ctx)
				if err != nil {
					return err
				}
				c := out.Committee
				fields := []field{
					{"chain", out.ChainID},
					{"height", out.Height},
					{"time", out.Time},
					{"key", fmt.Sprintf("%d %s", c.KeyID, c.Status)},
					{"committee", fmt.Sprintf("%d of %d shares, epoch %d", c.Threshold, c.Shares, c.Epoch)},
					{"run", c.Phase},
				}
				for _, g := range out.Gateways {
					fields = append(fields, field{"gateway", fmt.Sprintf("%s last seen at %d", g.BaseURL, g.Heartbeat)})
				}
				for _, w := range out.Waiting {
					fields = append(fields, field{"waiting", w.What + " " + w.ID})
				}
				return e.result(out, fields...)
			})
		},
	}
}
