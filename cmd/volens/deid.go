package main

import (
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/id"
)

func newDeidCommand(e *env) *cobra.Command {
	o := client.DeidOptions{}
	var dataset string
	c := &cobra.Command{
		Use:   "deid FILE... --out DIR --report FILE",
		Short: "De-identify files on this machine",
		Long: "De-identify files on this machine and write a report. The format is told by the content, never\n" +
			"by the name; what is not known is refused. Payload and report appear only when all is done.\n" +
			"FILE may be a folder: its files but the hidden, in the order of their names. One refused file refuses all.",
		Example: "  volens deid genome.vcf.gz --profile safe-harbor-strict --out payload --report report.json\n" +
			"  volens deid slice.dcm --out payload --report report.json\n" +
			"  volens deid cohort.vcf --all-samples --out payload --report report.json",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Files, o.Version, o.Progress, o.Workers = args, e.version, progress{e}, runtime.NumCPU()
			o.Year, o.Rand = e.now().Year(), e.rand
			if o.Profile == deid.ResearchShifted {
				key, err := e.pseudonymKey(dataset)
				if err != nil {
					return err
				}
				o.Key = key
			}
			result, err := client.Deid(cmd.Context(), o)
			if err != nil {
				return err
			}
			for _, warning := range result.Warnings {
				e.warn("%s", warning)
			}
			return e.printDeid(result)
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.Profile, "profile", deid.SafeHarborStrict,
		"rules to de-identify by: "+strings.Join(deid.Profiles(), " or "))
	flags.StringVar(&o.Out, "out", "", "folder for the payload (needed)")
	flags.StringVar(&o.Report, "report", "", "file for the report, in a folder that is there (needed)")
	flags.StringVar(&dataset, "dataset", "", "id of the dataset, 32 hexadecimal digits, for "+deid.ResearchShifted)
	addSampleFlags(c, &o.Sample, &o.AllSamples)
	addPixelsFlag(c, &o.PixelsReviewed)
	c.MarkFlagsMutuallyExclusive("sample", "all-samples")
	require(c, "out", "report")
	completeProfiles(c)
	c.AddCommand(newDeidVerifyCommand(e))
	return c
}

func addSampleFlags(c *cobra.Command, sample *string, all *bool) {
	c.Flags().StringVar(sample, "sample", "", "the one sample to keep of several")
	c.Flags().BoolVar(all, "all-samples", false, "take a file of several persons whole: you declare the right to")
}

func addPixelsFlag(c *cobra.Command, reviewed *bool) {
	c.Flags().BoolVar(reviewed, "pixels-reviewed", false,
		"take pictures that no program can judge: you declare that you looked at them and no one is named")
}

func (e *env) printDeid(result *client.DeidResult) error {
	fields := []field{{"profile", result.Profile}}
	for _, file := range result.Payload {
		fields = append(fields, field{"payload", file.Path}, field{"  sha256", file.SHA256},
			field{"  bytes", file.Bytes}, field{"  records", file.Records})
		if file.Index != "" {
			fields = append(fields, field{"  index", file.Index})
		}
	}
	return e.result(result, append(fields, field{"report", result.Report}, field{"  sha256", result.ReportSHA256})...)
}

func newDeidVerifyCommand(e *env) *cobra.Command {
	var report string
	c := &cobra.Command{
		Use:   "verify --report FILE PAYLOAD...",
		Short: "Re-run every check of a payload that needs no original",
		Long: "Re-run every check that an attestor can automate: digests, form, header, sample names, patterns,\n" +
			"and that the profile finds nothing left to change. Exit 6 for a wrong digest, 3 for another failed check.",
		Example: "  volens deid verify --report report.json payload/1.vcf.gz",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			verdict, err := client.DeidVerify(cmd.Context(), report, args)
			if verdict == nil {
				return err
			}
			var fields []field
			for _, file := range verdict.Files {
				for _, finding := range file.Findings {
					fields = append(
						fields,
						field{file.Name + " " + string(finding.Check), mark(finding.OK, finding.Detail)},
					)
				}
			}
			fields = append(fields, field{"report sha256", verdict.ReportSHA256}, field{"result", mark(verdict.OK, "")})
			if printed := e.result(verdict, fields...); printed != nil {
				return printed
			}
			return err
		},
	}
	c.Flags().StringVar(&report, "report", "", "the report that deid wrote (needed)")
	require(c, "report")
	return c
}

func mark(ok bool, detail string) string {
	switch {
	case ok:
		return "ok"
	case detail == "":
		return "FAILED"
	default:
		return "FAILED: " + detail
	}
}

// pseudonymKey derives the key of a dataset from the wallet.
func (e *env) pseudonymKey(dataset string) ([]byte, error) {
	of, err := id.Parse(dataset)
	if err != nil {
		return nil, fault.E(fault.Usage, "profile %s needs --dataset: %w", deid.ResearchShifted, err)
	}
	wallet, _, err := e.unlock()
	if err != nil {
		return nil, err
	}
	root, err := wallet.RootSecret()
	if err != nil {
		return nil, err
	}
	return client.PseudonymKey(root, of)
}

// require makes flags mandatory.
func require(c *cobra.Command, names ...string) {
	for _, name := range names {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
}

func completeProfiles(c *cobra.Command) {
	err := c.RegisterFlagCompletionFunc("profile",
		cobra.FixedCompletions(deid.Profiles(), cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err)
	}
}
