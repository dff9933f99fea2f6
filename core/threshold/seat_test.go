package threshold_test

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

func TestDeriveSeat_DependsOnEverything(t *testing.T) {
	key := testKey(t)
	seed := bytes.Repeat([]byte{4}, 32)
	base, err := key.DeriveSeat(seed, liveChain, id.ID{1}, 3)
	require.NoError(t, err)
	again, err := key.DeriveSeat(seed, liveChain, id.ID{1}, 3)
	require.NoError(t, err)
	require.Equal(t, base.Bytes(), again.Bytes())

	derive := func(k *threshold.Key, seed []byte, chain string, request id.ID, i uint64) []byte {
		s, err := k.DeriveSeat(seed, chain, request, i)
		require.NoError(t, err)
		return s.Bytes()
	}
	others := [][]byte{
		derive(key, bytes.Repeat([]byte{5}, 32), liveChain, id.ID{1}, 3),
		derive(key, seed, "volens-3", id.ID{1}, 3),
		derive(key, seed, liveChain, id.ID{2}, 3),
		derive(key, seed, liveChain, id.ID{1}, 4),
		derive(newKey(t, originChain, keyID+1, key.Y()), seed, liveChain, id.ID{1}, 3),
	}
	for i, other := range others {
		require.NotEqual(t, base.Bytes(), other, i)
	}
	_, err = key.DeriveSeat(seed[:31], liveChain, id.ID{1}, 3)
	require.ErrorIs(t, err, threshold.ErrLength)
}

func TestSeatSecret_Bytes(t *testing.T) {
	key := testKey(t)
	s, err := key.DeriveSeat(make([]byte, 32), liveChain, id.ID{1}, 0)
	require.NoError(t, err)
	again, err := threshold.SeatSecretFromBytes(s.Bytes())
	require.NoError(t, err)
	require.Equal(t, s.Q(), again.Q())
	require.Equal(t, baseMul(t, mustScalar(t, s.Bytes())), s.Q())
	for name, raw := range refusedScalars() {
		_, err := threshold.SeatSecretFromBytes(raw)
		require.Error(t, err, name)
	}
	_, err = threshold.SeatSecretFromBytes(make([]byte, 32))
	require.ErrorIs(t, err, threshold.ErrIdentity)
	s.Zero()
	require.Equal(t, make([]byte, 32), s.Bytes())
}

func mustScalar(tb testing.TB, raw []byte) *threshold.Scalar {
	tb.Helper()
	s, err := threshold.DecodeScalar(raw)
	require.NoError(tb, err)
	return s
}

func TestSeats_Batch(t *testing.T) {
	key := testKey(t)
	seats := makeSeats(t, key, 30)
	require.NoError(t, key.VerifySeats(seats))
	require.NoError(t, key.VerifySeats(nil))

	// One wrong proof refuses all, wherever it stands.
	for _, i := range []int{0, 15, 29} {
		bad := append([]threshold.SeatProof(nil), seats...)
		bad[i].Proof = bytes.Clone(bad[i].Proof)
		bad[i].Proof[100] ^= 1
		require.Error(t, key.VerifySeats(bad))
	}
	// Two proofs that are exchanged are both wrong.
	bad := append([]threshold.SeatProof(nil), seats...)
	bad[3].Proof, bad[4].Proof = bad[4].Proof, bad[3].Proof
	require.ErrorIs(t, key.VerifySeats(bad), threshold.ErrProof)
}

// TestSeats_CancellingErrors changes two answers so that an unweighted sum would not notice.
func TestSeats_CancellingErrors(t *testing.T) {
	key := testKey(t)
	seats := makeSeats(t, key, 2)
	delta := peerSmall(1)
	for i := range seats {
		seats[i].Proof = bytes.Clone(seats[i].Proof)
		f := peerDecodeScalar(t, seats[i].Proof[96:])
		if i == 0 {
			f.Add(f, delta)
		} else {
			f.Subtract(f, delta)
		}
		copy(seats[i].Proof[96:], f.Bytes())
	}
	require.ErrorIs(t, key.VerifySeats(seats), threshold.ErrProof)
}

func TestSeats_ContextIsBound(t *testing.T) {
	key := testKey(t)
	changes := map[string]func(*threshold.SeatContext){
		"live chain": func(c *threshold.SeatContext) { c.LiveChain = "volens-3" },
		"request":    func(c *threshold.SeatContext) { c.RequestID[0] ^= 1 },
		"index":      func(c *threshold.SeatContext) { c.Index++ },
		"researcher": func(c *threshold.SeatContext) { c.Researcher = operator(89) },
		"short":      func(c *threshold.SeatContext) { c.Researcher = c.Researcher[:19] },
		"q":          func(c *threshold.SeatContext) { c.Q = threshold.CanaryPoint(1) },
		"identity":   func(c *threshold.SeatContext) { c.Q = make([]byte, 32) },
		"no q":       func(c *threshold.SeatContext) { c.Q = nil },
	}
	for name, change := range changes {
		seats := makeSeats(t, key, 2)
		change(&seats[1].Context)
		require.Error(t, key.VerifySeats(seats), name)
	}
	seats := makeSeats(t, key, 1)
	require.ErrorIs(t, newKey(t, "volens-9", keyID, key.Y()).VerifySeats(seats), threshold.ErrProof)
	require.ErrorIs(t, newKey(t, originChain, keyID+1, key.Y()).VerifySeats(seats), threshold.ErrProof)
}

