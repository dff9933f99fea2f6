package threshold_test

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/threshold"
)

func clone(c *threshold.Contribution) *threshold.Contribution {
	return &threshold.Contribution{
		Operator: bytes.Clone(c.Operator), Coverage: slices.Clone(c.Coverage), S: bytes.Clone(c.S),
		A: bytes.Clone(c.A), APrime: bytes.Clone(c.APrime), F: bytes.Clone(c.F),
	}
}

// batch is a round in which everybody contributed.
type batch struct {
	*world
	jobs          []threshold.Job
	round         *threshold.Round
	contributions []*threshold.Contribution
	done          []threshold.Combined
}

func newBatch(tb testing.TB, w *world, n int) *batch {
	tb.Helper()
	b := &batch{world: w, jobs: w.jobs(n)}
	b.round = w.round(b.jobs)
	b.contributions = w.emit(b.round, w.operators...)
	done, err := b.round.Combine(b.contributions)
	require.NoError(tb, err)
	require.NoError(tb, b.round.Verify(b.contributions, done))
	b.done = done
	return b
}

// with replaces contribution i.
func (b *batch) with(i int, c *threshold.Contribution) []*threshold.Contribution {
	out := slices.Clone(b.contributions)
	out[i] = c
	return out
}

// shift adds delta to share number i of a contribution.
func shift(tb testing.TB, c *threshold.Contribution, i int, delta []byte, minus bool) {
	tb.Helper()
	s := c.S[32*i : 32*i+32]
	if minus {
		copy(s, pointSub(tb, s, delta))
	} else {
		copy(s, pointAdd(tb, s, delta))
	}
}

func TestRound_Complete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 13).Draw(t, "operators")
		w := dealTrusted(t, n)
		jobs := w.jobs(rapid.IntRange(1, 17).Draw(t, "jobs"))
		r := w.round(jobs)
		var contributions []*threshold.Contribution
		for _, op := range rapid.Permutation(w.operators).Draw(t, "order") {
			coverage := threshold.NewBitmap(len(jobs))
			for j := range jobs {
				if rapid.IntRange(0, 9).Draw(t, "covers") > 0 {
					coverage.Set(j)
				}
			}
			if coverage.Count() == 0 {
				continue
			}
			c, err := r.Emit(w.rand, op, w.shares[string(op)], coverage)
			require.NoError(t, err)
			require.NoError(t, r.CheckShape(c))
			contributions = append(contributions, c)
		}
		done, err := r.Combine(contributions)
		require.NoError(t, err)
		require.NoError(t, r.Verify(contributions, done))
		good, bad := r.Sort(contributions)
		require.Len(t, good, len(contributions))
		require.Empty(t, bad)
		for _, d := range done {
			require.Equal(t, w.open(jobs[d.JobIndex].B), d.S)
		}
	})
}

// TestRound_Weighted has operators with several shares each.
func TestRound_Weighted(t *testing.T) {
	owners := [][]byte{operator(0), operator(0), operator(0), operator(1), operator(1), operator(2), operator(3)}
	w := newWeighted(t, owners, 5)
	b := newBatch(t, w, 4)
	require.Len(t, b.done, 4)
	require.NoError(t, b.round.Verify(b.contributions[:2], b.done), "3 + 2 shares are enough")
	done, err := b.round.Combine(b.contributions[1:])
	require.NoError(t, err)
	require.Empty(t, done, "2 + 1 + 1 shares are not")
	done, err = b.round.Combine([]*threshold.Contribution{b.contributions[3], b.contributions[2], b.contributions[0]})
	require.NoError(t, err)
	require.Equal(t, b.done, done, "any T shares give the same")

	// An operator that exchanges two of its own shares is caught.
	bad := clone(b.contributions[0])
	row := 32 * len(b.jobs)
	first := bytes.Clone(bad.S[:row])
	copy(bad.S, bad.S[row:2*row])
	copy(bad.S[row:], first)
	require.ErrorIs(t, b.round.VerifyOne(bad), threshold.ErrBatch)
	require.NoError(t, b.round.ProveForged(b.rand, bad, w.shares[string(operator(0))]))
	require.ErrorIs(t, b.round.VerifyOne(bad), threshold.ErrBatch)

	// It cannot leave one of them out.
	bad = clone(b.contributions[0])
	bad.S = bad.S[:2*row]
	require.ErrorIs(t, b.round.VerifyOne(bad), threshold.ErrLength)
}

