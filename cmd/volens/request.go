package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/x/custody"
)

func newRequestCommand(e *env) *cobra.Command {
	return group("request", "Ask patients for data, as a researcher",
		"  volens request new study.yaml\n  volens request check study.yaml\n  volens request submit study.yaml",
		newRequestNewCommand(e), newRequestCheckCommand(e), newRequestSubmitCommand(e), newRequestSeatsCommand(e),
		newRequestListCommand(e), newRequestShowCommand(e), newRequestPapersCommand(e), newRequestCancelCommand(e))
}

func newRequestNewCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "new FILE.yaml", Short: "Write a commented template of a request",
		Example: "  volens request new study.yaml", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := client.NewRequestFile(args[0]); err != nil {
				return err
			}
			e.say("fill in %s, then run \"volens request check %s\"", args[0], args[0])
			return e.result(map[string]string{"file": args[0]}, field{"file", args[0]})
		},
	}
}

func newRequestCheckCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "check FILE.yaml", Short: "Tell every cost, who could match, and why others not, before money moves",
		Example: "  volens request check study.yaml --from researcher", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := client.ReadRequest(args[0])
			if err != nil {
				return err
			}
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				c, err := s.CheckRequest(ctx, file)
				if err != nil {
					return err
				}
				fields := []field{
					{"protocol sha256", c.ProtocolSHA256},
					{"one seat", c.SeatCharge},
					{"all seats", c.Seats},
					{"process fee", c.ProcessFee},
					{"bond, comes back", c.Bond},
					{"locked in all", c.Escrow},
					{"datasets looked at", c.Looked},
					{"could match", c.Matching},
					{"referred first", c.Referred},
				}
				for _, reason := range sorted(c.Reasons) {
					fields = append(fields, field{"  not: " + reason, c.Reasons[reason]})
				}
				return e.result(c, fields...)
			})
		},
	}
}

func newRequestSubmitCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "submit FILE.yaml", Short: "Lock the money, post the seats and open the call",
		Long:    "Lock the money, post the seats and open the call. When the line breaks, the same command goes on.",
		Example: "  volens request submit study.yaml --from researcher", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := client.ReadRequest(args[0])
			if err != nil {
				return err
			}
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if err := e.confirm("ask up to %d patients and lock %s for each, with fee and bond",
					file.NMax, file.Price); err != nil {
					return err
				}
				out, err := s.SubmitRequest(ctx, file)
				if err != nil {
					return err
				}
				return e.result(out, field{"request", out.RequestID}, field{"state", out.State},
					field{"locked", out.Escrow}, field{"seats", out.Seats}, field{"deadline", out.Deadline})
			})
		},
	}
}

func newRequestSeatsCommand(e *env) *cobra.Command {
	var w client.Window
	c := &cobra.Command{
		Use: "seats REQUEST", Short: "List the seats of a request",
		Example: "  volens request seats REQUEST", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				all, err := s.Seats(ctx, args[0], w)
				if err != nil {
					return err
				}
				return table(e, all, []string{"SEAT", "STATE", "DATASET", "CAUSE"}, func(x custody.Seat) []any {
					return []any{x.Index, x.State, x.DatasetId, x.Cause}
				})
			})
		},
	}
	windowFlags(c, &w)
	return c
}

// windowFlags are for listings that may be long.
func windowFlags(c *cobra.Command, w *client.Window) {
	c.Flags().Uint32Var(&w.Limit, "limit", 0, "list so many entries (default: all)")
	c.Flags().Uint32Var(&w.Page, "page", 1, "with --limit: which lot of them, counted from 1")
}

