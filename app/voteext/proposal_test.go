package voteext_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/app/voteext"
)

func prepare(t *testing.T, maxBytes, maxGas int64, txs ...[]byte) [][]byte {
	t.Helper()
	return prepareWith(t, &state{}, maxBytes, maxGas, txs...)
}

func prepareWith(t *testing.T, s *state, maxBytes, maxGas int64, txs ...[]byte) [][]byte {
	t.Helper()
	resp, err := newHandler(t, s).PrepareProposal(at(5, maxGas), &abci.RequestPrepareProposal{
		Height: 5, MaxTxBytes: maxBytes, Txs: txs,
	})
	require.NoError(t, err)
	return resp.Txs
}

func process(t *testing.T, maxGas int64, txs ...[]byte) bool {
	t.Helper()
	return processWith(t, &state{}, maxGas, txs...)
}

func processWith(t *testing.T, s *state, maxGas int64, txs ...[]byte) bool {
	t.Helper()
	resp, err := newHandler(t, s).ProcessProposal(
		at(5, maxGas), &abci.RequestProcessProposal{Height: 5, Txs: txs},
	)
	require.NoError(t, err)
	return resp.IsAccepted()
}

func TestPrepareProposal_Room(t *testing.T) {
	small, large := []byte{1, 2, 3}, make([]byte, 100)
	all := cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{small, large, small})
	require.Equal(t, [][]byte{small, large, small}, prepare(t, all, -1, small, large, small))
	require.Equal(t, [][]byte{small, large}, prepare(t, all-1, -1, small, large, small))
	require.Equal(t, [][]byte{small, small}, prepare(t, 99, -1, small, large, small), "the next one may fit")
	require.Empty(t, prepare(t, 0, -1, small))
}

func TestPrepareProposal_Gas(t *testing.T) {
	require.Equal(t, [][]byte{{6}, {4}}, prepare(t, 1<<20, 10, []byte{6}, []byte{5}, []byte{4}))
	require.Empty(t, prepare(t, 1<<20, -1, []byte{0xff}), "more than a block can ever have")
	require.Empty(t, prepare(t, 1<<20, -1, []byte{}), "does not decode")
}

func TestPrepareProposal_Marker(t *testing.T) {
	require.Empty(t, prepare(t, 1<<20, -1, []byte(voteext.MarkerURL)), "nobody but the proposer makes one")
}

func TestProcessProposal(t *testing.T) {
	require.True(t, process(t, -1))
	require.True(t, process(t, 10, []byte{6}, []byte{4}))
	require.False(t, process(t, 10, []byte{6}, []byte{5}), "more gas than a block has")
	require.False(t, process(t, -1, []byte{0xff}))
	require.False(t, process(t, -1, []byte{}), "does not decode")
	require.False(t, process(t, -1, []byte(voteext.MarkerURL)))
	require.False(t, process(t, -1, []byte{1}, []byte(voteext.MarkerURL)))
}

// What the zero-fee lane has no place for stays in the mempool: in the block it would fail
// and be lost. Nobody else may put it there either.
func TestProposal_ZeroFeeLane(t *testing.T) {
	a, again, b, c, paying := []byte{1, 1}, []byte{2, 1}, []byte{1, 2}, []byte{1, 3}, []byte{1}
	two := &state{lane: lane{places: 2}}
	require.Equal(t, [][]byte{a, b, paying}, prepareWith(t, two, 1<<20, -1, a, again, b, c, paying))
	require.Equal(t, [][]byte{b, c, paying}, prepareWith(t, two, 1<<20, -1, b, c, again, paying))
	require.Equal(t, [][]byte{paying}, prepareWith(t, &state{}, 1<<20, -1, a, paying), "no place at all")
	require.True(t, processWith(t, two, -1, a, b, paying))
	require.False(t, processWith(t, two, -1, a, b, c), "one too many")
	require.False(t, processWith(t, two, -1, a, again), "one consent twice")

	// A place is not used up by what is left out for another reason.
	require.Equal(t, [][]byte{b}, prepareWith(t, &state{lane: lane{places: 1}}, 1<<20, 1, again, b))

	broken := &state{lane: lane{places: 2, fail: errState}}
	require.Empty(t, prepareWith(t, broken, 1<<20, -1, a, paying))
	require.False(t, processWith(t, broken, -1, paying))
}

// Gas is counted where a block has a limit, and cannot wrap around where it has none.
func TestProposal_GasWithoutLimit(t *testing.T) {
	most := []byte{0xfe}
	require.Len(t, prepare(t, 1<<20, -1, most, most, most, most), 4)
	require.True(t, process(t, -1, most, most, most, most))
	require.Equal(t, [][]byte{most}, prepare(t, 1<<20, math.MaxInt64, most, []byte{1}))
	require.False(t, process(t, math.MaxInt64, most, []byte{1}))
}
