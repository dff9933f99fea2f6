package home

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"filippo.io/age"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/derive"
	"github.com/volens-network/volens/core/id"
)

const (
	walletSuffix = ".age"
	// MainAccount is the name of account 0, which every wallet has.
	MainAccount = "main"
	// GapLimit is how many unused accounts in a row end the search of Restore.
	GapLimit = 20
)

// Wallet is an unlocked wallet. Close it: it holds secrets. Several processes may have the
// same wallet open; one Wallet is for one goroutine.
type Wallet struct {
	name    string
	phrase  []byte
	seed    []byte
	journal *Journal
	book    book
}

// Listing is what can be told of a wallet without its passphrase.
type Listing struct {
	Name     string
	BackedUp bool
	Accounts []Account
}

// SetWorkFactor sets the cost of guessing a passphrase of wallets made from now on: 2^n
// for scrypt, 18 unless set. Tests set a low one.
func (h *Home) SetWorkFactor(n int) error {
	if n < 1 || n > maxWorkFactor {
		return fault.E(fault.Usage, "work factor %d is not between 1 and %d", n, maxWorkFactor)
	}
	h.workFactor = n
	return nil
}

// Create draws a phrase and makes a wallet of it. Show the words to the user (Wallet.Words)
// and have him repeat them (Wallet.ConfirmBackup) before anything depends on them.
func (h *Home) Create(name, passphrase string, random io.Reader) (*Wallet, error) {
	phrase, err := NewPhrase(random)
	if err != nil {
		return nil, err
	}
	return h.add(name, phrase, passphrase)
}

// Import makes a wallet of 24 words that the user has. They count as backed up. Call
// Restore next, to find its accounts.
func (h *Home) Import(name, words, passphrase string) (*Wallet, error) {
	phrase, err := ParsePhrase(words)
	if err != nil {
		return nil, err
	}
	w, err := h.add(name, phrase, passphrase)
	if err != nil {
		return nil, err
	}
	if err := w.ConfirmBackup(phrase); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// add writes the files of a new wallet.
func (h *Home) add(name, phrase, passphrase string) (*Wallet, error) {
	if err := checkName("wallet", name); err != nil {
		return nil, err
	}
	file := path.Join(walletFolder, name+walletSuffix)
	if _, err := h.root.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fault.E(fault.Refused, "wallet %s exists", name), err)
	}
	var sealed bytes.Buffer
	if err := sealPhrase(&sealed, phrase, passphrase, h.workFactor); err != nil {
		return nil, err
	}
	// A list of accounts without a wallet is from an attempt that failed, or from another phrase.
	if err := ignoreMissing(h.root.Remove(path.Join(walletFolder, name+journalSuffix))); err != nil {
		return nil, fmt.Errorf("make wallet %s: %w", name, err)
	}
	if err := writeFile(h.root, file, sealed.Bytes()); err != nil {
		return nil, err
	}
	return h.wallet(name, phrase)
}

// Unlock opens a wallet. A wrong passphrase is a Refused fault.
func (h *Home) Unlock(name, passphrase string) (*Wallet, error) {
	if err := checkName("wallet", name); err != nil {
		return nil, err
	}
	sealed, err := readFile(h.root, path.Join(walletFolder, name+walletSuffix), maxSealed)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.E(fault.NotFound, "there is no wallet %s", name)
	}
	if err != nil {
		return nil, err
	}
	phrase, err := openPhrase(bytes.NewReader(sealed), passphrase)
	if err != nil {
		return nil, fault.E(fault.KindOf(err), "unlock wallet %s: %w", name, err)
	}
	return h.wallet(name, phrase)
}

// wallet opens the list of accounts, adds account 0 if there is none, and checks that
// every address is the phrase's.
func (h *Home) wallet(name, phrase string) (*Wallet, error) {
	journal, err := openJournal(h.root, walletFolder, name)
	if err != nil {
		return nil, err
	}
	w := &Wallet{name: name, phrase: []byte(phrase), seed: Seed(phrase), journal: journal}
	if err := w.begin(); err != nil {
		return nil, errors.Join(fmt.Errorf("open wallet %s: %w", name, err), w.Close())
	}
	return w, nil
}