func newRequestListCommand(e *env) *cobra.Command {
	var state, researcher string
	var w client.Window
	c := &cobra.Command{
		Use: "list", Short: "List requests",
		Example: "  volens request list --state open", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				all, err := s.Requests(ctx, researcher, state, w)
				if err != nil {
					return err
				}
				head := []string{"REQUEST", "STATE", "PRICE", "SEATS", "YES", "WON", "RELEASED", "DEADLINE"}
				return table(e, all, head, func(r client.RequestView) []any {
					return []any{
						r.RequestID,
						r.State,
						r.Price,
						fmt.Sprintf("%d..%d", r.NMin, r.NMax),
						r.Yes,
						r.Won,
						r.Released,
						r.Deadline,
					}
				})
			})
		},
	}
	c.Flags().StringVar(&state, "state", "", "submitted, open, releasing, settled, closed, cancelled, failed-short")
	c.Flags().StringVar(&researcher, "researcher", "", "address of the researcher (default: everybody's)")
	windowFlags(c, &w)
	return c
}

func newRequestShowCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "show REQUEST", Short: "Show a request, its decisions and its money",
		Example: "  volens request show REQUEST", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				r, err := s.Request(ctx, args[0])
				if err != nil {
					return err
				}
				fields := []field{
					{"request", r.RequestID},
					{"state", r.State},
					{"researcher", r.Researcher},
					{"price", r.Price},
					{"seats", fmt.Sprintf("%d..%d", r.NMin, r.NMax)},
					{"deadline", r.Deadline},
					{"yes", r.Yes},
					{"won", r.Won},
					{"released", r.Released},
					{"void", r.Void},
					{"deposited", r.Escrow.Deposited},
					{"paid", r.Escrow.Paid},
					{"held", r.Escrow.Held},
					{"refunded", r.Escrow.Refunded},
				}
				for _, d := range r.Decisions {
					state := word(d.State)
					fields = append(fields, field{"decision", fmt.Sprintf("%s %s %v", d.DatasetId, state, d.Reasons)})
				}
				for _, p := range r.Payments {
					role := word(p.Role)
					fields = append(fields, field{"payment", fmt.Sprintf("%s %s %s", role, p.Amount, p.Address)})
				}
				return e.result(r, fields...)
			})
		},
	}
}

func newRequestPapersCommand(e *env) *cobra.Command {
	var put string
	c := &cobra.Command{
		Use:   "papers REQUEST",
		Short: "Read what a request is for, in its researcher's words",
		Long: "Read what a request is for, in its researcher's words. They come from a gateway and are compared with\n" +
			"the digests on chain: other words than the researcher signed are never shown.",
		Example: "  volens request papers REQUEST\n  volens request papers REQUEST --put study.yaml --from researcher",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if put != "" {
				return putPapers(cmd.Context(), e, args[0], put)
			}
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				return showPapers(ctx, e, s, args[0])
			})
		},
	}
	c.Flags().
		StringVar(&put, "put", "", "hand the papers of an own request over again, from the file that was submitted")
	return c
}

// putPapers hands papers over again, and shows what everybody reads now.
func putPapers(ctx context.Context, e *env, request, path string) error {
	file, err := client.ReadRequest(path)
	if err != nil {
		return err
	}
	return e.signing(ctx, func(ctx context.Context, s *client.Session) error {
		if err := s.ShowPapers(ctx, file, request); err != nil {
			return err
		}
		return showPapers(ctx, e, s, request)
	})
}

func showPapers(ctx context.Context, e *env, s *client.Session, request string) error {
	p, err := s.Papers(ctx, request)
	if err != nil {
		return err
	}
	fields := []field{
		{"title", p.Title},
		{"summary", p.LaySummary},
		{"contact", p.Contact},
		{"protocol sha256", p.ProtocolSHA256},
	}
	for _, code := range slices.Sorted(maps.Keys(p.Criteria)) {
		fields = append(fields, field{"looks for " + code, p.Criteria[code]})
	}
	return e.result(p, fields...)
}

func newRequestCancelCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "cancel REQUEST", Short: "End an own request before it clears",
		Example: "  volens request cancel REQUEST --from researcher", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if err := e.confirm("cancel request %s", args[0]); err != nil {
					return err
				}
				return e.sent(s.Cancel(ctx, args[0]))
			})
		},
	}
}

func sorted(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
