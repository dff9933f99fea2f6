package threshold_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/threshold"
)

// later is the round of the same jobs at another height, where new proofs are due.
func (w *world) later(jobs []threshold.Job, ahead uint64) *threshold.Round {
	w.tb.Helper()
	r, err := threshold.NewRound(w.committee, liveChain, height+ahead, jobs)
	require.NoError(w.tb, err)
	return r
}

// keep is what a chain keeps after a height: what it had, and what is new.
func keep(tb tester, r *threshold.Round, kept []threshold.KeptShare, c ...*threshold.Contribution,
) []threshold.KeptShare {
	tb.Helper()
	m, err := r.Merge(kept)
	require.NoError(tb, err)
	fresh, err := m.Unfinished(c)
	require.NoError(tb, err)
	return ordered(append(slices.Clone(kept), fresh...))
}

// ordered sorts by job and share.
func ordered(kept []threshold.KeptShare) []threshold.KeptShare {
	slices.SortFunc(kept, func(a, b threshold.KeptShare) int {
		if a.JobIndex != b.JobIndex {
			return a.JobIndex - b.JobIndex
		}
		return a.Share - b.Share
	})
	return kept
}

func TestMerge_AcrossHeights(t *testing.T) {
	w := newWorld(t, 7) // T = 5
	jobs := w.jobs(3)
	first := w.round(jobs)
	few := w.emit(first, w.operators[0], w.operators[3])
	kept := keep(t, first, nil, few...)
	require.Len(t, kept, 6)

	second := w.later(jobs, 2)
	more := w.emit(second, w.operators[3], w.operators[5])
	require.Equal(t, kept, keep(t, second, kept, w.emit(second, w.operators[0], w.operators[3])...), "idempotent")
	kept = keep(t, second, kept, more...)
	require.Len(t, kept, 9)

	third := w.later(jobs, 4)
	last := w.emit(third, w.operators[6], w.operators[5], w.operators[1])
	done, err := third.Combine(last)
	require.NoError(t, err)
	require.Empty(t, done, "three shares alone are not enough")
	merged, err := third.Merge(kept)
	require.NoError(t, err)
	done, err = merged.Combine(last)
	require.NoError(t, err)
	require.Len(t, done, 3)
	for _, d := range done {
		require.Equal(t, w.open(jobs[d.JobIndex].B), d.S)
	}
	require.NoError(t, merged.Verify(last, done))
	require.NoError(t, merged.Verify([]*threshold.Contribution{last[1], last[2], last[0]}, done), "in any order")
	fresh, err := merged.Unfinished(last)
	require.NoError(t, err)
	require.Empty(t, fresh)

	// What is finished must be said, and only then.
	require.ErrorIs(t, merged.Verify(last, nil), threshold.ErrDone)
	require.ErrorIs(t, merged.Verify(last, done[1:]), threshold.ErrDone)
	require.ErrorIs(t, third.Verify(last, done), threshold.ErrDone)
	require.ErrorIs(t, merged.Verify(last[:1:1], done), threshold.ErrDone)
	lied := slices.Clone(done)
	lied[1].S = pointAdd(t, lied[1].S, threshold.CanaryPoint(1))
	require.ErrorIs(t, merged.Verify(last, lied), threshold.ErrBatch)
}

// Any split of who is heard over three heights, with any coverage, gives the same openings.
func TestMerge_Complete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := dealTrusted(t, rapid.IntRange(4, 10).Draw(t, "operators"))
		jobs := w.jobs(rapid.IntRange(1, 9).Draw(t, "jobs"))
		var kept []threshold.KeptShare
		open := map[int]bool{}
		for h := range uint64(3) {
			r, err := w.later(jobs, h).Merge(kept)
			require.NoError(t, err)
			var heard []*threshold.Contribution
			for _, op := range w.operators {
				coverage := threshold.NewBitmap(len(jobs))
				for j := range jobs {
					if rapid.Bool().Draw(t, "covers") {
						coverage.Set(j)
					}
				}
				if coverage.Count() == 0 {
					continue
				}
				c, err := r.Emit(w.rand, op, w.shares[string(op)], coverage)
				require.NoError(t, err)
				heard = append(heard, c)
			}
			done, err := r.Combine(heard)
			require.NoError(t, err)
			require.NoError(t, r.Verify(heard, done))
			for _, d := range done {
				require.Equal(t, w.open(jobs[d.JobIndex].B), d.S)
				open[d.JobIndex] = true
			}
			kept = slices.DeleteFunc(keep(t, w.later(jobs, h), kept, heard...), func(k threshold.KeptShare) bool {
				return open[k.JobIndex]
			})
			count := map[int]int{}
			for _, k := range kept {
				count[k.JobIndex]++
				require.Less(t, count[k.JobIndex], w.t, "a job with T shares is finished")
			}
		}
	})
}

// An operator that answers the same job with another point at another height is caught
// there; what it said before stays right.
func TestMerge_Equivocation(t *testing.T) {
	w := newWorld(t, 4)
	jobs := w.jobs(1)
	first := w.round(jobs)
	kept := keep(t, first, nil, w.emit(first, w.operators[0])...)
	second, err := w.later(jobs, 2).Merge(kept)
	require.NoError(t, err)
	liar := clone(w.emit(second, w.operators[0])[0])
	shift(t, liar, 0, threshold.CanaryPoint(1), false)
	require.NoError(t, second.ProveForged(w.rand, liar, w.shares[string(w.operators[0])]))
	require.ErrorIs(t, second.VerifyOne(liar), threshold.ErrBatch)
	set := append([]*threshold.Contribution{liar}, w.emit(second, w.operators[1:3]...)...)
	good, bad := second.Sort(set)
	require.Equal(t, []int{1, 2}, good)
	require.Equal(t, []int{0}, bad)
	done, err := second.Combine(set[1:])
	require.NoError(t, err)
	require.Equal(t, w.open(jobs[0].B), done[0].S)
	require.NoError(t, second.Verify(set[1:], done))
	require.ErrorIs(t, second.Verify(set, done), threshold.ErrBatch)
}

