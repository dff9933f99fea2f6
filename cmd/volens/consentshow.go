package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/fhir"
	"github.com/volens-network/volens/x/consent"
)

const maxDocument = 32 << 20

func newConsentShowCommand(e *env) *cobra.Command {
	var release, header string
	var proven bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show the consent of a dataset, also as FHIR with a proof",
		Long: "Show the consent of a dataset. --fhir writes it as an HL7 FHIR Consent; --proof puts a proof from the\n" +
			"chain into it, and --header writes the header that the proof is checked against.",
		Example: "  volens consent show ID\n  volens consent show ID --fhir r4 --proof --header header.json > consent.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if release != "" {
					return e.showFHIR(ctx, s, args[0], release, proven, header)
				}
				c, err := s.Consent(ctx, args[0])
				if err != nil {
					return err
				}
				policy := c.Provision.Policy
				expiry := "never"
				if c.Provision.Expiry.Time != nil {
					expiry = c.Provision.Expiry.Time.String()
				}
				return e.result(
					c,
					field{"dataset", c.DatasetId},
					field{"version", c.Version},
					field{
						"status",
						c.Status,
					},
					field{"permission", policy.Permission},
					field{"modifiers", terms(policy)},
					field{"expiry", expiry},
					field{"payout", c.Provision.Payout},
					field{"since height", c.Height},
				)
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&release, "fhir", "", "r4 or r5")
	flags.BoolVar(&proven, "proof", false, "with a proof that the chain holds it")
	flags.StringVar(&header, "header", "", "file for the header that the proof is checked against")
	return c
}

func terms(p consent.Policy) []string {
	var out []string
	for _, m := range p.Modifiers {
		out = append(out, m.Term)
	}
	return out
}

func (e *env) showFHIR(
	ctx context.Context, s *client.Session, id, release string, proven bool, headerFile string,
) error {
	releases := map[string]fhir.Release{"r4": fhir.R4, "r5": fhir.R5}
	wanted, known := releases[release]
	if !known {
		return fault.E(fault.Usage, "fhir %q: want r4 or r5", release)
	}
	if headerFile != "" && !proven {
		return fault.E(fault.Usage, "--header comes with --proof")
	}
	document, header, err := s.ConsentFHIR(ctx, id, wanted, proven)
	if err != nil {
		return err
	}
	if header != nil {
		e.say("the proof is checked against header %s", header.Anchor())
		if headerFile != "" {
			raw, err := json.Marshal(header)
			if err != nil {
				return err
			}
			if err := os.WriteFile(headerFile, raw, 0o600); err != nil {
				return err
			}
		}
	}
	return e.raw(append(document, '\n'))
}

func newConsentHistoryCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "history ID", Short: "List all versions of a dataset's consent",
		Example: "  volens consent history ID", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				all, err := s.ConsentHistory(ctx, args[0])
				if err != nil {
					return err
				}
				head := []string{"VERSION", "STATUS", "PERMISSION", "HEIGHT", "TIME"}
				return table(e, all, head, func(c consent.Consent) []any {
					return []any{c.Version, c.Status, c.Provision.Policy.Permission, c.Height, c.Time}
				})
			})
		},
	}
}

func newConsentVerifyCommand(e *env) *cobra.Command {
	var headerFile, anchor string
	c := &cobra.Command{
		Use:   "verify FILE --header FILE",
		Short: "Check a FHIR Consent with its proof, offline",
		Long: "Check that the chain holds exactly the consent in a FHIR document, against a header. Trust the header\n" +
			"only if you know its hash: give it as --trust HEIGHT:HASH.",
		Example: "  volens consent verify consent.json --header header.json --trust 120:ABCD...",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			document, err := readNamed("consent", args[0], maxDocument)
			if err != nil {
				return err
			}
			raw, err := readNamed("header", headerFile, maxDocument)
			if err != nil {
				return err
			}
			header, err := chain.ParseHeader(raw)
			if err != nil {
				return err
			}
			if err := e.trusted(header, anchor); err != nil {
				return err
			}
			c, err := client.VerifyConsent(document, header)
			if err != nil {
				return err
			}
			return e.result(map[string]any{
				"ok":         true,
				"dataset_id": c.DatasetID,
				"version":    c.Version,
				"status":     c.Status,
				"height":     c.Proof.Height,
			}, field{"proven", true}, field{"dataset", c.DatasetID}, field{"version", c.Version},
				field{"status", c.Status}, field{"at height", c.Proof.Height})
		},
	}
	c.Flags().StringVar(&headerFile, "header", "", "file of the header")
	c.Flags().StringVar(&anchor, "trust", "", "the trusted header, HEIGHT:HASH")
	require(c, "header")
	return c
}

// trusted compares a header with the one that the user knows, and warns without one.
func (e *env) trusted(header *chain.Header, anchor string) error {
	if anchor == "" {
		e.warn(
			"the header %s is signed by its own validators only: compare its hash with one that you trust",
			header.Anchor(),
		)
		return nil
	}
	trusted, err := chain.ParseAnchor(anchor)
	if err != nil {
		return err
	}
	return header.Is(trusted)
}
