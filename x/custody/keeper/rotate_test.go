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

// griefs lets a node take part in every run but those for a key.
func (f *fixture) griefs(n *node, keyID uint64) {
	n.spoil = func(m *custody.RunMessage) {
		if f.run().KeyId == keyID {
			m.Message = nil
		}
	}
}

// A next key that never comes about holds up no reshare of the one that releases: they take
// turns, and each gets no more than one run at a time.
func TestRotate_FailingNextKeyHoldsUpNobody(t *testing.T) {
	f := agingFixture(t, 4, 12)
	y, of := f.stored(1).Y, f.registered(1)
	xU := f.opened(of)
	f.griefs(f.nodes[2], 2)
	f.griefs(f.nodes[3], 2)
	_, err := f.msgs.RotateKey(f.ctx, &custody.MsgRotateKey{Authority: account(authority), KeyId: 1})
	require.NoError(t, err)
	limit := 2 * (custody.DevnetParams().RunBlocks() + 12 + 60)
	var runs []uint64
	for f.stored(1).Epoch < 3 {
		require.Less(t, f.height(), limit, "the runs were for the keys %v", runs)
		if n := f.run(); n.Run > uint64(len(runs))+1 {
			runs = append(runs, n.KeyId)
		}
		f.step()
	}
	require.Equal(t, []uint64{2, 1, 2, 1}, runs)
	require.Equal(t, y, f.stored(1).Y)
	require.NotNil(t, f.stored(1).Next, "it is still wanted")
	_, err = f.msgs.RotateKey(f.ctx, &custody.MsgRotateKey{Authority: account(authority), KeyId: 1})
	require.ErrorIs(t, err, custody.ErrKey, "once is enough")
	f.opens(2, of, xU)

	f.nodes[2].spoil, f.nodes[3].spoil = nil, nil
	f.untilEpoch(2, 1)
	require.Nil(t, f.stored(1).Next)
	require.Equal(t, custody.KEY_STATUS_SUPERSEDED, f.stored(1).Status)
}

// A reshare that never comes about does not hold up the next key either.
func TestRotate_FailingReshareHoldsUpNoKey(t *testing.T) {
	f := agingFixture(t, 4, 12)
	for _, n := range f.nodes[:2] {
		delete(n.shares, [2]uint64{1, 1})
	}
	for !f.due(1) {
		f.step()
	}
	require.Equal(t, uint64(1), f.run().KeyId)
	_, err := f.msgs.RotateKey(f.ctx, &custody.MsgRotateKey{Authority: account(authority), KeyId: 1})
	require.NoError(t, err, "it gives way")
	f.untilEpoch(2, 1)
	require.Less(t, f.stored(1).Failures, uint32(10), "long before the shares count as lost")
}

// due reports whether a run is under way for a key.
func (f *fixture) due(keyID uint64) bool {
	run := f.run()
	return !run.Finished && run.KeyId == keyID
}

// Who was late in an attempt is named in the next of its kind, also with another between.
func TestRotate_ExclusionsAreOfAKind(t *testing.T) {
	f := agingFixture(t, 7, 12)
	silent := f.nodes[5:]
	for _, n := range silent {
		n.spoil = func(m *custody.RunMessage) {
			if m.GetConfirmation() != nil && f.run().KeyId == 2 {
				m.Message = nil
			}
		}
	}
	_, err := f.msgs.RotateKey(f.ctx, &custody.MsgRotateKey{Authority: account(authority), KeyId: 1})
	require.NoError(t, err)
	for f.run().KeyId == 2 {
		f.step()
	}
	late := [][]byte{silent[0].operator, silent[1].operator}
	require.Equal(t, late, f.stored(1).Next.Excluded)
	require.Empty(t, f.run().Excluded, "in the reshare they did nothing wrong")
	f.untilEpoch(1, 2)
	require.Contains(t, f.epoch(2).Owners, silent[0].operator)
	for f.run().KeyId != 2 {
		f.step()
	}
	require.Equal(t, late, f.run().Excluded)
	for _, n := range silent {
		n.spoil = nil
	}
	f.untilEpoch(2, 1)
}

// That a key is wanted outlives an export, and so does who was late.
func TestGenesis_CarriesTheWishForAKey(t *testing.T) {
	f := agingFixture(t, 4, 1_000)
	_, err := f.msgs.RotateKey(f.ctx, &custody.MsgRotateKey{Authority: account(authority), KeyId: 1})
	require.NoError(t, err)
	f.steps(3)
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NotNil(t, g.Keys[0].Next)
	height := f.height()
	f.open()
	f.ctx = f.ctx.WithBlockHeight(height)
	require.NoError(t, f.keeper.InitGenesis(f.ctx, *g))
	f.answers = answers{}
	f.untilEpoch(2, 1)
	require.Equal(t, custody.KEY_STATUS_SUPERSEDED, f.stored(1).Status)

	g.Keys[0].Status = custody.KEY_STATUS_SUPERSEDED
	require.ErrorIs(t, g.Validate(), custody.ErrGenesis)
}
