package threshold

import (
	"encoding/binary"
	"math/bits"

	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// Lengths in words of 64 bits.
const (
	scalarWords = ScalarSize / 8
	weightWords = scalarWords / 2
	wideWords   = scalarWords + weightWords + 1
)

// order is the group order, 2^252 and a lower part (RFC 9496 section 4).
var order = integer{0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 1 << 60}

// wide is a sum of products of a scalar and a weight, which is not reduced yet. A batch has
// a coefficient for each share, all public, and the library reduces each of its products
// in constant time. The words are in ascending order; the zero value is 0; 2^64 products fit.
type wide [wideWords]uint64

// addProduct puts x*weight into the sum. x is below the order, and the weight below 2^128.
func (w *wide) addProduct(x, weight *integer) {
	w.addMultiples(x, weight[0], weight[1])
}

// addMultiples adds x*(low + 2^64*high).
func (w *wide) addMultiples(x *integer, low, high uint64) {
	const top = wideWords - 1
	w[top] += x.addMultiple(low, (*[top]uint64)(w[:]))
	x.addMultiple(high, (*[top]uint64)(w[1:]))
}

// reduce sets out to the sum modulo the group order, in variable time, and returns it.
// Where the lower part of the order is c, 2^252 is -c: what is above 2^252 is multiplied by
// c and taken off, and so is, with the other sign, what is above 2^252 in that product.
func (w *wide) reduce(out *scalar.Scalar) *scalar.Scalar {
	var product, correction wide
	low, high := w.split()
	product.addMultiples(&high, order[0], order[1])
	minus, above := product.split()
	correction.addMultiples(&above, order[0], order[1]) // below 2^194
	low.add((*integer)(correction[:]))
	if low.less(&minus) {
		low.add(&order)
	}
	low.subtract(&minus)
	if !low.less(&order) {
		low.subtract(&order)
	}
	return low.scalar(out)
}

// split returns the sum modulo 2^252 and divided by 2^252.
func (w *wide) split() (low, high integer) {
	const top, part = scalarWords - 1, 60
	low = integer(w[:scalarWords])
	low[top] &= 1<<part - 1
	for i := range high[:wideWords-scalarWords] {
		high[i] = w[top+i]>>part | w[top+i+1]<<(64-part)
	}
	high[top] = w[wideWords-1] >> part
	return low, high
}

// integer is a number of 256 bits, its words in ascending order.
type integer [scalarWords]uint64

// integerOf returns the number that a scalar stands for.
func integerOf(s *scalar.Scalar) integer {
	var raw [ScalarSize]byte
	must(raw, s.ToBytes(raw[:]))
	var out integer
	for i := range out {
		out[i] = binary.LittleEndian.Uint64(raw[8*i:])
	}
	return out
}

// scalar sets out to x, which is below the order, and returns it.
func (x *integer) scalar(out *scalar.Scalar) *scalar.Scalar {
	var raw [ScalarSize]byte
	for i, word := range x {
		binary.LittleEndian.PutUint64(raw[8*i:], word)
	}
	return must(out.SetBits(raw[:]))
}

// addMultiple adds x*factor to out, and returns what is carried out of it.
func (x *integer) addMultiple(factor uint64, out *[wideWords - 1]uint64) (carry uint64) {
	high0, low0 := bits.Mul64(x[0], factor)
	high1, low1 := bits.Mul64(x[1], factor)
	high2, low2 := bits.Mul64(x[2], factor)
	high3, low3 := bits.Mul64(x[3], factor)
	low1, carry = bits.Add64(low1, high0, 0)
	low2, carry = bits.Add64(low2, high1, carry)
	low3, carry = bits.Add64(low3, high2, carry)
	high3 += carry
	out[0], carry = bits.Add64(out[0], low0, 0)
	out[1], carry = bits.Add64(out[1], low1, carry)
	out[2], carry = bits.Add64(out[2], low2, carry)
	out[3], carry = bits.Add64(out[3], low3, carry)
	out[4], carry = bits.Add64(out[4], high3, carry)
	out[5], carry = bits.Add64(out[5], 0, carry)
	return carry
}

// add adds y to x. The sum has to fit.
func (x *integer) add(y *integer) {
	var carry uint64
	for i := range x {
		x[i], carry = bits.Add64(x[i], y[i], carry)
	}
}

// subtract takes y off x, which is not less.
func (x *integer) subtract(y *integer) {
	var borrow uint64
	for i := range x {
		x[i], borrow = bits.Sub64(x[i], y[i], borrow)
	}
}

// less reports whether x < y.
func (x *integer) less(y *integer) bool {
	for i := scalarWords - 1; i >= 0; i-- {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

// bitLen returns the number of bits, 0 for 0.
func (x *integer) bitLen() int {
	for i := scalarWords - 1; i >= 0; i-- {
		if x[i] != 0 {
			return 64*i + bits.Len64(x[i])
		}
	}
	return 0
}

// shifted returns x*2^n, which has to fit.
func (x *integer) shifted(n int) integer {
	var out integer
	skip, shift := n/64, uint(n%64)
	for i := skip; i < scalarWords; i++ {
		out[i] = x[i-skip] << shift
		if i > skip {
			out[i] |= x[i-skip-1] >> (64 - shift)
		}
	}
	return out
}
