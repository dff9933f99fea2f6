package threshold_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/threshold"
)

// next starts a reshare of a world's key to n operators, of which the first is number first.
func next(tb tester, from *world, first, n int) *world {
	tb.Helper()
	owners, t, err := threshold.EqualAssignment(operators(first + n)[first:])
	require.NoError(tb, err)
	ctx := from.ctx
	ctx.Epoch++
	return startRun(tb, "next", ctx, owners, t, from.committee)
}

// dealOld adds the deals of old shares, by index.
func (w *world) dealOld(from *world, shares ...int) {
	w.tb.Helper()
	for _, k := range shares {
		op := from.owners[k-1]
		d, err := w.run.Deal(w.rand, threshold.Dealer{Operator: op, OldShare: uint64(k)}, from.shares[string(op)])
		require.NoError(w.tb, err)
		w.deals = append(w.deals, d)
	}
}

func TestReshare_KeepsKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := dealTrusted(t, rapid.IntRange(4, 9).Draw(t, "old"))
		old.ctx = threshold.RunContext{OriginChain: originChain, KeyID: keyID, Epoch: 1}
		w := next(t, old, rapid.IntRange(0, 9).Draw(t, "first"), rapid.IntRange(4, 9).Draw(t, "new"))
		indices := make([]int, old.committee.Size())
		for i := range indices {
			indices[i] = i + 1
		}
		dealt := rapid.IntRange(old.t, len(indices)).Draw(t, "dealt")
		w.dealOld(old, rapid.Permutation(indices).Draw(t, "dealers")[:dealt]...)
		w.finish()
		require.Equal(t, old.committee.Key().Y(), w.committee.Key().Y())
		job := old.jobs(1)[0]
		require.Equal(t, old.release(job), w.release(job), "both epochs open the same")
		require.NotEqual(t, old.committee.ShareKeys()[0], w.committee.ShareKeys()[0])
	})
}

func TestReshare_TooFewOldShares(t *testing.T) {
	old := newWorld(t, 7)
	w := next(t, old, 0, 4)
	w.dealOld(old, 1, 3, 5, 7)
	_, err := w.run.FinishPublic(w.deals)
	require.ErrorIs(t, err, threshold.ErrQualified)
}

// TestReshare_OldSharesAreStale emits with an old share in the new epoch, and the other way round.
func TestReshare_OldSharesAreStale(t *testing.T) {
	old := newWorld(t, 4)
	w := reshare(t, old, old.owners, old.t)
	r := w.round(w.jobs(1))
	op := old.operators[0]
	_, err := r.Emit(w.rand, op, old.shares[string(op)], threshold.FullBitmap(1))
	require.ErrorIs(t, err, threshold.ErrShares)
	relabelled := threshold.ForceShares(keyID, 2, []int{1}, old.shares[string(op)].Secrets())
	c, err := r.Emit(w.rand, op, relabelled, threshold.FullBitmap(1))
	require.NoError(t, err)
	require.ErrorIs(t, r.VerifyOne(c), threshold.ErrBatch)
	require.ErrorIs(t, w.committee.CheckShares(op, relabelled), threshold.ErrShares)
}

// TestReshare_MixedSharesOpenNothing combines T shares of two epochs.
func TestReshare_MixedSharesOpenNothing(t *testing.T) {
	old := newWorld(t, 4)
	w := reshare(t, old, old.owners, old.t)
	job := old.jobs(1)
	want := old.release(job...)
	mixed := &world{tb: t, rand: w.rand, operators: w.operators, owners: w.owners, t: w.t, committee: w.committee}
	mixed.shares = map[string]*threshold.Shares{}
	for i, op := range w.operators {
		mixed.shares[string(op)] = w.shares[string(op)]
		if i == 0 {
			mixed.shares[string(op)] = threshold.ForceShares(keyID, 2, []int{1}, old.shares[string(op)].Secrets())
		}
	}
	require.Equal(t, want[0], w.open(job[0].B))
	require.NotEqual(t, want[0], mixed.open(job[0].B))
}

func TestReshare_BadDealers(t *testing.T) {
	old := newWorld(t, 4)
	w := next(t, old, 2, 5)
	// A share that is not one's own, none, and one that does not exist.
	own := old.shares[string(old.owners[0])]
	for _, k := range []uint64{0, 2, 5, 1 << 40} {
		_, err := w.run.Deal(w.rand, threshold.Dealer{Operator: old.owners[0], OldShare: k}, own)
		require.ErrorIs(t, err, threshold.ErrOperator, k)
	}
	dealer := threshold.Dealer{Operator: old.owners[0], OldShare: 1}
	_, err := w.run.Deal(w.rand, dealer, nil)
	require.ErrorIs(t, err, threshold.ErrShares)
	_, err = w.run.Deal(w.rand, dealer, old.shares[string(old.owners[1])])
	require.ErrorIs(t, err, threshold.ErrShares)

	// Another secret than the old share would change the key.
	other, err := threshold.RandomScalar(w.rand)
	require.NoError(t, err)
	d, err := w.run.Deal(w.rand, dealer, threshold.ForceShares(keyID, 1, []int{1}, []*threshold.Scalar{other}))
	require.NoError(t, err)
	require.ErrorIs(t, w.run.VerifyDeal(d), threshold.ErrDeal)
	w.dealOld(old, 2, 3)
	_, err = w.run.FinishPublic(append(w.deals, d))
	require.ErrorIs(t, err, threshold.ErrKeyChanged, "and is refused again at the end")

	// A dealer that cheats a reader is convicted; the others suffice.
	w.dealOld(old, 4, 1)
	bad := spoil(t, w.deals[3], w.t, 4)
	reader := w.operators[3]
	dispute, err := w.run.OpenDeal(w.rand, bad, reader, w.eks[string(reader)])
	require.ErrorIs(t, err, threshold.ErrBadShare)
	require.Equal(t, threshold.VerdictDealer, w.run.Judge(bad, dispute, reader))
	w.deals = w.deals[:3]
	w.finish()
	require.Equal(t, old.committee.Key().Y(), w.committee.Key().Y())
}

func TestReshare_KeepsOldSharesIntact(t *testing.T) {
	old := newWorld(t, 4)
	before := old.shares[string(old.owners[0])].Bytes()
	next(t, old, 0, 4).dealOld(old, 1)
	require.Equal(t, before, old.shares[string(old.owners[0])].Bytes(), "dealing erases only its own copy")
}