func TestRound_TooFewShares(t *testing.T) {
	b := newBatch(t, newWorld(t, 7), 2)
	few := b.contributions[:b.t-1]
	done, err := b.round.Combine(few)
	require.NoError(t, err)
	require.Empty(t, done)
	require.NoError(t, b.round.Verify(few, nil))
	require.ErrorIs(t, b.round.Verify(few, b.done), threshold.ErrDone)
}

func TestRound_AnyByteChanged(t *testing.T) {
	b := newBatch(t, newWorld(t, 4), 2)
	fields := map[string]func(*threshold.Contribution) []byte{
		"operator": func(c *threshold.Contribution) []byte { return c.Operator },
		"coverage": func(c *threshold.Contribution) []byte { return c.Coverage },
		"s":        func(c *threshold.Contribution) []byte { return c.S },
		"a":        func(c *threshold.Contribution) []byte { return c.A },
		"a'":       func(c *threshold.Contribution) []byte { return c.APrime },
		"f":        func(c *threshold.Contribution) []byte { return c.F },
	}
	for name, field := range fields {
		for i := range field(b.contributions[1]) {
			for _, bit := range []int{0, 1, 7} {
				bad := clone(b.contributions[1])
				field(bad)[i] ^= 1 << bit
				require.Error(t, b.round.VerifyOne(bad), "%s byte %d bit %d", name, i, bit)
				require.Error(t, b.round.Verify(b.with(1, bad), b.done), "%s byte %d bit %d", name, i, bit)
			}
		}
	}
}

func TestRound_RefusedEncodings(t *testing.T) {
	b := newBatch(t, newWorld(t, 4), 2)
	for name, raw := range refusedPoints() {
		if len(raw) != 32 {
			continue
		}
		for field := range 3 {
			bad := clone(b.contributions[0])
			copy([][]byte{bad.S[32:], bad.A, bad.APrime}[field], raw)
			require.Error(t, b.round.VerifyOne(bad), "%s in field %d", name, field)
		}
		done := slices.Clone(b.done)
		done[1].S = raw
		require.Error(t, b.round.Verify(b.contributions, done), "%s as combined point", name)
	}
	for name, raw := range refusedScalars() {
		bad := clone(b.contributions[0])
		bad.F = raw
		require.Error(t, b.round.VerifyOne(bad), name)
	}
}

func TestRound_CheckShape(t *testing.T) {
	b := newBatch(t, newWorld(t, 4), 5)
	cases := map[string]struct {
		change func(*threshold.Contribution)
		want   error
	}{
		"stranger":      {func(c *threshold.Contribution) { c.Operator = operator(50) }, threshold.ErrOperator},
		"no operator":   {func(c *threshold.Contribution) { c.Operator = nil }, threshold.ErrOperator},
		"long coverage": {func(c *threshold.Contribution) { c.Coverage = append(c.Coverage, 0) }, threshold.ErrLength},
		"no coverage":   {func(c *threshold.Contribution) { c.Coverage = nil }, threshold.ErrLength},
		"empty coverage": {
			func(c *threshold.Contribution) { c.Coverage = threshold.NewBitmap(5) },
			threshold.ErrEncoding,
		},
		"unused bit":   {func(c *threshold.Contribution) { c.Coverage[0] |= 0x80 }, threshold.ErrEncoding},
		"fewer jobs":   {func(c *threshold.Contribution) { c.Coverage[0] &= 0xfe }, threshold.ErrLength},
		"more shares":  {func(c *threshold.Contribution) { c.S = append(c.S, c.S[:32]...) }, threshold.ErrLength},
		"fewer shares": {func(c *threshold.Contribution) { c.S = c.S[32:] }, threshold.ErrLength},
		"odd byte":     {func(c *threshold.Contribution) { c.S = append(c.S, 0) }, threshold.ErrLength},
		"no a":         {func(c *threshold.Contribution) { c.A = nil }, threshold.ErrLength},
		"no a'":        {func(c *threshold.Contribution) { c.APrime = nil }, threshold.ErrLength},
		"no f":         {func(c *threshold.Contribution) { c.F = nil }, threshold.ErrLength},
	}
	for name, tc := range cases {
		bad := clone(b.contributions[2])
		tc.change(bad)
		require.ErrorIs(t, b.round.CheckShape(bad), tc.want, name)
		require.ErrorIs(t, b.round.VerifyOne(bad), tc.want, name)
		require.ErrorIs(t, b.round.Verify([]*threshold.Contribution{bad}, nil), tc.want, name)
		_, err := b.round.Combine([]*threshold.Contribution{bad})
		require.ErrorIs(t, err, tc.want, name)
	}
}

