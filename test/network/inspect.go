package network

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// Verdict is what the inspector found. Complaints must be empty.
type Verdict struct {
	Heights int64 `json:"heights"`
	// Nodes have the same state at all heights that they have.
	Nodes int `json:"nodes"`
	// Requests and Releases are those of the journal, Opened were opened and compared.
	Requests int `json:"requests"`
	Releases int `json:"releases"`
	Opened   int `json:"opened"`
	// Contributions are valid ones in all blocks; no release had fewer valid shares than FewestShares.
	Contributions int `json:"contributions"`
	FewestShares  int `json:"fewest_shares"`
	// ExtraRounds is how often a height needed another proposer.
	ExtraRounds int `json:"extra_rounds"`
	// Blocks from ready to released: the median and the most.
	BlocksMedian int64 `json:"blocks_median"`
	BlocksMost   int64 `json:"blocks_most"`
	// Pause is the most blocks from one with releases to the next, idle clients included.
	Pause int64 `json:"longest_pause_blocks"`
	// Epochs are all that were active, in turn.
	Epochs     []Era    `json:"epochs"`
	Complaints []string `json:"complaints"`

	// Blocks are for the caller's own questions; so are Operators, by consensus address.
	Blocks    []Block           `json:"-"`
	Operators map[string][]byte `json:"-"`

	answers map[answer]int
}

func (v *Verdict) complain(format string, args ...any) {
	v.Complaints = append(v.Complaints, fmt.Sprintf(format, args...))
}

// Inspect compares the journal with the chain and all running nodes with each other. The
// load must have ended.
func (s *Site) Inspect(ctx context.Context) *Verdict {
	s.tb.Helper()
	s.Grow(ctx, 2)
	last := s.Height(ctx)
	for i := range s.nodes {
		if s.Town.Network().Running(i) {
			s.CaughtUp(ctx, i)
		}
	}
	answer, err := s.Town.Person(walk.Researcher).Chain.Custody().Params(ctx, &custody.QueryParamsRequest{})
	require.NoError(s.tb, err)
	scan := newScan(s.nodes[0], answer.OriginChainId, s.Spec().ChainID)
	// One block more tells the round of the last.
	require.NoError(s.tb, scan.read(ctx, 1, last))
	v := &Verdict{
		Heights: last, Complaints: append([]string{}, scan.complaints...), Contributions: scan.contributions,
		FewestShares: scan.fewest, Blocks: scan.blocks, Operators: scan.operators, answers: scan.answers,
	}
	for _, b := range v.Blocks {
		v.ExtraRounds += int(b.Round)
	}
	v.Pause = longestPause(v.Blocks)
	v.Epochs = eras(v.Blocks, scan.committees)
	s.compareNodes(ctx, last, v)
	s.compareJournal(ctx, v)
	s.compareMoney(ctx, last, v)
	return v
}

// compareNodes requires the same blocks and the same app hash on every node.
func (s *Site) compareNodes(ctx context.Context, last int64, v *Verdict) {
	s.tb.Helper()
	for i, n := range s.nodes {
		if !s.Town.Network().Running(i) {
			continue
		}
		v.Nodes++
		first, _, err := n.span(ctx)
		require.NoError(s.tb, err)
		for height := max(first, 1); height <= last && i > 0; height++ {
			ours, err := s.nodes[0].rpc.BlockResults(ctx, &height)
			require.NoError(s.tb, err)
			theirs, err := n.rpc.BlockResults(ctx, &height)
			if err != nil && height == first {
				continue // Where a state-synced node begins, it has the block and not its results.
			}
			require.NoError(s.tb, err)
			if !bytes.Equal(ours.AppHash, theirs.AppHash) {
				v.complain("height %d: app hash of node %d differs", height, i)
			}
			if height%20 == 0 || height == last {
				s.compareMetas(ctx, i, max(first, height-19), height, v)
			}
		}
	}
}

// compareMetas compares the block ids of at most twenty heights.
func (s *Site) compareMetas(ctx context.Context, i int, low, high int64, v *Verdict) {
	s.tb.Helper()
	ours, err := s.nodes[0].rpc.BlockchainInfo(ctx, low, high)
	require.NoError(s.tb, err)
	theirs, err := s.nodes[i].rpc.BlockchainInfo(ctx, low, high)
	require.NoError(s.tb, err)
	require.Len(s.tb, theirs.BlockMetas, len(ours.BlockMetas))
	for k, meta := range ours.BlockMetas {
		if !meta.BlockID.Equals(theirs.BlockMetas[k].BlockID) {
			v.complain("height %d: block of node %d differs", meta.Header.Height, i)
		}
	}
}

