package block

import (
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/x/custody"
)

// ErrBlock is returned when a node does not do what it should with an honest block.
var ErrBlock = errors.New("block is not as expected")

// Node handles the block after a height. It has seen nothing of the extensions before.
type Node struct {
	chain   *Chain
	commit  abci.ExtendedCommitInfo
	handler *voteext.Handler
}

// NewNode makes a node that holds the extended commit of this height.
func (c *Chain) NewNode(commit abci.ExtendedCommitInfo) *Node {
	return &Node{chain: c, commit: commit, handler: c.handler(nil)}
}

// Propose is PrepareProposal: the injection.
func (n *Node) Propose() ([]byte, error) {
	ctx := n.chain.at(n.chain.store.CacheMultiStore(), n.commit)
	resp, err := n.handler.PrepareProposal(ctx, &abci.RequestPrepareProposal{
		Height: n.chain.Height + 1, MaxTxBytes: custody.MaxBlockBytes, LocalLastCommit: n.commit,
	})
	if err != nil {
		return nil, err
	}
	if len(resp.Txs) != 1 {
		return nil, fmt.Errorf("%d transactions proposed: %w", len(resp.Txs), ErrBlock)
	}
	return resp.Txs[0], nil
}

// Process is ProcessProposal.
func (n *Node) Process(injection []byte) error {
	ctx := n.chain.at(n.chain.store.CacheMultiStore(), n.commit)
	resp, err := n.handler.ProcessProposal(ctx, &abci.RequestProcessProposal{
		Height: n.chain.Height + 1, Txs: [][]byte{injection},
	})
	if err == nil && !resp.IsAccepted() {
		err = fmt.Errorf("proposal refused: %w", ErrBlock)
	}
	return err
}

// Execute is what x/custody does in FinalizeBlock: PreBlock and EndBlock. Nothing is
// committed. It returns how many jobs were released and how many shares are kept after.
func (n *Node) Execute(injection []byte) (released, kept int, err error) {
	ctx := n.chain.at(n.chain.store.CacheMultiStore(), n.commit)
	err = n.execute(ctx, injection)
	if err != nil {
		return 0, 0, err
	}
	err = n.chain.keeper.Jobs.Releases.Walk(ctx, nil, func(seatKey, custody.Release) (bool, error) {
		released++
		return false, nil
	})
	if err != nil {
		return 0, 0, err
	}
	err = n.chain.keeper.Kept.Epochs.Walk(ctx, nil, func(_ epochKey, e custody.KeptEpoch) (bool, error) {
		kept += int(e.Count)
		return false, nil
	})
	return released, kept, err
}

func (n *Node) execute(ctx sdk.Context, injection []byte) error {
	n.handler.PreBlock(ctx, &abci.RequestFinalizeBlock{
		Height: n.chain.Height + 1, Txs: [][]byte{injection}, ProposerAddress: n.chain.validators[0].address,
	})
	return n.chain.keeper.EndBlock(ctx)
}

// Decide commits a block with an injection, and goes on to the next height.
func (n *Node) Decide(injection []byte) error {
	cached := n.chain.store.CacheMultiStore()
	if err := n.execute(n.chain.at(cached, n.commit), injection); err != nil {
		return err
	}
	cached.Write()
	n.chain.store.Commit()
	n.chain.Height++
	return nil
}
