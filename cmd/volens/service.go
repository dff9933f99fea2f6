package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
)

func newServiceCommand(e *env) *cobra.Command {
	return group("service", "Claim the part of a gateway that does not serve, as a researcher",
		"  volens service claim REQUEST 0 volens1... --from researcher",
		newServiceClaimCommand(e), newServiceShowCommand(e), newServiceDisputeCommand(e))
}

// served reads the arguments that name a seat and its gateway.
func served(args []string) (request string, seat uint64, gateway string, err error) {
	seat, err = strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return "", 0, "", fault.E(fault.Usage, "seat %q: want a number from 0", args[1])
	}
	return args[0], seat, args[2], nil
}

func newServiceClaimCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "claim REQUEST SEAT GATEWAY", Short: "Say that a gateway does not hand over its part of a release",
		Long: "Say on chain that a gateway does not hand over its part for a released seat. It locks the bond for\n" +
			"claims, which comes back unless an arbiter finds the claim false. The gateway must post its part,\n" +
			"encrypted to you, before a deadline, or its bond pays the refund.",
		Example: "  volens service claim REQUEST 0 volens1... --from researcher", Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			request, seat, gateway, err := served(args)
			if err != nil {
				return err
			}
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if err := e.confirm("claim against %s for seat %d of %s", gateway, seat, request); err != nil {
					return err
				}
				return e.sent(s.ClaimService(ctx, request, seat, gateway))
			})
		},
	}
}

func newServiceShowCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "show REQUEST SEAT GATEWAY", Short: "Show where a claim stands",
		Example: "  volens service show REQUEST 0 volens1...", Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			request, seat, gateway, err := served(args)
			if err != nil {
				return err
			}
			return e.looking(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				c, err := s.Service(ctx, request, seat, gateway)
				if err != nil {
					return err
				}
				return e.result(c, field{"request", c.RequestID}, field{"seat", c.Seat}, field{"gateway", c.Gateway},
					field{"state", c.State}, field{"deadline", c.Deadline}, field{"answered", c.Answered})
			})
		},
	}
}

func newServiceDisputeCommand(e *env) *cobra.Command {
	var evidence string
	c := &cobra.Command{
		Use:   "dispute REQUEST SEAT GATEWAY --evidence FILE",
		Short: "Say that a gateway's answer opens nothing",
		Long: "Say that what a gateway answered does not decrypt, or does not open its commitment. Send the evidence,\n" +
			"which is secret, to the arbiter and to nobody else: only its digest goes on chain.",
		Example: "  volens service dispute REQUEST 0 volens1... --evidence evidence.age",
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			request, seat, gateway, err := served(args)
			if err != nil {
				return err
			}
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				return e.sent(s.DisputeAnswer(ctx, request, seat, gateway, evidence))
			})
		},
	}
	c.Flags().StringVar(&evidence, "evidence", "", "file for the arbiter")
	require(c, "evidence")
	return c
}