// seatName names a seat in maps.
func seatName(request string, seat uint64) string { return fmt.Sprintf("%s/%d", request, seat) }

// compareJournal requires of the chain exactly what the clients wrote down.
func (s *Site) compareJournal(ctx context.Context, v *Verdict) {
	s.tb.Helper()
	released := map[string]int64{}
	var waits []int64
	for _, b := range v.Blocks {
		for _, e := range b.Released {
			name := seatName(e.RequestId, e.Seat)
			if before, twice := released[name]; twice {
				v.complain("seat %s is released at %d and at %d", name, before, b.Height)
			}
			released[name] = b.Height
			if e.Kind == custody.JOB_KIND_RELEASE {
				waits = append(waits, b.Height-e.ReadyHeight)
			}
		}
	}
	asked := map[string]string{}
	for _, line := range s.Journal.Entries() {
		var e Entry
		require.NoError(s.tb, json.Unmarshal(line.Data, &e))
		switch line.Step {
		case stepAsked:
			asked[e.Request] = e.Escrow
		case stepReleased:
			v.Releases++
			if have := released[seatName(e.Request, e.Seat)]; have != e.Height {
				v.complain("seat %s was released at %d, the blocks say %d", seatName(e.Request, e.Seat), e.Height, have)
			}
		case stepOpened:
			v.Opened++
		}
	}
	v.Requests = len(asked)
	if v.Opened != v.Releases || len(waits) != v.Releases {
		v.complain("%d seats in the journal, %d opened, %d in the blocks", v.Releases, v.Opened, len(waits))
	}
	if len(waits) > 0 {
		slices.Sort(waits)
		v.BlocksMedian, v.BlocksMost = waits[len(waits)/2], waits[len(waits)-1]
	}
	s.compareRequests(ctx, asked, v)
}

// compareRequests requires that each request of the journal stands, with its money, and no
// other but the story's own.
func (s *Site) compareRequests(ctx context.Context, asked map[string]string, v *Verdict) {
	s.tb.Helper()
	researcher := s.Town.Person(walk.Researcher)
	view, err := researcher.Requests(ctx, researcher.Address, "", client.Window{})
	require.NoError(s.tb, err)
	if len(view) != len(asked)+1 {
		v.complain("%d requests on chain, %d in the journal and the story's", len(view), len(asked))
	}
	for request, escrow := range asked {
		answer, err := researcher.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: request})
		require.NoError(s.tb, err)
		if have := answer.Escrow.Deposited.String() + answer.Escrow.Denom; have != escrow {
			v.complain("request %s locked %s, the chain says %s", request, escrow, have)
		}
	}
}

// compareMoney requires that the market holds what its ledgers say, that every balance
// moved as the payments say, and that the supply is what it was.
func (s *Site) compareMoney(ctx context.Context, height int64, v *Verdict) {
	s.tb.Helper()
	at := chain.AtHeight(ctx, height)
	var rewards []*custody.EventReward
	for _, b := range v.Blocks {
		rewards = append(rewards, b.Rewards...)
	}
	if err := s.Story.Money(at, rewards...); err != nil {
		v.complain("money: %v", err)
	}
	answer, err := s.Town.Person(walk.Researcher).Chain.Market().Solvency(at, &market.QuerySolvencyRequest{})
	require.NoError(s.tb, err)
	if !answer.Solvent || len(answer.Broken) > 0 {
		v.complain("the market holds %s, its ledgers say %s; broken: %v", answer.Account, answer.Ledgers, answer.Broken)
	}
}

// Require fails the test when the verdict complains.
func (s *Site) Require(v *Verdict) {
	s.tb.Helper()
	require.Empty(s.tb, v.Complaints)
	s.tb.Logf("%d heights, %d epochs, %d requests, %d releases, %d opened, %d contributions, at least %d shares; "+
		"%d extra rounds; %d blocks to release at most, %d in the median",
		v.Heights, len(v.Epochs), v.Requests, v.Releases, v.Opened, v.Contributions, v.FewestShares, v.ExtraRounds,
		v.BlocksMost, v.BlocksMedian)
}
