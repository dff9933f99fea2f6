package main

import (
	"strings"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
)

// named unlocks the wallet of an argument, else that of --from.
func (e *env) named(args []string) (*home.Wallet, error) {
	if len(args) > 0 {
		e.from = args[0]
	}
	w, _, err := e.unlock()
	return w, err
}

func walletName(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return defaultWallet
}

// words24 reads the words from a file, or asks for them.
func (e *env) words24(file string) (string, error) {
	if file == "" {
		return e.ask("24 words")
	}
	data, err := readNamed("file of words", file, maxWords)
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return "", fault.E(fault.Usage, "the file of words is empty")
	}
	return text, nil
}

func describe(w *home.Wallet) (walletInfo, error) {
	chain.SetPrefixes()
	main, err := w.Account(home.MainAccount)
	if err != nil {
		return walletInfo{}, err
	}
	return walletInfo{
		Wallet: w.Name(), Address: main.Address, BackedUp: w.BackedUp(), Accounts: accounts(w.Accounts()),
	}, nil
}

func listed(name string, backedUp bool, all []home.Account) walletInfo {
	out := walletInfo{Wallet: name, BackedUp: backedUp, Accounts: accounts(all)}
	if len(all) > 0 {
		out.Address = all[0].Address
	}
	return out
}

func accounts(all []home.Account) []accountInfo {
	out := make([]accountInfo, 0, len(all))
	for _, a := range all {
		out = append(out, accountInfo{Name: a.Name, Index: a.Index, Address: a.Address, Used: a.Used})
	}
	return out
}
