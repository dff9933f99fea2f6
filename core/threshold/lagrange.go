package threshold

import (
	"encoding/binary"
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
	// minusLambda are the coefficients, negated, by share index; nil for those outside the set.
	minusLambda []*integer
	groups      []group
	chain       *chain // nil where it would not be faster
}

// group is the places whose coefficients are equal but for the sign. The coefficients
// of 1 to T are the binomial ones of T, so that most groups have two places.
type group struct {
	coefficient scalar.Scalar // the shorter one: the fewer digits are set, the cheaper is its term
	places      []int         // from 1, negative to subtract
}

func newResponders(indices []int, size int) *responders {
	r := &responders{indices: slices.Clone(indices), minusLambda: make([]*integer, size+1)}
	known := map[integer]int{}
	for i, l := range lagrange(indices) {
		minus := neg(&l.s)
		lambda := integerOf(minus)
		r.minusLambda[indices[i]] = &lambda
		coefficient, place := l.s, i+1
		if shorter(minus, &l.s) {
			coefficient, place = *minus, -place
		}
		name := integerOf(&coefficient)
		g, ok := known[name]
		if !ok {
			g = len(r.groups)
			known[name], r.groups = g, append(r.groups, group{coefficient: coefficient})
		}
		r.groups[g].places = append(r.groups[g].places, place)
	}
	r.chain = newChain(r.groups, missing(indices))
	return r
}

// combine returns the sum of points, in the order of the indices, with the
// coefficients.
func (r *responders) combine(points []*Point) *curve.RistrettoPoint {
	sums := make([]Point, len(r.groups))
	for i, g := range r.groups {
		addSigned(&sums[i].p, g.places, points)
	}
	if r.chain != nil {
		return r.chain.sum(sums)
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

// missing returns the product of the indices below the highest that are not in the set,
// in ascending order. The coefficients times this are integers: those of all indices up to
// the highest are binomial, and taking an index x away multiplies that of k by (x-k)/x.
func missing(indices []int) *scalar.Scalar {
	var out product
	next := 1
	for _, k := range indices {
		for ; next < k; next++ {
			out.times(next)
		}
		next++
	}
	return out.value()
}

// addSigned sets sum to the points at some places from 1, added up; those of negative places are subtracted.
func addSigned(sum *curve.RistrettoPoint, places []int, points []*Point) {
	if first := places[0]; first > 0 {
		sum.Set(&points[first-1].p)
	} else {
		sum.Neg(&points[-first-1].p)
	}
	for _, place := range places[1:] {
		if place > 0 {
			sum.Add(sum, &points[place-1].p)
		} else {
			sum.Sub(sum, &points[-place-1].p)
		}
	}
}
