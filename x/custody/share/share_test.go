package share_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody/share"
)

const chain = "test-1"

func newShares(t *testing.T, epoch uint64) *threshold.Shares {
	t.Helper()
	raw := binary.BigEndian.AppendUint64(nil, 1)
	raw = binary.BigEndian.AppendUint64(raw, epoch)
	raw = binary.BigEndian.AppendUint16(raw, 1)
	raw = binary.BigEndian.AppendUint16(raw, 2)
	x, err := threshold.RandomScalar(rand.Reader)
	require.NoError(t, err)
	shares, err := threshold.ParseShares(append(raw, x.Bytes()...))
	require.NoError(t, err)
	return shares
}

func newStore(t *testing.T) (*share.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "custody")
	store, err := share.Open(dir, rand.Reader)
	require.NoError(t, err)
	return store, dir
}

func reopen(t *testing.T, dir string) *share.Store {
	t.Helper()
	store, err := share.Open(dir, rand.Reader)
	require.NoError(t, err)
	return store
}

func pair(q, b byte) share.Pair {
	return share.Pair{Q: bytes.Repeat([]byte{q}, 32), B: bytes.Repeat([]byte{b}, 32)}
}

func TestStore_KeepsShares(t *testing.T) {
	store, dir := newStore(t)
	want := newShares(t, 1)
	require.NoError(t, store.Save(want))
	got, guard, err := reopen(t, dir).Load(1, 1)
	require.NoError(t, err)
	require.NotNil(t, guard)
	require.Equal(t, want.Bytes(), got.Bytes())

	_, _, err = store.Load(1, 2)
	require.ErrorIs(t, err, share.ErrNone)
}

func TestStore_SaveAgainKeepsTheGuard(t *testing.T) {
	store, dir := newStore(t)
	shares := newShares(t, 1)
	require.NoError(t, store.Save(shares))
	_, guard, err := store.Load(1, 1)
	require.NoError(t, err)
	_, err = guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11)})
	require.NoError(t, err)
	require.NoError(t, store.Save(shares))
	_, guard, err = reopen(t, dir).Load(1, 1)
	require.NoError(t, err)
	ok, err := guard.Permit(chain, 11, [64]byte{2}, []share.Pair{pair(1, 99)})
	require.NoError(t, err)
	require.Equal(t, []bool{false}, ok)

	require.NoError(t, os.Remove(filepath.Join(dir, "guard")))
	store = reopen(t, dir)
	require.NoError(t, store.Save(shares))
	_, _, err = store.Load(1, 1)
	require.ErrorIs(t, err, share.ErrGuard, "saving does not bring a lost guard back")
}

func TestStore_SharesOfALaterRunReplace(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	later := newShares(t, 1)
	require.NoError(t, store.Save(later))
	got, _, err := reopen(t, dir).Load(1, 1)
	require.NoError(t, err)
	require.Equal(t, later.Bytes(), got.Bytes())
}

func TestStore_FilesArePrivate(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 4)
	for _, file := range files {
		info, err := file.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file.Name())
	}
}

func TestStore_ShareNeverInClear(t *testing.T) {
	store, dir := newStore(t)
	shares := newShares(t, 1)
	require.NoError(t, store.Save(shares))
	raw, err := os.ReadFile(filepath.Join(dir, "share-1-1"))
	require.NoError(t, err)
	require.NotContains(t, string(raw), string(shares.Bytes()[20:]))
}

func TestStore_EveryChangedByteIsRefused(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	path := filepath.Join(dir, "share-1-1")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 1
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		_, _, err := reopen(t, dir).Load(1, 1)
		require.ErrorIs(t, err, share.ErrUnreadable, "byte %d", i)
	}
	require.NoError(t, os.WriteFile(path, raw[:len(raw)-1], 0o600))
	_, _, err = reopen(t, dir).Load(1, 1)
	require.ErrorIs(t, err, share.ErrUnreadable)
}

func TestStore_ShareOfAnotherEpochIsRefused(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	require.NoError(t, os.Rename(filepath.Join(dir, "share-1-1"), filepath.Join(dir, "share-1-2")))
	_, _, err := reopen(t, dir).Load(1, 2)
	require.ErrorIs(t, err, share.ErrUnreadable, "a rolled-back file under a new name")
}

func TestStore_GuardMustBelongToShare(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	other, otherDir := newStore(t)
	require.NoError(t, other.Save(newShares(t, 1)))
	foreign, err := os.ReadFile(filepath.Join(otherDir, "guard"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "guard"), foreign, 0o600))
	_, _, err = reopen(t, dir).Load(1, 1)
	require.ErrorIs(t, err, share.ErrGuard, "guard of another share")
	_, err = reopen(t, dir).Inspect(1, 1)
	require.ErrorIs(t, err, share.ErrGuard)

	require.NoError(t, os.Remove(filepath.Join(dir, "guard")))
	_, _, err = reopen(t, dir).Load(1, 1)
	require.ErrorIs(t, err, share.ErrGuard, "guard missing")
}

// One guard stands over all epochs: what was answered with the shares of one is not answered
// otherwise with those of the next.
func TestStore_GuardOutlivesEpochs(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	_, guard, err := store.Load(1, 1)
	require.NoError(t, err)
	require.NoError(t, store.Save(newShares(t, 2)), "the next epoch waits while this one answers")
	require.Equal(t, []share.Epoch{{KeyID: 1, Epoch: 1}, {KeyID: 1, Epoch: 2}}, store.Kept())
	_, err = guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11)})
	require.NoError(t, err)
	require.NoError(t, store.Erase(1, 1))

	_, guard, err = reopen(t, dir).Load(1, 2)
	require.NoError(t, err)
	ok, err := guard.Permit(chain, 11, [64]byte{2}, []share.Pair{pair(1, 99)})
	require.NoError(t, err)
	require.Equal(t, []bool{false}, ok)
	_, err = guard.Permit(chain, 9, [64]byte{2}, nil)
	require.ErrorIs(t, err, share.ErrRollback)
}

