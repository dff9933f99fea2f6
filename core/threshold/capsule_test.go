package threshold_test

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/core/transcript"
)

// proofCase is a proof that holds and the means to ask whether a changed one does.
type proofCase struct {
	key    *threshold.Key
	ctx    threshold.CapsuleContext
	proof  []byte
	secret *threshold.Encapsulation
}

func newCapsule(tb testing.TB) proofCase {
	tb.Helper()
	key := testKey(tb)
	e, err := key.Encapsulate(newStream("capsule"))
	require.NoError(tb, err)
	ctx := capsuleContext(e.U())
	proof, err := e.Prove(newStream("nonce"), ctx)
	require.NoError(tb, err)
	require.NoError(tb, key.VerifyCapsule(ctx, proof))
	return proofCase{key: key, ctx: ctx, proof: proof, secret: e}
}

func TestCapsule_SharedSecret(t *testing.T) {
	x, err := threshold.RandomScalar(newStream("x"))
	require.NoError(t, err)
	key := keyOf(t, x)
	e, err := key.Encapsulate(newStream("capsule"))
	require.NoError(t, err)
	g := bytes.Repeat([]byte{1}, 32)
	xU := pointMul(t, x, e.U())
	got, err := key.WrapKeyFromShared(xU, g, id.ID{1}, e.U())
	require.NoError(t, err)
	require.Equal(t, e.WrapKey(id.ID{1}, g), got)

	// The wrap key depends on both halves, the dataset, U and the key.
	require.NotEqual(t, got, e.WrapKey(id.ID{2}, g))
	require.NotEqual(t, got, e.WrapKey(id.ID{1}, make([]byte, 32)))
	other, err := key.WrapKeyFromShared(xU, g, id.ID{1}, key.Y())
	require.NoError(t, err)
	require.NotEqual(t, got, other)
	foreign, err := threshold.NewKey("other-1", keyID, key.Y())
	require.NoError(t, err)
	other, err = foreign.WrapKeyFromShared(xU, g, id.ID{1}, e.U())
	require.NoError(t, err)
	require.NotEqual(t, got, other)
	for name, raw := range refusedPoints() {
		_, err = key.WrapKeyFromShared(raw, g, id.ID{1}, e.U())
		require.Error(t, err, name)
		_, err = key.WrapKeyFromShared(xU, g, id.ID{1}, raw)
		require.Error(t, err, name)
	}
}

func TestCapsule_AnyByteChanged(t *testing.T) {
	c := newCapsule(t)
	for i := range c.proof {
		for bit := range 8 {
			bad := bytes.Clone(c.proof)
			bad[i] ^= 1 << bit
			require.Error(t, c.key.VerifyCapsule(c.ctx, bad), "byte %d bit %d", i, bit)
		}
	}
	for i := range c.ctx.U {
		bad := c.ctx
		bad.U = bytes.Clone(bad.U)
		bad.U[i] ^= 1
		require.Error(t, c.key.VerifyCapsule(bad, c.proof), "byte %d of u", i)
	}
	for _, n := range []int{0, 1, 127, 129} {
		require.ErrorIs(t, c.key.VerifyCapsule(c.ctx, make([]byte, n)), threshold.ErrLength)
	}
	require.ErrorIs(t, c.key.VerifyCapsule(c.ctx, append(bytes.Clone(c.proof), 0)), threshold.ErrLength)
}

func TestCapsule_ContextIsBound(t *testing.T) {
	c := newCapsule(t)
	changes := map[string]func(*threshold.CapsuleContext){
		"dataset":  func(x *threshold.CapsuleContext) { x.DatasetID[15] ^= 1 },
		"version":  func(x *threshold.CapsuleContext) { x.Version++ },
		"owner":    func(x *threshold.CapsuleContext) { x.Owner = operator(78) },
		"sha256":   func(x *threshold.CapsuleContext) { x.SHA256 = make([]byte, 32) },
		"tree":     func(x *threshold.CapsuleContext) { x.TreeRoot = make([]byte, 32) },
		"body":     func(x *threshold.CapsuleContext) { x.BodySHA256 = make([]byte, 32) },
		"gate":     func(x *threshold.CapsuleContext) { x.Gate = append([]byte(nil), "gatf"...) },
		"facets":   func(x *threshold.CapsuleContext) { x.FacetsRoot = make([]byte, 32) },
		"swapped":  func(x *threshold.CapsuleContext) { x.SHA256, x.TreeRoot = x.TreeRoot, x.SHA256 },
		"u":        func(x *threshold.CapsuleContext) { x.U = threshold.CanaryPoint(1) },
		"identity": func(x *threshold.CapsuleContext) { x.U = make([]byte, 32) },
	}
	for name, change := range changes {
		bad := c.ctx
		change(&bad)
		require.Error(t, c.key.VerifyCapsule(bad, c.proof), name)
	}
}

