package home_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/go-bip39"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/core/derive"
	"github.com/volens-network/volens/core/id"
)

var _ chain.Signer = (*home.Signer)(nil)

// The phrase of 32 zero bytes: everybody's test phrase.
var zeroPhrase = strings.Repeat("abandon ", home.Words-1) + "art"

// letters is a source of the same byte for ever.
func letters(s string) io.Reader { return strings.NewReader(strings.Repeat(s, 64)) }

// unlock opens the wallet of alice and closes it at the end of the test.
func unlock(t *testing.T, h *home.Home) *home.Wallet {
	t.Helper()
	w, err := h.Unlock("alice", pass)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return w
}

// create makes a wallet of a phrase that depends on one letter.
func create(t *testing.T, h *home.Home, name, letter string) *home.Wallet {
	t.Helper()
	w, err := h.Create(name, pass, letters(letter))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return w
}

// The last value of the published test vectors of BIP-39, which have a passphrase, shows
// that the library does as the standard says; ours has none.
func TestSeed_BIP39(t *testing.T) {
	require.Equal(t, "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd30971"+
		"70af7a4d73245cafa9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8",
		hex.EncodeToString(bip39.NewSeed(zeroPhrase, "TREZOR")))
	require.Equal(t, "408b285c123836004f4b8842c89324c1f01382450c0d439af345ba7fc49acf70"+
		"5489c6fc77dbd4e3dc1dd8cc6bc9f043db8ada1e243c4a0eafb290d399480840",
		hex.EncodeToString(home.Seed(zeroPhrase)))
}

func TestNewPhrase(t *testing.T) {
	phrase, err := home.NewPhrase(bytes.NewReader(make([]byte, 32)))
	require.NoError(t, err)
	require.Equal(t, zeroPhrase, phrase)

	_, err = home.NewPhrase(bytes.NewReader(make([]byte, 31)))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = home.NewPhrase(iotest.ErrReader(io.ErrClosedPipe))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestParsePhrase(t *testing.T) {
	phrase, err := home.ParsePhrase("  " + strings.ReplaceAll(strings.ToUpper(zeroPhrase), " ", " \n\t") + "\n")
	require.NoError(t, err)
	require.Equal(t, zeroPhrase, phrase)

	for name, text := range map[string]string{
		"empty":        "",
		"23 words":     strings.TrimSuffix(zeroPhrase, " art"),
		"25 words":     zeroPhrase + " art",
		"12 words":     strings.Repeat("abandon ", 11) + "about",
		"checksum":     strings.Replace(zeroPhrase, "art", "abandon", 1),
		"unknown word": strings.Replace(zeroPhrase, "art", "volens", 1),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := home.ParsePhrase(text)
			require.Equal(t, fault.Usage, fault.KindOf(err))
			require.NotContains(t, err.Error(), "volens")
			require.NotContains(t, err.Error(), "abandon")
		})
	}
}

func TestWallet_CreateUnlock(t *testing.T) {
	h := openHome(t, t.TempDir())
	w := create(t, h, "alice", "a")
	require.Equal(t, "alice", w.Name())
	require.Len(t, strings.Fields(w.Words()), home.Words)
	require.False(t, w.BackedUp())
	require.Len(t, w.Accounts(), 1)
	require.Equal(t, home.MainAccount, w.Accounts()[0].Name)

	again := unlock(t, h)
	require.Equal(t, w.Words(), again.Words())
	require.Equal(t, w.Accounts(), again.Accounts())

	_, err := h.Create("alice", pass, letters("b"))
	require.Equal(t, fault.Refused, fault.KindOf(err), "a wallet is never overwritten")
	_, err = h.Import("alice", zeroPhrase, pass)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Equal(t, w.Words(), unlock(t, h).Words())
}

func TestWallet_Passphrase(t *testing.T) {
	dir := t.TempDir()
	h := openHome(t, dir)
	create(t, h, "alice", "a")

	_, err := h.Unlock("alice", pass+"!")
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.NotContains(t, err.Error(), pass)
	_, err = h.Unlock("alice", "")
	require.Equal(t, fault.Usage, fault.KindOf(err))
	_, err = h.Unlock("bob", pass)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = h.Unlock("../alice", pass)
	require.Equal(t, fault.Usage, fault.KindOf(err))
	_, err = h.Create("carol", "", letters("c"))
	require.Equal(t, fault.Usage, fault.KindOf(err))
	_, err = h.Create("Carol", pass, letters("c"))
	require.Equal(t, fault.Usage, fault.KindOf(err))
	_, err = h.Create("carol", pass, strings.NewReader(""))
	require.Error(t, err)
	require.NoFileExists(t, filepath.Join(dir, "wallets", "carol.age"))
}

// The sealed file is one of age, and its content is the words and a line end.
func TestWallet_SealedFile(t *testing.T) {
	dir := t.TempDir()
	w := create(t, openHome(t, dir), "alice", "a")
	sealed, err := os.ReadFile(filepath.Join(dir, "wallets", "alice.age"))
	require.NoError(t, err)
	require.NotContains(t, string(sealed), strings.Fields(w.Words())[0])
	identity, err := age.NewScryptIdentity(pass)
	require.NoError(t, err)
	plain, err := age.Decrypt(bytes.NewReader(sealed), identity)
	require.NoError(t, err)
	text, err := io.ReadAll(plain)
	require.NoError(t, err)
	require.Equal(t, w.Words()+"\n", string(text))
}

