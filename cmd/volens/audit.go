package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
)

func newAuditCommand(e *env) *cobra.Command {
	return group("audit", "See and prove what ever left: releases, consents, money",
		"  volens audit dataset ID --output json > audit.json\n  volens audit verify audit.json --trust 120:ABCD...",
		newAuditDatasetCommand(e), newAuditRequestCommand(e), newAuditChainCommand(e), newAuditVerifyCommand(e))
}

func newAuditDatasetCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "dataset ID", Short: "List everything that left the committee for a dataset, with proofs of the counts",
		Example: "  volens audit dataset ID", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				a, err := s.AuditDataset(ctx, args[0])
				if err != nil {
					return err
				}
				return e.result(a, auditFields(a)...)
			})
		},
	}
}

func auditFields(a *client.DatasetAudit) []field {
	fields := []field{
		{"dataset", a.DatasetID},
		{"status", a.Status},
		{"released", counted(a.Released)},
		{"inspected", counted(a.Inspected)},
		{"proven by header", a.Header.Anchor()},
	}
	for _, r := range a.Releases {
		fields = append(fields, field{"release", fmt.Sprintf("height %d %s to %s by consent version %d",
			r.Height, word(r.Kind), r.Reader, r.ConsentVersion)})
	}
	for _, c := range a.Consents {
		fields = append(
			fields,
			field{"consent", fmt.Sprintf("version %d %s since height %d", c.Version, c.Status, c.Height)},
		)
	}
	return fields
}

func counted(n uint64) string {
	if n == 0 {
		return "never"
	}
	return fmt.Sprint(n)
}

func newAuditRequestCommand(e *env) *cobra.Command {
	c := newRequestShowCommand(e)
	c.Use, c.Short = "request REQUEST", "Show a request with every decision, seat and payment"
	c.Example = "  volens audit request REQUEST"
	return c
}

func newAuditChainCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "chain", Short: "Check that the money on the chain adds up",
		Example: "  volens audit chain", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				a, err := s.AuditChain(ctx)
				if a == nil {
					return err
				}
				printed := e.result(a, field{"chain", a.ChainID}, field{"height", a.Height},
					field{"adds up", a.Money.Solvent}, field{"escrow account", a.Money.Account},
					field{"ledgers", a.Money.Ledgers}, field{"key", a.Key.Status})
				if printed != nil {
					return printed
				}
				return err
			})
		},
	}
}

func newAuditVerifyCommand(e *env) *cobra.Command {
	var anchor string
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check an audit of a dataset offline, from a trusted header",
		Long: "Check the proofs in an audit that somebody gave you (volens audit dataset ID --output json). Nothing but\n" +
			"the header's hash must be trusted: give it as --trust HEIGHT:HASH.",
		Example: "  volens audit verify audit.json --trust 120:ABCD...",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			document, err := readNamed("audit", args[0], maxDocument)
			if err != nil {
				return err
			}
			var trusted *chain.Anchor
			if anchor != "" {
				parsed, err := chain.ParseAnchor(anchor)
				if err != nil {
					return err
				}
				trusted = &parsed
			}
			a, err := client.VerifyAudit(document, trusted)
			if err != nil {
				return err
			}
			if trusted == nil {
				e.warn("the header %s is signed by its own validators only: compare its hash with one that you trust",
					a.Header.Anchor())
			}
			return e.result(map[string]any{
				"ok": true, "dataset_id": a.DatasetID, "released": a.Released, "inspected": a.Inspected,
				"header": a.Header.Anchor().String(),
			}, field{"proven", true}, field{"dataset", a.DatasetID}, field{"released", counted(a.Released)},
				field{"inspected", counted(a.Inspected)})
		},
	}
	c.Flags().StringVar(&anchor, "trust", "", "the trusted header, HEIGHT:HASH")
	return c
}
