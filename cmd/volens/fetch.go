package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
)

// The forms of an opened file.
const (
	formatPlain    = "plain"
	formatCrypt4GH = "crypt4gh"
)

// checkFormat wants a reader's key exactly where the form needs one.
func checkFormat(format, readerKey string) error {
	switch {
	case format != formatPlain && format != formatCrypt4GH:
		return fault.E(fault.Usage, "format %q: want %s or %s", format, formatPlain, formatCrypt4GH)
	case format == formatCrypt4GH && readerKey == "":
		return fault.E(fault.Usage, "format %s needs --reader-key, the reader's public key file", formatCrypt4GH)
	case format == formatPlain && readerKey != "":
		return fault.E(fault.Usage, "--reader-key needs --format %s", formatCrypt4GH)
	}
	return nil
}

func newFetchCommand(e *env) *cobra.Command {
	o := client.FetchOptions{}
	format := formatPlain
	c := &cobra.Command{
		Use:   "fetch REQUEST --out DIR",
		Short: "Download and open what was released",
		Long: "Download what was released to a seat, collect the key from chain and gateways, and open it. Everything\n" +
			"is checked against the chain, and the file appears only when it is whole. A download that was cut goes on.\n" +
			"Beside sorted variants or reads in BGZF an index appears, for tabix, bcftools and samtools; --index=false makes\n" +
			"none, and --identity, --range and --reader-key have none.\n" +
			"A seat that is void, and a request that failed, are refused (exit 3). REQUEST may be an inspection.",
		Example: "  volens fetch REQUEST --out data --from researcher\n" +
			"  volens fetch REQUEST --out data --identity key.txt && age -d -i key.txt data/*.age > genome.vcf.gz\n" +
			"  volens fetch REQUEST --out data --format crypt4gh --reader-key me.c4gh.pub",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.RequestID = args[0]
			if err := checkFormat(format, o.Crypt4GH); err != nil {
				return err
			}
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				out, err := s.Fetch(ctx, o)
				if err != nil {
					return err
				}
				if out.Identity != "" {
					e.warn("%s is the key of this file: whoever has it and the sealed file can read it", out.Identity)
				}
				if out.IndexNote != "" {
					e.say("the file has no index: %s", out.IndexNote)
				}
				return e.result(
					out,
					field{"dataset", out.DatasetID},
					field{"file", out.Path},
					field{"index", out.Index},
					field{"sha256", out.PlaintextSHA256},
					field{"sealed file", out.Ciphertext},
					field{
						"identity",
						out.Identity,
					},
					field{"ready at", out.ReadyHeight},
					field{"released at", out.ReleaseHeight},
				)
			})
		},
	}
	flags := c.Flags()
	flags.Uint64Var(&o.Seat, "seat", 0, "number of the seat")
	flags.StringVar(&o.Out, "out", "", "folder for the result")
	flags.StringVar(&o.Identity, "identity", "", "write an age identity to this file instead of opening")
	flags.StringVar(&o.Range, "range", "", "A-B: open these bytes only, counted from 0")
	flags.StringVar(&format, "format", formatPlain, "form of the opened file: plain, or crypt4gh for --reader-key")
	flags.StringVar(&o.Crypt4GH, "reader-key", "", "public key file of the Crypt4GH reader")
	flags.BoolVar(&o.Index, "index", true, "write the index of a sorted VCF or BAM beside it (.tbi, .bai or .csi)")
	flags.BoolVar(&o.Wait, "wait", false, "wait for a release that is on its way")
	require(c, "out")
	c.MarkFlagsMutuallyExclusive("identity", "range", "reader-key")
	return c
}
