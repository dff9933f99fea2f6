package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
)

// hear lets the named nodes answer, and nobody else.
func (f *fixture) hear(nodes ...int) {
	for i := range f.nodes {
		f.nodes[i].silent = true
	}
	for _, i := range nodes {
		f.nodes[i].silent = false
	}
}

// kept lists the kept shares of a job by share index.
func (f *fixture) kept(job []byte) []uint32 {
	f.t.Helper()
	var out []uint32
	err := f.keeper.Kept.Shares.Walk(f.ctx, nil, func(key keeper.KeptKey, kept custody.KeptShares) (bool, error) {
		if string(key.K1()) == string(job) {
			for _, s := range kept.Shares {
				out = append(out, s.Share)
			}
		}
		return false, nil
	})
	require.NoError(f.t, err)
	return out
}

func (f *fixture) jobOf(request id.ID, index uint64) []byte {
	f.t.Helper()
	name, err := f.keeper.Jobs.BySeat.Get(f.ctx, seat(request, index))
	require.NoError(f.t, err)
	return name
}

// checkKept requires that the counts are those of the shares, that every share belongs to
// a job that is open, and that no job has as many as would finish it.
func checkKept(t require.TestingT, f *fixture) {
	counts, total := map[[2]uint64]uint64{}, 0
	require.NoError(t, f.keeper.Kept.Shares.Walk(f.ctx, nil,
		func(key keeper.KeptKey, kept custody.KeptShares) (bool, error) {
			open, err := f.keeper.Jobs.Jobs.Has(f.ctx, key.K1())
			require.NoError(t, err)
			require.True(t, open)
			epoch, err := f.keeper.Committees.Epoch(f.ctx, kept.KeyId, key.K2())
			require.NoError(t, err)
			require.NotEmpty(t, kept.Shares)
			require.Less(t, len(kept.Shares), int(epoch.Threshold))
			for i := 1; i < len(kept.Shares); i++ {
				require.Less(t, kept.Shares[i-1].Share, kept.Shares[i].Share)
			}
			counts[[2]uint64{kept.KeyId, key.K2()}] += uint64(len(kept.Shares))
			total += len(kept.Shares)
			return false, nil
		}))
	require.LessOrEqual(t, total, custody.MaxKeptShares)
	require.NoError(
		t,
		f.keeper.Kept.Epochs.Walk(f.ctx, nil, func(of keeper.EpochKey, e custody.KeptEpoch) (bool, error) {
			name := [2]uint64{of.K1(), of.K2()}
			require.Equal(t, counts[name], e.Count)
			require.NotZero(t, e.Count)
			delete(counts, name)
			return false, nil
		}),
	)
	require.Empty(t, counts)
}

// half is a chain whose one emitted job has the shares of two nodes, and is offered again.
func half(t *testing.T) (f *fixture, request, of id.ID) {
	t.Helper()
	f = initFixture(t)
	request, of = f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.hear(0, 2)
	f.steps(2)
	require.Equal(t, []uint32{1, 3}, f.kept(f.jobOf(request, 0)))
	checkKept(t, f)
	return f, request, of
}

func TestKept_SharesOfSeveralHeightsMerge(t *testing.T) {
	f, request, _ := half(t)
	job := f.jobOf(request, 0)
	f.steps(4)
	require.Equal(t, []uint32{1, 3}, f.kept(job), "the same shares again change nothing")
	f.hear(3)
	f.steps(2)
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0), "two old shares and a new one")
	require.Empty(t, f.kept(job))
	checkKept(t, f)

	release, err := f.keeper.Release(f.ctx, request, 0)
	require.NoError(t, err)
	_, secrets := f.posts(request, researcher, 0, 1)
	merged, err := f.key().Recover(release.S, secrets[0])
	require.NoError(t, err)
	// Another seat for the same dataset, finished at once, opens to the same.
	f.hear(0, 1, 2, 3)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 1, datasetID(1), false)) })
	f.steps(2)
	other, err := f.keeper.Release(f.ctx, request, 1)
	require.NoError(t, err)
	_, secrets = f.posts(request, researcher, 1, 1)
	whole, err := f.key().Recover(other.S, secrets[0])
	require.NoError(t, err)
	require.Equal(t, whole, merged)
}

