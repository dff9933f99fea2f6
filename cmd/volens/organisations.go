package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
)

func newEthicsCommand(e *env) *cobra.Command {
	return group("ethics", "Approve study protocols, as an ethics organisation",
		"  volens ethics approve --protocol protocol.pdf --purposes hmb --from board",
		newEthicsListCommand(e), newEthicsApproveCommand(e))
}

func newEthicsApproveCommand(e *env) *cobra.Command {
	o := client.EthicsOptions{}
	c := &cobra.Command{
		Use: "approve", Short: "Sign that a protocol may go ahead",
		Long:    "Sign that the protocol with this digest may go ahead for these purposes. Only digests go on chain.",
		Example: "  volens ethics approve --protocol protocol.pdf --purposes hmb,ds --from board", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				return e.sent(s.ApproveEthics(ctx, o))
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.Protocol, "protocol", "", "file of the protocol")
	flags.StringVar(&o.ProtocolSHA256, "protocol-sha256", "", "its SHA-256, where the file is not here")
	flags.StringSliceVar(&o.Purposes, "purposes", nil, "nres-any, gru-research, hmb, ds, poa, methods, clinical-care")
	flags.StringVar(&o.Document, "document", "", "file of the signed decision (default: the protocol)")
	flags.StringVar(&o.Expiry, "expiry", "", "a date, or a span such as \"12 months\" (default)")
	require(c, "purposes")
	return c
}

func newEthicsListCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "list PROTOCOL-SHA256", Short: "List the approvals of a protocol",
		Example: "  volens ethics list 9f86d0...", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				all, err := s.EthicsApprovals(ctx, args[0])
				if err != nil {
					return err
				}
				head := []string{"ORGANISATION", "PURPOSES", "EXPIRY", "REVOKED"}
				return table(e, all, head, func(a client.Approval) []any {
					return []any{a.Organisation, strings.Join(a.Purposes, ","), a.Expiry, a.Revoked}
				})
			})
		},
	}
}

func newVisaCommand(e *env) *cobra.Command {
	return group("visa", "Say who works for you, as an institution",
		"  volens visa issue volens1... --class academic --from university",
		newVisaIssueCommand(e), newVisaRevokeCommand(e))
}

func newVisaIssueCommand(e *env) *cobra.Command {
	o := client.VisaOptions{}
	c := &cobra.Command{
		Use: "issue RESEARCHER", Short: "Sign that a researcher works for the institution",
		Example: "  volens visa issue volens1... --class academic --from university", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Researcher = args[0]
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				return e.sent(s.IssueVisa(ctx, o))
			})
		},
	}
	c.Flags().StringVar(&o.Class, "class", "academic", "academic, non-profit, company, public-body, clinician, "+
		"insurer, employer, law-enforcement")
	c.Flags().StringVar(&o.Expiry, "expiry", "", "a date, or a span such as \"12 months\" (default)")
	return c
}

func newVisaRevokeCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "revoke RESEARCHER", Short: "Take a visa back",
		Example: "  volens visa revoke volens1... --from university", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				return e.sent(s.RevokeVisa(ctx, args[0]))
			})
		},
	}
}

func newOrgCommand(e *env) *cobra.Command {
	return group("org", "See the accredited organisations", "  volens org list --role gateway", newOrgListCommand(e))
}

func newOrgListCommand(e *env) *cobra.Command {
	var role string
	c := &cobra.Command{
		Use: "list", Short: "List the accredited organisations",
		Example: "  volens org list --role attestor", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				all, err := s.Organisations(ctx, role)
				if err != nil {
					return err
				}
				head := []string{"ADDRESS", "KIND", "COUNTRY", "ROLES", "ACTIVE", "BOND", "URL"}
				return table(e, all, head, func(o client.Organisation) []any {
					return []any{o.Address, o.Kind, o.Country, strings.Join(o.Roles, ","), o.Active, o.Bond, o.BaseURL}
				})
			})
		},
	}
	c.Flags().StringVar(&role, "role", "", "attestor, ethics, institution, gateway or arbiter")
	return c
}
