package chain

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
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
