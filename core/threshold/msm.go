package threshold

import (
	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// msm collects the terms of one multi-scalar multiplication over public values.
type msm struct {
	scalars []*scalar.Scalar
	points  []*curve.RistrettoPoint
	base    scalar.Scalar // coefficient of the generator
}

// newMSM makes room for n terms.
func newMSM(n int) *msm {
	return &msm{
		scalars: make([]*scalar.Scalar, 0, n+1),
		points:  make([]*curve.RistrettoPoint, 0, n+1),
	}
}

// add puts s*p into the sum. It keeps the pointers.
func (m *msm) add(s *scalar.Scalar, p *Point) {
	m.scalars = append(m.scalars, s)
	m.points = append(m.points, &p.p)
}

// addShort puts s*p into the sum, as -s times -p when that scalar is shorter:
// the fewer digits of a scalar are set, the cheaper is its term.
func (m *msm) addShort(s *scalar.Scalar, p *Point) {
	minus := neg(s)
	if shorter(minus, s) {
		m.add(minus, negate(p))
		return
	}
	m.add(s, p)
}

// shorter reports whether a < b, in variable time.
func shorter(a, b *scalar.Scalar) bool {
	var x, y [ScalarSize]byte
	must(x, a.ToBytes(x[:]))
	must(y, b.ToBytes(y[:]))
	for i := ScalarSize - 1; i >= 0; i-- {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

// addProduct puts a*b*p into the sum.
func (m *msm) addProduct(a, b *scalar.Scalar, p *Point) {
	m.add(new(scalar.Scalar).Mul(a, b), p)
}

// addBase puts a*b*G into the sum.
func (m *msm) addBase(a, b *scalar.Scalar) {
	var product scalar.Scalar
	m.base.Add(&m.base, product.Mul(a, b))
}

// sum computes the whole in variable time.
func (m *msm) sum() *curve.RistrettoPoint {
	if m.base.Equal(scalar.New()) == 0 {
		m.scalars = append(m.scalars, &m.base)
		m.points = append(m.points, curve.RISTRETTO_BASEPOINT_POINT)
	}
	return new(curve.RistrettoPoint).MultiscalarMulVartime(m.scalars, m.points)
}

// vanishes reports whether the sum is the identity.
func (m *msm) vanishes() bool {
	return m.sum().IsIdentity()
}

// neg returns -s.
func neg(s *scalar.Scalar) *scalar.Scalar {
	return new(scalar.Scalar).Neg(s)
}

// negate returns -p without an encoding, for use inside a sum: so a 128-bit
// weight stays short, which makes its term cheaper.
func negate(p *Point) *Point {
	out := &Point{}
	out.p.Neg(&p.p)
	return out
}
