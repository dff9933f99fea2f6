package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
)

func newConsentCommand(e *env) *cobra.Command {
	return group(
		"consent",
		"Say what research may do with your data, and take it back",
		"  volens consent grant ID --permission HMB\n  volens consent revoke ID",
		newConsentGrantCommand(e),
		newConsentAmendCommand(e),
		newConsentRevokeCommand(e),
		newConsentShowCommand(e),
		newConsentHistoryCommand(e),
		newConsentDecideCommand(e),
		newConsentVerifyCommand(e),
		newConsentRevokerCommand(e),
	)
}

// termFlags are what a patient can say without a file.
type termFlags struct {
	file       string
	terms      client.Terms
	modifiers  []string
	understood bool
	// representative and authority are files about a guardian.
	representative, authority string
}

func (t *termFlags) declare(c *cobra.Command) {
	base := client.DefaultTerms()
	flags := c.Flags()
	flags.StringVar(&t.file, "file", "", "terms in YAML; the flags below overrule it")
	flags.StringVar(&t.terms.Permission, "permission", base.Permission, "NRES, GRU, HMB, DS or POA")
	flags.StringSliceVar(&t.terms.Diseases, "diseases", nil, "MONDO:ddddddd, for DS")
	flags.StringSliceVar(&t.modifiers, "modifiers", []string{"IRB"}, "DUO modifiers without values, such as IRB,NPU")
	flags.StringVar(&t.terms.AI, "ai", base.AI, "none, infer or train")
	flags.StringSliceVar(&t.terms.RecipientClasses, "recipients", base.RecipientClasses, "who may receive the data")
	flags.StringVar(&t.terms.Expiry, "expiry", base.Expiry, "never, a date, or a span such as \"12 months\"")
	flags.StringVar(&t.terms.Payout, "payout", "", "address to be paid at (default: the dataset's account)")
	flags.BoolVar(&t.terms.Donate, "donate", false, "give your part to the community pool")
	flags.StringVar(&t.terms.ReferTo, "refer-to", "", "address of the ethics organisation for doubtful cases")
	flags.StringVar(&t.terms.Language, "language", "", "language of the text (default en)")
	flags.StringVar(&t.representative, "representative", "", "file that names the guardian who speaks for the patient")
	flags.StringVar(&t.authority, "authority", "", "file that shows the guardian's authority; only digests go on chain")
	flags.BoolVar(
		&t.understood,
		"understood",
		false,
		"you read the text behind the consent and can answer its questions",
	)
}

// read puts the flags that were given over the file, or over the defaults.
func (t *termFlags) read(c *cobra.Command) (client.Terms, error) {
	terms := client.DefaultTerms()
	if t.file != "" {
		text, err := readNamed("file of terms", t.file, maxDocument)
		if err != nil {
			return terms, err
		}
		if terms, err = client.ReadTerms(bytes.NewReader(text)); err != nil {
			return terms, fmt.Errorf("file of terms %q: %w", t.file, err)
		}
	}
	for name, set := range map[string]func(){
		"permission": func() { terms.Permission = t.terms.Permission },
		"diseases":   func() { terms.Diseases = t.terms.Diseases },
		"ai":         func() { terms.AI = t.terms.AI },
		"recipients": func() { terms.RecipientClasses = t.terms.RecipientClasses },
		"expiry":     func() { terms.Expiry = t.terms.Expiry },
		"payout":     func() { terms.Payout = t.terms.Payout },
		"donate":     func() { terms.Donate = t.terms.Donate },
		"refer-to":   func() { terms.ReferTo = t.terms.ReferTo },
		"language":   func() { terms.Language = t.terms.Language },
		"understood": func() { terms.Understood = t.understood },
		"modifiers": func() {
			terms.Modifiers = nil
			for _, m := range t.modifiers {
				terms.Modifiers = append(terms.Modifiers, client.TermModifier{Term: m})
			}
		},
	} {
		if c.Flags().Changed(name) {
			set()
		}
	}
	return terms.SpokenFor(t.representative, t.authority)
}

