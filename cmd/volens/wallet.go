package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
)

func newWalletCommand(e *env) *cobra.Command {
	return group("wallet", "See and send coins", "  volens wallet balance\n  volens wallet send volens1... 5uvol",
		newBalanceCommand(e), newSendCommand(e))
}

func newBalanceCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "balance [ADDRESS or ACCOUNT]", Short: "What an address or an own account has",
		Example: "  volens wallet balance", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			open := e.session
			who := ""
			if len(args) > 0 {
				open, who = e.look, args[0]
			}
			s, err := open()
			if err != nil {
				return err
			}
			balance, err := s.Balance(cmd.Context(), who)
			if err != nil {
				return err
			}
			return e.result(balance, field{"address", balance.Address}, field{"coins", balance.Coins})
		},
	}
}

func newSendCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "send TO COINS", Short: "Send coins to an address or an own account",
		Example: "  volens wallet send volens1... 5uvol --from lab", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				if err := e.confirm("send %s to %s", args[1], args[0]); err != nil {
					return err
				}
				return e.sent(s.Send(ctx, args[0], args[1]))
			})
		},
	}
}

// sent prints a transaction.
func (e *env) sent(done *client.Done, err error) error {
	if err != nil {
		return err
	}
	return e.result(done, field{"height", done.Height}, field{"tx", done.TxHash})
}
