package network

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	rpctypes "github.com/cometbft/cometbft/rpc/jsonrpc/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/client/chain"
)

// patienceWithNode is how long a node may take to answer before another one is asked.
const patienceWithNode = 4 * time.Second

// failover asks one node after the other. It stays with one as long as that answers.
type failover struct {
	nodes []chain.Node

	mu sync.Mutex
	at int
}

var _ chain.Node = (*failover)(nil)

func newFailover(urls []string) (*failover, error) {
	f := &failover{}
	for _, url := range urls {
		node, err := dial(url)
		if err != nil {
			return nil, err
		}
		f.nodes = append(f.nodes, node)
	}
	return f, nil
}

// dial makes a client of a node that gives up soon.
func dial(url string) (*rpchttp.HTTP, error) {
	node, err := rpchttp.NewWithClient(url, "/websocket", &http.Client{Timeout: patienceWithNode})
	if err != nil {
		return nil, fmt.Errorf("client of %s: %w", url, err)
	}
	return node, nil
}

// ask asks until a node answers, be it with an error of its own.
func ask[T any](f *failover, call func(chain.Node) (T, error)) (T, error) {
	f.mu.Lock()
	first := f.at
	f.mu.Unlock()
	var out T
	var err error
	for i := range f.nodes {
		at := (first + i) % len(f.nodes)
		out, err = call(f.nodes[at])
		if err == nil || errors.As(err, new(*rpctypes.RPCError)) || errors.Is(err, context.Canceled) {
			f.mu.Lock()
			f.at = at
			f.mu.Unlock()
			return out, err
		}
	}
	return out, err
}

// Status implements chain.Node.
func (f *failover) Status(ctx context.Context) (*coretypes.ResultStatus, error) {
	return ask(f, func(n chain.Node) (*coretypes.ResultStatus, error) { return n.Status(ctx) })
}

// ABCIQueryWithOptions implements chain.Node.
func (f *failover) ABCIQueryWithOptions(
	ctx context.Context, path string, data cmtbytes.HexBytes, opts rpcclient.ABCIQueryOptions,
) (*coretypes.ResultABCIQuery, error) {
	return ask(f, func(n chain.Node) (*coretypes.ResultABCIQuery, error) {
		return n.ABCIQueryWithOptions(ctx, path, data, opts)
	})
}

// BroadcastTxSync implements chain.Node.
func (f *failover) BroadcastTxSync(ctx context.Context, tx cmttypes.Tx) (*coretypes.ResultBroadcastTx, error) {
	return ask(f, func(n chain.Node) (*coretypes.ResultBroadcastTx, error) { return n.BroadcastTxSync(ctx, tx) })
}

// Tx implements chain.Node.
func (f *failover) Tx(ctx context.Context, hash []byte, prove bool) (*coretypes.ResultTx, error) {
	return ask(f, func(n chain.Node) (*coretypes.ResultTx, error) { return n.Tx(ctx, hash, prove) })
}

// Commit implements chain.Node.
func (f *failover) Commit(ctx context.Context, height *int64) (*coretypes.ResultCommit, error) {
	return ask(f, func(n chain.Node) (*coretypes.ResultCommit, error) { return n.Commit(ctx, height) })
}

// Validators implements chain.Node.
func (f *failover) Validators(
	ctx context.Context, height *int64, page, perPage *int,
) (*coretypes.ResultValidators, error) {
	return ask(f, func(n chain.Node) (*coretypes.ResultValidators, error) {
		return n.Validators(ctx, height, page, perPage)
	})
}
