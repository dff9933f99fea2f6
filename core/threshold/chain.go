package threshold

import (
	"slices"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// chain computes a sum of points with short coefficients by additions alone. It is the
// algorithm of Bos and Coster (de Rooij, Efficient exponentiation using precomputation and
// vector addition chains, EUROCRYPT 1994), written down once and used for many sums: where
// a >= b, aP + bQ = (a-b)P + b(P+Q). So the largest coefficient is reduced by the second
// largest, or by that doubled as often as it goes into it, until one is left.
type chain struct {
	negative []bool // by term: whether it is subtracted
	steps    []chainStep
	cost     int
	last     int            // the term that is left
	factor   *scalar.Scalar // what that is multiplied by; nil for 1
}

// chainStep adds one term, doubled so many times, to another.
type chainStep struct {
	from, to, doublings int
}

// chainTerm is a term's coefficient as far as it is reduced.
type chainTerm struct {
	coefficient integer
	name        int
}

// What a sum costs in additions of two points: the multiplication at the end of a chain,
// and a general multi-scalar multiplication's fixed part, part for each point, and bits of
// a coefficient for one addition more. An addition of a chain takes so many bits off at
// most, by experience. They were measured and decide nothing but time.
const (
	multiplicationCost = 110
	multipleFixed      = 85
	multipleEach       = 13
	multipleBits       = 12
	chainBits          = 6
)

// newChain makes the chain for the coefficients of groups, which the denominator makes
// short. It returns nil where the general way is faster.
func newChain(groups []group, denominator *scalar.Scalar) *chain {
	c := &chain{negative: make([]bool, len(groups))}
	terms := make([]chainTerm, len(groups))
	limit, length := multipleFixed+multipleEach*len(groups), 0
	for i := range groups {
		plain := integerOf(&groups[i].coefficient)
		limit += plain.bitLen() / multipleBits
		n := new(scalar.Scalar).Mul(&groups[i].coefficient, denominator)
		if minus := neg(n); shorter(minus, n) {
			n, c.negative[i] = minus, true
		}
		terms[i] = chainTerm{coefficient: integerOf(n), name: i}
		length += terms[i].coefficient.bitLen()
	}
	if length > chainBits*limit || !c.build(terms, denominator, limit) {
		return nil
	}
	return c
}

// build fills in the steps, unless the chain costs more than the limit.
func (c *chain) build(terms []chainTerm, denominator *scalar.Scalar, limit int) bool {
	slices.SortFunc(terms, chainTerm.compare)
	for len(terms) > 1 && c.cost <= limit {
		a, b := terms[len(terms)-1], &terms[len(terms)-2]
		doublings := a.coefficient.bitLen() - b.coefficient.bitLen()
		multiple := b.coefficient.shifted(doublings)
		if a.coefficient.less(&multiple) {
			doublings--
			multiple = b.coefficient.shifted(doublings)
		}
		a.coefficient.subtract(&multiple)
		c.steps = append(c.steps, chainStep{from: a.name, to: b.name, doublings: doublings})
		c.cost += doublings + 1
		terms = terms[:len(terms)-1]
		if a.coefficient != (integer{}) {
			place, _ := slices.BinarySearchFunc(terms, a, chainTerm.compare)
			terms = slices.Insert(terms, place, a)
		}
	}
	c.last = terms[0].name
	one, factor := scalar.NewFromUint64(1), terms[0].coefficient.scalar(scalar.New())
	if factor.Mul(factor, new(scalar.Scalar).Invert(denominator)).Equal(one) == 0 {
		c.factor = factor
		c.cost += multiplicationCost
	}
	return c.cost <= limit
}

// compare orders by the coefficients.
func (t chainTerm) compare(u chainTerm) int {
	switch {
	case t.coefficient.less(&u.coefficient):
		return -1
	case u.coefficient.less(&t.coefficient):
		return 1
	default:
		return 0
	}
}

// sum computes the sum over terms in variable time, and uses them up.
func (c *chain) sum(terms []Point) *curve.RistrettoPoint {
	for i, negative := range c.negative {
		if negative {
			terms[i].p.Neg(&terms[i].p)
		}
	}
	var multiple curve.RistrettoPoint
	for _, step := range c.steps {
		from := &terms[step.from].p
		for range step.doublings {
			from = multiple.Add(from, from)
		}
		to := &terms[step.to].p
		to.Add(to, from)
	}
	last := &terms[c.last].p
	if c.factor == nil {
		return last
	}
	return new(curve.RistrettoPoint).MultiscalarMulVartime([]*scalar.Scalar{c.factor}, []*curve.RistrettoPoint{last})
}