// A new guard is made only with a new share, and makes the old ones unusable.
func TestStore_LostGuardEndsOldShares(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	require.NoError(t, os.Remove(filepath.Join(dir, "guard")))
	store = reopen(t, dir)
	require.NoError(t, store.Save(newShares(t, 2)))
	_, _, err := store.Load(1, 2)
	require.NoError(t, err)
	_, _, err = store.Load(1, 1)
	require.ErrorIs(t, err, share.ErrGuard)
}

func TestStore_Erase(t *testing.T) {
	store, dir := newStore(t)
	first, third := newShares(t, 1), newShares(t, 3)
	require.NoError(t, store.Save(first))
	require.NoError(t, store.Save(third))
	back, err := os.ReadFile(filepath.Join(dir, "share-1-1"))
	require.NoError(t, err)
	require.NoError(t, store.Erase(1, 2))
	require.NoError(t, store.Erase(1, 1))
	require.NoError(t, store.Erase(1, 1))
	require.Equal(t, []share.Epoch{{KeyID: 1, Epoch: 3}}, store.Kept())
	require.NoFileExists(t, filepath.Join(dir, "share-1-1"))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "share-1-1"), back, 0o600))
	for _, s := range []*share.Store{store, reopen(t, dir)} {
		_, _, err = s.Load(1, 1)
		require.ErrorIs(t, err, share.ErrErased, "a file that came back from a backup")
		require.ErrorIs(t, s.Save(first), share.ErrErased)
		_, err = s.Inspect(1, 1)
		require.ErrorIs(t, err, share.ErrErased)
		_, _, err = s.Load(1, 3)
		require.NoError(t, err)
		_, _, err = s.Load(2, 1)
		require.ErrorIs(t, err, share.ErrNone, "each key has its own epochs")
	}

	require.NoError(t, os.WriteFile(filepath.Join(dir, "erased-1"), []byte("damaged"), 0o600))
	_, _, err = reopen(t, dir).Load(1, 3)
	require.ErrorIs(t, err, share.ErrUnreadable)
}

func TestStore_KeepsEnrolment(t *testing.T) {
	store, dir := newStore(t)
	ctx := threshold.RunContext{OriginChain: chain, KeyID: 1, Epoch: 1, Run: 1}
	_, err := store.Enrolment(ctx)
	require.ErrorIs(t, err, share.ErrNone)
	secret, _, err := threshold.NewEnrolment(rand.Reader, ctx, bytes.Repeat([]byte{7}, 20))
	require.NoError(t, err)
	require.NoError(t, store.SaveEnrolment(ctx, secret))
	got, err := reopen(t, dir).Enrolment(ctx)
	require.NoError(t, err)
	require.Equal(t, secret.Bytes(), got.Bytes())
}

// What is kept of a run is erased with it: its key would open what was dealt in it.
func TestStore_KeepRun(t *testing.T) {
	store, dir := newStore(t)
	run := func(epoch, n uint64) threshold.RunContext {
		return threshold.RunContext{OriginChain: chain, KeyID: 1, Epoch: epoch, Run: n}
	}
	for _, ctx := range []threshold.RunContext{run(1, 1), run(1, 11), run(2, 1)} {
		secret, _, err := threshold.NewEnrolment(rand.Reader, ctx, bytes.Repeat([]byte{7}, 20))
		require.NoError(t, err)
		require.NoError(t, store.SaveEnrolment(ctx, secret))
		require.NoError(t, store.SaveDeal(ctx, 3, []byte("a deal")))
	}
	now := run(1, 1)
	require.NoError(t, store.KeepRun(&now))
	require.NoError(t, store.KeepRun(&now))
	store = reopen(t, dir)
	deal, err := store.Deal(now, 3)
	require.NoError(t, err)
	require.Equal(t, "a deal", string(deal))
	_, err = store.Enrolment(now)
	require.NoError(t, err)
	_, err = store.Deal(now, 4)
	require.ErrorIs(t, err, share.ErrNone)
	for _, ctx := range []threshold.RunContext{run(1, 11), run(2, 1)} {
		_, err = store.Enrolment(ctx)
		require.ErrorIs(t, err, share.ErrNone)
		_, err = store.Deal(ctx, 3)
		require.ErrorIs(t, err, share.ErrNone)
	}
	require.NoError(t, store.KeepRun(nil))
	_, err = store.Enrolment(now)
	require.ErrorIs(t, err, share.ErrNone)
	_, err = store.Deal(now, 3)
	require.ErrorIs(t, err, share.ErrNone)
}

func TestStore_InspectWritesNothing(t *testing.T) {
	store, dir := newStore(t)
	shares := newShares(t, 1)
	require.NoError(t, store.Save(shares))
	path := filepath.Join(dir, "guard")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	torn := append(raw, 2, 3, 4)
	require.NoError(t, os.WriteFile(path, torn, 0o600))

	indices, err := reopen(t, dir).Inspect(1, 1)
	require.NoError(t, err)
	require.Equal(t, shares.Indices(), indices)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, torn, after, "a record that is being written is left alone")

	require.NoError(t, os.Remove(path))
	_, err = store.Inspect(1, 1)
	require.ErrorIs(t, err, share.ErrGuard)
	_, err = store.Inspect(1, 2)
	require.ErrorIs(t, err, share.ErrNone)
}
