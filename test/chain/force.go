package chain

import (
	abci "github.com/cometbft/cometbft/abci/types"
)

// Commit is the extended commit of the last block, as its next proposer sees it.
func (c *Chain) Commit() abci.ExtendedCommitInfo { return c.commit }

// Propose is what an honest proposer would propose next. Nothing changes.
func (c *Chain) Propose(mempool ...[]byte) [][]byte {
	c.tb.Helper()
	height, at, proposer := c.next()
	return c.prepare(proposer, height, at, c.commit, mempool)
}

// Accepts reports whether the nodes accept these transactions as the next block; they
// must agree. Nothing changes.
func (c *Chain) Accepts(txs ...[]byte) bool {
	c.tb.Helper()
	height, at, _ := c.next()
	return c.accepts(height, at, txs)
}

// Force makes the next block of these transactions, whatever the nodes think of them,
// as if more than two thirds of the power had lied.
func (c *Chain) Force(txs ...[]byte) *abci.ResponseFinalizeBlock {
	c.tb.Helper()
	height, at, proposer := c.next()
	return c.commitBlock(height, at, proposer, txs)
}
