package chain

import (
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
)

// Snapshot is the state of all nodes at a height, without their homes.
type Snapshot struct {
	height     int64
	time       time.Time
	validators []abci.Validator
	updates    []abci.ValidatorUpdate
	commit     abci.ExtendedCommitInfo
	dbs        []*dbm.MemDB
}

// Snapshot copies the state of all nodes.
func (c *Chain) Snapshot() *Snapshot {
	c.tb.Helper()
	s := &Snapshot{
		height: c.Height, time: c.Time, commit: c.commit,
		validators: append([]abci.Validator(nil), c.validators...), updates: c.updates,
	}
	for _, n := range c.Nodes {
		s.dbs = append(s.dbs, c.clone(n.db))
	}
	return s
}

// Fork starts all nodes from a snapshot, with the homes they have now: as after a
// rollback, or as a fork under another live chain id. The chain that it was taken of
// must not go on.
func (c *Chain) Fork(s *Snapshot, chainID string) *Chain {
	c.tb.Helper()
	options := c.options
	options.ChainID = chainID
	out := &Chain{
		ChainID: chainID, Height: s.height, Time: s.time, tb: c.tb, options: options,
		validators: append([]abci.Validator(nil), s.validators...), updates: s.updates, commit: s.commit,
	}
	for i, n := range c.Nodes {
		out.Nodes = append(out.Nodes, out.newNode(n.Home, c.clone(s.dbs[i])))
	}
	if chainID != c.ChainID {
		// The old chain's signatures say nothing here.
		out.resign()
	}
	return out
}

func (c *Chain) clone(db *dbm.MemDB) *dbm.MemDB {
	c.tb.Helper()
	out := dbm.NewMemDB()
	entries, err := db.Iterator(nil, nil)
	require.NoError(c.tb, err)
	for ; entries.Valid(); entries.Next() {
		require.NoError(c.tb, out.Set(entries.Key(), entries.Value()))
	}
	require.NoError(c.tb, entries.Error())
	require.NoError(c.tb, entries.Close())
	return out
}

// resign signs the extensions of the last commit under this chain's id.
func (c *Chain) resign() {
	c.tb.Helper()
	votes := append([]abci.ExtendedVoteInfo(nil), c.commit.Votes...)
	for i, vote := range votes {
		if n := c.nodeOf(vote.Validator.Address); n >= 0 && len(vote.ExtensionSignature) > 0 {
			votes[i].ExtensionSignature = c.signExtension(c.Nodes[n], c.Height, vote.VoteExtension)
		}
	}
	c.commit.Votes = votes
}

// Export writes the state as a genesis for the next height.
func (c *Chain) Export() *genutiltypes.AppGenesis {
	c.tb.Helper()
	exported, err := c.App().Export(false, nil)
	require.NoError(c.tb, err)
	params := cmttypes.ConsensusParamsFromProto(exported.ConsensusParams)
	return &genutiltypes.AppGenesis{
		AppName: "volens", ChainID: c.ChainID, GenesisTime: c.Time.Add(c.options.BlockTime),
		InitialHeight: exported.Height, AppState: exported.AppState,
		Consensus: &genutiltypes.ConsensusGenesis{Params: &params},
	}
}

// Import starts a chain from a genesis with the homes that the nodes have now.
func (c *Chain) Import(chainID string, doc *genutiltypes.AppGenesis) *Chain {
	c.tb.Helper()
	homes := make([]string, len(c.Nodes))
	for i, n := range c.Nodes {
		homes[i] = n.Home
	}
	options := c.options
	options.ChainID = chainID
	return start(c.tb, options, homes, doc)
}