func (w *Wallet) begin() error {
	if err := w.reload(); err != nil {
		return err
	}
	if len(w.book.accounts) == 0 {
		if _, err := w.NewAccount(MainAccount); err != nil {
			return err
		}
	}
	for _, a := range w.book.accounts {
		own, err := w.derive(a.Name, a.Index)
		if err != nil {
			return err
		}
		if own.Address != a.Address {
			return fault.E(
				fault.Integrity,
				"account %s is %s in the list, %s by the words",
				a.Name,
				a.Address,
				own.Address,
			)
		}
	}
	return nil
}

// Wallets lists all wallets; no passphrase is needed.
func (h *Home) Wallets() ([]Listing, error) {
	names, err := list(h.root, walletFolder, walletSuffix)
	if err != nil {
		return nil, err
	}
	all := make([]Listing, 0, len(names))
	for _, name := range names {
		listing, err := h.listing(name)
		if err != nil {
			return nil, err
		}
		all = append(all, listing)
	}
	return all, nil
}

func (h *Home) listing(name string) (Listing, error) {
	raw, err := readFile(h.root, path.Join(walletFolder, name+journalSuffix), maxJournal)
	if err := ignoreMissing(err); err != nil {
		return Listing{}, err
	}
	entries, _, err := parseEntries(raw)
	if err != nil {
		return Listing{}, fault.E(fault.Integrity, "accounts of wallet %s: %w", name, err)
	}
	b, err := parseBook(entries)
	return Listing{Name: name, BackedUp: b.backedUp, Accounts: b.accounts}, err
}

// ParseKey splits what a user writes to name an account, WALLET or WALLET/ACCOUNT; the
// account is MainAccount if left out.
func ParseKey(text string) (wallet, account string, err error) {
	wallet, account, found := strings.Cut(text, "/")
	if !found {
		account = MainAccount
	}
	if err := checkName("wallet", wallet); err != nil {
		return "", "", err
	}
	return wallet, account, checkName("account", account)
}

// Name is the wallet's name.
func (w *Wallet) Name() string { return w.name }

// Words is the phrase: whoever reads it has everything of this wallet.
func (w *Wallet) Words() string { return string(w.phrase) }

// BackedUp reports whether the user has shown that he has the words.
func (w *Wallet) BackedUp() bool { return w.book.backedUp }

// ConfirmBackup takes the words that the user repeats from his note. Others than the
// wallet's are a Refused fault.
func (w *Wallet) ConfirmBackup(words string) error {
	phrase, err := ParsePhrase(words)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(phrase), w.phrase) != 1 {
		return fault.E(fault.Refused, "these are not the words of wallet %s", w.name)
	}
	return w.record(stepBackedUp, nil)
}

// Signer signs for an account of the wallet.
func (w *Wallet) Signer(name string) (*Signer, error) {
	a, err := w.Account(name)
	if err != nil {
		return nil, err
	}
	return NewSigner(w.seed, a.Index)
}

// PatientIdentity opens the patient's own dataset (core/derive).
func (w *Wallet) PatientIdentity(dataset id.ID) (*age.HybridIdentity, error) {
	return derive.PatientIdentity(w.seed, dataset)
}

// DeliveryIdentity opens what gateways deliver for a request (core/derive).
func (w *Wallet) DeliveryIdentity(request id.ID) (*age.HybridIdentity, error) {
	return derive.DeliveryIdentity(w.seed, request)
}

// RootSecret is what pseudonyms, date shifts and facet salts come from (core/derive).
func (w *Wallet) RootSecret() ([]byte, error) { return derive.RootSecret(w.seed) }

// ReaderSeed is what the one-time keys of seats come from (core/derive).
func (w *Wallet) ReaderSeed() ([]byte, error) { return derive.ReaderSeed(w.seed) }

// Close forgets the secrets.
func (w *Wallet) Close() error {
	clear(w.phrase)
	clear(w.seed)
	return w.journal.Close()
}