func TestCapsule_LengthsAreChecked(t *testing.T) {
	c := newCapsule(t)
	fields := map[string]func(*threshold.CapsuleContext) *[]byte{
		"owner":  func(x *threshold.CapsuleContext) *[]byte { return &x.Owner },
		"sha256": func(x *threshold.CapsuleContext) *[]byte { return &x.SHA256 },
		"tree":   func(x *threshold.CapsuleContext) *[]byte { return &x.TreeRoot },
		"u":      func(x *threshold.CapsuleContext) *[]byte { return &x.U },
		"body":   func(x *threshold.CapsuleContext) *[]byte { return &x.BodySHA256 },
		"facets": func(x *threshold.CapsuleContext) *[]byte { return &x.FacetsRoot },
		"gate":   func(x *threshold.CapsuleContext) *[]byte { return &x.Gate },
	}
	for name, field := range fields {
		for _, change := range []func([]byte) []byte{
			func([]byte) []byte { return nil },
			func(b []byte) []byte { return append(bytes.Clone(b), 0) },
		} {
			bad := c.ctx
			*field(&bad) = change(*field(&bad))
			require.Error(t, c.key.VerifyCapsule(bad, c.proof), name)
			if name != "gate" {
				require.ErrorIs(t, c.key.VerifyCapsule(bad, c.proof), threshold.ErrLength, name)
				_, err := c.secret.Prove(newStream("nonce"), bad)
				require.Error(t, err, name)
			}
		}
	}
}

func TestCapsule_RefusedEncodings(t *testing.T) {
	c := newCapsule(t)
	for name, raw := range refusedPoints() {
		if len(raw) != threshold.PointSize {
			continue
		}
		for field := range 3 {
			bad := bytes.Clone(c.proof)
			copy(bad[32*field:], raw)
			require.Error(t, c.key.VerifyCapsule(c.ctx, bad), "%s in field %d", name, field)
		}
		ctx := c.ctx
		ctx.U = raw
		require.Error(t, c.key.VerifyCapsule(ctx, c.proof), "%s as u", name)
	}
	for name, raw := range refusedScalars() {
		if len(raw) == threshold.ScalarSize {
			require.ErrorIs(t, c.key.VerifyCapsule(c.ctx, append(bytes.Clone(c.proof[:96]), raw...)),
				threshold.ErrEncoding, name)
		}
	}
}

func TestCapsule_OtherKey(t *testing.T) {
	c := newCapsule(t)
	y := c.key.Y()
	for name, key := range map[string]*threshold.Key{
		"origin chain": newKey(t, "volens-2", keyID, y),
		"key id":       newKey(t, originChain, keyID+1, y),
		"y":            newKey(t, originChain, keyID, threshold.CanaryPoint(1)),
	} {
		require.ErrorIs(t, key.VerifyCapsule(c.ctx, c.proof), threshold.ErrProof, name)
	}
	require.NoError(t, newKey(t, originChain, keyID, y).VerifyCapsule(c.ctx, c.proof))
}

func newKey(tb testing.TB, chain string, number uint64, y []byte) *threshold.Key {
	tb.Helper()
	key, err := threshold.NewKey(chain, number, y)
	require.NoError(tb, err)
	return key
}

func TestNewKey_Refuses(t *testing.T) {
	for name, raw := range refusedPoints() {
		_, err := threshold.NewKey(originChain, keyID, raw)
		require.Error(t, err, name)
	}
	key := testKey(t)
	require.Equal(t, uint64(keyID), key.ID())
	require.Equal(t, originChain, key.OriginChain())
}

