package home

import (
	"context"
	"fmt"
	"slices"

	"github.com/volens-network/volens/client/fault"
)

// maxTries is how often NewAccount gives way to other processes.
const maxTries = 100

// Lookup tells whether the chain knows an address, and how its account should be called;
// an empty name means account-INDEX.
type Lookup func(ctx context.Context, address string) (name string, known bool, err error)

// Accounts are all accounts of the wallet, by index.
func (w *Wallet) Accounts() []Account { return slices.Clone(w.book.accounts) }

// Account is the account with a name; a fault of kind NotFound if there is none.
func (w *Wallet) Account(name string) (Account, error) {
	if at := w.book.find(name); at >= 0 {
		return w.book.accounts[at], nil
	}
	if err := w.reload(); err != nil {
		return Account{}, err
	}
	at := w.book.find(name)
	if at < 0 {
		return Account{}, fault.E(fault.NotFound, "wallet %s has no account %s", w.name, name)
	}
	return w.book.accounts[at], nil
}

// NewAccount derives the next account and gives it a name that is not taken. A patient
// takes a fresh one for each dataset, so that nobody sees that two datasets are of one
// person. It refuses once GapLimit accounts in a row are not used: see MarkUsed.
func (w *Wallet) NewAccount(name string) (Account, error) {
	if err := checkName("account", name); err != nil {
		return Account{}, err
	}
	for range maxTries {
		if err := w.reload(); err != nil {
			return Account{}, err
		}
		if w.book.find(name) >= 0 {
			return Account{}, fault.E(fault.Refused, "wallet %s has an account %s", w.name, name)
		}
		index, err := w.book.next()
		if err != nil {
			return Account{}, fmt.Errorf("wallet %s: %w", w.name, err)
		}
		a, err := w.derive(name, index)
		if err != nil {
			return Account{}, err
		}
		if err := w.record(stepAccount, a); err != nil {
			return Account{}, err
		}
		// Another process may have taken the number by a line before ours.
		if at := w.book.find(name); at >= 0 && w.book.accounts[at].Index == index {
			return a, nil
		}
	}
	return Account{}, fault.E(fault.Unavailable, "wallet %s is busy", w.name)
}

// AccountFor is the account with a name, a new one if there is none: what an operation
// that goes on after a crash asks for.
func (w *Wallet) AccountFor(name string) (Account, error) {
	a, err := w.Account(name)
	if fault.Is(err, fault.NotFound) {
		return w.NewAccount(name)
	}
	return a, err
}

// MarkUsed notes that the chain knows an account. Call it when its first transaction
// stands in a block.
func (w *Wallet) MarkUsed(name string) error {
	a, err := w.Account(name)
	if err != nil || a.Used {
		return err
	}
	return w.record(stepUsed, a)
}

// Restore looks for accounts of the wallet's phrase that the chain knows, from account 0
// on, until gap in a row are unknown (GapLimit if zero), adds those that are new to this
// home and marks them all as used. It returns the ones that the chain knows.
func (w *Wallet) Restore(ctx context.Context, gap int, lookup Lookup) ([]Account, error) {
	if gap <= 0 {
		gap = GapLimit
	}
	var found []Account
	for index, missed := uint32(0), 0; missed < gap && index <= maxIndex; index++ {
		a, err := w.derive("", index)
		if err != nil {
			return found, err
		}
		name, known, err := lookup(ctx, a.Address)
		if err != nil {
			return found, fault.E(fault.KindOf(err), "look for account %d of wallet %s: %w", index, w.name, err)
		}
		if !known {
			missed++
			continue
		}
		missed = 0
		if a, err = w.adopt(a, name); err != nil {
			return found, err
		}
		found = append(found, a)
	}
	return found, nil
}

// adopt adds an account that the chain knows, under the name, or a similar one if that is
// taken, and marks it as used.
func (w *Wallet) adopt(a Account, name string) (Account, error) {
	at := slices.IndexFunc(w.book.accounts, func(known Account) bool { return known.Index == a.Index })
	if at < 0 {
		a.Name = name
		if a.Name == "" {
			a.Name = fmt.Sprintf("account-%d", a.Index)
		}
		if w.book.find(a.Name) >= 0 {
			a.Name = fmt.Sprintf("%s-%d", a.Name, a.Index)
		}
		if err := checkName("account", a.Name); err != nil {
			return Account{}, err
		}
		if err := w.record(stepAccount, a); err != nil {
			return Account{}, err
		}
	} else {
		a = w.book.accounts[at]
	}
	if err := w.MarkUsed(a.Name); err != nil {
		return Account{}, err
	}
	return w.Account(a.Name)
}

// derive computes account index of the phrase.
func (w *Wallet) derive(name string, index uint32) (Account, error) {
	signer, err := NewSigner(w.seed, index)
	if err != nil {
		return Account{}, err
	}
	address, err := addressText(signer.Address())
	return Account{Name: name, Index: index, Address: address}, err
}

// record adds to the list of accounts and reads it again, with what others have added.
func (w *Wallet) record(step string, data any) error {
	if err := w.journal.Record(step, data); err != nil {
		return fmt.Errorf("wallet %s: %w", w.name, err)
	}
	return w.reload()
}

func (w *Wallet) reload() error {
	if _, err := w.journal.load(); err != nil {
		return err
	}
	b, err := parseBook(w.journal.entries)
	if err != nil {
		return fmt.Errorf("wallet %s: %w", w.name, err)
	}
	w.book = b
	return nil
}