// TestRound_CancellingShares has errors that an unweighted sum would not see:
// within one contribution and between two.
func TestRound_CancellingShares(t *testing.T) {
	b := newBatch(t, newWorld(t, 7), 3)
	delta := threshold.CanaryPoint(1)
	for _, prove := range []bool{false, true} {
		own := clone(b.contributions[2])
		shift(t, own, 0, delta, false)
		shift(t, own, 1, delta, true)
		one, two := clone(b.contributions[3]), clone(b.contributions[4])
		shift(t, one, 0, delta, false)
		shift(t, two, 0, delta, true)
		if prove {
			for _, c := range []*threshold.Contribution{own, one, two} {
				require.NoError(t, b.round.ProveForged(b.rand, c, b.shares[string(c.Operator)]))
			}
		}
		require.ErrorIs(t, b.round.VerifyOne(own), threshold.ErrBatch)
		require.ErrorIs(t, b.round.Verify(b.with(2, own), b.done), threshold.ErrBatch)
		pair := b.with(3, one)
		pair[4] = two
		require.ErrorIs(t, b.round.Verify(pair, b.done), threshold.ErrBatch)
		good, bad := b.round.Sort(pair)
		require.Equal(t, []int{0, 1, 2, 5, 6}, good)
		require.Equal(t, []int{3, 4}, bad)
	}
}

func TestRound_CopiedShares(t *testing.T) {
	b := newBatch(t, newWorld(t, 4), 2)
	copied := clone(b.contributions[1])
	copied.Operator = bytes.Clone(b.contributions[2].Operator)
	require.ErrorIs(t, b.round.VerifyOne(copied), threshold.ErrBatch)
	require.NoError(t, b.round.ProveForged(b.rand, copied, b.shares[string(copied.Operator)]))
	require.ErrorIs(t, b.round.VerifyOne(copied), threshold.ErrBatch, "proved with the copier's own share")
	require.ErrorIs(t,
		b.round.Verify([]*threshold.Contribution{b.contributions[1], b.contributions[1]}, nil), threshold.ErrTwice)
	_, err := b.round.Combine([]*threshold.Contribution{b.contributions[1], b.contributions[1]})
	require.ErrorIs(t, err, threshold.ErrTwice)
	good, bad := b.round.Sort([]*threshold.Contribution{b.contributions[1], b.contributions[1]})
	require.Equal(t, []int{0}, good)
	require.Empty(t, bad)
}

