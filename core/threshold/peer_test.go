package threshold_test

import (
	"io"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/threshold"
)

// The functions of this file compute with another implementation of the group,
// so that the tests do not only compare the code with itself.

// peerScalar draws as RandomScalar does.
func peerScalar(tb tester, rand io.Reader) *ristretto255.Scalar {
	tb.Helper()
	wide := make([]byte, 64)
	_, err := io.ReadFull(rand, wide)
	require.NoError(tb, err)
	return peerWide(tb, wide)
}

// peerWide reduces 64 bytes modulo the group order.
func peerWide(tb tester, wide []byte) *ristretto255.Scalar {
	tb.Helper()
	s, err := ristretto255.NewScalar().SetUniformBytes(wide)
	require.NoError(tb, err)
	return s
}

func peerSmall(k int) *ristretto255.Scalar {
	raw := make([]byte, 32)
	raw[0], raw[1] = byte(k), byte(k>>8)
	s, err := ristretto255.NewScalar().SetCanonicalBytes(raw)
	if err != nil {
		panic(err)
	}
	return s
}

func peerDecode(tb tester, raw []byte) *ristretto255.Element {
	tb.Helper()
	e, err := ristretto255.NewIdentityElement().SetCanonicalBytes(raw)
	require.NoError(tb, err)
	return e
}

func peerDecodeScalar(tb tester, raw []byte) *ristretto255.Scalar {
	tb.Helper()
	s, err := ristretto255.NewScalar().SetCanonicalBytes(raw)
	require.NoError(tb, err)
	return s
}

func peerEval(coefficients []*ristretto255.Scalar, k int) *ristretto255.Scalar {
	out := ristretto255.NewScalar()
	for i := len(coefficients) - 1; i >= 0; i-- {
		out.Multiply(out, peerSmall(k))
		out.Add(out, coefficients[i])
	}
	return out
}

// baseMul is xG.
func baseMul(tb tester, x *threshold.Scalar) []byte {
	tb.Helper()
	return ristretto255.NewIdentityElement().ScalarBaseMult(peerDecodeScalar(tb, x.Bytes())).Bytes()
}

// pointMul is xP.
func pointMul(tb tester, x *threshold.Scalar, p []byte) []byte {
	tb.Helper()
	return ristretto255.NewIdentityElement().ScalarMult(peerDecodeScalar(tb, x.Bytes()), peerDecode(tb, p)).Bytes()
}

// pointAdd is a + b, also when that is the identity.
func pointAdd(tb tester, a, b []byte) []byte {
	tb.Helper()
	return ristretto255.NewIdentityElement().Add(peerDecode(tb, a), peerDecode(tb, b)).Bytes()
}

// pointSub is a - b, also when that is the identity.
func pointSub(tb tester, a, b []byte) []byte {
	tb.Helper()
	return ristretto255.NewIdentityElement().Subtract(peerDecode(tb, a), peerDecode(tb, b)).Bytes()
}

// sumOf is the sum of coefficients times the power of their indices, by the peer's arithmetic.
func sumOf(tb tester, coefficients []*threshold.Scalar, indices []int, power int) []byte {
	tb.Helper()
	out := ristretto255.NewScalar()
	for i, c := range coefficients {
		term := peerDecodeScalar(tb, c.Bytes())
		index := peerSmall(indices[i])
		for range power {
			term.Multiply(term, index)
		}
		out.Add(out, term)
	}
	return out.Bytes()
}
