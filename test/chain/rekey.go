package chain

import (
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/privval"
	sdkcrypto "github.com/cosmos/cosmos-sdk/crypto"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"

	"github.com/volens-network/volens/app"
)

// operatorKey is the name of a validator's operator key in its test keyring.
const operatorKey = "operator"

// Operator is the account that runs a node's validator.
func (c *Chain) Operator(node int) Account {
	c.tb.Helper()
	n := c.Nodes[node]
	ring, err := keyring.New(app.Name, keyring.BackendTest, n.Home, strings.NewReader(""), n.App.Codec())
	require.NoError(c.tb, err)
	armor, err := ring.ExportPrivKeyArmor(operatorKey, "passphrase")
	require.NoError(c.tb, err)
	key, _, err := sdkcrypto.UnarmorDecryptPrivKey(armor, "passphrase")
	require.NoError(c.tb, err)
	private, ok := key.(*secp256k1.PrivKey)
	require.True(c.tb, ok)
	return Account{key: private}
}

// ConsensusKey is a consensus key that a node may get.
type ConsensusKey struct{ key ed25519.PrivKey }

// NewConsensusKey derives a consensus key from a name.
func NewConsensusKey(name string) ConsensusKey {
	return ConsensusKey{ed25519.GenPrivKeyFromSecret([]byte(name))}
}

// Public is the key as the chain is told.
func (c *Chain) Public(key ConsensusKey) cryptotypes.PubKey {
	c.tb.Helper()
	out, err := cryptocodec.FromCmtPubKeyInterface(key.key.PubKey())
	require.NoError(c.tb, err)
	return out
}

// Validates reports whether a key is in the validator set of the next height.
func (c *Chain) Validates(key ConsensusKey) bool {
	for _, v := range c.validators {
		if string(v.Address) == string(key.key.PubKey().Address()) {
			return true
		}
	}
	return false
}

// Rekey stops a node, gives it another consensus key and starts it again, with everything
// else in its home as it was.
func (c *Chain) Rekey(node int, key ConsensusKey) {
	c.tb.Helper()
	old := c.Nodes[node]
	file := privval.NewFilePV(key.key,
		filepath.Join(old.Home, "config", "priv_validator_key.json"),
		filepath.Join(old.Home, "data", "priv_validator_state.json"))
	file.Key.Save()
	c.Nodes[node] = c.newNode(old.Home, c.clone(old.db))
}
