package threshold

import (
	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// baseTable is the generator, expanded for sums.
var baseTable = curve.NewExpandedRistrettoPoint(curve.RISTRETTO_BASEPOINT_POINT)

// msm collects the terms of one multi-scalar multiplication over public values.
type msm struct {
	scalars      []*scalar.Scalar
	points       []*curve.RistrettoPoint
	tableScalars []*scalar.Scalar
	tables       []*curve.ExpandedRistrettoPoint
	base         scalar.Scalar // coefficient of the generator
}

// newMSM makes room for n terms.
func newMSM(n int) *msm {
	return &msm{
		scalars: make([]*scalar.Scalar, 0, n),
		points:  make([]*curve.RistrettoPoint, 0, n),
	}
}

// add puts s*p into the sum. It keeps the pointers.
func (m *msm) add(s *scalar.Scalar, p *Point) {
	m.scalars = append(m.scalars, s)
	m.points = append(m.points, &p.p)
}

// addTable puts s*p into the sum for an expanded point, which costs less.
func (m *msm) addTable(s *scalar.Scalar, p *curve.ExpandedRistrettoPoint) {
	m.tableScalars = append(m.tableScalars, s)
	m.tables = append(m.tables, p)
}

// shorter reports whether a < b, in variable time.
func shorter(a, b *scalar.Scalar) bool {
	x, y := integerOf(a), integerOf(b)
	return x.less(&y)
}

// subtractBase takes a*b*G out of the sum.
func (m *msm) subtractBase(a, b *scalar.Scalar) {
	var product scalar.Scalar
	m.base.Sub(&m.base, product.Mul(a, b))
}

// sum computes the whole in variable time.
func (m *msm) sum() *curve.RistrettoPoint {
	if m.base.Equal(scalar.New()) == 0 {
		m.addTable(&m.base, baseTable)
	}
	out := new(curve.RistrettoPoint)
	if len(m.tables) == 0 {
		return out.MultiscalarMulVartime(m.scalars, m.points)
	}
	return out.ExpandedMultiscalarMulVartime(m.tableScalars, m.tables, m.scalars, m.points)
}

// vanishes reports whether the sum is the identity.
func (m *msm) vanishes() bool {
	return m.sum().IsIdentity()
}

// neg returns -s.
func neg(s *scalar.Scalar) *scalar.Scalar {
	return new(scalar.Scalar).Neg(s)
}
