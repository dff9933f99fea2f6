package threshold_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

func TestRelease_ReaderGetsWrapKey(t *testing.T) {
	w := newWorld(t, 4)
	key := w.committee.Key()
	dataset, request := id.ID{1}, id.ID{2}
	g := bytes.Repeat([]byte{9}, 32)
	e, err := key.Encapsulate(w.rand)
	require.NoError(t, err)
	wrap := e.WrapKey(dataset, g)

	seat, err := key.DeriveSeat(bytes.Repeat([]byte{3}, 32), liveChain, request, 0)
	require.NoError(t, err)
	b, err := threshold.AddPoints(e.U(), seat.Q())
	require.NoError(t, err)
	job := threshold.Job{ID: threshold.JobID(threshold.JobRelease, keyID, liveChain, request, 0, dataset, 1, b), B: b}
	s := w.release(job)[0]

	xU, err := key.Recover(s, seat)
	require.NoError(t, err)
	got, err := key.WrapKeyFromShared(xU, g, dataset, e.U())
	require.NoError(t, err)
	require.Equal(t, wrap, got)

	other, err := key.DeriveSeat(bytes.Repeat([]byte{3}, 32), liveChain, request, 1)
	require.NoError(t, err)
	xU, err = key.Recover(s, other)
	require.NoError(t, err)
	got, err = key.WrapKeyFromShared(xU, g, dataset, e.U())
	require.NoError(t, err)
	require.NotEqual(t, wrap, got, "another seat opens it")
}
