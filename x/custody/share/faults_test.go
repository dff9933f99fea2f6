package share_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody/share"
)

// files are the names of what stands in a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Name()
	}
	return out
}

// runOf is a run for the second epoch.
func runOf(run uint64) threshold.RunContext {
	return threshold.RunContext{OriginChain: chain, KeyID: 1, Epoch: 2, Run: run}
}

func TestOpen_Refuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := share.Open(file, rand.Reader)
	require.Error(t, err, "no folder")

	broken := errors.New("no entropy")
	_, err = share.Open(filepath.Join(dir, "new"), iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	require.Empty(t, files(t, filepath.Join(dir, "new")), "no key of zeros is left")

	for _, size := range []int{0, 31, 33} {
		damaged := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(damaged, "share.key"), make([]byte, size), 0o600))
		_, err = share.Open(damaged, rand.Reader)
		require.ErrorIs(t, err, share.ErrUnreadable, "a key of %d bytes", size)
	}
}

// Without entropy nothing is written, and what was there stays.
func TestStore_NoEntropy(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	before := files(t, dir)
	broken := errors.New("no entropy")
	for name, source := range map[string]io.Reader{
		"none": iotest.ErrReader(broken), "too little": io.MultiReader(bytes.NewReader(make([]byte, 5)), iotest.ErrReader(broken)),
	} {
		poor, err := share.Open(dir, source)
		require.NoError(t, err)
		require.ErrorIs(t, poor.Save(newShares(t, 2)), broken, name)
		require.ErrorIs(t, poor.SaveDeal(runOf(2), 0, []byte("deal")), broken, name)
		require.ErrorIs(t, poor.Erase(1, 1), broken, name)
		require.Equal(t, before, files(t, dir), name)
		_, _, err = poor.Load(1, 1)
		require.NoError(t, err, name)
	}
}

// A file that another one stands in for does not open, whatever the two are.
func TestStore_FilesAreBoundToTheirNames(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	require.NoError(t, store.Save(newShares(t, 2)))
	secret, _, err := threshold.NewEnrolment(rand.Reader, runOf(3), bytes.Repeat([]byte{7}, 20))
	require.NoError(t, err)
	require.NoError(t, store.SaveEnrolment(runOf(3), secret))
	require.NoError(t, store.SaveDeal(runOf(3), 1, []byte("one")))
	require.NoError(t, store.SaveDeal(runOf(3), 2, []byte("two")))
	reads := map[string]func(*share.Store) error{
		"share-1-1":       func(s *share.Store) error { _, _, err := s.Load(1, 1); return err },
		"share-1-2":       func(s *share.Store) error { _, _, err := s.Load(1, 2); return err },
		"enrolment-1-2-3": func(s *share.Store) error { _, err := s.Enrolment(runOf(3)); return err },
		"deal-1-2-3-1":    func(s *share.Store) error { _, err := s.Deal(runOf(3), 1); return err },
		"deal-1-2-3-2":    func(s *share.Store) error { _, err := s.Deal(runOf(3), 2); return err },
	}
	for name, read := range reads {
		require.NoError(t, read(store), name)
		own, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		for other := range reads {
			if other == name {
				continue
			}
			stranger, err := os.ReadFile(filepath.Join(dir, other))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), stranger, 0o600))
			require.ErrorIs(t, read(reopen(t, dir)), share.ErrUnreadable, "%s in the place of %s", other, name)
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), own, 0o600))
		require.NoError(t, read(reopen(t, dir)), name)
	}
}

// A file that was cut anywhere is refused and never taken for none: a node that took it for
// none would deal a second time.
func TestStore_CutFilesAreRefused(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.SaveDeal(runOf(3), 1, []byte("a deal")))
	path := filepath.Join(dir, "deal-1-2-3-1")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for size := range whole {
		require.NoError(t, os.WriteFile(path, whole[:size], 0o600))
		_, err := store.Deal(runOf(3), 1)
		require.ErrorIs(t, err, share.ErrUnreadable, "%d bytes", size)
	}
	require.NoError(t, os.WriteFile(path, append(whole, 0), 0o600))
	_, err = store.Deal(runOf(3), 1)
	require.ErrorIs(t, err, share.ErrUnreadable, "a byte more")
}

// Ending the runs leaves shares and guard alone, and what is no file of a run.
func TestStore_KeepRunKeepsTheRest(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	_, guard, err := store.Load(1, 1)
	require.NoError(t, err)
	_, err = guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11)})
	require.NoError(t, err)
	foreign := filepath.Join(dir, "notes")
	require.NoError(t, os.WriteFile(foreign, nil, 0o600))
	before := files(t, dir)
	require.NoError(t, store.SaveDeal(runOf(3), 0, []byte("deal")))
	require.NoError(t, store.KeepRun(nil))
	require.Equal(t, before, files(t, dir))
	_, guard, err = reopen(t, dir).Load(1, 1)
	require.NoError(t, err)
	ok, err := guard.Permit(chain, 11, [64]byte{2}, []share.Pair{pair(1, 99)})
	require.NoError(t, err)
	require.Equal(t, []bool{false}, ok, "the guard has forgotten nothing")
}

// Epochs are listed in their order, and only real share files are taken for one.
func TestStore_Kept(t *testing.T) {
	store, dir := newStore(t)
	for _, epoch := range []uint64{12, 2, 10, 1} {
		require.NoError(t, store.Save(newShares(t, epoch)))
	}
	for _, name := range []string{"share-1-1.new-77", "share-1", "share-01-5", "share-1-5x", "share-a-b"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	want := []share.Epoch{{KeyID: 1, Epoch: 1}, {KeyID: 1, Epoch: 2}, {KeyID: 1, Epoch: 10}, {KeyID: 1, Epoch: 12}}
	require.Equal(t, want, store.Kept())
	require.Equal(t, want, reopen(t, dir).Kept())
}

// Erasing an epoch ends all before it, and an earlier word takes nothing back.
func TestStore_EraseOnlyGoesOn(t *testing.T) {
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 5)))
	require.NoError(t, store.Erase(1, 4))
	require.NoError(t, store.Erase(1, 2))
	for epoch := uint64(1); epoch <= 4; epoch++ {
		for _, s := range []*share.Store{store, reopen(t, dir)} {
			require.ErrorIs(t, s.Save(newShares(t, epoch)), share.ErrErased, "epoch %d", epoch)
		}
	}
	require.NoError(t, reopen(t, dir).Save(newShares(t, 6)))
	_, _, err := store.Load(1, 5)
	require.NoError(t, err)
}

// However many ask at once, a reader key is answered with one point only.
func TestGuard_AskedAtOnce(t *testing.T) {
	guard, load, _ := newGuard(t)
	const asking = 24
	var wait sync.WaitGroup
	permitted := make([]bool, asking)
	for i := range asking {
		wait.Add(1)
		go func() {
			defer wait.Done()
			live := string(rune('a' + i)) // each under a chain of its own, so that no height is late
			ok, err := guard.Permit(live, 10, [64]byte{byte(i)}, []share.Pair{pair(1, byte(100+i))})
			permitted[i] = err == nil && ok[0]
		}()
	}
	wait.Wait()
	answered := -1
	for i, yes := range permitted {
		if yes {
			require.Negative(t, answered, "%d and %d", answered, i)
			answered = i
		}
	}
	require.GreaterOrEqual(t, answered, 0)
	for i := range byte(asking) {
		ok, err := load().Permit("later", int64(i), [64]byte{i}, []share.Pair{pair(1, 100+i)})
		require.NoError(t, err)
		require.Equal(t, int(i) == answered, ok[0], "the same one after a restart")
	}
}