// TestRound_ContextIsBound takes contributions to another round.
func TestRound_ContextIsBound(t *testing.T) {
	w := newWorld(t, 4)
	b := newBatch(t, w, 3)
	x, owners := w.committee.ShareKeys(), w.committee.Owners()
	committee := func(key *threshold.Key, epoch uint64) *threshold.Committee {
		c, err := threshold.NewCommittee(key, epoch, w.t, x, owners)
		require.NoError(t, err)
		return c
	}
	key := w.committee.Key()
	renamed := slices.Clone(b.jobs)
	renamed[0].ID[0] ^= 1
	swapped := []threshold.Job{b.jobs[1], b.jobs[0], b.jobs[2]}
	again := committee(key, 1)
	rounds := map[string]func() (*threshold.Round, error){
		"height": func() (*threshold.Round, error) {
			return threshold.NewRound(again, liveChain, height+1, b.jobs)
		},
		"live chain": func() (*threshold.Round, error) {
			return threshold.NewRound(again, "volens-3", height, b.jobs)
		},
		"order of jobs": func() (*threshold.Round, error) {
			return threshold.NewRound(again, liveChain, height, swapped)
		},
		"job id": func() (*threshold.Round, error) {
			return threshold.NewRound(again, liveChain, height, renamed)
		},
		"epoch": func() (*threshold.Round, error) {
			return threshold.NewRound(committee(key, 2), liveChain, height, b.jobs)
		},
		"key id": func() (*threshold.Round, error) {
			return threshold.NewRound(
				committee(newKey(t, originChain, keyID+1, key.Y()), 1), liveChain, height, b.jobs)
		},
		"origin chain": func() (*threshold.Round, error) {
			return threshold.NewRound(committee(newKey(t, "other", keyID, key.Y()), 1), liveChain, height, b.jobs)
		},
	}
	for name, open := range rounds {
		r, err := open()
		require.NoError(t, err, name)
		require.NotEqual(t, b.round.Digest(), r.Digest(), name)
		require.ErrorIs(t, r.Verify(b.contributions, b.done), threshold.ErrBatch, name)
		require.ErrorIs(t, r.VerifyOne(b.contributions[0]), threshold.ErrBatch, name)
	}
	same, err := threshold.NewRound(again, liveChain, height, b.jobs)
	require.NoError(t, err)
	require.Equal(t, b.round.Digest(), same.Digest())
	require.NoError(t, same.Verify(b.contributions, b.done))
}

func TestRound_ProposerLies(t *testing.T) {
	b := newBatch(t, newWorld(t, 4), 3)
	delta := threshold.CanaryPoint(1)
	lie := func(change func([]threshold.Combined) []threshold.Combined) error {
		return b.round.Verify(b.contributions, change(slices.Clone(b.done)))
	}
	require.ErrorIs(t, lie(func(d []threshold.Combined) []threshold.Combined {
		d[1].S = pointAdd(t, d[1].S, delta)
		return d
	}), threshold.ErrBatch)
	require.ErrorIs(t, lie(func(d []threshold.Combined) []threshold.Combined { // errors that cancel
		d[1].S, d[2].S = pointAdd(t, d[1].S, delta), pointSub(t, d[2].S, delta)
		return d
	}), threshold.ErrBatch)
	require.ErrorIs(t, lie(func(d []threshold.Combined) []threshold.Combined { // exchanged
		d[0].S, d[1].S = d[1].S, d[0].S
		return d
	}), threshold.ErrBatch)
	for name, change := range map[string]func([]threshold.Combined) []threshold.Combined{
		"one left out": func(d []threshold.Combined) []threshold.Combined { return d[1:] },
		"none":         func([]threshold.Combined) []threshold.Combined { return nil },
		"one twice":    func(d []threshold.Combined) []threshold.Combined { return append(d, d[2]) },
		"wrong order": func(d []threshold.Combined) []threshold.Combined {
			d[0], d[1] = d[1], d[0]
			return d
		},
		"wrong index": func(d []threshold.Combined) []threshold.Combined {
			d[2].JobIndex = 3
			return d
		},
		"negative index": func(d []threshold.Combined) []threshold.Combined {
			d[0].JobIndex = -1
			return d
		},
	} {
		require.ErrorIs(t, lie(change), threshold.ErrDone, name)
	}
}

