package share_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/custody/share"
)

func newGuard(t *testing.T) (*share.Guard, func() *share.Guard, string) {
	t.Helper()
	store, dir := newStore(t)
	require.NoError(t, store.Save(newShares(t, 1)))
	load := func() *share.Guard {
		_, guard, err := reopen(t, dir).Load(1, 1)
		require.NoError(t, err)
		return guard
	}
	return load(), load, filepath.Join(dir, "guard-1-1")
}

func TestGuard_AnotherBForQIsLeftOut(t *testing.T) {
	guard, load, _ := newGuard(t)
	ok, err := guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11), pair(2, 22)})
	require.NoError(t, err)
	require.Equal(t, []bool{true, true}, ok)

	after := load()
	ok, err = after.Permit(chain, 11, [64]byte{2}, []share.Pair{pair(1, 99), pair(2, 22), pair(3, 33)})
	require.NoError(t, err)
	require.Equal(t, []bool{false, true, true}, ok, "also after a restart")
	ok, err = after.Permit("fork-1", 1, [64]byte{3}, []share.Pair{pair(2, 77)})
	require.NoError(t, err)
	require.Equal(t, []bool{false}, ok, "also under another live chain id")
}

func TestGuard_TwoBForOneQInOneBatch(t *testing.T) {
	guard, _, _ := newGuard(t)
	ok, err := guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11), pair(1, 12), pair(1, 11)})
	require.NoError(t, err)
	require.Equal(t, []bool{true, false, true}, ok)
}

func TestGuard_RollbackIsRefused(t *testing.T) {
	guard, load, _ := newGuard(t)
	jobs := []share.Pair{pair(1, 11)}
	_, err := guard.Permit(chain, 10, [64]byte{1}, jobs)
	require.NoError(t, err)
	_, err = guard.Permit(chain, 10, [64]byte{1}, jobs)
	require.NoError(t, err, "a second round of one height answers the same batch")

	for _, g := range []*share.Guard{guard, load()} {
		_, err = g.Permit(chain, 9, [64]byte{1}, jobs)
		require.ErrorIs(t, err, share.ErrRollback, "lower height")
		_, err = g.Permit(chain, 10, [64]byte{2}, jobs)
		require.ErrorIs(t, err, share.ErrRollback, "same height, other jobs")
	}
	_, err = guard.Permit("other-1", 3, [64]byte{2}, jobs)
	require.NoError(t, err, "another live chain counts its own heights")
}

func TestGuard_JobsWithoutSeat(t *testing.T) {
	guard, load, _ := newGuard(t)
	ok, err := guard.Permit(chain, 10, [64]byte{1}, []share.Pair{{B: pair(0, 5).B}})
	require.NoError(t, err)
	require.Equal(t, []bool{true}, ok)
	_, err = load().Permit(chain, 9, [64]byte{1}, nil)
	require.ErrorIs(t, err, share.ErrRollback, "the batch is remembered without a seat")
}

func TestGuard_MalformedPairIsLeftOut(t *testing.T) {
	guard, _, _ := newGuard(t)
	ok, err := guard.Permit(chain, 10, [64]byte{1}, []share.Pair{{Q: []byte{1}, B: pair(0, 5).B}, {Q: pair(1, 1).Q}})
	require.NoError(t, err)
	require.Equal(t, []bool{false, false}, ok)
}

func TestGuard_CutAnywhereForgetsOnlyTheCutRecord(t *testing.T) {
	guard, _, path := newGuard(t)
	_, err := guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11)})
	require.NoError(t, err)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = guard.Permit(chain, 11, [64]byte{2}, []share.Pair{pair(2, 22)})
	require.NoError(t, err)
	after, err := os.ReadFile(path)
	require.NoError(t, err)

	store := filepath.Dir(path)
	for size := len(before); size < len(after); size++ {
		require.NoError(t, os.WriteFile(path, after[:size], 0o600))
		_, cut, err := reopen(t, store).Load(1, 1)
		require.NoError(t, err, "cut at %d", size)
		ok, err := cut.Permit(chain, 11, [64]byte{2}, []share.Pair{pair(1, 99), pair(2, 22)})
		require.NoError(t, err)
		require.Equal(t, []bool{false, true}, ok)
	}
}

func TestGuard_DamageIsRefused(t *testing.T) {
	guard, _, path := newGuard(t)
	_, err := guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11)})
	require.NoError(t, err)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range raw {
		bad := append([]byte(nil), raw...)
		bad[i] ^= 1
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		_, _, err := reopen(t, filepath.Dir(path)).Load(1, 1)
		require.ErrorIs(t, err, share.ErrGuard, "byte %d", i)
	}
}

func FuzzGuard(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 77))
	f.Add(make([]byte, 200))
	f.Fuzz(func(t *testing.T, records []byte) {
		_, _, path := newGuard(t)
		head, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, append(head, records...), 0o600))
		_, guard, err := reopen(t, filepath.Dir(path)).Load(1, 1)
		if err != nil {
			require.ErrorIs(t, err, share.ErrGuard)
			return
		}
		require.NotNil(t, guard)
	})
}
