package chain

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"

	"github.com/volens-network/volens/app"
)

// Restart builds a node anew over its home and its database, as after a crash: what was
// not committed is gone.
func (c *Chain) Restart(node int) {
	c.tb.Helper()
	old := c.Nodes[node]
	c.Nodes[node] = c.newNode(old.Home, old.db)
}

// Execute lets one node alone execute the next block, without committing it, and returns
// how that fails. The node must be restarted then.
func (c *Chain) Execute(node int, txs ...[]byte) (err error) {
	c.tb.Helper()
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	height, at, proposer := c.next()
	hash := sha256.Sum256(bytes.Join(txs, []byte{0}))
	_, err = c.Nodes[node].App.FinalizeBlock(&abci.RequestFinalizeBlock{
		Txs: txs, DecidedLastCommit: commitInfo(c.commit), Hash: hash[:], Height: height, Time: at,
		ProposerAddress: proposer.Address(),
	})
	return err
}

// Operator is the account of a validator's operator.
func (c *Chain) Operator(node int) Account {
	c.tb.Helper()
	n := c.Nodes[node]
	ring, err := keyring.New(app.Name, keyring.BackendTest, n.Home, strings.NewReader(""), n.App.Codec())
	require.NoError(c.tb, err)
	exporter, ok := ring.(interface {
		ExportPrivateKeyObject(name string) (cryptotypes.PrivKey, error)
	})
	require.True(c.tb, ok, "a keyring in files gives its keys out")
	private, err := exporter.ExportPrivateKeyObject("operator")
	require.NoError(c.tb, err)
	return Account{key: &secp256k1.PrivKey{Key: private.Bytes()}}
}
