package chain_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/test/vectors"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// proofFile is test/vectors/proof.json: a chain whose validators change, as its node's RPC
// tells it, and proofs over its state.
type proofFile struct {
	Description string                `json:"description"`
	ChainID     string                `json:"chain_id"`
	Blocks      map[string]proofBlock `json:"blocks"`
	Proofs      []proofCase           `json:"proofs"`
	Keys        map[string]string     `json:"keys"`
}

// proofBlock is what the RPC answers of a height: to commit, and to validators.
type proofBlock struct {
	Hash string `json:"hash"`
	// Document is the header as client/chain writes it.
	Document   json.RawMessage `json:"document"`
	Commit     json.RawMessage `json:"commit"`
	Validators json.RawMessage `json:"validators"`
}

// proofCase is what the RPC answers to abci_query of a key with prove; Value is empty where
// there is none. Bytes are hexadecimal digits.
type proofCase struct {
	Name   string          `json:"name"`
	Store  string          `json:"store"`
	Key    string          `json:"key"`
	Value  string          `json:"value"`
	Answer json.RawMessage `json:"answer"`
	// Document is the proof as client/chain writes it.
	Document json.RawMessage `json:"document"`
}

// validatorOf is a validator by its number.
func validatorOf(i int) ed25519.PrivKey {
	return ed25519.GenPrivKeyFromSecret(fmt.Append(nil, "validator ", i))
}

// changing is a chain on which every block a validator makes place for another, so that after
// four blocks nobody is left, and whose stores are deep and shallow.
func changing(t *testing.T) *ledger {
	t.Helper()
	l := newLedger(t, 4)
	for height := range 9 {
		set := map[string]string{"custody/only": "one"}
		for i := range 40 {
			set[fmt.Sprintf("consent/%02d", 2*i)] = fmt.Sprintf("value %d of block %d", i, height+1)
		}
		l.next = append([]ed25519.PrivKey{}, l.signers...)
		l.next[height%4] = validatorOf(4 + height)
		l.block(set)
		l.signers = l.next
	}
	return l
}

// told is what the RPC would answer, in CometBFT's JSON.
func told(t *testing.T, answer any) json.RawMessage {
	t.Helper()
	raw, err := cmtjson.Marshal(answer)
	require.NoError(t, err)
	return raw
}

// stateKeys are the keys of state that the web app proves, for one id, version, address and so on.
func stateKeys(t *testing.T) map[string]string {
	t.Helper()
	var (
		subject = id.ID(bytes.Repeat([]byte{0x0a}, id.Size))
		address = sdk.AccAddress(bytes.Repeat([]byte{0x0b}, 20))
		version = collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key)
		triple  = collections.TripleKeyCodec(dataset.IDKey, collections.Uint64Key, sdk.AccAddressKey)
		out     = map[string]string{}
	)
	put := func(name string, key []byte, err error) {
		require.NoError(t, err, name)
		out[name] = hex.EncodeToString(key)
	}
	pair := func(name string, prefix collections.Prefix, number uint64) {
		key, err := collections.EncodeKeyWithPrefix(prefix, version, collections.Join(subject, number))
		put(name, key, err)
	}
	key, err := collections.EncodeKeyWithPrefix(dataset.DatasetsPrefix, dataset.IDKey, subject)
	put("dataset", key, err)
	held := collections.Join3(subject, uint64(3), address)
	key, err = collections.EncodeKeyWithPrefix(dataset.ReceiptsPrefix, triple, held)
	put("receipt 3", key, err)
	pair("consent 3", consent.ConsentsPrefix, 3)
	key, err = collections.EncodeKeyWithPrefix(consent.LatestPrefix, dataset.IDKey, subject)
	put("latest consent", key, err)
	pair("deidentification 3", attestation.DeidentificationsPrefix, 3)
	key, err = collections.EncodeKeyWithPrefix(attestation.OrganisationsPrefix, sdk.AccAddressKey, address)
	put("organisation", key, err)
	key, err = collections.EncodeKeyWithPrefix(custody.KeysPrefix, collections.Uint64Key, uint64(3))
	put("key 3", key, err)
	pair("emission count RELEASE", custody.EmissionCountsPrefix, uint64(custody.JOB_KIND_RELEASE))
	pair("emission count INSPECTION", custody.EmissionCountsPrefix, uint64(custody.JOB_KIND_INSPECTION))
	key, err = collections.EncodeKeyWithPrefix(custody.EmissionsPrefix,
		collections.TripleKeyCodec(dataset.IDKey, dataset.IDKey, collections.Uint64Key),
		collections.Join3(subject, subject, uint64(7)))
	put("emission 7", key, err)
	pair("release 7", custody.ReleasesPrefix, 7)
	pair("seat 7", custody.SeatsPrefix, 7)
	key, err = collections.EncodeKeyWithPrefix(market.RequestsPrefix, dataset.IDKey, subject)
	put("request", key, err)
	return out
}

// The web app verifies what a node tells as Go does: headers of validators that change, and
// proofs of values and of their absence.
func TestVectors_Proof(t *testing.T) {
	l := changing(t)
	c := client(t, l.node, chain.Options{})
	file := proofFile{
		Description: "A chain whose validators change, as its node tells it, and proofs over its state.",
		ChainID:     chainID, Blocks: map[string]proofBlock{}, Keys: stateKeys(t),
	}
	for height, block := range l.headers {
		file.Blocks[fmt.Sprint(height)] = proofBlock{
			Hash: block.Hash().String(), Document: told(t, block),
			Commit: told(t, coretypes.NewResultCommit(block.Header, block.Commit, true)),
			Validators: told(t, &coretypes.ResultValidators{
				BlockHeight: height, Validators: block.ValidatorSet.Validators, Count: 4, Total: 4,
			}),
		}
	}
	for _, row := range []struct{ name, store, key, value string }{
		{"a value", "consent", "06", "value 3 of block 8"},
		{"the first", "consent", "00", "value 0 of block 8"},
		{"the last", "consent", "78", "value 39 of block 8"},
		{"of a store with one value", "custody", "only", "one"},
		{"none, between", "consent", "07", ""},
		{"none, in the middle of the tree", "consent", "39", ""},
		{"none, before the first", "consent", "/", ""},
		{"none, after the last", "consent", "zz", ""},
		{"none, longer than a key", "consent", "060", ""},
		{"none, before the only one", "custody", "a", ""},
		{"none, after the only one", "custody", "z", ""},
	} {
		path, at := "/store/"+row.store+"/key", rpcclient.ABCIQueryOptions{Height: 8, Prove: true}
		answer, err := l.ABCIQueryWithOptions(t.Context(), path, []byte(row.key), at)
		require.NoError(t, err)
		proof, err := c.Prove(t.Context(), row.store, []byte(row.key), 8)
		require.NoError(t, err)
		require.Equal(t, row.value, string(proof.Value), row.name)
		require.NoError(t, chain.VerifyProof(proof, l.headers[9].AppHash), row.name)
		document, err := json.Marshal(proof)
		require.NoError(t, err)
		file.Proofs = append(file.Proofs, proofCase{
			Name: row.name, Store: row.store, Key: hex.EncodeToString([]byte(row.key)),
			Value: hex.EncodeToString([]byte(row.value)), Answer: told(t, answer), Document: document,
		})
	}
	vectors.Check(t, "proof.json", file)
}
