package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/custody"
)

func TestRotate_NewDatasetsGoToTheNextKey(t *testing.T) {
	f := agingFixture(t, 4, 1_000)
	of := f.registered(1)
	xU := f.opened(of)
	rotate := func(by byte, key uint64) error {
		_, err := f.msgs.RotateKey(f.ctx, &custody.MsgRotateKey{Authority: account(by), KeyId: key})
		return err
	}
	require.ErrorIs(t, rotate(stranger, 1), custody.ErrAuthority)
	require.ErrorIs(t, rotate(authority, 2), custody.ErrKey)
	require.NoError(t, rotate(authority, 1))
	require.ErrorIs(t, rotate(authority, 1), custody.ErrKey, "it is under way")
	reply, err := f.query.Key(f.ctx, &custody.QueryKeyRequest{})
	require.NoError(t, err)
	require.Equal(t, uint64(1), reply.Key.KeyId, "until the next one is active")

	f.untilEpoch(2, 1)
	f.step()
	require.Equal(t, custody.KEY_STATUS_SUPERSEDED, f.stored(1).Status)
	require.NotEqual(t, f.stored(1).Y, f.stored(2).Y)
	reply, err = f.query.Key(f.ctx, &custody.QueryKeyRequest{})
	require.NoError(t, err)
	require.Equal(t, uint64(2), reply.Key.KeyId)
	d, proof := f.sealed(2, 1)
	require.ErrorIs(t, f.keeper.BeforePayload(f.ctx, d, proof), custody.ErrKey, "nothing new for the old key")
	f.opens(2, of, xU)

	d, proof = f.sealedTo(2, 1, 2)
	require.NoError(t, f.keeper.BeforePayload(f.ctx, d, proof), "the owner moves the dataset")
	f.store(d)
	request := f.requested(3)
	require.ErrorIs(t, f.keeper.OpenJob(f.ctx, request, 0, of, false), custody.ErrKey, "a request names one key")
	require.ErrorIs(t, rotate(authority, 1), custody.ErrKey, "not the newest")
}

// Keys with jobs take turns, and each moves on by itself.
func TestRotate_KeysTakeTurns(t *testing.T) {
	f := agingFixture(t, 4, 30)
	first := f.registered(1)
	_, err := f.msgs.RotateKey(f.ctx, &custody.MsgRotateKey{Authority: account(authority), KeyId: 1})
	require.NoError(t, err)
	f.untilEpoch(2, 1)
	f.step()
	d, proof := f.sealedTo(1, 2, 2)
	require.NoError(t, f.keeper.BeforePayload(f.ctx, d, proof))
	f.store(d)
	one, two := f.requested(1), f.requestedOf(2, 2)
	for _, n := range f.nodes {
		n.silent = true // so that both jobs are offered again and again
	}
	f.step(func() {
		require.NoError(t, f.keeper.OpenJob(f.ctx, one, 0, first, false))
		require.NoError(t, f.keeper.OpenJob(f.ctx, two, 0, datasetID(2), false))
	})
	keys := []uint64{}
	for range 6 {
		batch, err := f.keeper.BatchAt(f.ctx, f.height())
		require.NoError(t, err)
		require.Len(t, batch.Jobs, 1)
		keys = append(keys, batch.KeyId)
		f.step()
	}
	require.Contains(t, [][]uint64{{1, 2, 1, 2, 1, 2}, {2, 1, 2, 1, 2, 1}}, keys)
	for _, n := range f.nodes {
		n.silent = false
	}
	f.steps(6)
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(one, 0))
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(two, 0))
	for f.stored(1).Epoch == 1 || f.stored(2).Epoch == 1 {
		f.step()
	}
}

// Shares that nobody deals any more are lost in the end: then the next key is made.
func TestRotate_WhenSharesAreLost(t *testing.T) {
	f := agingFixture(t, 4, 12)
	for _, n := range f.nodes[:2] {
		delete(n.shares, [2]uint64{1, 1})
	}
	seen := uint32(0)
	for range 600 {
		if key, err := f.keeper.Committees.Keys.Get(f.ctx, 2); err == nil && key.Status == custody.KEY_STATUS_ACTIVE {
			break
		}
		seen = max(seen, f.stored(1).Failures)
		f.step()
	}
	require.Equal(t, custody.KEY_STATUS_ACTIVE, f.stored(2).Status)
	require.Equal(t, custody.KEY_STATUS_SUPERSEDED, f.stored(1).Status)
	require.Equal(t, uint32(10), seen)
}
