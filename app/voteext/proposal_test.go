package voteext_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/app/voteext"
)

func prepare(t *testing.T, maxBytes, maxGas int64, txs ...[]byte) [][]byte {
	t.Helper()
	resp, err := newHandler(t, &state{}).PrepareProposal(at(5, maxGas), &abci.RequestPrepareProposal{
		Height: 5, MaxTxBytes: maxBytes, Txs: txs,
	})
	require.NoError(t, err)
	return resp.Txs
}

func process(t *testing.T, maxGas int64, txs ...[]byte) bool {
	t.Helper()
	resp, err := newHandler(
		t,
		&state{},
	).ProcessProposal(at(5, maxGas), &abci.RequestProcessProposal{Height: 5, Txs: txs})
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
