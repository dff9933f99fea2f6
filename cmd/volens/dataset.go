package main

import (
	"context"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
)

func newDatasetCommand(e *env) *cobra.Command {
	return group("dataset", "See own datasets, let an organisation inspect one, withdraw one",
		"  volens dataset list\n  volens dataset inspect ID --organisation volens1...",
		newDatasetListCommand(e), newDatasetShowCommand(e), newDatasetInspectCommand(e), newDatasetFacetsCommand(e),
		newDatasetReplaceCommand(e),
		newDatasetWithdrawCommand(e))
}

func newDatasetListCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the datasets of all accounts of the wallet",
		Example: "  volens dataset list", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				all, err := s.Datasets(ctx)
				if err != nil {
					return err
				}
				head := []string{"DATASET", "KIND", "STATUS", "CONSENT", "ATTESTED", "OPENED", "EARNED"}
				return table(e, all, head, func(d client.DatasetEntry) []any {
					return []any{d.DatasetID, d.Kind, d.Status, d.Consent, d.Attestor != "", len(d.Readers), d.Earned}
				})
			})
		},
	}
}

func newDatasetShowCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a dataset, who opened it and what it earned",
		Example: "  volens dataset show 0123456789abcdef0123456789abcdef", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				d, err := s.Dataset(ctx, args[0])
				if err != nil {
					return err
				}
				fields := []field{
					{"dataset", d.DatasetID},
					{"version", d.Version},
					{"kind", d.Kind},
					{"status", d.Status},
					{"owner", d.Owner},
					{"receipts", d.Receipts},
					{"needed", d.Needs},
					{"consent", d.Consent},
					{"attestor", d.Attestor},
					{"earned", d.Earned},
				}
				for _, r := range d.Readers {
					fields = append(fields, field{"opened by", r.Address + " (" + r.Kind + ")"})
				}
				return e.result(d, fields...)
			})
		},
	}
}

func newDatasetInspectCommand(e *env) *cobra.Command {
	var organisation string
	c := &cobra.Command{
		Use: "inspect ID --organisation ADDRESS", Short: "Let an organisation read a dataset, to vouch for it",
		Long: "Let an organisation read this version of a dataset, once, to judge its de-identification. It is no\n" +
			"consent to research. Hand the report that ingest wrote to the organisation as a file, and when it has\n" +
			"accepted, the facets (volens dataset facets).",
		Example: "  volens dataset inspect ID --organisation volens1...", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if err := e.confirm("let %s read dataset %s", organisation, args[0]); err != nil {
					return err
				}
				i, err := s.Inspect(ctx, args[0], organisation)
				if err != nil {
					return err
				}
				return e.printInspection(i)
			})
		},
	}
	c.Flags().StringVar(&organisation, "organisation", "", "address of the attestor")
	require(c, "organisation")
	return c
}

func (e *env) printInspection(i *client.Inspection) error {
	return e.result(i, field{"inspection", i.InspectionID}, field{"version", i.Version}, field{"state", i.State})
}

func newDatasetFacetsCommand(e *env) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "facets ID",
		Short: "Seal the facets of a dataset to an organisation that inspects it",
		Long: "Seal the opened facets to the key that an organisation put on chain when it accepted the inspection. The\n" +
			"file goes to it beside the report; nobody else can open it.",
		Example: "  volens dataset facets ID --out facets.age",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				all, err := s.HandFacets(ctx, args[0], out)
				if err != nil {
					return err
				}
				return table(e, all, []string{"INSPECTION", "ORGANISATION", "FILE"}, func(h client.HandedFacets) []any {
					return []any{h.InspectionID, h.Organisation, h.Path}
				})
			})
		},
	}
	c.Flags().StringVar(&out, "out", "", "the file (default: beside the report)")
	return c
}

func newDatasetWithdrawCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "withdraw ID", Short: "End a dataset for ever",
		Long:    "End a dataset for ever. What was released already stays with those who opened it.",
		Example: "  volens dataset withdraw ID", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if err := e.confirm("withdraw dataset %s for ever", args[0]); err != nil {
					return err
				}
				return e.sent(s.Withdraw(ctx, args[0]))
			})
		},
	}
}

func newDatasetReplaceCommand(e *env) *cobra.Command {
	o := client.IngestOptions{}
	c := &cobra.Command{
		Use:   "replace ID [FILE...]",
		Short: "Seal a dataset anew, so that what gateways held opens nothing any more",
		Long: "Seal a dataset anew: new key, new halves, new digests. Do so after a revocation, and when the committee has a\n" +
			"new key, to move the dataset to it. Without FILE the dataset is sealed from your own copy: what a gateway\n" +
			"holds, opened with your own key. The new version must be attested again.",
		Example: "  volens dataset replace ID genome.vcf.gz\n  volens dataset replace ID",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Files, o.Workers = args[1:], runtime.NumCPU()
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				return e.ingested(s.Replace(ctx, args[0], o))
			})
		},
	}
	addIngestFlags(c, &o)
	return c
}
