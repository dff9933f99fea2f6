package threshold_test

import (
	"bytes"
	"testing"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/threshold"
)

func FuzzDecodePoint(f *testing.F) {
	for _, raw := range refusedPoints() {
		f.Add(raw)
	}
	f.Add(threshold.CanaryPoint(1))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := threshold.DecodePoint(raw)
		peer, peerErr := ristretto255.NewIdentityElement().SetCanonicalBytes(raw)
		if err == nil {
			require.NoError(t, peerErr)
			require.Equal(t, raw, p.Bytes())
			require.Equal(t, 0, peer.Equal(ristretto255.NewIdentityElement()))
		} else if peerErr == nil {
			require.ErrorIs(t, err, threshold.ErrIdentity)
		}
	})
}

// FuzzVerifyCapsule changes a proof and its U: nothing but the original verifies.
func FuzzVerifyCapsule(f *testing.F) {
	key := testKey(f)
	e, err := key.Encapsulate(newStream("capsule"))
	require.NoError(f, err)
	ctx := capsuleContext(e.U())
	proof, err := e.Prove(newStream("nonce"), ctx)
	require.NoError(f, err)
	f.Add(ctx.U, proof)
	f.Add(make([]byte, 32), make([]byte, 128))
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, u, raw []byte) {
		changed := ctx
		changed.U = u
		same := bytes.Equal(u, ctx.U) && bytes.Equal(raw, proof)
		require.Equal(t, same, key.VerifyCapsule(changed, raw) == nil)
	})
}

// FuzzUnmarshalDeal checks that a deal has one encoding and that no bytes but the original verify.
func FuzzUnmarshalDeal(f *testing.F) {
	w := start(f, 4)
	d := w.deal(w.operators[0])
	raw, err := d.MarshalBinary()
	require.NoError(f, err)
	f.Add(raw)
	f.Add(raw[:len(raw)-1])
	f.Add(make([]byte, threshold.DealSize(1, 1)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := threshold.UnmarshalDeal(raw)
		if err != nil {
			return
		}
		again, err := d.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, raw, again)
		if w.run.VerifyDeal(d) != nil {
			return
		}
		op := w.operators[1]
		dispute, err := w.run.OpenDeal(newStream("f"), d, op, w.eks[string(op)])
		if err != nil {
			require.ErrorIs(t, err, threshold.ErrBadShare)
			require.Equal(t, threshold.VerdictDealer, w.run.Judge(d, dispute, op))
		}
	})
}

// FuzzJudge checks that no dispute convicts an honest dealer.
func FuzzJudge(f *testing.F) {
	w := start(f, 4)
	d := w.deal(w.operators[0])
	for k, op := range w.operators {
		dispute, err := w.run.ForceDispute(w.rand, d, k+1, w.eks[string(op)])
		require.NoError(f, err)
		raw, err := dispute.MarshalBinary()
		require.NoError(f, err)
		f.Add(raw, uint8(k))
	}
	f.Add(make([]byte, threshold.DisputeSize), uint8(0))
	f.Fuzz(func(t *testing.T, raw []byte, signer uint8) {
		x, err := threshold.UnmarshalDispute(raw)
		if err != nil {
			return
		}
		again, err := x.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, raw, again)
		require.NotEqual(t, threshold.VerdictDealer, w.run.Judge(d, x, w.operators[signer%4]))
	})
}

// FuzzContribution checks that a contribution that verifies carries the right shares.
func FuzzContribution(f *testing.F) {
	w := dealTrusted(f, 4)
	r := w.round(w.jobs(2))
	for _, c := range w.emit(r, w.operators...) {
		f.Add(c.Operator, []byte(c.Coverage), c.S, c.A, c.APrime, c.F)
	}
	f.Add([]byte{}, []byte{}, []byte{}, []byte{}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, operator, coverage, s, a, aprime, answer []byte) {
		c := &threshold.Contribution{
			Operator: operator, Coverage: coverage, S: s, A: a, APrime: aprime, F: answer,
		}
		good, bad := r.Sort([]*threshold.Contribution{c})
		require.Len(t, append(good, bad...), 1)
		if r.VerifyOne(c) != nil {
			require.Equal(t, []int{0}, bad)
			return
		}
		honest, err := r.Emit(w.rand, operator, w.shares[string(operator)], coverage)
		require.NoError(t, err)
		require.Equal(t, honest.S, s)
	})
}

func FuzzParseShares(f *testing.F) {
	w := dealTrusted(f, 4)
	f.Add(w.shares[string(w.operators[0])].Bytes())
	f.Add(make([]byte, 52))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := threshold.ParseShares(raw)
		if err == nil {
			require.Equal(t, raw, s.Bytes())
		}
	})
}
