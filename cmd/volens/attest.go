package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
)

func newAttestCommand(e *env) *cobra.Command {
	o := client.AttestOptions{}
	var accept bool
	c := &cobra.Command{
		Use:   "attest DATASET {--accept | --report FILE}",
		Short: "Inspect a dataset and vouch for its de-identification",
		Long: "As an organisation: accept the inspection that the owner asked for, open the dataset, compare its\n" +
			"header with the chain, re-run every check that can be automated, and sign. Look at the data yourself with\n" +
			"\"volens fetch INSPECTION\" before. A payload that fails a check is not attested (exit 3). The facets come\n" +
			"from the owner in a file sealed to the inspection: accept it first.",
		Example: "  volens attest list\n  volens attest ID --accept --from hospital\n" +
			"  volens attest ID --report report.json --facets facets.age --from hospital",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.DatasetID = args[0]
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if accept {
					i, err := s.Accept(ctx, o.DatasetID)
					if err != nil {
						return err
					}
					return e.printInspection(i)
				}
				out, err := s.Attest(ctx, o)
				if out == nil {
					return err
				}
				if printed := e.printAttested(out); printed != nil {
					return printed
				}
				return err
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.Report, "report", "", "the report, from the owner")
	flags.StringVar(
		&o.Facets,
		"facets",
		"",
		"the facets that the owner sealed to the inspection (default: beside the report)",
	)
	flags.StringVar(
		&o.Basis,
		"basis",
		"",
		"safe-harbor, expert-determination or gdpr-pseudonymised (default: the profile's)",
	)
	flags.StringVar(&o.Expiry, "expiry", "", "a date, or a span such as \"12 months\" (default)")
	flags.BoolVar(&o.Refuse, "refuse", false, "sign a refusal when a check fails")
	flags.BoolVar(
		&accept,
		"accept",
		false,
		"accept the inspection and stop, so that the owner can seal the facets to it",
	)
	c.MarkFlagsMutuallyExclusive("accept", "report")
	c.MarkFlagsOneRequired("accept", "report")
	c.AddCommand(newAttestListCommand(e))
	return c
}

func (e *env) printAttested(out *client.Attested) error {
	var fields []field
	for _, file := range out.Verdict.Files {
		for _, f := range file.Findings {
			fields = append(fields, field{string(f.Check), mark(f.OK, f.Detail)})
		}
	}
	return e.result(
		out,
		append(fields, field{"clean", out.Clean}, field{"basis", out.Basis}, field{"height", out.Height})...)
}

func newAttestListCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the inspections that the organisation was asked for",
		Example: "  volens attest list --from hospital", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				all, err := s.AttestQueue(ctx)
				if err != nil {
					return err
				}
				head := []string{"DATASET", "VERSION", "INSPECTION", "STATE", "DEADLINE"}
				return table(e, all, head, func(i client.Inspection) []any {
					return []any{i.DatasetID, i.Version, i.InspectionID, i.State, i.Deadline}
				})
			})
		},
	}
}