const consentWords = "It says who may ask for the data and what for. You can take it back at any time, free of fees:\n" +
	"a revocation that is final before a release stops it for ever; what was released stays with those who\n" +
	"opened it. A genome stays identifying by its nature, for your relatives too."

func newConsentGrantCommand(e *env) *cobra.Command {
	return newConsentChange(e, "grant ID", "Give consent for a dataset", (*client.Session).Grant)
}

func newConsentAmendCommand(e *env) *cobra.Command {
	return newConsentChange(e, "amend ID", "Replace the consent of a dataset", (*client.Session).Amend)
}

func newConsentChange(
	e *env, use, short string,
	change func(*client.Session, context.Context, string, client.Terms) (*client.ConsentDone, error),
) *cobra.Command {
	t := &termFlags{}
	c := &cobra.Command{
		Use: use, Short: short, Long: short + ". " + consentWords,
		Example: "  volens consent grant ID --permission HMB --modifiers IRB,NPU --expiry \"2 years\"",
		Args:    cobra.ExactArgs(1),
	}
	t.declare(c)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		terms, err := t.read(c)
		if err != nil {
			return err
		}
		return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
			text, err := s.Text(ctx, terms.Template, terms.Language)
			if err != nil {
				return err
			}
			if !terms.Understood {
				e.say("the text is template %s in %s, sha256 %x", text.Id, text.Language, text.TextSha256)
				if err := e.confirm("you read it, and agree to %s by %v until %s",
					terms.Permission, terms.RecipientClasses, terms.Expiry); err != nil {
					return err
				}
				terms.Understood = true
			}
			return e.consented(change(s, ctx, args[0], terms))
		})
	}
	return c
}

func (e *env) consented(out *client.ConsentDone, err error) error {
	if err != nil {
		return err
	}
	return e.result(out, field{"dataset", out.DatasetID}, field{"version", out.Version}, field{"height", out.Height})
}

func newConsentRevokeCommand(e *env) *cobra.Command {
	var asRevoker bool
	c := &cobra.Command{
		Use: "revoke ID", Short: "Take the consent of a dataset back; free of fees",
		Long:    "Take the consent of a dataset back. Releases that are not emitted when this is final never happen.",
		Example: "  volens consent revoke ID", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if asRevoker {
					return e.consented(s.RevokeFor(ctx, args[0]))
				}
				return e.consented(s.Revoke(ctx, args[0]))
			})
		},
	}
	c.Flags().BoolVar(&asRevoker, "as-revoker", false, "the dataset is another's, who named you as its revoker")
	return c
}

func newConsentRevokerCommand(e *env) *cobra.Command {
	var none bool
	c := &cobra.Command{
		Use:   "revoker ID [ADDRESS]",
		Short: "Name who else may take the consent back, such as a carer",
		Long: "Name one address that may take the consent of this dataset back, as you can, and do nothing else\n" +
			"with it. Another name replaces it; --none takes it back.",
		Example: "  volens consent revoker ID volens1...\n  volens consent revoker ID --none",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if none == (len(args) == 2) {
				return fault.E(fault.Usage, "name an address, or say --none")
			}
			revoker := ""
			if !none {
				revoker = args[1]
			}
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				return e.consented(s.SetRevoker(ctx, args[0], revoker))
			})
		},
	}
	c.Flags().BoolVar(&none, "none", false, "nobody but you")
	return c
}

func newConsentDecideCommand(e *env) *cobra.Command {
	var no bool
	c := &cobra.Command{
		Use: "decide REQUEST DATASET --yes or --no", Short: "Answer one request for one dataset",
		Long:    "Answer one request for one dataset. A yes that your consent does not allow is refused (exit 3).",
		Example: "  volens consent decide REQUEST DATASET --yes", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if e.yes == no {
				return fault.E(fault.Usage, "say either --yes or --no")
			}
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				out, err := s.Decide(ctx, args[0], args[1], e.yes)
				if err != nil {
					return err
				}
				return e.result(out, field{"request", out.RequestID}, field{"dataset", out.DatasetID},
					field{"yes", out.Yes}, field{"referred", out.Referred}, field{"height", out.Height})
			})
		},
	}
	c.Flags().BoolVar(&no, "no", false, "the answer is no")
	return c
}
