// Package chain runs a Volens chain of n validators inside one test process: n
// applications with their real homes, real signatures on votes and extensions, and
// every ABCI call in the order in which consensus makes it.
//
// New starts it, Block makes the next block, Send delivers messages in one. A Tamper
// stands in for validators and proposers that lie. Every node must reach the same app
// hash and the same results after every block, whatever was tampered with: Block checks it.
package chain

import (
	"bytes"
	"crypto/sha256"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/privval"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/devnet/genesis"
)

// ID is the live chain id unless Options name another.
const ID = "test-1"

// Options describe a chain.
type Options struct {
	Validators int
	ChainID    string
	Spec       func(*devnet.Spec) // accounts and organisations
	// Dir is where the homes lie, a temporary folder of the test if empty.
	Dir string
	// App are options for every node's application, such as a minimum gas price.
	App []func(*baseapp.BaseApp)
	// Settings are what the nodes' app.toml and config.toml say, by dotted name.
	Settings map[string]any
	// Observers are nodes without a vote: they only execute what was decided.
	Observers int
	// Attack sets up who lies, before the first block.
	Attack func(*Chain)

	ends bool // with its test
	// BlockTime is the time between blocks, one second if zero.
	BlockTime time.Duration
}

// Node is one validator: its application and its consensus key.
type Node struct {
	App  *app.App
	Home string
	key  crypto.PrivKey
	db   *dbm.MemDB
}

// Address is the node's consensus address.
func (n *Node) Address() sdk.ConsAddress { return sdk.ConsAddress(n.key.PubKey().Address()) }

// Chain is a running chain. The zero value is useless: make one with New.
type Chain struct {
	Nodes []*Node
	// Observers execute blocks and take no other part.
	Observers []*Node
	ChainID   string
	Height    int64
	Time      time.Time
	// Tamper changes what the next blocks do.
	Tamper Tamper
	// Gas is the gas limit of what Sign makes, DefaultGas if zero.
	Gas uint64

	tb         testing.TB
	options    Options
	validators []abci.Validator
	updates    []abci.ValidatorUpdate  // of Height: in force from Height+2 on
	commit     abci.ExtendedCommitInfo // of Height
}

