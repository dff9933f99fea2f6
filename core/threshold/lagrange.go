package threshold

import (
	"encoding/binary"
	"math/big"
	"math/bits"
	"slices"
	"sync"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// maxResponderSets bounds the cache of Lagrange coefficients.
const maxResponderSets = 64

// responders is a set of T share indices with their Lagrange coefficients at 0. It
// is immutable.
type responders struct {
	indices []int
	lambda  []*Scalar // by share index; nil for those outside the set
	groups  []group
	ladder  *ladder // nil where it would not be faster
}

// group is the places whose coefficients are equal but for the sign. The coefficients
// of 1 to T are the binomial ones of T, so that most groups have two places.
type group struct {
	coefficient scalar.Scalar // the shorter one: the fewer digits are set, the cheaper is its term
	places      []int         // from 1, negative to subtract
}

func newResponders(indices []int, size int) *responders {
	r := &responders{indices: slices.Clone(indices), lambda: make([]*Scalar, size+1)}
	known := map[[ScalarSize]byte]int{}
	for i, l := range lagrange(indices) {
		r.lambda[indices[i]] = l
		coefficient, place := l.s, i+1
		if minus := neg(&l.s); shorter(minus, &l.s) {
			coefficient, place = *minus, -place
		}
		var name [ScalarSize]byte
		must(name, coefficient.ToBytes(name[:]))
		g, ok := known[name]
		if !ok {
			g = len(r.groups)
			known[name], r.groups = g, append(r.groups, group{coefficient: coefficient})
		}
		r.groups[g].places = append(r.groups[g].places, place)
	}
	r.ladder = newLadder(indices, r.groups)
	return r
}

// combine returns the sum of points, in the order of the indices, with the
// coefficients.
func (r *responders) combine(points []*Point) *curve.RistrettoPoint {
	sums := make([]Point, len(r.groups))
	for i, g := range r.groups {
		sums[i].p = *addSigned(nil, g.places, func(place int) *curve.RistrettoPoint { return &points[place-1].p })
	}
	if r.ladder != nil {
		return r.ladder.sum(sums)
	}
	sum := newMSM(len(sums))
	for i := range sums {
		sum.add(&r.groups[i].coefficient, &sums[i])
	}
	return sum.sum()
}

// responderCache keeps the coefficients of the sets met lately. They follow from
// the indices alone, so that nothing but time depends on what is in it. The zero
// value is empty.
type responderCache struct {
	mu   sync.Mutex
	sets map[string]*responders
}

// respondersOf returns the coefficients of T ascending indices, from the cache
// when it has them.
func (c *Committee) respondersOf(indices []int) *responders {
	name := make([]byte, 0, 2*len(indices))
	for _, k := range indices {
		name = binary.BigEndian.AppendUint16(name, uint16(k)) //nolint:gosec // at most MaxShares
	}
	cache := &c.responders
	cache.mu.Lock()
	defer cache.mu.Unlock()
	if r, ok := cache.sets[string(name)]; ok {
		return r
	}
	r := newResponders(indices, len(c.x))
	if cache.sets == nil || len(cache.sets) >= maxResponderSets {
		cache.sets = map[string]*responders{}
	}
	cache.sets[string(name)] = r
	return r
}

// lagrange returns the coefficients at 0 of distinct indices from 1 to MaxShares,
// in their order.
func lagrange(indices []int) []*Scalar {
	var all product
	for _, m := range indices {
		all.times(m)
	}
	whole := all.value()
	numerators := make([]*scalar.Scalar, len(indices))
	denominators := make([]*scalar.Scalar, 0, 2*len(indices))
	for i, k := range indices {
		var d product
		for _, m := range indices {
			if m != k {
				d.times(m - k)
			}
		}
		d.times(k) // the numerator is the whole product without k
		numerators[i], denominators = whole, append(denominators, d.value())
	}
	new(scalar.Scalar).BatchInvert(denominators)
	out := make([]*Scalar, len(indices))
	for i := range out {
		out[i] = &Scalar{}
		out[i].s.Mul(numerators[i], denominators[i])
	}
	return out
}

// product multiplies small integers, as many at a time as fit a word. The zero
// value is 1.
type product struct {
	done     *scalar.Scalar // nil is 1
	word     uint64         // 0 is 1
	negative bool
}

func (p *product) times(n int) {
	if n < 0 {
		p.negative, n = !p.negative, -n
	}
	factor := uint64(n) //nolint:gosec // not negative now
	high, low := bits.Mul64(max(p.word, 1), factor)
	if high != 0 {
		p.fold()
		low = factor
	}
	p.word = low
}

// fold multiplies the word into what is done.
func (p *product) fold() {
	word := scalar.NewFromUint64(max(p.word, 1))
	if p.done != nil {
		word.Mul(word, p.done)
	}
	p.done, p.word = word, 0
}

func (p *product) value() *scalar.Scalar {
	p.fold()
	if p.negative {
		p.done.Neg(p.done)
	}
	return p.done
}

// A ladder computes a Lagrange sum with small integers: the coefficients times their
// common denominator. Few responders have short ones. It goes through those of all
// groups from the highest signed digit (non-adjacent form) to the lowest, and divides
// by the denominator at the end.
type ladder struct {
	steps   [][]int        // from the highest digit: groups from 1, negative to subtract
	inverse *scalar.Scalar // of the common denominator, nil for 1
}

// What a sum costs in additions of two points: a ladder's division, and a general
// multi-scalar multiplication's fixed part and part for each point. They were
// measured and decide nothing but time.
const (
	ladderTerms   = 32
	divisionCost  = 110
	multipleFixed = 85
	multipleEach  = 22
)

// newLadder returns nil where the general way is faster.
func newLadder(indices []int, groups []group) *ladder {
	if len(indices) > ladderTerms {
		return nil
	}
	coefficients, denominator := integerLagrange(indices)
	out := &ladder{}
	cost := 0
	if denominator.Cmp(big.NewInt(1)) != 0 {
		out.inverse = new(scalar.Scalar).Invert(bigScalar(denominator))
		cost += divisionCost
	}
	for i, g := range groups {
		first := g.places[0]
		c := coefficients[max(first, -first)-1]
		sign := c.Sign()
		if first < 0 {
			sign = -sign
		}
		cost += out.put(sign*(i+1), c.Abs(c))
	}
	slices.Reverse(out.steps)
	if cost+len(out.steps) > multipleFixed+multipleEach*len(groups) {
		return nil
	}
	return out
}

// put writes the signed digits of the coefficient n > 0 of a group, which is negative to
// subtract, and returns how many are not zero. It uses n up.
func (l *ladder) put(group int, n *big.Int) int {
	count := 0
	for digit := 0; n.Sign() > 0; digit++ {
		if digit == len(l.steps) {
			l.steps = append(l.steps, nil)
		}
		if n.Bit(0) == 1 {
			d := 1
			if n.Bit(1) == 1 {
				d = -1 // so that the next digit is 0
			}
			l.steps[digit] = append(l.steps[digit], d*group)
			n.Sub(n, big.NewInt(int64(d)))
			count++
		}
		n.Rsh(n, 1)
	}
	return count
}

// sum computes the sum over the groups in variable time.
func (l *ladder) sum(groups []Point) *curve.RistrettoPoint {
	var out *curve.RistrettoPoint
	for _, step := range l.steps {
		if out != nil {
			out.Add(out, out)
		}
		out = addSigned(out, step, func(name int) *curve.RistrettoPoint { return &groups[name-1].p })
	}
	if l.inverse == nil {
		return out
	}
	return new(curve.RistrettoPoint).MultiscalarMulVartime([]*scalar.Scalar{l.inverse}, []*curve.RistrettoPoint{out})
}

// addSigned adds points by their names from 1, and subtracts those of negative names.
// A nil sum is that of nothing.
func addSigned(
	sum *curve.RistrettoPoint, names []int, point func(name int) *curve.RistrettoPoint,
) *curve.RistrettoPoint {
	for _, name := range names {
		switch {
		case sum == nil && name > 0:
			sum = new(curve.RistrettoPoint).Set(point(name))
		case sum == nil:
			sum = new(curve.RistrettoPoint).Neg(point(-name))
		case name > 0:
			sum.Add(sum, point(name))
		default:
			sum.Sub(sum, point(-name))
		}
	}
	return sum
}

// integerLagrange returns the coefficients at 0 times their least common
// denominator, and that.
func integerLagrange(indices []int) (coefficients []*big.Int, denominator *big.Int) {
	fractions := make([]*big.Rat, len(indices))
	denominator = big.NewInt(1)
	for i, k := range indices {
		f := big.NewRat(1, 1)
		for _, m := range indices {
			if m != k {
				f.Mul(f, big.NewRat(int64(m), int64(m-k)))
			}
		}
		fractions[i] = f
		gcd := new(big.Int).GCD(nil, nil, denominator, f.Denom())
		denominator.Mul(denominator, new(big.Int).Div(f.Denom(), gcd))
	}
	for _, f := range fractions {
		c := new(big.Int).Div(denominator, f.Denom())
		coefficients = append(coefficients, c.Mul(c, f.Num()))
	}
	return coefficients, denominator
}

// bigScalar is the scalar of a positive integer.
func bigScalar(n *big.Int) *scalar.Scalar {
	out := scalar.New()
	word := scalar.NewFromUint64(1 << 32)
	var low big.Int
	for i := (n.BitLen() + 31) / 32; i > 0; i-- {
		low.Rsh(n, uint(32*(i-1)))
		out.Mul(out, word)
		out.Add(out, scalar.NewFromUint64(low.Uint64()&(1<<32-1)))
	}
	return out
}