func TestWallet_TamperedFile(t *testing.T) {
	dir := t.TempDir()
	h := openHome(t, dir)
	create(t, h, "alice", "a")
	file := filepath.Join(dir, "wallets", "alice.age")
	sealed, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, changed := range map[string][]byte{
		"last byte": append(bytes.Clone(sealed[:len(sealed)-1]), sealed[len(sealed)-1]^1),
		"cut":       sealed[:len(sealed)-20],
		"empty":     {},
		"not age":   []byte(zeroPhrase),
		"too long":  append(bytes.Clone(sealed), make([]byte, 1<<16)...),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(file, changed, 0o600))
			_, err := h.Unlock("alice", pass)
			require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
		})
	}

	var other bytes.Buffer
	recipient, err := age.NewScryptRecipient(pass)
	require.NoError(t, err)
	recipient.SetWorkFactor(1)
	seal, err := age.Encrypt(&other, recipient)
	require.NoError(t, err)
	_, err = io.WriteString(seal, "no phrase at all")
	require.NoError(t, err)
	require.NoError(t, seal.Close())
	require.NoError(t, os.WriteFile(file, other.Bytes(), 0o600))
	_, err = h.Unlock("alice", pass)
	require.Equal(t, fault.Integrity, fault.KindOf(err))
}

func TestWallet_ConfirmBackup(t *testing.T) {
	h := openHome(t, t.TempDir())
	w := create(t, h, "alice", "a")
	require.Equal(t, fault.Refused, fault.KindOf(w.ConfirmBackup(zeroPhrase)))
	require.Equal(t, fault.Usage, fault.KindOf(w.ConfirmBackup("yes")))
	require.False(t, w.BackedUp())
	require.NoError(t, w.ConfirmBackup(strings.ToUpper(w.Words())))
	require.True(t, w.BackedUp())
	require.True(t, unlock(t, h).BackedUp())

	imported, err := h.Import("bob", zeroPhrase, pass)
	require.NoError(t, err)
	require.True(t, imported.BackedUp(), "who typed the words has them")
	require.NoError(t, imported.Close())
	_, err = h.Import("carol", "some words", pass)
	require.Equal(t, fault.Usage, fault.KindOf(err))
}

func TestWallets(t *testing.T) {
	h := openHome(t, t.TempDir())
	none, err := h.Wallets()
	require.NoError(t, err)
	require.Empty(t, none)
	bob, alice := create(t, h, "bob", "b"), create(t, h, "alice", "a")
	_, err = alice.NewAccount("dataset-1")
	require.NoError(t, err)
	require.NoError(t, bob.ConfirmBackup(bob.Words()))

	all, err := h.Wallets()
	require.NoError(t, err)
	require.Equal(t, []home.Listing{
		{Name: "alice", Accounts: alice.Accounts()},
		{Name: "bob", BackedUp: true, Accounts: bob.Accounts()},
	}, all)
}

func TestWallet_Secrets(t *testing.T) {
	h := openHome(t, t.TempDir())
	w, err := h.Import("alice", zeroPhrase, pass)
	require.NoError(t, err)
	seed := home.Seed(zeroPhrase)
	some := id.ID{1}

	root, err := w.RootSecret()
	require.NoError(t, err)
	wantRoot, err := derive.RootSecret(seed)
	require.NoError(t, err)
	require.Equal(t, wantRoot, root)

	reader, err := w.ReaderSeed()
	require.NoError(t, err)
	wantReader, err := derive.ReaderSeed(seed)
	require.NoError(t, err)
	require.Equal(t, wantReader, reader)
	require.NotEqual(t, root, reader)

	patient, err := w.PatientIdentity(some)
	require.NoError(t, err)
	wantPatient, err := derive.PatientIdentity(seed, some)
	require.NoError(t, err)
	require.Equal(t, wantPatient.String(), patient.String())

	delivery, err := w.DeliveryIdentity(some)
	require.NoError(t, err)
	wantDelivery, err := derive.DeliveryIdentity(seed, some)
	require.NoError(t, err)
	require.Equal(t, wantDelivery.String(), delivery.String())
	require.NotEqual(t, patient.String(), delivery.String())

	require.NoError(t, w.Close())
	require.NotContains(t, w.Words(), "abandon", "a closed wallet has forgotten its words")
}

func TestParseKey(t *testing.T) {
	wallet, account, err := home.ParseKey("alice")
	require.NoError(t, err)
	require.Equal(t, [2]string{"alice", home.MainAccount}, [2]string{wallet, account})
	wallet, account, err = home.ParseKey("alice/dataset-1")
	require.NoError(t, err)
	require.Equal(t, [2]string{"alice", "dataset-1"}, [2]string{wallet, account})
	for _, text := range []string{"", "/", "alice/", "/main", "a/b/c", "Alice", "alice/..", "a b"} {
		_, _, err := home.ParseKey(text)
		require.Equal(t, fault.Usage, fault.KindOf(err), "key %q", text)
	}
}

func TestSetWorkFactor(t *testing.T) {
	h := openHome(t, t.TempDir())
	for _, n := range []int{-1, 0, 23} {
		require.Equal(t, fault.Usage, fault.KindOf(h.SetWorkFactor(n)), "%d", n)
	}
	require.NoError(t, h.SetWorkFactor(22))
}
