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

func newWorld(t testing.TB) *world {
	t.Helper()
	wide := sha512.Sum512([]byte("the committee's secret"))
	x, err := scalar.New().SetBytesModOrderWide(wide[:])
	require.NoError(t, err)
	key, err := threshold.NewKey(originChain, 7, times(t, x, nil))
	require.NoError(t, err)
	return &world{
		x: x, key: key, seed: bytes.Repeat([]byte{0x5e}, 64), datasetID: id.ID{0xda, 0x7a, 1},
		half: bytes.Repeat([]byte{0x9a}, envelope.HalfSize), random: rand.NewChaCha8([32]byte{1}),
	}
}

// times is s*point, or s*G without a point.
func times(t testing.TB, s *scalar.Scalar, point []byte) []byte {
	t.Helper()
	var p curve.RistrettoPoint
	if point == nil {
		p.MulBasepoint(curve.RISTRETTO_BASEPOINT_TABLE, s)
	} else {
		var c curve.CompressedRistretto
		_, err := c.SetBytes(point)
		require.NoError(t, err)
		_, err = p.SetCompressed(&c)
		require.NoError(t, err)
		p.Mul(&p, s)
	}
	var c curve.CompressedRistretto
	c.SetRistrettoPoint(&p)
	return c[:]
}

func (w *world) patient(t testing.TB) *age.HybridIdentity {
	t.Helper()
	identity, err := derive.PatientIdentity(w.seed, w.datasetID)
	require.NoError(t, err)
	return identity
}

func (w *world) options(t testing.TB) envelope.Options {
	t.Helper()
	return envelope.Options{
		Key: w.key, DatasetID: w.datasetID, Half: w.half, Patient: w.patient(t).Recipient(), Rand: w.random,
	}
}

func (w *world) seal(t testing.TB, plaintext []byte) (*envelope.Sealed, []byte) {
	t.Helper()
	var file bytes.Buffer
	sealed, err := envelope.Seal(&file, bytes.NewReader(plaintext), w.options(t))
	require.NoError(t, err)
	return sealed, file.Bytes()
}

// release plays researcher and committee: q, S = x(U+Q), g.
func (w *world) release(t testing.TB, u []byte) envelope.Release {
	t.Helper()
	seat, err := w.key.DeriveSeat(bytes.Repeat([]byte{3}, 32), "volens-live-9", id.ID{1}, 0)
	require.NoError(t, err)
	b, err := threshold.AddPoints(u, seat.Q())
	require.NoError(t, err)
	r := envelope.Release{OriginChain: originChain, KeyID: w.key.ID(), DatasetID: w.datasetID}
	copy(r.Y[:], w.key.Y())
	copy(r.Q[:], seat.Bytes())
	copy(r.S[:], times(t, w.x, b))
	copy(r.Half[:], w.half)
	return r
}

func (w *world) identity(t testing.TB, u []byte) *envelope.Identity {
	t.Helper()
	identity, err := envelope.NewIdentity(w.release(t, u))
	require.NoError(t, err)
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
