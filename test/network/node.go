package network

import (
	"context"
	"encoding/binary"
	"fmt"

	"cosmossdk.io/collections"
	abci "github.com/cometbft/cometbft/abci/types"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/x/custody"
)

// node is the RPC of one node, read by the inspector.
type node struct{ rpc *rpchttp.HTTP }

func dialAll(urls []string) ([]node, error) {
	out := make([]node, len(urls))
	for i, url := range urls {
		rpc, err := dial(url)
		if err != nil {
			return nil, err
		}
		out[i] = node{rpc}
	}
	return out, nil
}

// span is the first and the last height that a node has.
func (n node) span(ctx context.Context) (first, last int64, err error) {
	status, err := n.rpc.Status(ctx)
	if err != nil {
		return 0, 0, err
	}
	return status.SyncInfo.EarliestBlockHeight, status.SyncInfo.LatestBlockHeight, nil
}

func (n node) block(ctx context.Context, height int64) (*cmttypes.Block, error) {
	answer, err := n.rpc.Block(ctx, &height)
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", height, err)
	}
	return answer.Block, nil
}

func (n node) results(ctx context.Context, height int64) (*coretypes.ResultBlockResults, error) {
	answer, err := n.rpc.BlockResults(ctx, &height)
	if err != nil {
		return nil, fmt.Errorf("results of block %d: %w", height, err)
	}
	return answer, nil
}

// stored reads a value of x/custody's store as it was after a height; none is nil.
func (n node) stored(ctx context.Context, height int64, prefix collections.Prefix, key ...uint64) ([]byte, error) {
	raw := append([]byte(nil), prefix...)
	for _, part := range key {
		raw = binary.BigEndian.AppendUint64(raw, part)
	}
	answer, err := n.rpc.ABCIQueryWithOptions(
		ctx, "/store/"+custody.StoreKey+"/key", raw, rpcclient.ABCIQueryOptions{Height: height},
	)
	if err != nil {
		return nil, err
	}
	if answer.Response.Code != abci.CodeTypeOK {
		return nil, fmt.Errorf("state of height %d: %s", height, answer.Response.Log)
	}
	return answer.Response.Value, nil
}

// batch is what the votes of a height answered; it has no jobs where there was none.
func (n node) batch(ctx context.Context, height int64) (custody.Batch, error) {
	var out custody.Batch
	raw, err := n.stored(ctx, height, custody.BatchesPrefix, uint64(height))
	if err != nil {
		return out, err
	}
	return out, out.Unmarshal(raw)
}

// epoch is the committee of a key and epoch, as it was at a height.
func (n node) epoch(ctx context.Context, height int64, keyID, epoch uint64) (custody.Key, custody.Epoch, error) {
	var key custody.Key
	var out custody.Epoch
	raw, err := n.stored(ctx, height, custody.KeysPrefix, keyID)
	if err == nil {
		err = key.Unmarshal(raw)
	}
	if err == nil {
		raw, err = n.stored(ctx, height, custody.EpochsPrefix, keyID, epoch)
	}
	if err == nil {
		err = out.Unmarshal(raw)
	}
	return key, out, err
}