// New writes a genesis and starts all nodes at height 0.
func New(tb testing.TB, options Options) *Chain {
	tb.Helper()
	app.SetPrefixes()
	if options.ChainID == "" {
		options.ChainID = ID
	}
	if options.Dir == "" {
		options.Dir, options.ends = tb.TempDir(), true
	}
	if options.BlockTime == 0 {
		options.BlockTime = time.Second
	}
	spec := devnet.Spec{
		ChainID: options.ChainID, Dir: options.Dir, Validators: options.Validators,
		GenesisTime: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	if options.Spec != nil {
		options.Spec(&spec)
	}
	require.NoError(tb, genesis.Write(spec))
	doc, err := genutiltypes.AppGenesisFromFile(filepath.Join(spec.NodeHome(0), "config", "genesis.json"))
	require.NoError(tb, err)
	homes := make([]string, spec.Validators)
	for i := range homes {
		homes[i] = spec.NodeHome(i)
	}
	c := start(tb, options, homes, doc)
	if options.Attack != nil {
		options.Attack(c)
	}
	return c
}

func start(tb testing.TB, options Options, homes []string, doc *genutiltypes.AppGenesis) *Chain {
	tb.Helper()
	first := max(doc.InitialHeight, 1)
	c := &Chain{ChainID: options.ChainID, Height: first - 1, Time: doc.GenesisTime, tb: tb, options: options}
	for _, home := range homes {
		c.Nodes = append(c.Nodes, c.newNode(home, dbm.NewMemDB()))
	}
	for range options.Observers {
		c.Observers = append(c.Observers, c.newApp(filepath.Join(options.Dir, "observer"), dbm.NewMemDB()))
	}
	params := doc.Consensus.Params.ToProto()
	for _, n := range c.all() {
		resp, err := n.App.InitChain(&abci.RequestInitChain{
			Time: doc.GenesisTime, ChainId: c.ChainID, ConsensusParams: &params,
			AppStateBytes: doc.AppState, InitialHeight: first,
		})
		require.NoError(tb, err)
		c.setValidators(resp.Validators)
	}
	return c
}

func (c *Chain) newNode(home string, db *dbm.MemDB) *Node {
	c.tb.Helper()
	n := c.newApp(home, db)
	n.key = privval.LoadFilePVEmptyState(filepath.Join(home, "config", "priv_validator_key.json"), "").Key.PrivKey
	return n
}

func (c *Chain) newApp(home string, db *dbm.MemDB) *Node {
	options := append([]func(*baseapp.BaseApp){baseapp.SetChainID(c.ChainID)}, c.options.App...)
	settings := simtestutil.AppOptionsMap{flags.FlagHome: home}
	maps.Copy(settings, c.options.Settings)
	n := &Node{
		App:  app.New(log.NewNopLogger(), db, true, settings, options...),
		Home: home,
		db:   db,
	}
	if c.options.ends {
		c.tb.Cleanup(func() { require.NoError(c.tb, n.App.Close()) })
	}
	return n
}

// all are the nodes that execute blocks.
func (c *Chain) all() []*Node { return append(c.Nodes[:len(c.Nodes):len(c.Nodes)], c.Observers...) }

// For lets another test go on with the chain.
func (c *Chain) For(tb testing.TB) {
	tb.Helper()
	c.tb = tb
}

// Context is a view of the committed state, for looking.
func (c *Chain) Context() sdk.Context {
	return c.Nodes[0].App.NewContext(true).WithBlockHeight(c.Height).WithBlockTime(c.Time).WithChainID(c.ChainID)
}

// App is the first node's application.
func (c *Chain) App() *app.App { return c.Nodes[0].App }

// Blocks makes empty blocks.
func (c *Chain) Blocks(count int) {
	c.tb.Helper()
	for range count {
		c.Block()
	}
}

// Until makes empty blocks until a condition on the state holds, at most limit.
func (c *Chain) Until(limit int, what string, holds func(sdk.Context) bool) {
	c.tb.Helper()
	for range limit {
		if holds(c.Context()) {
			return
		}
		c.Block()
	}
	require.FailNow(c.tb, "did not happen", "%s within %d blocks", what, limit)
}

// Block makes the next block with these transactions in the mempool, and returns its
// results, the injection's among them.
func (c *Chain) Block(mempool ...[]byte) *abci.ResponseFinalizeBlock {
	c.tb.Helper()
	height, at, proposer := c.next()
	return c.commitBlock(height, at, proposer, c.propose(proposer, height, at, mempool))
}

// next is the height, the time and the proposer of the next block.
func (c *Chain) next() (int64, time.Time, *Node) {
	height := c.Height + 1
	at := c.Time.Add(c.options.BlockTime)
	for i := range c.validators {
		if n := c.nodeOf(c.validators[(int(height)+i)%len(c.validators)].Address); n >= 0 {
			return height, at, c.Nodes[n]
		}
	}
	return height, at, c.Nodes[0]
}

// commitBlock collects the votes for a block and delivers it.
func (c *Chain) commitBlock(
	height int64, at time.Time, proposer *Node, txs [][]byte,
) *abci.ResponseFinalizeBlock {
	c.tb.Helper()
	hash := sha256.Sum256(bytes.Join(txs, []byte{0}))
	commit := c.extend(height, at, hash[:], txs)
	resp := c.finalize(proposer, height, at, hash[:], txs)
	c.Height, c.Time, c.commit = height, at, commit
	return resp
}

// propose asks the proposer for a block and all nodes whether they take it. A refused
// proposal is followed by the next round, without tampering.
func (c *Chain) propose(proposer *Node, height int64, at time.Time, mempool [][]byte) [][]byte {
	c.tb.Helper()
	local := c.Tamper.commit(c.commit)
	txs := c.prepare(proposer, height, at, local, mempool)
	if c.Tamper.Proposal != nil {
		tampered := c.Tamper.Proposal(txs, local)
		if c.accepts(height, at, tampered) {
			return tampered
		}
		c.Tamper.Refused++
	}
	require.True(c.tb, c.accepts(height, at, txs), "an honest proposal is refused at height %d", height)
	return txs
}

func (c *Chain) prepare(
	proposer *Node, height int64, at time.Time, local abci.ExtendedCommitInfo, mempool [][]byte,
) [][]byte {
	c.tb.Helper()
	prepared, err := proposer.App.PrepareProposal(&abci.RequestPrepareProposal{
		MaxTxBytes: c.Tamper.maxTxBytes(), Txs: mempool, LocalLastCommit: local, Height: height, Time: at,
		ProposerAddress: proposer.Address(),
	})
	require.NoError(c.tb, err)
	return prepared.Txs
}

// accepts reports whether all nodes accept a proposal; they must agree.
func (c *Chain) accepts(height int64, at time.Time, txs [][]byte) bool {
	c.tb.Helper()
	var accepted int
	for _, n := range c.Nodes {
		resp, err := n.App.ProcessProposal(&abci.RequestProcessProposal{
			Txs: txs, ProposedLastCommit: commitInfo(c.commit), Height: height, Time: at,
			ProposerAddress: n.Address(),
		})
		require.NoError(c.tb, err)
		if resp.IsAccepted() {
			accepted++
		}
	}
	require.Contains(c.tb, []int{0, len(c.Nodes)}, accepted, "nodes disagree on a proposal")
	return accepted > 0
}

func (c *Chain) finalize(
	proposer *Node, height int64, at time.Time, hash []byte, txs [][]byte,
) *abci.ResponseFinalizeBlock {
	c.tb.Helper()
	var first *abci.ResponseFinalizeBlock
	for i, n := range c.all() {
		resp, err := n.App.FinalizeBlock(&abci.RequestFinalizeBlock{
			Txs: txs, DecidedLastCommit: commitInfo(c.commit), Hash: hash, Height: height, Time: at,
			ProposerAddress: proposer.Address(),
		})
		require.NoError(c.tb, err)
		_, err = n.App.Commit()
		require.NoError(c.tb, err)
		if i == 0 {
			first = resp
		}
		require.Equal(c.tb, first.AppHash, resp.AppHash, "node %d at height %d", i, height)
		require.Equal(c.tb, first.TxResults, resp.TxResults, "node %d at height %d", i, height)
	}
	// As CometBFT does: what block H says of validators holds from H+2 on.
	c.setValidators(c.updates)
	c.updates = first.ValidatorUpdates
	return first
}
