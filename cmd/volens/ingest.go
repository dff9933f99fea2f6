package main

import (
	"context"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/core/deid"
)

func newIngestCommand(e *env) *cobra.Command {
	o := client.IngestOptions{}
	c := &cobra.Command{
		Use:   "ingest FILE|FOLDER...",
		Short: "Make a dataset of files: de-identify, seal, upload and register it",
		Long: "Make one dataset of a file, of several, or of folders. Everything is de-identified and sealed as one stream,\n" +
			"so that no readable copy is written; the sealed file is uploaded, the dataset registered under a fresh\n" +
			"account, and the halves of its key handed to the gateways. When the line breaks, the same command goes on.\n" +
			"Several files become one tar archive with a manifest; a file that is refused stops all of it. It prints the\n" +
			"dataset's id, and where the report is that the attestor needs. Nobody can ask for a dataset before you consent.",
		Example: "  volens ingest genome.vcf.gz\n  volens ingest ct-study/\n  volens ingest record.ndjson genome.vcf.gz\n" +
			"  volens ingest cohort.vcf --all-samples --from registry",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Files, o.Workers = args, runtime.NumCPU()
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if err := e.remindBackup(s); err != nil {
					return err
				}
				return e.ingested(s.Ingest(ctx, o))
			})
		},
	}
	addIngestFlags(c, &o)
	return c
}

func addIngestFlags(c *cobra.Command, o *client.IngestOptions) {
	flags := c.Flags()
	flags.StringVar(&o.Profile, "profile", deid.SafeHarborStrict, "rules to de-identify by")
	flags.StringSliceVar(&o.Gateways, "gateways", nil, "addresses of the gateways that shall hold it (default: all)")
	flags.IntVar(&o.Threshold, "threshold", 1, "how many of the gateways it takes to open it")
	addSampleFlags(c, &o.Sample, &o.AllSamples)
	addPixelsFlag(c, &o.PixelsReviewed)
	c.MarkFlagsMutuallyExclusive("sample", "all-samples")
	completeProfiles(c)
}

func (e *env) ingested(out *client.Ingested, err error) error {
	if err != nil {
		return err
	}
	for _, warning := range out.Warnings {
		e.warn("%s", warning)
	}
	return e.result(
		out,
		field{"dataset", out.DatasetID},
		field{"version", out.Version},
		field{"account", out.Account},
		field{"kind", out.Kind},
		field{"plaintext sha256", out.PlaintextSHA256},
		field{"sealed sha256", out.SHA256},
		field{
			"sealed bytes",
			out.Size,
		},
		field{"report", out.Report},
		field{"facets", out.Facets},
		field{"registered at", out.Height},
		field{"receipts at", out.ReceiptsHeight},
		field{"gateways", strings.Join(out.Gateways, " ")},
	)
}
