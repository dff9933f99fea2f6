package chain

import (
	"context"
	"time"

	"github.com/volens-network/volens/client/fault"
)

// Status is where a node stands, by its own word.
type Status struct {
	ChainID    string
	Height     int64
	Time       time.Time // of the latest block
	CatchingUp bool      // the node is still reading old blocks
}

// Status asks the node where it stands. A node of another chain than Options.ChainID, or
// than it was before, is a fault of kind Integrity.
func (c *Client) Status(ctx context.Context) (Status, error) {
	result, err := c.node.Status(ctx)
	if err != nil {
		return Status{}, unanswered(ctx, "ask node for its status: %w", err)
	}
	status := Status{
		ChainID:    result.NodeInfo.Network,
		Height:     result.SyncInfo.LatestBlockHeight,
		Time:       result.SyncInfo.LatestBlockTime,
		CatchingUp: result.SyncInfo.CatchingUp,
	}
	return status, c.checkChain(status.ChainID)
}

// checkChain compares a chain id with the one that is known, and keeps the first.
func (c *Client) checkChain(chainID string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	want := c.chainID
	if want == "" {
		want = c.options.ChainID
	}
	if want != "" && chainID != want {
		return fault.E(fault.Integrity, "node is of chain %q, not %q", chainID, want)
	}
	c.chainID = chainID
	return nil
}

// BlockTime is the time of the node's latest block.
func (c *Client) BlockTime(ctx context.Context) (time.Time, error) {
	status, err := c.Status(ctx)
	return status.Time, err
}

// WaitHeight waits until the node has a block of this height. The context bounds it.
func (c *Client) WaitHeight(ctx context.Context, height int64) (Status, error) {
	var status Status
	err := c.poll(ctx, func() (bool, error) {
		var err error
		status, err = c.Status(ctx)
		return err == nil && status.Height >= height, err
	})
	return status, err
}

// Wait asks a question at each new block until the answer is yes. Faults of kind
// Unavailable, such as a node that restarts, are borne for a while; any other error
// ends it. The context bounds it.
func (c *Client) Wait(ctx context.Context, answer func(ctx context.Context, at Status) (bool, error)) error {
	seen := int64(-1)
	return c.poll(ctx, func() (bool, error) {
		status, err := c.Status(ctx)
		if err != nil || status.Height == seen {
			return false, err
		}
		done, err := answer(ctx, status)
		if err == nil {
			seen = status.Height
		}
		return done, err
	})
}

// poll calls done until it says yes. It gives up after maxSilence Unavailable faults in a row.
func (c *Client) poll(ctx context.Context, done func() (bool, error)) error {
	silence := 0
	for {
		yes, err := done()
		switch {
		case err == nil && yes:
			return nil
		case err == nil:
			silence = 0
		case !fault.Is(err, fault.Unavailable) || silence >= maxSilence:
			return err
		default:
			silence++
		}
		if err := c.pause(ctx); err != nil {
			return err
		}
	}
}