func TestSeatSecret_ProveRefuses(t *testing.T) {
	key := testKey(t)
	s, err := key.DeriveSeat(make([]byte, 32), liveChain, id.ID{1}, 0)
	require.NoError(t, err)
	ctx := threshold.SeatContext{LiveChain: liveChain, Researcher: operator(1), Q: threshold.CanaryPoint(1)}
	_, err = s.Prove(newStream("n"), key, ctx)
	require.ErrorIs(t, err, threshold.ErrProof)
	ctx.Q, ctx.Researcher = s.Q(), nil
	_, err = s.Prove(newStream("n"), key, ctx)
	require.ErrorIs(t, err, threshold.ErrLength)
	ctx.Researcher = operator(1)
	_, err = s.Prove(iotest.ErrReader(io.ErrClosedPipe), key, ctx)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// TestSeat_Rogue is the attack on a committee that opens U + Q without a proof
// for Q: Q = U' - U makes it open the victim's capsule.
func TestSeat_Rogue(t *testing.T) {
	w := newWorld(t, 4)
	key := w.committee.Key()
	victim, err := key.Encapsulate(w.rand)
	require.NoError(t, err)
	decoy, err := key.Encapsulate(w.rand)
	require.NoError(t, err)
	rogue := pointSub(t, victim.U(), decoy.U())

	// Without the check the attack works.
	b, err := threshold.AddPoints(decoy.U(), rogue)
	require.NoError(t, err)
	opened := w.release(threshold.Job{ID: [32]byte{1}, B: b})[0]
	got, err := key.WrapKeyFromShared(opened, make([]byte, 32), id.ID{1}, victim.U())
	require.NoError(t, err)
	require.Equal(t, victim.WrapKey(id.ID{1}, make([]byte, 32)), got)

	// The attacker knows neither discrete logarithm of the rogue point.
	ctx := threshold.SeatContext{LiveChain: liveChain, RequestID: id.ID{1}, Researcher: operator(1), Q: rogue}
	context, err := ctx.TranscriptOf()
	require.NoError(t, err)
	mine, err := threshold.RandomScalar(w.rand)
	require.NoError(t, err)
	proof, err := key.Prove(w.rand, threshold.LabelSeat, context, mine)
	require.NoError(t, err)
	require.ErrorIs(t, key.VerifySeats([]threshold.SeatProof{{Context: ctx, Proof: proof}}), threshold.ErrProof)
}

// TestSeat_Reused shows why a seat serves one dataset only: who knows xU of one
// dataset opened for Q opens every other dataset opened for Q.
func TestSeat_Reused(t *testing.T) {
	w := newWorld(t, 4)
	key := w.committee.Key()
	victim, err := key.Encapsulate(w.rand)
	require.NoError(t, err)
	own, err := key.Encapsulate(w.rand)
	require.NoError(t, err)
	seat, err := key.DeriveSeat(make([]byte, 32), liveChain, id.ID{1}, 0)
	require.NoError(t, err)
	var jobs []threshold.Job
	for i, u := range [][]byte{victim.U(), own.U()} {
		b, err := threshold.AddPoints(u, seat.Q())
		require.NoError(t, err)
		jobs = append(jobs, threshold.Job{ID: [32]byte{byte(i)}, B: b})
	}
	s := w.release(jobs...)
	xOwn, err := key.Recover(s[1], seat) // its owner knows rY without this
	require.NoError(t, err)
	xQ := pointSub(t, s[1], xOwn)
	xVictim := pointSub(t, s[0], xQ)
	got, err := key.WrapKeyFromShared(xVictim, nil, id.ID{1}, victim.U())
	require.NoError(t, err)
	require.Equal(t, victim.WrapKey(id.ID{1}, nil), got)
}

func TestRecover_Refuses(t *testing.T) {
	key := testKey(t)
	s, err := key.DeriveSeat(make([]byte, 32), liveChain, id.ID{1}, 0)
	require.NoError(t, err)
	for name, raw := range refusedPoints() {
		_, err := key.Recover(raw, s)
		require.Error(t, err, name)
	}
	qY := pointMul(t, mustScalar(t, s.Bytes()), key.Y())
	_, err = key.Recover(qY, s)
	require.ErrorIs(t, err, threshold.ErrIdentity)
}
