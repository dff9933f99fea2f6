package envelope_test

import (
	"bytes"
	"crypto/sha512"
	"io"
	"math/rand/v2"
	"testing"

	"filippo.io/age"
	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/derive"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

const originChain = "volens-test-1"

// world is a committee in one hand, a patient and a researcher.
type world struct {
	x         *scalar.Scalar
	key       *threshold.Key
	seed      []byte
	datasetID id.ID
	half      []byte
	random    *rand.ChaCha8
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	wide := sha512.Sum512([]byte("the committee's secret"))
	x, err := scalar.New().SetBytesModOrderWide(wide[:])
	require.NoError(tb, err)
	key, err := threshold.NewKey(originChain, 7, times(tb, x, nil))
	require.NoError(tb, err)
	return &world{
		x: x, key: key, seed: bytes.Repeat([]byte{0x5e}, 64), datasetID: id.ID{0xda, 0x7a, 1},
		half: bytes.Repeat([]byte{0x9a}, envelope.HalfSize), random: rand.NewChaCha8([32]byte{1}),
	}
}

// times is s*point, or s*G without a point.
func times(tb testing.TB, s *scalar.Scalar, point []byte) []byte {
	tb.Helper()
	var p curve.RistrettoPoint
	if point == nil {
		p.MulBasepoint(curve.RISTRETTO_BASEPOINT_TABLE, s)
	} else {
		var c curve.CompressedRistretto
		_, err := c.SetBytes(point)
		require.NoError(tb, err)
		_, err = p.SetCompressed(&c)
		require.NoError(tb, err)
		p.Mul(&p, s)
	}
	var c curve.CompressedRistretto
	c.SetRistrettoPoint(&p)
	return c[:]
}

func (w *world) patient(tb testing.TB) *age.HybridIdentity {
	tb.Helper()
	identity, err := derive.PatientIdentity(w.seed, w.datasetID)
	require.NoError(tb, err)
	return identity
}

func (w *world) options(tb testing.TB) envelope.Options {
	tb.Helper()
	return envelope.Options{
		Key: w.key, DatasetID: w.datasetID, Half: w.half, Patient: w.patient(tb).Recipient(), Rand: w.random,
	}
}

func (w *world) seal(tb testing.TB, plaintext []byte) (*envelope.Sealed, []byte) {
	tb.Helper()
	var file bytes.Buffer
	sealed, err := envelope.Seal(&file, bytes.NewReader(plaintext), w.options(tb))
	require.NoError(tb, err)
	return sealed, file.Bytes()
}

// release plays researcher and committee: q, S = x(U+Q), g.
func (w *world) release(tb testing.TB, u []byte) envelope.Release {
	tb.Helper()
	seat, err := w.key.DeriveSeat(bytes.Repeat([]byte{3}, 32), "volens-live-9", id.ID{1}, 0)
	require.NoError(tb, err)
	b, err := threshold.AddPoints(u, seat.Q())
	require.NoError(tb, err)
	r := envelope.Release{OriginChain: originChain, KeyID: w.key.ID(), DatasetID: w.datasetID}
	copy(r.Y[:], w.key.Y())
	copy(r.Q[:], seat.Bytes())
	copy(r.S[:], times(tb, w.x, b))
	copy(r.Half[:], w.half)
	return r
}

func (w *world) identity(tb testing.TB, u []byte) *envelope.Identity {
	tb.Helper()
	identity, err := envelope.NewIdentity(w.release(tb, u))
	require.NoError(tb, err)
	return identity
}

// text is n bytes that compress badly and differ at every place.
func text(n int) []byte {
	out := make([]byte, n)
	_, err := rand.NewChaCha8([32]byte{9}).Read(out)
	if err != nil {
		return nil
	}
	return out
}

// openAll is Open into memory.
func openAll(file io.Reader, facts envelope.Facts, identity age.Identity) ([]byte, *envelope.Opened, error) {
	var out bytes.Buffer
	opened, err := envelope.Open(&out, file, facts, identity)
	return out.Bytes(), opened, err
}
