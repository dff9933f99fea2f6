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
	m.scalars = append(m.scalars, &m.base)
	m.points = append(m.points, curve.RISTRETTO_BASEPOINT_POINT)
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