func TestProof_LabelsAreApart(t *testing.T) {
	key := testKey(t)
	secret, err := threshold.RandomScalar(newStream("secret"))
	require.NoError(t, err)
	ctx := transcript.New("ctx").Uint(1)
	point := baseMul(t, secret)
	labels := []threshold.Label{threshold.LabelCapsule, threshold.LabelSeat, threshold.LabelDecision}
	for _, proved := range labels {
		proof, err := key.Prove(newStream("nonce"), proved, ctx, secret)
		require.NoError(t, err)
		for _, asked := range labels {
			err := key.Verify(threshold.Statement{Label: asked, Context: ctx, Point: point, Proof: proof})
			require.Equal(t, proved == asked, err == nil, "%s as %s", proved, asked)
		}
	}
}

// TestProof_NeedsTheSecret tries what can be had without the discrete logarithm.
func TestProof_NeedsTheSecret(t *testing.T) {
	c := newCapsule(t)
	secret, err := threshold.RandomScalar(newStream("mine"))
	require.NoError(t, err)
	ctx, err := c.ctx.TranscriptOf()
	require.NoError(t, err)
	proof, err := c.key.Prove(newStream("nonce"), threshold.LabelCapsule, ctx, secret)
	require.NoError(t, err)
	require.ErrorIs(t, c.key.VerifyCapsule(c.ctx, proof), threshold.ErrProof, "proof of another point")

	// The victim's Pbar does not help either.
	require.ErrorIs(t, c.key.VerifyCapsule(c.ctx, append(bytes.Clone(c.proof[:32]), proof[32:]...)), threshold.ErrProof)
}

// TestProof_WrongPbar proves the first equation honestly and lies in the second.
func TestProof_WrongPbar(t *testing.T) {
	key := testKey(t)
	secret, err := threshold.RandomScalar(newStream("secret"))
	require.NoError(t, err)
	other, err := threshold.RandomScalar(newStream("other"))
	require.NoError(t, err)
	nonce, err := threshold.RandomScalar(newStream("nonce"))
	require.NoError(t, err)
	ctx := transcript.New("ctx")
	p, gbar := baseMul(t, secret), key.GbarBytes()
	forge := func(pbarSecret *threshold.Scalar) error {
		pbar, a, abar := pointMul(t, pbarSecret, gbar), baseMul(t, nonce), pointMul(t, nonce, gbar)
		e := threshold.HashToScalar(key.TranscriptOf("capsule").Nest(ctx).Bytes(p, pbar, a, abar))
		f := peerDecodeScalar(t, e.Bytes())
		f.Multiply(f, peerDecodeScalar(t, secret.Bytes()))
		f.Add(f, peerDecodeScalar(t, nonce.Bytes()))
		proof := bytes.Join([][]byte{pbar, a, abar, f.Bytes()}, nil)
		return key.Verify(threshold.Statement{Label: threshold.LabelCapsule, Context: ctx, Point: p, Proof: proof})
	}
	require.NoError(t, forge(secret), "the test's own prover")
	require.ErrorIs(t, forge(other), threshold.ErrProof)
}

func TestCapsule_ReplayedByAnotherOwner(t *testing.T) {
	c := newCapsule(t)
	thief := c.ctx
	thief.Owner, thief.DatasetID = operator(99), id.ID{9}
	require.ErrorIs(t, c.key.VerifyCapsule(thief, c.proof), threshold.ErrProof)
	mine, err := c.key.Encapsulate(newStream("thief"))
	require.NoError(t, err)
	_, err = mine.Prove(newStream("nonce"), thief)
	require.ErrorIs(t, err, threshold.ErrProof, "a context that names another u")
}

func TestEncapsulation_RandomnessFails(t *testing.T) {
	key := testKey(t)
	_, err := key.Encapsulate(iotest.ErrReader(io.ErrClosedPipe))
	require.ErrorIs(t, err, io.ErrClosedPipe)
	e, err := key.Encapsulate(newStream("a"))
	require.NoError(t, err)
	_, err = e.Prove(iotest.ErrReader(io.ErrClosedPipe), capsuleContext(e.U()))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestEncapsulation_Zero(t *testing.T) {
	key := testKey(t)
	e, err := key.Encapsulate(newStream("a"))
	require.NoError(t, err)
	before := e.WrapKey(id.ID{}, nil)
	u := e.U()
	e.Zero()
	require.NotEqual(t, before, e.WrapKey(id.ID{}, nil))
	require.Equal(t, u, e.U(), "u is public")
	_, err = e.Prove(newStream("nonce"), capsuleContext(u))
	require.ErrorIs(t, err, threshold.ErrIdentity)
}