func TestRound_SortManyCulprits(t *testing.T) {
	b := newBatch(t, newWorld(t, 10), 2)
	delta := threshold.CanaryPoint(1)
	set := slices.Clone(b.contributions)
	for _, i := range []int{1, 4, 9} {
		set[i] = clone(set[i])
		shift(t, set[i], 0, delta, false)
	}
	set[0] = clone(set[0])
	set[0].S[31] |= 0x80
	good, bad := b.round.Sort(set)
	require.Equal(t, []int{2, 3, 5, 6, 7, 8}, good, "everything that holds is used")
	require.Equal(t, []int{0, 1}, bad, "the first two are named")
	for _, i := range bad {
		require.Error(t, b.round.VerifyOne(set[i]))
	}
	good, bad = b.round.Sort(nil)
	require.Empty(t, good)
	require.Empty(t, bad)
}

func TestEmit_Refuses(t *testing.T) {
	w := newWorld(t, 4)
	r := w.round(w.jobs(3))
	op := w.operators[0]
	own := w.shares[string(op)]
	full := threshold.FullBitmap(3)
	_, err := r.Emit(w.rand, w.operators[1], own, full)
	require.ErrorIs(t, err, threshold.ErrShares, "shares of another operator")
	_, err = r.Emit(w.rand, operator(60), own, full)
	require.ErrorIs(t, err, threshold.ErrOperator)
	stale := threshold.ForceShares(keyID, 2, own.Indices(), own.Secrets())
	_, err = r.Emit(w.rand, op, stale, full)
	require.ErrorIs(t, err, threshold.ErrShares, "shares of another epoch")
	foreign := threshold.ForceShares(keyID+1, 1, own.Indices(), own.Secrets())
	_, err = r.Emit(w.rand, op, foreign, full)
	require.ErrorIs(t, err, threshold.ErrShares, "shares of another key")
	_, err = r.Emit(w.rand, op, own, threshold.NewBitmap(3))
	require.ErrorIs(t, err, threshold.ErrEncoding)
	_, err = r.Emit(w.rand, op, own, threshold.FullBitmap(9))
	require.ErrorIs(t, err, threshold.ErrLength)
	_, err = r.Emit(w.rand, op, own, threshold.Bitmap{0xff})
	require.ErrorIs(t, err, threshold.ErrEncoding)
	_, err = r.Emit(iotest.ErrReader(io.ErrClosedPipe), op, own, full)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// TestEmit_Twice asks twice, as rounds of consensus do.
func TestEmit_Twice(t *testing.T) {
	w := newWorld(t, 4)
	r := w.round(w.jobs(2))
	one, two := w.emit(r, w.operators[0])[0], w.emit(r, w.operators[0])[0]
	require.Equal(t, one.S, two.S)
	require.NotEqual(t, one.A, two.A)
	require.NoError(t, r.VerifyOne(one))
	require.NoError(t, r.VerifyOne(two))
	mixed := clone(one)
	mixed.F = two.F
	require.ErrorIs(t, r.VerifyOne(mixed), threshold.ErrBatch)
}

func TestNewRound_Refuses(t *testing.T) {
	w := newWorld(t, 4)
	jobs := w.jobs(2)
	_, err := threshold.NewRound(w.committee, liveChain, height, nil)
	require.ErrorIs(t, err, threshold.ErrJobs)
	_, err = threshold.NewRound(w.committee, liveChain, height, []threshold.Job{jobs[0], jobs[1], jobs[0]})
	require.ErrorIs(t, err, threshold.ErrJobs)
	for name, raw := range refusedPoints() {
		_, err = threshold.NewRound(w.committee, liveChain, height, []threshold.Job{jobs[0], {B: raw}})
		require.Error(t, err, name)
	}
}

// open computes xB from the secret shares of the first T operators, with the peer's arithmetic.
func (w *world) open(b []byte) []byte {
	w.tb.Helper()
	indices := make([]int, w.t)
	for i := range indices {
		indices[i] = i + 1
	}
	x := ristretto255.NewScalar()
	for i, l := range threshold.Lagrange(indices) {
		share := w.shares[string(w.owners[i])].Secrets()[0]
		term := peerDecodeScalar(w.tb, share.Bytes())
		x.Add(x, term.Multiply(term, peerDecodeScalar(w.tb, l.Bytes())))
	}
	return ristretto255.NewIdentityElement().ScalarMult(x, peerDecode(w.tb, b)).Bytes()
}
