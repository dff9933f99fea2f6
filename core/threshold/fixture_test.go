package threshold_test

import (
	"crypto/sha256"
	"encoding/binary"
	"io"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/chacha20"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

const (
	originChain = "volens-1"
	liveChain   = "volens-2"
	keyID       = 7
	height      = 1000
)

// tester is what *testing.T, *testing.B and *rapid.T have in common.
type tester interface {
	require.TestingT
	Helper()
}

// stream is a reproducible source of randomness.
type stream struct{ cipher *chacha20.Cipher }

func newStream(name string) io.Reader {
	key := sha256.Sum256([]byte(name))
	c, err := chacha20.NewUnauthenticatedCipher(key[:], make([]byte, chacha20.NonceSize))
	if err != nil {
		panic(err)
	}
	return stream{c}
}

func (s stream) Read(p []byte) (int, error) {
	clear(p)
	s.cipher.XORKeyStream(p, p)
	return len(p), nil
}

// world is a committee with all its secrets.
type world struct {
	tb        tester
	rand      io.Reader
	ctx       threshold.RunContext
	operators [][]byte // distinct, ascending
	owners    [][]byte
	t         int
	eks       map[string]*threshold.EnrolmentSecret
	run       *threshold.Run
	deals     []*threshold.Deal
	committee *threshold.Committee
	shares    map[string]*threshold.Shares
}

func operator(i int) []byte {
	out := make([]byte, threshold.AddressSize)
	binary.BigEndian.PutUint32(out[16:], uint32(i+1))
	return out
}

func operators(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = operator(i)
	}
	return out
}

// newWorld makes a key among n operators with one share each.
func newWorld(tb tester, n int) *world {
	tb.Helper()
	owners, t, err := threshold.EqualAssignment(operators(n))
	require.NoError(tb, err)
	return newWeighted(tb, owners, t)
}

// newWeighted makes a key for given owners of shares.
func newWeighted(tb tester, owners [][]byte, t int) *world {
	tb.Helper()
	w := startRun(tb, "run", threshold.RunContext{OriginChain: originChain, KeyID: keyID, Epoch: 1}, owners, t, nil)
	for _, op := range w.operators {
		d, err := w.run.Deal(w.rand, threshold.Dealer{Operator: op}, nil)
		require.NoError(tb, err)
		w.deals = append(w.deals, d)
	}
	w.finish()
	return w
}

// startRun enrols all owners and takes the snapshot.
func startRun(
	tb tester, name string, ctx threshold.RunContext, owners [][]byte, t int, old *threshold.Committee,
) *world {
	tb.Helper()
	w := &world{
		tb: tb, rand: newStream(name), ctx: ctx, owners: owners, t: t,
		eks: map[string]*threshold.EnrolmentSecret{}, shares: map[string]*threshold.Shares{},
	}
	var enrolments []threshold.Enrolment
	for _, op := range owners {
		if w.eks[string(op)] != nil {
			continue
		}
		ek, e, err := threshold.NewEnrolment(w.rand, ctx, op)
		require.NoError(tb, err)
		require.NoError(tb, threshold.VerifyEnrolment(ctx, e))
		w.eks[string(op)] = ek
		w.operators = append(w.operators, op)
		enrolments = append(enrolments, e)
	}
	run, err := threshold.NewRun(ctx, t, owners, enrolments, old)
	require.NoError(tb, err)
	w.run = run
	return w
}

// finish verifies and opens all deals and makes the committee and its shares.
func (w *world) finish() {
	w.tb.Helper()
	for _, d := range w.deals {
		require.NoError(w.tb, w.run.VerifyDeal(d))
		for _, op := range w.operators {
			dispute, err := w.run.OpenDeal(w.rand, d, op, w.eks[string(op)])
			require.NoError(w.tb, err)
			require.Nil(w.tb, dispute)
		}
	}
	c, err := w.run.FinishPublic(w.deals)
	require.NoError(w.tb, err)
	w.committee = c
	for _, op := range w.operators {
		s, err := w.run.FinishPrivate(op, w.eks[string(op)], w.deals, c)
		require.NoError(w.tb, err)
		confirmation, err := w.run.Confirm(w.rand, op, s, c)
		require.NoError(w.tb, err)
		require.NoError(w.tb, w.run.VerifyConfirmation(confirmation, c))
		w.shares[string(op)] = s
	}
}

// jobs makes n releases to fresh points.
func (w *world) jobs(n int) []threshold.Job {
	w.tb.Helper()
	out := make([]threshold.Job, n)
	for i := range out {
		u, err := w.committee.Key().Encapsulate(w.rand)
		require.NoError(w.tb, err)
		q, err := w.committee.Key().Encapsulate(w.rand)
		require.NoError(w.tb, err)
		b, err := threshold.AddPoints(u.U(), q.U())
		require.NoError(w.tb, err)
		jid := threshold.JobID(
			threshold.JobRelease, keyID, liveChain, id.ID{1}, uint64(i), id.ID{2, byte(i), byte(i >> 8)}, 1, b)
		out[i] = threshold.Job{ID: jid, B: b}
	}
	return out
}

