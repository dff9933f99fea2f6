package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/volens-network/volens/x/custody"
)

// busy is a chain with a seat in every state but one, and three inspections.
func busy(t *testing.T) *fixture {
	t.Helper()
	f := initFixture(t)
	request := f.requested(1)
	require.NoError(t, f.keeper.OpenTerms(f.ctx, terms(2)))
	posts, _ := f.posts(requestID(2), researcher, 0, 5)
	require.NoError(t, f.keeper.AddSeats(f.ctx, requestID(2), raw(researcher), 0, posts))
	for n := range byte(7) {
		f.registered(n)
	}
	read, open := f.asked(datasetID(5), 5), f.asked(datasetID(6), 6)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, datasetID(0), false)) }, f.accept(read))
	f.steps(2) // seat 0 and the first inspection are released
	f.nodes[0].silent, f.nodes[1].silent = true, true
	f.step(func() {
		require.NoError(t, f.keeper.OpenJob(f.ctx, requestID(2), 0, datasetID(1), false)) // emitted
		require.NoError(t, f.keeper.OpenJob(f.ctx, requestID(2), 1, datasetID(2), false)) // void
		require.NoError(t, f.keeper.OpenJob(f.ctx, requestID(2), 2, datasetID(3), false)) // revoking
		f.revoke(datasetID(2))()
	}, f.accept(open))
	f.left.stale[account(gateway1)] = true
	f.step(func() {
		require.NoError(t, f.keeper.OpenJob(f.ctx, requestID(2), 3, datasetID(4), false)) // assigned
		f.revoke(datasetID(3))()
		require.NoError(t, f.keeper.CloseRequest(f.ctx, request))
	})
	for index, want := range []custody.SeatState{
		custody.SEAT_STATE_EMITTED, custody.SEAT_STATE_VOID, custody.SEAT_STATE_REVOKING,
		custody.SEAT_STATE_ASSIGNED, custody.SEAT_STATE_FREE,
	} {
		require.Equal(t, want, f.state(requestID(2), uint64(index)), "seat %d", index)
	}
	return f
}

// restarted is a chain that begins with an exported state.
func (f *fixture) restarted(chain string) *fixture {
	f.t.Helper()
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	require.NoError(f.t, g.Validate())
	next := *f
	height := f.height()
	next.market, next.answers = &market{}, answers{}
	next.open()
	next.ctx = next.ctx.WithBlockHeight(height).WithChainID(chain)
	require.NoError(f.t, next.keeper.InitGenesis(next.ctx, *g))
	return &next
}

func TestGenesis_SameChainGoesOn(t *testing.T) {
	f := busy(t)
	before, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	next := f.restarted(liveChain)
	after, err := next.keeper.ExportGenesis(next.ctx)
	require.NoError(t, err)
	require.Equal(t, before, after)

	next.nodes[0].silent, next.nodes[1].silent = false, false
	next.left.stale = map[string]bool{}
	next.steps(5)
	require.Equal(t, custody.SEAT_STATE_RELEASED, next.state(requestID(2), 0))
	require.Equal(t, custody.SEAT_STATE_VOID, next.state(requestID(2), 2), "revoked, and its batch is gone")
	require.Equal(t, custody.SEAT_STATE_RELEASED, next.state(requestID(2), 3))
	require.Equal(t, custody.SEAT_STATE_RELEASED, next.state(requestID(1), 0))
	require.ErrorIs(t, next.keeper.CloseRequest(next.ctx, requestID(1)), custody.ErrClosed)
	key, err := next.keeper.Committees.Keys.Get(next.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, custody.KEY_STATUS_ACTIVE, key.Status, "no new run begins")
}

func TestGenesis_AnotherChainVoidsWhatIsNotReleased(t *testing.T) {
	f := busy(t)
	next := f.restarted("volens-next")
	require.Equal(t, custody.SEAT_STATE_RELEASED, next.state(requestID(1), 0))
	for _, index := range []uint64{0, 2, 3, 4} {
		require.Equal(t, custody.SEAT_STATE_VOID, next.state(requestID(2), index), "seat %d", index)
		require.Equal(t, custody.CAUSE_MIGRATED, next.cause(requestID(2), index), "seat %d", index)
	}
	require.Equal(t, custody.CAUSE_REVOKED, next.cause(requestID(2), 1), "void before")
	require.Empty(t, next.market.voided, "the market asks by itself")
	jobs, err := count(next, next.keeper.Jobs.Queue)
	require.NoError(t, err)
	require.Zero(t, jobs)
	open, err := count(next, next.keeper.Seats.Open)
	require.NoError(t, err)
	require.Zero(t, open)

	out, err := next.query.Inspections(next.ctx, &custody.QueryInspectionsRequest{DatasetId: datasetID(6).String()})
	require.NoError(t, err)
	require.Equal(t, custody.INSPECTION_STATE_EXPIRED, out.Inspections[0].State)
	require.Equal(t, int64(bond), next.escrow(), "of the one that was released")
	emitted, err := next.keeper.Jobs.EmissionCounts.Get(next.ctx,
		collections.Join(datasetID(1), uint64(custody.JOB_KIND_RELEASE)))
	require.NoError(t, err)
	require.Equal(t, uint64(1), emitted.Count, "what may have been opened stays said")
}