// A wrong kept share, which no chain holds, spoils the opening and is seen.
func TestMerge_WrongShare(t *testing.T) {
	w := newWorld(t, 4)
	jobs := w.jobs(1)
	first := w.round(jobs)
	kept := keep(t, first, nil, w.emit(first, w.operators[:2]...)...)
	last := w.emit(first, w.operators[2])
	right, err := first.Merge(kept)
	require.NoError(t, err)
	done, err := right.Combine(last)
	require.NoError(t, err)
	spoiled := slices.Clone(kept)
	spoiled[1].S = pointAdd(t, spoiled[1].S, threshold.CanaryPoint(1))
	wrong, err := first.Merge(spoiled)
	require.NoError(t, err)
	require.ErrorIs(t, wrong.Verify(last, done), threshold.ErrBatch)
	for name, raw := range refusedPoints() {
		if len(raw) != threshold.PointSize {
			continue
		}
		spoiled[1].S = raw
		wrong, err = first.Merge(spoiled)
		require.NoError(t, err)
		_, err = wrong.Combine(last)
		require.Error(t, err, name)
		require.Error(t, wrong.Verify(last, done), name)
	}
}

func TestMerge_Refuses(t *testing.T) {
	w := newWorld(t, 4)
	r := w.round(w.jobs(2))
	s := threshold.CanaryPoint(1)
	for name, kept := range map[string][]threshold.KeptShare{
		"no such job":   {{JobIndex: 2, Share: 1, S: s}},
		"negative job":  {{JobIndex: -1, Share: 1, S: s}},
		"no such share": {{Share: 5, S: s}},
		"share 0":       {{Share: 0, S: s}},
		"short":         {{Share: 1, S: s[1:]}},
		"twice":         {{Share: 1, S: s}, {Share: 1, S: s}},
		"descending":    {{Share: 2, S: s}, {Share: 1, S: s}},
		"jobs descend":  {{JobIndex: 1, Share: 1, S: s}, {JobIndex: 0, Share: 2, S: s}},
	} {
		_, err := r.Merge(kept)
		require.ErrorIs(t, err, threshold.ErrKept, name)
	}
}

// Rounds and committees are used by several goroutines of a node at once.
func TestMerge_Concurrent(t *testing.T) {
	w := dealTrusted(t, 10)
	jobs := w.jobs(2)
	base := w.round(jobs)
	all := w.emit(base, w.operators...)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			kept := keep(t, base, nil, all[i%3])
			r, err := base.Merge(kept)
			require.NoError(t, err)
			for n := w.t; n <= len(all); n++ {
				done, err := r.Combine(all[n-w.t : n])
				require.NoError(t, err)
				require.NoError(t, r.Verify(all[n-w.t:n], done))
				require.Len(t, done, 2)
			}
		})
	}
	group.Wait()
}

// The sum with Lagrange coefficients is the same by every way of computing it.
func TestLagrange_Sums(t *testing.T) {
	points := make([][]byte, 70)
	for i := range points {
		points[i] = threshold.CanaryPoint(uint64(i + 1))
	}
	check := func(t tester, indices []int) (chain bool) {
		combined, plain, chain := threshold.LagrangeSums(indices, points)
		require.True(t, bytes.Equal(combined, plain), "%v", indices)
		return chain
	}
	for n := 1; n <= len(points); n++ {
		indices := make([]int, n)
		for i := range indices {
			indices[i] = i + 1
		}
		require.True(t, check(t, indices), "the coefficients of all of %d are binomial", n)
		if n > 1 {
			indices[n-1]++
			require.True(t, check(t, indices), "one of %d is missing", n+1)
		}
	}
	scattered := make([]int, 60)
	for i := range scattered {
		scattered[i] = 5*i + 1
	}
	require.False(t, check(t, scattered), "the coefficients are long")
	rapid.Check(t, func(t *rapid.T) {
		for _, most := range []int{24, threshold.MaxShares} {
			indices := rapid.SliceOfNDistinct(rapid.IntRange(1, most), 1, 20, rapid.ID).Draw(t, "set")
			slices.Sort(indices)
			check(t, indices)
		}
	})
}

// Coefficients interpolate every polynomial of their degree.
func TestLagrange_Interpolates(t *testing.T) {
	for _, n := range []int{1, 2, 67, 150} {
		indices := make([]int, n)
		for i := range indices {
			indices[i] = threshold.MaxShares - 2*(n-i) + 1
		}
		require.Equal(
			t,
			peerSmall(1).Bytes(),
			sumOf(t, threshold.Lagrange(indices), indices, 0),
			"%d points, constant",
			n,
		)
		if n > 1 {
			require.Equal(
				t,
				peerSmall(0).Bytes(),
				sumOf(t, threshold.Lagrange(indices), indices, n-1),
				"%d points, degree",
				n,
			)
		}
	}
}
