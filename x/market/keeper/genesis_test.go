package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// busy is a market with something in every state.
func busy(t *testing.T) *fixture {
	t.Helper()
	f := initFixture(t)
	settled := f.won(t, 2)
	f.release(t, settled, 0)
	f.void(t, settled, 1)
	require.NoError(t, f.noService(settled, 0, gatewayOne))
	require.NoError(t, f.noService(settled, 0, gatewayOne+1))
	require.NoError(t, f.serve(settled, 0, gatewayOne+1))
	f.won(t, 2)
	open := f.opened(t, 1, 5)
	f.says(3, duo.Refer, "RS")
	f.yes(t, open, 1, 2, 3)
	require.NoError(t, f.decide(open, 2, false))
	f.submit(t, spec(1, 2))
	short := f.opened(t, 2, 3)
	f.yes(t, short, 4)
	_, err := f.msgs.CancelRequest(f.ctx, &market.MsgCancelRequest{
		Researcher: account(researcher), RequestId: short.String(),
	})
	require.NoError(t, err)
	return f
}

// moved is the same market on another chain, imported from an export. All but the
// market's own state is carried over as it is.
func (f *fixture) moved(t *testing.T, change func(*fixture)) *fixture {
	t.Helper()
	exported, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())
	g := initFixture(t)
	g.ctx = g.ctx.WithBlockHeight(f.ctx.BlockHeight())
	carry(t, f, g)
	g.supply = f.supply
	if change != nil {
		change(g)
	}
	require.NoError(t, g.keeper.InitGenesis(g.ctx, exported))
	return g
}

func carry(t *testing.T, from, to *fixture) {
	t.Helper()
	w := to.world
	w.verdicts = from.world.verdicts
	require.NoError(t, w.balances.Clear(to.ctx, nil))
	copyAll(t, from, to, from.world.balances, w.balances)
	copyAll(t, from, to, from.world.bonds, w.bonds)
	copyAll(t, from, to, from.world.locked, w.locked)
	copyAll(t, from, to, from.world.seats, w.seats)
	copyAll(t, from, to, collections.Map[id.ID, collections.NoValue](from.world.terms),
		collections.Map[id.ID, collections.NoValue](w.terms))
}

func copyAll[K, V any](t *testing.T, from, to *fixture, a, b collections.Map[K, V]) {
	t.Helper()
	require.NoError(t, a.Walk(from.ctx, nil, func(key K, v V) (bool, error) { return false, b.Set(to.ctx, key, v) }))
}

func TestGenesis_RoundTrip(t *testing.T) {
	f := busy(t)
	g := f.moved(t, nil)
	g.solvent(t)
	want, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	got, err := g.keeper.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)

	// Both go on in the same way: the agenda and all indexes came along.
	for range 450 {
		f.block(t)
		g.block(t)
	}
	want, err = f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	got, err = g.keeper.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)
	for _, n := range []byte{researcher, attestor, gatewayOne, gatewayOne + 1} {
		require.Equal(t, f.has(n), g.has(n))
	}
}

func TestGenesis_Migration(t *testing.T) {
	f := initFixture(t)
	clearing := f.won(t, 3)
	f.release(t, clearing, 0)
	waiting := f.opened(t, 1, 5)
	f.yes(t, waiting, 1)
	seatless := f.submit(t, spec(1, 2))

	g := f.moved(t, func(g *fixture) {
		require.NoError(
			t,
			g.world.seats.Walk(g.ctx, nil, func(key collections.Pair[id.ID, uint64], state uint64) (bool, error) {
				if state == uint64(custody.SEAT_STATE_RELEASED) {
					return false, nil
				}
				return false, g.world.seats.Set(g.ctx, key, uint64(custody.SEAT_STATE_VOID))
			}),
		)
	})
	g.solvent(t)
	r := g.request(t, clearing)
	require.Equal(t, market.STATE_SETTLED, r.State)
	require.Equal(t, uint64(2), r.Void)
	require.Equal(t, market.STATE_CANCELLED, g.request(t, waiting).State)
	require.Equal(t, market.STATE_SUBMITTED, g.request(t, seatless).State, "it may post seats for the new chain")
	e := g.escrow(t, waiting)
	require.Equal(t, e.Deposited, e.Refunded, "even the process fee")
	require.Equal(t, int64(charge), g.lockedOf(gatewayOne), "of the released seat")
	g.block(t)
	g.block(t)
	require.Equal(t, market.DECISION_STATE_LOST, g.decision(t, waiting, 1).State)
}

func TestInitGenesis_Invalid(t *testing.T) {
	f := initFixture(t)
	g := market.DefaultGenesis()
	g.Params.Split.Patient = 6_999
	require.ErrorIs(t, f.keeper.InitGenesis(f.ctx, g), market.ErrParams)
}