func TestGenesis_SeenPointsLiveForEver(t *testing.T) {
	f := busy(t)
	posts, _ := f.posts(requestID(1), researcher, 0, 1)
	for _, chain := range []string{liveChain, "volens-next"} {
		next := f.restarted(chain)
		seen, err := next.keeper.Seats.Seen.Has(next.ctx, posts[0].Q)
		require.NoError(t, err)
		require.True(t, seen)
		d := next.left.datasets[datasetID(1)]
		d2, proof := next.sealed(1, 2)
		require.NotEqual(t, d.Payload.U, d2.Payload.U)
		seen, err = next.keeper.Seats.Seen.Has(next.ctx, d.Payload.U)
		require.NoError(t, err)
		require.True(t, seen)
		require.Len(t, proof, 128)
	}
}

func TestGenesis_Refuses(t *testing.T) {
	f := busy(t)
	for name, spoil := range map[string]func(*custody.GenesisState){
		"q not seen":            func(g *custody.GenesisState) { g.Seen = g.Seen[:1] },
		"seen twice":            func(g *custody.GenesisState) { g.Seen = append(g.Seen, g.Seen[0]) },
		"seen of 31 bytes":      func(g *custody.GenesisState) { g.Seen[0] = g.Seen[0][1:] },
		"q in two seats":        func(g *custody.GenesisState) { g.Seats[0].Q = g.Seats[1].Q },
		"seat twice":            func(g *custody.GenesisState) { g.Seats = append(g.Seats, g.Seats[0]) },
		"seat without state":    func(g *custody.GenesisState) { g.Seats[0].State = 0 },
		"job without seat":      func(g *custody.GenesisState) { g.Jobs[0].Seat = 77 },
		"job twice":             func(g *custody.GenesisState) { g.Jobs = append(g.Jobs, g.Jobs[0]) },
		"job with another b":    func(g *custody.GenesisState) { g.Jobs[0].B = digest("x") },
		"seat without job":      func(g *custody.GenesisState) { g.Jobs = g.Jobs[1:] },
		"emission twice":        func(g *custody.GenesisState) { g.Emissions = append(g.Emissions, g.Emissions[0]) },
		"emission of another":   func(g *custody.GenesisState) { g.Emissions[0].DatasetId = datasetID(99).String() },
		"release unemitted":     func(g *custody.GenesisState) { g.Emissions = nil },
		"release of a void":     func(g *custody.GenesisState) { g.Releases[0].Seat = 77 },
		"release twice":         func(g *custody.GenesisState) { g.Releases = append(g.Releases, g.Releases[0]) },
		"terms twice":           func(g *custody.GenesisState) { g.Terms = append(g.Terms, g.Terms[0]) },
		"closed without terms":  func(g *custody.GenesisState) { g.Closed = append(g.Closed, datasetID(9).String()) },
		"key without epoch":     func(g *custody.GenesisState) { g.Epochs = nil },
		"key twice":             func(g *custody.GenesisState) { g.Keys = append(g.Keys, g.Keys[0]) },
		"epoch twice":           func(g *custody.GenesisState) { g.Epochs = append(g.Epochs, g.Epochs[0]) },
		"epoch without owners":  func(g *custody.GenesisState) { g.Epochs[0].Owners = nil },
		"key without y":         func(g *custody.GenesisState) { g.Keys[0].Y = nil },
		"inspection twice":      func(g *custody.GenesisState) { g.Inspections = append(g.Inspections, g.Inspections[0]) },
		"inspection of nothing": func(g *custody.GenesisState) { g.Inspections[0].DatasetId = "x" },
		"inspection stateless":  func(g *custody.GenesisState) { g.Inspections[0].State = 0 },
		"parameters":            func(g *custody.GenesisState) { g.Params.ReleaseWindow = 0 },
	} {
		g, err := f.keeper.ExportGenesis(f.ctx)
		require.NoError(t, err)
		spoil(g)
		require.Error(t, g.Validate(), name)
		other := *f
		other.open()
		require.Error(t, other.keeper.InitGenesis(other.ctx, *g), name)
	}
}

func TestGenesis_BlocksMustHoldAllExtensions(t *testing.T) {
	f := bareFixture(t, 4)
	small := f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxBytes: 7_000_000}})
	require.ErrorIs(t, f.keeper.InitGenesis(small, *custody.DefaultGenesis()), custody.ErrParams)
	large := f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxBytes: 8 << 20}})
	require.NoError(t, f.keeper.InitGenesis(large, *custody.DefaultGenesis()))
}
