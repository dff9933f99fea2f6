package threshold_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha512"
	"io"
	"testing"
	"testing/iotest"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/chacha20"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/core/transcript"
)

func TestHKDF_AgreesWithStandardLibrary(t *testing.T) {
	for _, salt := range [][]byte{nil, []byte("salt"), make([]byte, 200)} {
		for _, n := range []int{1, 32, 64} {
			want, err := hkdf.Key(sha512.New, []byte("secret"), salt, "info", n)
			require.NoError(t, err)
			got := threshold.HKDF64(salt, []byte("secret"), []byte("info"))
			require.Equal(t, want, got[:n])
		}
	}
}

func TestHashToScalar_AgreesWithPeer(t *testing.T) {
	tr := transcript.New("test").Uint(7)
	sum := tr.Sum512()
	want := peerWide(t, sum[:]).Bytes()
	require.Equal(t, want, threshold.HashToScalar(tr).Bytes())
}

func TestWeights_FollowSpecification(t *testing.T) {
	seed := sha512.Sum512([]byte("seed"))
	for domain := byte(1); domain <= 5; domain++ {
		h := sha512.Sum512(append(seed[:], domain))
		c, err := chacha20.NewUnauthenticatedCipher(h[:32], h[32:44])
		require.NoError(t, err)
		stream := make([]byte, 16*200)
		c.XORKeyStream(stream, stream)
		for i, w := range threshold.Draws(seed, domain, 200) {
			require.Equal(t, append(bytes.Clone(stream[16*i:16*i+16]), make([]byte, 16)...), w.Bytes())
		}
	}
}

func TestHedgedNonce(t *testing.T) {
	secret, err := threshold.RandomScalar(newStream("secret"))
	require.NoError(t, err)
	other, err := threshold.RandomScalar(newStream("other"))
	require.NoError(t, err)
	statement := transcript.New("statement")
	nonce := func(rand io.Reader, secret *threshold.Scalar, t2 *transcript.Transcript) []byte {
		k, err := threshold.HedgedNonce(rand, secret, t2)
		require.NoError(t, err)
		return k.Bytes()
	}
	zeros := func() io.Reader { return bytes.NewReader(make([]byte, 32)) }
	base := nonce(zeros(), secret, statement)

	// The definition, with the transcript of the specification.
	want := threshold.HashToScalar(transcript.New("nonce").Bytes(secret.Bytes(), make([]byte, 32)).Nest(statement))
	require.Equal(t, want.Bytes(), base)

	// With a dead source of randomness, another secret or statement still gives another nonce.
	require.NotEqual(t, base, nonce(zeros(), other, statement))
	require.NotEqual(t, base, nonce(zeros(), secret, transcript.New("statement").Uint(1)))
	require.NotEqual(t, base, nonce(newStream("rand"), secret, statement))

	_, err = threshold.HedgedNonce(iotest.ErrReader(io.ErrClosedPipe), secret, statement)
	require.ErrorIs(t, err, io.ErrClosedPipe)
	_, err = threshold.HedgedNonce(bytes.NewReader(make([]byte, 31)), secret, statement)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestLagrange_AgreesWithPeer(t *testing.T) {
	coefficients := []*ristretto255.Scalar{}
	rand := newStream("lagrange")
	for range 5 {
		coefficients = append(coefficients, peerScalar(t, rand))
	}
	for _, set := range [][]int{{1, 2, 3, 4, 5}, {2, 3, 5, 7, 400}, {400, 1, 3, 2, 9}} {
		sum := ristretto255.NewScalar()
		for i, l := range threshold.Lagrange(set) {
			term := ristretto255.NewScalar().Multiply(peerDecodeScalar(t, l.Bytes()), peerEval(coefficients, set[i]))
			sum.Add(sum, term)
		}
		require.Equal(t, coefficients[0].Bytes(), sum.Bytes())
	}
}
