package home_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/bech32"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/test/vectors"
)

// known is a lookup in a map from addresses to names.
func known(names map[string]string) home.Lookup {
	return func(_ context.Context, address string) (string, bool, error) {
		name, ok := names[address]
		return name, ok, nil
	}
}

// Known answers, which the web wallet gives too.
func TestSigner_Vectors(t *testing.T) {
	type account struct {
		Index     uint32 `json:"index"`
		PublicKey string `json:"public_key"`
		Address   string `json:"address"`
		Document  string `json:"document"`
		Signature string `json:"signature"`
	}
	type answer struct {
		Entropy  string    `json:"entropy"`
		Words    string    `json:"words"`
		Seed     string    `json:"seed"`
		Accounts []account `json:"accounts"`
	}
	var answers []answer
	for _, entropy := range []string{strings.Repeat("\x00", 32), strings.Repeat("\x7f", 32), "volens test vector of 32 bytes.."} {
		phrase, err := home.NewPhrase(strings.NewReader(entropy))
		require.NoError(t, err)
		seed := home.Seed(phrase)
		a := answer{Entropy: fmt.Sprintf("%x", entropy), Words: phrase, Seed: fmt.Sprintf("%x", seed)}
		for _, index := range []uint32{0, 1, 19, 1<<31 - 1} {
			signer, err := home.NewSigner(seed, index)
			require.NoError(t, err)
			document := fmt.Sprintf("document %d", index)
			signature, err := signer.Sign(t.Context(), []byte(document))
			require.NoError(t, err)
			require.True(t, signer.PubKey().VerifySignature([]byte(document), signature))
			require.False(t, signer.PubKey().VerifySignature([]byte(document+"."), signature))
			address, err := bech32.ConvertAndEncode("volens", signer.Address())
			require.NoError(t, err)
			a.Accounts = append(a.Accounts, account{
				Index: index, PublicKey: fmt.Sprintf("%x", signer.PubKey().Bytes()), Address: address,
				Document: document, Signature: fmt.Sprintf("%x", signature),
			})
		}
		answers = append(answers, a)
	}
	vectors.Check(t, "wallet.json", answers)
}

// The address of the well-known phrase on the Cosmos Hub: same path, another prefix.
func TestSigner_SameAsOtherWallets(t *testing.T) {
	signer, err := home.NewSigner(home.Seed(zeroPhrase), 0)
	require.NoError(t, err)
	address, err := bech32.ConvertAndEncode("cosmos", signer.Address())
	require.NoError(t, err)
	require.Equal(t, "cosmos1r5v5srda7xfth3hn2s26txvrcrntldjumt8mhl", address)
}

func TestNewSigner_Refuses(t *testing.T) {
	_, err := home.NewSigner(make([]byte, 63), 0)
	require.Error(t, err)
	_, err = home.NewSigner(make([]byte, 64), 1<<31)
	require.Error(t, err)
}

func TestWallet_NewAccount(t *testing.T) {
	h := openHome(t, t.TempDir())
	w := create(t, h, "alice", "a")
	first, err := w.NewAccount("dataset-1")
	require.NoError(t, err)
	require.Equal(t, uint32(1), first.Index)
	second, err := w.AccountFor("dataset-2")
	require.NoError(t, err)
	require.NotEqual(t, first.Address, second.Address)
	same, err := w.AccountFor("dataset-2")
	require.NoError(t, err)
	require.Equal(t, second, same, "an operation that goes on gets its account again")

	signer, err := w.Signer("dataset-2")
	require.NoError(t, err)
	address, err := bech32.ConvertAndEncode("volens", signer.Address())
	require.NoError(t, err)
	require.Equal(t, second.Address, address)

	_, err = w.NewAccount("dataset-1")
	require.Equal(t, fault.Refused, fault.KindOf(err))
	_, err = w.NewAccount("Dataset")
	require.Equal(t, fault.Usage, fault.KindOf(err))
	_, err = w.Account("dataset-3")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = w.Signer("dataset-3")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Equal(t, fault.NotFound, fault.KindOf(w.MarkUsed("dataset-3")))
}

