package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/go-bip39"

	"github.com/volens-network/volens/gateway/halves"
	"github.com/volens-network/volens/x/dataset"
)

const (
	// WalletFile holds the 24 words of the gateway's account.
	WalletFile = "wallet.txt"
	// IdentityFile holds the gateway's age identity.
	IdentityFile = "identity.txt"

	accountPath = "m/44'/118'/0'/0/0"
	entropySize = 32
	secretMode  = 0o600
	folderMode  = 0o700
)

// ErrExists is returned by Init for a home that is one already.
var ErrExists = errors.New("a gateway's home exists already")

// Keys are what a gateway signs and unseals with.
type Keys struct {
	// Address is the bech32 address of the gateway's account.
	Address  string
	Identity *halves.Identity
	Account  *Account
}

// Account signs the gateway's transactions. It implements chain.Signer.
type Account struct {
	key cryptotypes.PrivKey
}

// Address is the account's address.
func (a *Account) Address() sdk.AccAddress { return sdk.AccAddress(a.key.PubKey().Address()) }

// PubKey is the key that belongs to the address.
func (a *Account) PubKey() cryptotypes.PubKey { return a.key.PubKey() }

// Sign signs the bytes of a SignDoc.
func (a *Account) Sign(_ context.Context, document []byte) ([]byte, error) {
	return a.key.Sign(document)
}

// Init makes a gateway's home: settings, account and identity. It never touches one that
// exists.
func Init(home string, c Config, rand io.Reader) (Keys, error) {
	if err := c.Validate(); err != nil {
		return Keys{}, err
	}
	for _, name := range []string{ConfigFile, WalletFile, IdentityFile} {
		if _, err := os.Stat(filepath.Join(home, name)); !errors.Is(err, os.ErrNotExist) {
			return Keys{}, errors.Join(fmt.Errorf("%w: it has %s", ErrExists, name), err)
		}
	}
	if err := os.MkdirAll(home, folderMode); err != nil {
		return Keys{}, fmt.Errorf("make home: %w", err)
	}
	entropy := make([]byte, entropySize)
	if _, err := io.ReadFull(rand, entropy); err != nil {
		return Keys{}, fmt.Errorf("draw wallet: %w", err)
	}
	words, err := bip39.NewMnemonic(entropy)
	if err != nil {
		return Keys{}, fmt.Errorf("draw wallet: %w", err)
	}
	identity, err := halves.NewIdentity()
	if err != nil {
		return Keys{}, err
	}
	settings, err := yaml.Marshal(c)
	if err != nil {
		return Keys{}, fmt.Errorf("write settings: %w", err)
	}
	for name, text := range map[string]string{
		WalletFile: words + "\n", IdentityFile: identity.Secret() + "\n", ConfigFile: string(settings),
	} {
		if err := writeNew(filepath.Join(home, name), text); err != nil {
			return Keys{}, fmt.Errorf("make home: %w", err)
		}
	}
	return LoadKeys(home)
}

// writeNew writes a file that must not exist yet.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, secretMode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// LoadKeys reads the keys of a home.
func LoadKeys(home string) (Keys, error) {
	words, err := readSecret(home, WalletFile)
	if err != nil {
		return Keys{}, err
	}
	derived, err := hd.Secp256k1.Derive()(words, "", accountPath)
	if err != nil {
		return Keys{}, errors.New("wallet of the gateway: malformed words")
	}
	account := &Account{key: hd.Secp256k1.Generate()(derived)}
	secret, err := readSecret(home, IdentityFile)
	if err != nil {
		return Keys{}, err
	}
	identity, err := halves.ParseIdentity(secret)
	if err != nil {
		return Keys{}, err
	}
	address, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(account.Address())
	if err != nil {
		return Keys{}, fmt.Errorf("address of the gateway: %w", err)
	}
	return Keys{Address: address, Identity: identity, Account: account}, nil
}

// readSecret reads a key file that nobody else may read.
func readSecret(home, name string) (string, error) {
	path := filepath.Join(home, name)
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read keys: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("read keys: others may read %s: set its mode to 0600", name)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read keys: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}
