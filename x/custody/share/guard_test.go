package share_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	return load(), load, filepath.Join(dir, "guard")
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

// A crash before the mark was written: whatever of the last batch is there or not, the
// guard goes on, and forgets nothing that was emitted.
func TestGuard_CrashForgetsOnlyWhatWasNotEmitted(t *testing.T) {
	guard, _, path := newGuard(t)
	_, err := guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11)})
	require.NoError(t, err)
	before, marked := read(t, path), read(t, markOf(path))
	_, err = guard.Permit(chain, 11, [64]byte{2}, []share.Pair{pair(2, 22)})
	require.NoError(t, err)
	after := read(t, path)

	for size := len(before); size <= len(after); size++ {
		require.NoError(t, os.WriteFile(path, after[:size], 0o600))
		require.NoError(t, os.WriteFile(markOf(path), marked, 0o600))
		_, cut, err := reopen(t, filepath.Dir(path)).Load(1, 1)
		require.NoError(t, err, "cut at %d", size)
		ok, err := cut.Permit(chain, 11, [64]byte{2}, []share.Pair{pair(1, 99), pair(2, 22)})
		require.NoError(t, err)
		require.Equal(t, []bool{false, true}, ok)
		indices, err := reopen(t, filepath.Dir(path)).Inspect(1, 1)
		require.NoError(t, err, "and it is whole again")
		require.NotEmpty(t, indices)
	}
}

// A crash while the mark was written spoils one slot of it. The other one counts what
// was emitted last; the next mark goes into the spoiled one.
func TestGuard_CrashInTheMark(t *testing.T) {
	guard, load, path := newGuard(t)
	for i := range byte(4) {
		before := read(t, markOf(path))
		_, err := guard.Permit(chain, int64(10+i), [64]byte{i}, []share.Pair{pair(i+1, i+100)})
		require.NoError(t, err)
		after := read(t, markOf(path))
		for at := range after {
			torn := append(append([]byte(nil), after[:at]...), before[at:]...)
			require.NoError(t, os.WriteFile(markOf(path), torn, 0o600))
			load()
		}
		require.NoError(t, os.WriteFile(markOf(path), after, 0o600))
		guard = load()
	}
	ok, err := guard.Permit(chain, 20, [64]byte{9}, []share.Pair{pair(1, 99), pair(4, 103)})
	require.NoError(t, err)
	require.Equal(t, []bool{false, true}, ok)
}

// A guard that lost whole records, or was set back alone, knows less than was emitted.
func TestGuard_LostRecordsAreRefused(t *testing.T) {
	guard, load, path := newGuard(t)
	empty := read(t, path)
	_, err := guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11), pair(3, 33)})
	require.NoError(t, err)
	early := read(t, markOf(path))
	_, err = guard.Permit(chain, 11, [64]byte{2}, []share.Pair{pair(2, 22)})
	require.NoError(t, err)
	whole, marked := read(t, path), read(t, markOf(path))
	refused := func(name string, guard, mark []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(path, guard, 0o600))
		require.NoError(t, os.WriteFile(markOf(path), mark, 0o600))
		store := reopen(t, filepath.Dir(path))
		_, _, err := store.Load(1, 1)
		require.ErrorIs(t, err, share.ErrGuard, name)
		_, err = store.Inspect(1, 1)
		require.ErrorIs(t, err, share.ErrGuard, name)
	}
	for size := range whole {
		refused(fmt.Sprintf("cut at %d", size), whole[:size], marked)
	}
	const record = 77
	first := len(empty)
	swapped := append([]byte(nil), whole...)
	copy(swapped[first:], whole[first+record:first+2*record])
	copy(swapped[first+record:], whole[first:first+record])
	refused("records in another order", swapped, marked)
	refused(
		"a record less in the middle",
		append(append([]byte(nil), whole[:first]...), whole[first+record:]...),
		marked,
	)
	refused("no mark", whole, nil)
	refused("a slot of the mark less", whole, marked[:len(marked)/2])
	refused("a longer mark", whole, append(append([]byte(nil), marked...), 0))
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	require.NoError(t, os.Remove(markOf(path)))
	_, _, err = reopen(t, filepath.Dir(path)).Load(1, 1)
	require.ErrorIs(t, err, share.ErrGuard)

	require.NoError(t, os.WriteFile(markOf(path), early, 0o600))
	ok, err := load().Permit(chain, 12, [64]byte{3}, []share.Pair{pair(2, 99)})
	require.NoError(t, err, "an older mark alone costs nothing: the records are there")
	require.Equal(t, []bool{false}, ok)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	return raw
}

// markOf is the mark beside a guard.
func markOf(guard string) string {
	return filepath.Join(filepath.Dir(guard), strings.Replace(filepath.Base(guard), "guard", "mark", 1))
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

func FuzzMark(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 120))
	f.Fuzz(func(t *testing.T, raw []byte) {
		guard, _, path := newGuard(t)
		_, err := guard.Permit(chain, 10, [64]byte{1}, []share.Pair{pair(1, 11)})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(markOf(path), raw, 0o600))
		_, _, err = reopen(t, filepath.Dir(path)).Load(1, 1)
		require.ErrorIs(t, err, share.ErrGuard)
	})
}
