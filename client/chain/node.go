package chain

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	jsonrpc "github.com/cometbft/cometbft/rpc/jsonrpc/client"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/client/fault"
)

// DefaultNode is where a node on this machine listens.
const DefaultNode = "http://127.0.0.1:26657"

// requestTimeout bounds one request to a node. Nothing that a node answers takes longer.
const requestTimeout = 30 * time.Second

// Node is what the client needs of a CometBFT RPC, with the names and meanings that
// CometBFT gives them. Tests put a double here.
type Node interface {
	// Status describes the node and its latest block.
	Status(ctx context.Context) (*coretypes.ResultStatus, error)
	// ABCIQueryWithOptions asks the application.
	ABCIQueryWithOptions(
		ctx context.Context, path string, data bytes.HexBytes, opts rpcclient.ABCIQueryOptions,
	) (*coretypes.ResultABCIQuery, error)
	// BroadcastTxSync offers a transaction and returns what CheckTx said.
	BroadcastTxSync(ctx context.Context, tx cmttypes.Tx) (*coretypes.ResultBroadcastTx, error)
	// Tx returns a transaction that stands in a block.
	Tx(ctx context.Context, hash []byte, prove bool) (*coretypes.ResultTx, error)
	// Commit returns a header with the signatures on it.
	Commit(ctx context.Context, height *int64) (*coretypes.ResultCommit, error)
	// Validators returns one page of those who sign at a height.
	Validators(ctx context.Context, height *int64, page, perPage *int) (*coretypes.ResultValidators, error)
}

var _ Node = (*rpchttp.HTTP)(nil)

// dial makes the HTTP client of a node; nothing is sent yet.
func dial(nodeURL string) (Node, error) {
	if nodeURL == "" {
		nodeURL = DefaultNode
	}
	parsed, err := url.Parse(nodeURL)
	if err != nil {
		return nil, fault.E(fault.Usage, "node %q is not a URL: %w", nodeURL, err)
	}
	switch parsed.Scheme {
	case "http", "https", "tcp":
	default:
		return nil, fault.E(fault.Usage, "node %q: scheme is not http, https or tcp", nodeURL)
	}
	if parsed.Host == "" {
		return nil, fault.E(fault.Usage, "node %q has no host", nodeURL)
	}
	client, err := httpClient(nodeURL)
	if err != nil {
		return nil, err
	}
	node, err := rpchttp.NewWithClient(nodeURL, "/websocket", client)
	if err != nil {
		return nil, fault.E(fault.Usage, "node %q: %w", nodeURL, err)
	}
	return node, nil
}

func httpClient(nodeURL string) (*http.Client, error) {
	client, err := jsonrpc.DefaultHTTPClient(nodeURL)
	if err != nil {
		return nil, fault.E(fault.Usage, "node %q: %w", nodeURL, err)
	}
	client.Timeout = requestTimeout
	return client, nil
}
