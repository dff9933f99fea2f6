package chain

import (
	"context"
	"sync"
	"time"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// The defaults of Options.
const (
	defaultPoll          = 250 * time.Millisecond
	defaultRetries       = 5
	defaultTimeoutBlocks = 100
)

// Options are the choices a client is made with. The zero value is good for a local network.
type Options struct {
	// ChainID is the live chain id that the node must have; empty to accept any.
	ChainID string
	// GasPrice is what one unit of gas is paid with, such as "0.025uvol"; empty for nothing.
	GasPrice string
	// Poll is the time between two looks at the node while waiting; 250 ms if zero.
	Poll time.Duration
	// Retries is how often a transaction is sent anew whose sequence number was taken; 5 if zero.
	Retries int
	// TimeoutBlocks is after how many blocks a transaction that is in none of them is dead;
	// 100 if zero.
	TimeoutBlocks uint64
	// Node is asked instead of the URL, in tests.
	Node Node
}

// Client talks to one node. It is safe for concurrent use. Make one with New.
type Client struct {
	node     Node
	registry codectypes.InterfaceRegistry
	options  Options
	gasPrice sdk.DecCoin // without denom: nothing is paid

	mu      sync.Mutex
	chainID string                   // what the node said, empty before the first answer
	turns   map[string]chan struct{} // by address: one transaction of an account at a time
}

// New makes a client of the node at a URL, DefaultNode if empty. It sends nothing yet.
func New(nodeURL string, options Options) (*Client, error) {
	SetPrefixes()
	c := &Client{node: options.Node, options: options, turns: make(map[string]chan struct{})}
	if c.options.Poll == 0 {
		c.options.Poll = defaultPoll
	}
	if c.options.Retries == 0 {
		c.options.Retries = defaultRetries
	}
	if c.options.TimeoutBlocks == 0 {
		c.options.TimeoutBlocks = defaultTimeoutBlocks
	}
	var err error
	if options.GasPrice != "" {
		if c.gasPrice, err = sdk.ParseDecCoin(options.GasPrice); err != nil {
			return nil, fault.E(fault.Usage, "gas price %q: %w", options.GasPrice, err)
		}
	}
	if c.node == nil {
		if c.node, err = dial(nodeURL); err != nil {
			return nil, err
		}
	}
	c.registry, err = NewRegistry()
	return c, err
}

// Registry knows every message that a client sends or reads.
func (c *Client) Registry() codectypes.InterfaceRegistry { return c.registry }

// ChainID is the live chain id. The node is asked once. A node of another chain than
// Options name is an Integrity fault.
func (c *Client) ChainID(ctx context.Context) (string, error) {
	c.mu.Lock()
	known := c.chainID
	c.mu.Unlock()
	if known != "" {
		return known, nil
	}
	status, err := c.Status(ctx)
	return status.ChainID, err
}

// Datasets asks x/dataset.
func (c *Client) Datasets() dataset.QueryClient { return dataset.NewQueryClient(c) }

// Attestations asks x/attestation.
func (c *Client) Attestations() attestation.QueryClient { return attestation.NewQueryClient(c) }

// Consents asks x/consent.
func (c *Client) Consents() consent.QueryClient { return consent.NewQueryClient(c) }

// Custody asks x/custody.
func (c *Client) Custody() custody.QueryClient { return custody.NewQueryClient(c) }

// Market asks x/market.
func (c *Client) Market() market.QueryClient { return market.NewQueryClient(c) }

// Bank asks the SDK's x/bank.
func (c *Client) Bank() banktypes.QueryClient { return banktypes.NewQueryClient(c) }

// Allowances asks the SDK's x/feegrant.
func (c *Client) Allowances() feegrant.QueryClient { return feegrant.NewQueryClient(c) }

// Auth asks the SDK's x/auth.
func (c *Client) Auth() authtypes.QueryClient { return authtypes.NewQueryClient(c) }

// turn waits until no other transaction of an account is under way in this client.
func (c *Client) turn(ctx context.Context, address sdk.AccAddress) (release func(), err error) {
	c.mu.Lock()
	turn, ok := c.turns[string(address)]
	if !ok {
		turn = make(chan struct{}, 1)
		c.turns[string(address)] = turn
	}
	c.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, fault.E(fault.Unavailable, "wait for an earlier transaction of %s: %w", address, ctx.Err())
	}
}
