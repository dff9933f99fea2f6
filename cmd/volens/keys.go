package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/home"
)

const (
	defaultWallet = "default"
	maxWords      = 4096
)

// walletInfo is a wallet as the user sees it.
type walletInfo struct {
	Wallet   string        `json:"wallet"`
	Address  string        `json:"address"`
	BackedUp bool          `json:"backed_up"`
	Words    string        `json:"words,omitempty"`
	Accounts []accountInfo `json:"accounts,omitempty"`
}

type accountInfo struct {
	Name    string `json:"name"`
	Index   uint32 `json:"index"`
	Address string `json:"address"`
	Used    bool   `json:"used"`
}

func newKeysCommand(e *env) *cobra.Command {
	return group("keys", "Keep wallets: 24 words each, from which everything comes",
		"  volens keys new\n  volens keys list\n  volens keys import --words-file words.txt",
		newKeysNewCommand(e), newKeysListCommand(e), newKeysExportCommand(e), newKeysConfirmCommand(e),
		newKeysImportCommand(e), newKeysRestoreCommand(e), newKeysAddCommand(e))
}

func newKeysNewCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "new [NAME]",
		Short: "Draw 24 words and make a wallet of them",
		Long: "Draw 24 words and make a wallet of them. The words are printed once, to be written on paper: whoever\n" +
			"has them has everything, and without them nothing can be restored. On this machine they are kept in a\n" +
			"file that age seals with your passphrase.",
		Example: "  volens keys new\n  volens keys new lab --passphrase-file pass.txt",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			h, err := e.openHome()
			if err != nil {
				return err
			}
			passphrase, err := e.newPassphrase()
			if err != nil {
				return err
			}
			w, err := h.Create(walletName(args), passphrase, e.rand)
			if err != nil {
				return err
			}
			e.wallets = append(e.wallets, w)
			e.warn("write these 24 words on paper before anything depends on them; " +
				"then show that you have them: volens keys confirm")
			info, err := describe(w)
			if err != nil {
				return err
			}
			info.Words = w.Words()
			return e.result(
				info,
				field{"wallet", info.Wallet},
				field{"address", info.Address},
				field{"words", info.Words},
			)
		},
	}
}

func newKeysListCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List wallets and their accounts; no passphrase is needed",
		Example: "  volens keys list --output json", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			h, err := e.openHome()
			if err != nil {
				return err
			}
			all, err := h.Wallets()
			if err != nil {
				return err
			}
			var rows []walletInfo
			for _, l := range all {
				rows = append(rows, listed(l.Name, l.BackedUp, l.Accounts))
			}
			if e.output == outputJSON {
				return table(e, rows, nil, nil)
			}
			type line struct {
				wallet string
				accountInfo
			}
			var lines []line
			for _, row := range rows {
				for _, a := range row.Accounts {
					lines = append(lines, line{row.Wallet, a})
				}
			}
			return table(e, lines, []string{"KEY", "INDEX", "ADDRESS"}, func(l line) []any {
				return []any{l.wallet + "/" + l.Name, l.Index, l.Address}
			})
		},
	}
}

func newKeysExportCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "export [NAME]", Short: "Print the 24 words of a wallet",
		Example: "  volens keys export lab", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			w, err := e.named(args)
			if err != nil {
				return err
			}
			if err := e.confirm(
				"print the words, with which everything of wallet %s can be taken",
				w.Name(),
			); err != nil {
				return err
			}
			info, err := describe(w)
			if err != nil {
				return err
			}
			info.Words = w.Words()
			return e.result(info, field{"wallet", info.Wallet}, field{"words", info.Words})
		},
	}
}

func newKeysConfirmCommand(e *env) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "confirm [NAME]", Short: "Show that you have the words of a wallet on paper",
		Example: "  volens keys confirm", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			w, err := e.named(args)
			if err != nil {
				return err
			}
			words, err := e.words24(file)
			if err != nil {
				return err
			}
			if err := w.ConfirmBackup(words); err != nil {
				return err
			}
			info, err := describe(w)
			if err != nil {
				return err
			}
			return e.result(info, field{"wallet", info.Wallet}, field{"backed up", info.BackedUp})
		},
	}
	c.Flags().StringVar(&file, "words-file", "", "file with the words (default: ask)")
	return c
}

func newKeysImportCommand(e *env) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "import [NAME]", Short: "Make a wallet of 24 words that you have",
		Long:    "Make a wallet of 24 words that you have. Run \"volens keys restore\" next: it finds the accounts.",
		Example: "  volens keys import --words-file words.txt", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			h, err := e.openHome()
			if err != nil {
				return err
			}
			words, err := e.words24(file)
			if err != nil {
				return err
			}
			passphrase, err := e.newPassphrase()
			if err != nil {
				return err
			}
			w, err := h.Import(walletName(args), words, passphrase)
			if err != nil {
				return err
			}
			e.wallets = append(e.wallets, w)
			info, err := describe(w)
			if err != nil {
				return err
			}
			return e.result(info, field{"wallet", info.Wallet}, field{"address", info.Address})
		},
	}
	c.Flags().StringVar(&file, "words-file", "", "file with the words (default: ask)")
	return c
}

func newKeysRestoreCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "restore [NAME]", Short: "Find the accounts of a wallet, and with them all datasets, on the chain",
		Example: "  volens keys restore", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				e.from = args[0]
			}
			return e.signing(cmd.Context(), func(ctx context.Context, s *client.Session) error {
				found, err := s.Restore(ctx)
				if err != nil {
					return err
				}
				return table(e, accounts(found), []string{"ACCOUNT", "INDEX", "ADDRESS"}, func(a accountInfo) []any {
					return []any{a.Name, a.Index, a.Address}
				})
			})
		},
	}
}

func newKeysAddCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "add ACCOUNT", Short: "Derive another account of the wallet",
		Example: "  volens keys add payout --from default", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			w, _, err := e.unlock()
			if err != nil {
				return err
			}
			a, err := w.NewAccount(args[0])
			if err != nil {
				return err
			}
			return e.result(accounts([]home.Account{a})[0], field{"account", a.Name}, field{"address", a.Address})
		},
	}
}
