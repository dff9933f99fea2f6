package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/market"
	"github.com/volens-network/volens/x/market/keeper"
)

func TestAgenda_Order(t *testing.T) {
	claim := keeper.EncodeItem(1, ds(9), 9, ds(9), raw(9))
	look := keeper.EncodeItem(4, ds(1), 0, id.ID{}, nil)
	require.Negative(t, bytes.Compare(claim, look), "claims of a height are settled before requests are looked at")
	require.Negative(t, bytes.Compare(
		keeper.EncodeItem(2, ds(1), 255, id.ID{}, nil), keeper.EncodeItem(2, ds(1), 256, id.ID{}, nil),
	), "seats in their order")
}

func TestAgenda_Decode(t *testing.T) {
	for _, raw := range [][]byte{
		keeper.EncodeItem(1, ds(1), 1<<40, ds(2), raw(3)), keeper.EncodeItem(5, ds(1), 0, id.ID{}, nil),
	} {
		again, err := keeper.DecodeItem(raw)
		require.NoError(t, err)
		require.Equal(t, raw, again)
	}
	good := keeper.EncodeItem(2, ds(1), 0, id.ID{}, nil)
	for _, raw := range [][]byte{nil, good[:len(good)-1], append([]byte{0}, good[1:]...), append([]byte{6}, good[1:]...)} {
		_, err := keeper.DecodeItem(raw)
		require.Error(t, err)
	}
}

func FuzzAgenda_Decode(f *testing.F) {
	f.Add(keeper.EncodeItem(1, ds(1), 7, ds(2), raw(3)))
	f.Add([]byte{4})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if again, err := keeper.DecodeItem(raw); err == nil {
			require.Equal(t, raw, again)
		}
	})
}

// entries counts what is on the agenda at a height.
func (f *fixture) entries(t *testing.T, height int64) int {
	t.Helper()
	count := 0
	span := collections.NewPrefixedPairRange[uint64, []byte](uint64(height))
	err := f.keeper.Agenda.Items.Walk(f.ctx, span, func(collections.Pair[uint64, []byte]) (bool, error) {
		count++
		return false, nil
	})
	require.NoError(t, err)
	return count
}

// An entry that nobody can read is put off, and the block goes on.
func TestEndBlock_UnreadableEntry(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.keeper.Agenda.Items.Set(f.ctx, collections.Join(uint64(start), []byte("?"))))
	key := f.opened(t, 1, 1)
	f.yes(t, key, 1)
	f.block(t)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
	f.block(t)
	require.Zero(t, f.entries(t, start))
	require.Equal(t, 1, f.entries(t, start+100))
}

// Items that fail do not come back in every block: others would starve behind them.
func TestEndBlock_FailingItemsGiveWay(t *testing.T) {
	f := initFixture(t)
	for i := range byte(market.MaxItems) {
		missing := ds(i)
		missing[0] = 0xcc
		require.NoError(t, f.keeper.Agenda.Items.Set(f.ctx, collections.Join(uint64(start-1),
			keeper.EncodeItem(1, missing, 0, id.ID{}, raw(1)))))
	}
	key := f.opened(t, 1, 1)
	f.yes(t, key, 1)
	f.block(t)
	require.Equal(t, market.STATE_OPEN, f.request(t, key).State, "the block was full")
	require.Equal(t, market.MaxItems, f.entries(t, start+100))
	f.block(t)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
}

// A panic in what the market calls is an item that failed, not a chain that stops.
func TestEndBlock_Panic(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 1)
	f.yes(t, key, 1)
	verdicts := f.world.verdicts
	f.world.panics = true
	require.NotPanics(t, func() { f.block(t) })
	require.Equal(t, market.STATE_OPEN, f.request(t, key).State)
	f.world.panics, f.world.verdicts = false, verdicts
	f.until(t, deadline+1)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
}

// Entries of requests that ended meanwhile do nothing.
func TestEndBlock_StaleEntries(t *testing.T) {
	f := initFixture(t)
	key := f.served(t)
	require.NoError(t, f.noService(key, 0, gatewayOne))
	require.NoError(t, f.serve(key, 0, gatewayOne))
	before, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	for kind := byte(1); kind <= 5; kind++ {
		of := ds(1)
		gateway := raw(gatewayOne)
		require.NoError(t, f.keeper.Agenda.Items.Set(f.ctx, collections.Join(uint64(f.ctx.BlockHeight()),
			keeper.EncodeItem(kind, key, 0, of, gateway))))
	}
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	after, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, before.Claims, after.Claims)
	require.Equal(t, before.Requests, after.Requests)
	require.Equal(t, before.Locks, after.Locks)
	require.Equal(t, before.Decisions, after.Decisions)
	f.solvent(t)
}