func TestKept_GoesWithTheSeat(t *testing.T) {
	f, request, of := half(t)
	job := f.jobOf(request, 0)
	batch, err := f.keeper.BatchAt(f.ctx, f.height())
	require.NoError(t, err)
	if len(batch.Jobs) > 0 { // in no batch of the block of the revocation
		f.step()
	}
	f.step(f.revoke(of))
	require.Equal(t, custody.SEAT_STATE_VOID, f.state(request, 0))
	require.Empty(t, f.kept(job))
	checkKept(t, f)
	f.steps(3)
	require.Empty(t, f.kept(job), "what comes late for it is not kept")
}

// A revocation in the block of the batch waits for one block: what was kept counts in it.
func TestKept_Revoking(t *testing.T) {
	for name, last := range map[string]struct {
		heard []int
		want  custody.SeatState
	}{
		"completes":   {[]int{1}, custody.SEAT_STATE_RELEASED},
		"falls short": {[]int{0}, custody.SEAT_STATE_VOID},
	} {
		f, request, of := half(t)
		job := f.jobOf(request, 0)
		for {
			batch, err := f.keeper.BatchAt(f.ctx, f.height())
			require.NoError(t, err)
			if len(batch.Jobs) > 0 {
				break
			}
			f.step()
		}
		f.hear(last.heard...)
		f.step(f.revoke(of))
		require.Equal(t, custody.SEAT_STATE_REVOKING, f.state(request, 0), name)
		f.step()
		require.Equal(t, last.want, f.state(request, 0), name)
		require.Empty(t, f.kept(job), name)
		checkKept(t, f)
	}
}

// Shares of one epoch are gone when the next releases, and when a run of the same number
// takes its place.
func TestKept_EpochEnds(t *testing.T) {
	for name, change := range map[string]func(*custody.Key, *custody.Epoch){
		"the next epoch": func(k *custody.Key, e *custody.Epoch) { k.Epoch, e.Epoch = 2, 2 },
		"the epoch anew": func(_ *custody.Key, e *custody.Epoch) { e.Run++ },
	} {
		f, request, _ := half(t)
		key, err := f.keeper.Committees.Keys.Get(f.ctx, 1)
		require.NoError(t, err)
		epoch, err := f.keeper.Committees.Epoch(f.ctx, 1, 1)
		require.NoError(t, err)
		change(&key, &epoch)
		require.NoError(t, f.keeper.Committees.Keys.Set(f.ctx, 1, key))
		require.NoError(t, f.keeper.Committees.Epochs.Set(f.ctx, collections.Join(uint64(1), epoch.Epoch), epoch))
		require.NoError(t, f.keeper.EndBlock(f.ctx))
		require.Empty(t, f.kept(f.jobOf(request, 0)), name)
		checkKept(t, f)
	}
}

// An answer to the old epoch's last batch that comes after the switch is not kept.
func TestKept_EpochHasEnded(t *testing.T) {
	f, request, _ := half(t)
	job := f.jobOf(request, 0)
	batch := custody.Batch{Height: 900, KeyId: 1, Epoch: 1, Jobs: []custody.BatchJob{{Id: job}}}
	require.NoError(t, f.keeper.Jobs.Batches.Set(f.ctx, 900, batch))
	key, err := f.keeper.Committees.Keys.Get(f.ctx, 1)
	require.NoError(t, err)
	key.Epoch = 2
	require.NoError(t, f.keeper.Committees.Keys.Set(f.ctx, 1, key))
	share := []threshold.KeptShare{{Share: 2, S: threshold.CanaryPoint(9)}}
	f.keeper.KeepShares(f.ctx, 900, share)
	require.Equal(t, []uint32{1, 3}, f.kept(job))
	key.Epoch = 1
	require.NoError(t, f.keeper.Committees.Keys.Set(f.ctx, 1, key))
	batch.Epoch = 7
	require.NoError(t, f.keeper.Jobs.Batches.Set(f.ctx, 900, batch))
	f.keeper.KeepShares(f.ctx, 900, share)
	require.Equal(t, []uint32{1, 3}, f.kept(job), "nobody knows this epoch")
	batch.Epoch, batch.KeyId = 1, 5
	require.NoError(t, f.keeper.Jobs.Batches.Set(f.ctx, 900, batch))
	f.keeper.KeepShares(f.ctx, 900, share)
	require.Equal(t, []uint32{1, 3}, f.kept(job), "nor this key")
}

