package threshold

import (
	"io"
	"math/bits"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"

	"github.com/volens-network/volens/core/transcript"
)

// polynomial holds secret coefficients, the constant term first.
type polynomial []*Scalar

// newPolynomial draws a polynomial with t coefficients and a given constant
// term, which it takes over. The others are hedged with it.
func newPolynomial(rand io.Reader, constant *Scalar, t int, statement *transcript.Transcript) (polynomial, error) {
	out := polynomial{constant}
	for i := 1; i < t; i++ {
		c, err := hedgedNonce(rand, constant, statement.Clone().Uint(uint64(i)))
		if err != nil {
			out.zero()
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// eval returns the value at k.
func (p polynomial) eval(k int) *Scalar {
	x := small(k)
	out := &Scalar{}
	for i := len(p) - 1; i >= 0; i-- {
		out.s.Mul(&out.s, x)
		out.s.Add(&out.s, &p[i].s)
	}
	return out
}

// commit returns the points of the coefficients.
func (p polynomial) commit() []*Point {
	out := make([]*Point, len(p))
	for i, c := range p {
		out[i] = c.base()
	}
	return out
}

func (p polynomial) zero() {
	for _, c := range p {
		c.Zero()
	}
}

// evalCommitted returns the point of a committed polynomial at k > 0, by Horner's
// rule: k is small, so each step costs a few doublings and additions.
func evalCommitted(c []*Point, k int) *curve.RistrettoPoint {
	out := new(curve.RistrettoPoint).Set(&c[len(c)-1].p)
	for i := len(c) - 2; i >= 0; i-- {
		mulSmall(out, k)
		out.Add(out, &c[i].p)
	}
	return out
}

// mulSmall multiplies p by k > 0 in variable time.
func mulSmall(p *curve.RistrettoPoint, k int) {
	var once curve.RistrettoPoint
	once.Set(p)
	for i := bits.Len(uint(k)) - 2; i >= 0; i-- {
		p.Add(p, p)
		if k>>i&1 == 1 {
			p.Add(p, &once)
		}
	}
}

// small is the scalar of a non-negative integer.
func small(k int) *scalar.Scalar {
	return scalar.NewFromUint64(uint64(k)) //nolint:gosec // k is not negative
}
