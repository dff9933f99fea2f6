package threshold

import (
	"crypto"
	"errors"
	"fmt"
	"io"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
	"github.com/oasisprotocol/curve25519-voi/primitives/h2c"

	"github.com/volens-network/volens/core/transcript"
)

// PointSize and ScalarSize are the lengths of the encodings in bytes.
const (
	PointSize  = 32
	ScalarSize = 32
)

// Errors of decoding. Callers match them with errors.Is.
var (
	// ErrIdentity is returned for the identity element, which is never a value of the protocol.
	ErrIdentity = errors.New("point is the identity")
	// ErrEncoding is returned for bytes that are not the one canonical encoding of a value.
	ErrEncoding = errors.New("encoding is not canonical")
	// ErrLength is returned for a field of the wrong length.
	ErrLength = errors.New("wrong length")
)

// Point is an element of ristretto255 (RFC 9496) other than the identity,
// together with its canonical encoding. It is immutable.
type Point struct {
	p   curve.RistrettoPoint
	enc [PointSize]byte
}

// DecodePoint reads the 32-byte canonical encoding of a point. It returns
// ErrLength, ErrEncoding or ErrIdentity.
func DecodePoint(raw []byte) (*Point, error) {
	out := &Point{}
	if err := out.decode(raw); err != nil {
		return nil, err
	}
	return out, nil
}

// decode is DecodePoint into a point that is there, which nobody else has seen.
func (p *Point) decode(raw []byte) error {
	// The length is checked here because the library decodes a wrong length to the identity.
	if len(raw) != PointSize {
		return fmt.Errorf("point of %d bytes: %w", len(raw), ErrLength)
	}
	copy(p.enc[:], raw)
	if p.enc == [PointSize]byte{} {
		return ErrIdentity
	}
	compressed := curve.CompressedRistretto(p.enc)
	if _, err := p.p.SetCompressed(&compressed); err != nil {
		return fmt.Errorf("point %x: %w", raw, ErrEncoding)
	}
	return nil
}

// Bytes returns a copy of the canonical encoding.
func (p *Point) Bytes() []byte {
	return append([]byte(nil), p.enc[:]...)
}

// Equal reports whether two points are the same element.
func (p *Point) Equal(q *Point) bool {
	return p.enc == q.enc
}

// AddPoints returns the encoding of a + b. It refuses what DecodePoint refuses,
// and a sum that is the identity. A seat is assigned with B = AddPoints(U, Q).
func AddPoints(a, b []byte) ([]byte, error) {
	p, err := DecodePoint(a)
	if err != nil {
		return nil, fmt.Errorf("first point: %w", err)
	}
	q, err := DecodePoint(b)
	if err != nil {
		return nil, fmt.Errorf("second point: %w", err)
	}
	sum, err := newPoint(new(curve.RistrettoPoint).Add(&p.p, &q.p))
	if err != nil {
		return nil, fmt.Errorf("sum: %w", err)
	}
	return sum.Bytes(), nil
}

// HashToPoint maps a message to a point whose discrete logarithm nobody knows:
// ristretto255_XMD:SHA-512_R255MAP_RO_ of RFC 9380 with the suite, a hyphen and
// the label as domain separation tag.
func HashToPoint(label string, msg []byte) *Point {
	dst := []byte(transcript.Suite + "-" + label)
	return mustPoint(must(h2c.Ristretto255_XMD_R255MAP_RO(crypto.SHA512, dst, msg)))
}

// Scalar is an integer modulo the group order. Secret scalars are zeroed by
// their owner with Zero.
type Scalar struct {
	s scalar.Scalar
}

// DecodeScalar reads 32 little-endian bytes below the group order. It returns
// ErrLength or ErrEncoding.
func DecodeScalar(raw []byte) (*Scalar, error) {
	if len(raw) != ScalarSize {
		return nil, fmt.Errorf("scalar of %d bytes: %w", len(raw), ErrLength)
	}
	out := &Scalar{}
	if _, err := out.s.SetCanonicalBytes(raw); err != nil {
		return nil, fmt.Errorf("scalar: %w", ErrEncoding)
	}
	return out, nil
}

// RandomScalar draws a scalar uniformly from 64 bytes of rand. It is never zero.
func RandomScalar(rand io.Reader) (*Scalar, error) {
	var wide [2 * ScalarSize]byte
	defer clear(wide[:])
	for {
		if _, err := io.ReadFull(rand, wide[:]); err != nil {
			return nil, fmt.Errorf("draw scalar: %w", err)
		}
		if s := wideScalar(&wide); !s.isZero() {
			return s, nil
		}
	}
}

// Bytes returns the canonical encoding.
func (s *Scalar) Bytes() []byte {
	out := make([]byte, ScalarSize)
	must(out, s.s.ToBytes(out))
	return out
}

// Zero erases the scalar.
func (s *Scalar) Zero() {
	s.s.Zero()
}

func (s *Scalar) isZero() bool {
	return s.s.Equal(scalar.New()) == 1
}

// base returns sG in constant time; s must not be zero.
func (s *Scalar) base() *Point {
	return mustPoint(new(curve.RistrettoPoint).MulBasepoint(curve.RISTRETTO_BASEPOINT_TABLE, &s.s))
}

// mul returns sP in constant time; s must not be zero.
func (s *Scalar) mul(p *Point) *Point {
	return mustPoint(new(curve.RistrettoPoint).Mul(&p.p, &s.s))
}

// respond returns nonce + challenge*s, the answer of a proof of knowledge of s.
func (s *Scalar) respond(nonce, challenge *Scalar) *Scalar {
	var product Scalar
	defer product.Zero()
	product.s.Mul(&challenge.s, &s.s)
	out := &Scalar{}
	out.s.Add(&nonce.s, &product.s)
	return out
}

// wideScalar reduces 64 little-endian bytes modulo the group order.
func wideScalar(wide *[2 * ScalarSize]byte) *Scalar {
	out := &Scalar{}
	must(out.s.SetBytesModOrderWide(wide[:]))
	return out
}

// newPoint encodes a computed point and refuses the identity.
func newPoint(p *curve.RistrettoPoint) (*Point, error) {
	if p.IsIdentity() {
		return nil, ErrIdentity
	}
	return mustPoint(p), nil
}

// mustPoint encodes a computed point that is the identity with negligible
// probability only; a verifier would refuse it.
func mustPoint(p *curve.RistrettoPoint) *Point {
	out := &Point{p: *p}
	var compressed curve.CompressedRistretto
	out.enc = *compressed.SetRistrettoPoint(p)
	return out
}

// must is for calls of the group library that fail on a wrong length only,
// where the length is fixed here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err) //nolint:forbidigo // constructor
	}
	return v
}