func TestKeepShares_PassesOverWhatIsNotThere(t *testing.T) {
	f, request, _ := half(t)
	job := f.jobOf(request, 0)
	s := threshold.CanaryPoint(9)
	batch := custody.Batch{Height: 900, KeyId: 1, Epoch: 1, Jobs: []custody.BatchJob{{Id: digest("none")}, {Id: job}}}
	require.NoError(t, f.keeper.Jobs.Batches.Set(f.ctx, 900, batch))
	for _, shares := range [][]threshold.KeptShare{
		nil,
		{{JobIndex: 0, Share: 2, S: s}},
		{{JobIndex: 2, Share: 2, S: s}},
		{{JobIndex: -1, Share: 2, S: s}},
		{{JobIndex: 1, Share: 3, S: s}}, // kept already
		{{JobIndex: 1, Share: 2, S: s}, {JobIndex: 1, Share: 4, S: s}}, // as many as would finish it
	} {
		f.keeper.KeepShares(f.ctx, 900, shares)
		require.Equal(t, []uint32{1, 3}, f.kept(job))
	}
	f.keeper.KeepShares(f.ctx, 901, []threshold.KeptShare{{Share: 2, S: s}})
	checkKept(t, f)
}

// When there is no room what is there stays, and what comes is not kept.
func TestKept_NoRoom(t *testing.T) {
	f, request, _ := half(t)
	first := f.jobOf(request, 0)
	of := collections.Join(uint64(1), uint64(1))
	epoch, err := f.keeper.Kept.Epochs.Get(f.ctx, of)
	require.NoError(t, err)
	require.Equal(t, uint64(2), epoch.Count)
	other := f.registered(2)
	full := epoch
	full.Count = custody.MaxKeptShares - 1
	require.NoError(t, f.keeper.Kept.Epochs.Set(f.ctx, of, full))
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 1, other, false)) })
	f.steps(3)
	second := f.jobOf(request, 1)
	require.Equal(t, []uint32{1}, f.kept(second), "the first of two: there was room for one")
	require.Equal(t, []uint32{1, 3}, f.kept(first))
	f.steps(4)
	require.Equal(t, []uint32{1}, f.kept(second))
	require.Equal(t, []uint32{1, 3}, f.kept(first))

	f.hear(1)
	f.steps(3)
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
	require.Equal(t, []uint32{1, 2}, f.kept(second), "what was finished has made room")
	f.hear(1, 2, 3)
	f.steps(3)
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 1))
}

// The first canary merges as well: a key becomes active though nobody heard T at once.
func TestKept_Canary(t *testing.T) {
	f := bareFixture(t, 4)
	status := func() custody.KeyStatus {
		key, err := f.keeper.Committees.Keys.Get(f.ctx, 1)
		if err != nil {
			return custody.KEY_STATUS_UNSPECIFIED
		}
		return key.Status
	}
	for range 40 {
		if status() == custody.KEY_STATUS_PENDING {
			break
		}
		f.step()
	}
	for i := range 6 {
		f.hear(i/2%2, 2)
		f.step()
		if status() == custody.KEY_STATUS_ACTIVE {
			break
		}
	}
	require.Equal(t, custody.KEY_STATUS_ACTIVE, status())
	f.step()
	checkKept(t, f) // nothing: the canary is no job
}

// A chain that starts anew has no kept shares, and finishes all the same.
func TestKept_Genesis(t *testing.T) {
	f, request, _ := half(t)
	next := f.restarted(liveChain)
	require.Empty(t, next.kept(f.jobOf(request, 0)))
	checkKept(t, next)
	next.hear(1)
	next.steps(4)
	require.Equal(t, custody.SEAT_STATE_EMITTED, next.state(request, 0))
	next.hear(0, 2)
	next.steps(4)
	require.Equal(t, custody.SEAT_STATE_RELEASED, next.state(request, 0))
}