// Two processes with the same wallet never take the same number.
func TestWallet_NewAccount_TwoProcesses(t *testing.T) {
	dir := t.TempDir()
	create(t, openHome(t, dir), "alice", "a")
	one, two := unlock(t, openHome(t, dir)), unlock(t, openHome(t, dir))
	done := make(chan error)
	for name, w := range map[string]*home.Wallet{"one": one, "two": two} {
		go func() {
			for i := range 9 {
				if _, err := w.NewAccount(fmt.Sprintf("%s-%d", name, i)); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	require.NoError(t, <-done)
	require.NoError(t, <-done)
	seen := map[string]string{}
	accounts := unlock(t, openHome(t, dir)).Accounts()
	require.Len(t, accounts, 19)
	for i, a := range accounts {
		require.Equal(t, uint32(i), a.Index)
		require.Empty(t, seen[a.Address])
		seen[a.Address] = a.Name
	}
	for i := range 9 {
		mine, err := one.Account(fmt.Sprintf("one-%d", i))
		require.NoError(t, err)
		require.Equal(t, mine.Name, seen[mine.Address])
	}
}

// A wallet never makes an account that a search from the words would miss.
func TestWallet_NewAccount_Gap(t *testing.T) {
	h := openHome(t, t.TempDir())
	w := create(t, h, "alice", "a")
	for i := 1; i < home.GapLimit; i++ {
		_, err := w.NewAccount(fmt.Sprintf("dataset-%d", i))
		require.NoError(t, err)
	}
	_, err := w.NewAccount("one-more")
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.NoError(t, w.MarkUsed("dataset-19"))
	last, err := w.NewAccount("one-more")
	require.NoError(t, err)
	require.Equal(t, uint32(home.GapLimit), last.Index)

	restored, err := h.Import("again", w.Words(), pass)
	require.NoError(t, err)
	used, err := w.Account("dataset-19")
	require.NoError(t, err)
	require.True(t, used.Used)
	found, err := restored.Restore(t.Context(), 0, known(map[string]string{used.Address: "dataset-19"}))
	require.NoError(t, err)
	require.Equal(t, []home.Account{used}, found)
	require.NoError(t, restored.Close())
}

func TestWallet_Restore(t *testing.T) {
	h := openHome(t, t.TempDir())
	w := create(t, h, "alice", "a")
	names := map[string]string{w.Accounts()[0].Address: ""}
	for i := 1; i <= 6; i++ {
		a, err := w.NewAccount(fmt.Sprintf("dataset-%d", i))
		require.NoError(t, err)
		switch i {
		case 2:
			names[a.Address] = "dataset-2"
		case 5:
			names[a.Address] = ""
		case 6:
			names[a.Address] = "dataset-2"
		}
	}
	restored, err := h.Import("again", w.Words(), pass)
	require.NoError(t, err)
	found, err := restored.Restore(t.Context(), 3, known(names))
	require.NoError(t, err)
	var got []string
	for _, a := range found {
		require.True(t, a.Used)
		got = append(got, fmt.Sprintf("%d %s", a.Index, a.Name))
	}
	require.Equal(t, []string{"0 main", "2 dataset-2", "5 account-5", "6 dataset-2-6"}, got)
	again, err := restored.Restore(t.Context(), 3, known(names))
	require.NoError(t, err)
	require.Equal(t, found, again, "a second search changes nothing")
	require.Equal(t, found, restored.Accounts())
	next, err := restored.NewAccount("dataset-7")
	require.NoError(t, err)
	require.Equal(t, uint32(7), next.Index, "no address is used again")
	require.NoError(t, restored.Close())

	short, err := h.Import("short", w.Words(), pass)
	require.NoError(t, err)
	found, err = short.Restore(t.Context(), 2, known(names))
	require.NoError(t, err)
	require.Len(t, found, 2, "3 and 4 are unknown: a gap of two ends the search")
	require.NoError(t, short.Close())
}

func TestWallet_Restore_LookupFails(t *testing.T) {
	w := create(t, openHome(t, t.TempDir()), "alice", "a")
	down := fault.E(fault.Unavailable, "node is down")
	calls := 0
	_, err := w.Restore(t.Context(), 0, func(context.Context, string) (string, bool, error) {
		calls++
		if calls == 3 {
			return "", false, down
		}
		return "", true, nil
	})
	require.ErrorIs(t, err, down)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.Len(t, w.Accounts(), 2, "what was found stays")

	listed := w.Accounts()
	_, err = w.Restore(t.Context(), 0, func(_ context.Context, address string) (string, bool, error) {
		return "No Name!", address == listed[0].Address || address == listed[1].Address, nil
	})
	require.NoError(t, err, "accounts that are in the list keep their names")
	_, err = w.Restore(t.Context(), 0, func(context.Context, string) (string, bool, error) {
		return "No Name!", true, nil
	})
	require.Equal(t, fault.Usage, fault.KindOf(err))
}

// The list of accounts has no authority: an address that is not of the words is found out.
func TestWallet_TamperedAccounts(t *testing.T) {
	dir := t.TempDir()
	h := openHome(t, dir)
	w := create(t, h, "alice", "a")
	_, err := w.NewAccount("dataset-1")
	require.NoError(t, err)
	file := filepath.Join(dir, "wallets", "alice.jsonl")
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	other := create(t, h, "bob", "b").Accounts()[0].Address
	for name, text := range map[string]string{
		"address":      strings.Replace(string(raw), w.Accounts()[1].Address, other, 1),
		"index":        strings.Replace(string(raw), `"index":1`, `"index":2`, 1),
		"unknown step": string(raw) + `{"step":"sold"}` + "\n",
		"no account":   string(raw) + `{"step":"account","data":[]}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, string(raw), text)
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			_, err := h.Unlock("alice", pass)
			require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
		})
	}
	require.NoError(t, os.Remove(file))
	require.Len(t, unlock(t, h).Accounts(), 1, "a lost list begins anew; Restore finds the rest")
}