func (w *world) round(jobs []threshold.Job) *threshold.Round {
	w.tb.Helper()
	r, err := threshold.NewRound(w.committee, liveChain, height, jobs)
	require.NoError(w.tb, err)
	return r
}

// emit lets the given operators contribute to all jobs.
func (w *world) emit(r *threshold.Round, ops ...[]byte) []*threshold.Contribution {
	w.tb.Helper()
	out := make([]*threshold.Contribution, len(ops))
	for i, op := range ops {
		c, err := r.Emit(w.rand, op, w.shares[string(op)], threshold.FullBitmap(r.Len()))
		require.NoError(w.tb, err)
		out[i] = c
	}
	return out
}

// release opens jobs with all operators and returns S of each.
func (w *world) release(jobs ...threshold.Job) [][]byte {
	w.tb.Helper()
	r := w.round(jobs)
	contributions := w.emit(r, w.operators...)
	done, err := r.Combine(contributions)
	require.NoError(w.tb, err)
	require.NoError(w.tb, r.Verify(contributions, done))
	require.Len(w.tb, done, len(jobs))
	out := make([][]byte, len(done))
	for i := range done {
		out[i] = done[i].S
	}
	return out
}

// testKey is a key whose secret the tests know: newStream("x").
func testKey(tb tester) *threshold.Key {
	tb.Helper()
	x, err := threshold.RandomScalar(newStream("x"))
	require.NoError(tb, err)
	return keyOf(tb, x)
}

// keyOf makes the key xG.
func keyOf(tb tester, x *threshold.Scalar) *threshold.Key {
	tb.Helper()
	key, err := threshold.NewKey(originChain, keyID, baseMul(tb, x))
	require.NoError(tb, err)
	return key
}

// capsuleContext fills in a context around u.
func capsuleContext(u []byte) threshold.CapsuleContext {
	digest := func(s string) []byte { d := sha256.Sum256([]byte(s)); return d[:] }
	return threshold.CapsuleContext{
		DatasetID: id.ID{1, 2, 3}, Version: 1, Owner: operator(77), SHA256: digest("file"), TreeRoot: digest("tree"),
		U: u, BodySHA256: digest("body"), Gate: []byte("gate"), FacetsRoot: digest("facets"),
	}
}

// makeSeats makes proved seats of one request.
func makeSeats(tb tester, key *threshold.Key, n int) []threshold.SeatProof {
	tb.Helper()
	out := make([]threshold.SeatProof, n)
	request := id.ID{5}
	for i := range out {
		secret, err := key.DeriveSeat(make([]byte, threshold.MinReaderSeed), liveChain, request, uint64(i))
		require.NoError(tb, err)
		ctx := threshold.SeatContext{
			LiveChain: liveChain, RequestID: request, Index: uint64(i), Researcher: operator(88), Q: secret.Q(),
		}
		proof, err := secret.Prove(newStream("seat"), key, ctx)
		require.NoError(tb, err)
		out[i] = threshold.SeatProof{Context: ctx, Proof: proof}
	}
	return out
}

// dealTrusted makes a committee from one dealer who knows the key, which is
// faster than a run.
func dealTrusted(tb tester, n int) *world {
	tb.Helper()
	owners, t, err := threshold.EqualAssignment(operators(n))
	require.NoError(tb, err)
	w := &world{
		tb: tb, rand: newStream("trusted"), operators: owners, owners: owners, t: t,
		shares: map[string]*threshold.Shares{},
	}
	coefficients := make([]*ristretto255.Scalar, t)
	for i := range coefficients {
		coefficients[i] = peerScalar(tb, w.rand)
	}
	x := make([][]byte, n)
	for i, op := range owners {
		share := peerEval(coefficients, i+1)
		x[i] = new(ristretto255.Element).ScalarBaseMult(share).Bytes()
		raw := binary.BigEndian.AppendUint64(nil, keyID)
		raw = binary.BigEndian.AppendUint64(raw, 1)
		raw = binary.BigEndian.AppendUint16(raw, 1)
		raw = binary.BigEndian.AppendUint16(raw, uint16(i+1))
		w.shares[string(op)], err = threshold.ParseShares(append(raw, share.Bytes()...))
		require.NoError(tb, err)
	}
	y := new(ristretto255.Element).ScalarBaseMult(coefficients[0]).Bytes()
	key, err := threshold.NewKey(originChain, keyID, y)
	require.NoError(tb, err)
	w.committee, err = threshold.NewCommittee(key, 1, t, x, owners)
	require.NoError(tb, err)
	return w
}

// reshare moves the key of a world to new owners, with all old shares dealt.
func reshare(tb tester, from *world, owners [][]byte, t int) *world {
	tb.Helper()
	ctx := from.ctx
	ctx.Epoch++
	w := startRun(tb, "reshare", ctx, owners, t, from.committee)
	for k, op := range from.owners {
		d, err := w.run.Deal(w.rand, threshold.Dealer{Operator: op, OldShare: uint64(k + 1)}, from.shares[string(op)])
		require.NoError(tb, err)
		w.deals = append(w.deals, d)
	}
	w.finish()
	return w
}
