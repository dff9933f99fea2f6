package gate

// The arithmetic is in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, as in FIPS 197,
// without tables and without branches on secret bytes.

// mul multiplies two field elements.
func mul(a, b byte) byte {
	var product byte
	for range 8 {
		product ^= a & -(b & 1)
		carry := -(a >> 7)
		a = a<<1 ^ 0x1b&carry
		b >>= 1
	}
	return product
}

// inverse is a^254, which is 1/a for a != 0 and 0 for 0.
func inverse(a byte) byte {
	power := a
	result := byte(1)
	for range 7 {
		power = mul(power, power)
		result = mul(result, power)
	}
	return result
}

// evaluate takes polynomials byte by byte: coefficients holds Size bytes of
// degree 0, then Size of degree 1, and so on. It returns their values at x.
func evaluate(coefficients []byte, x byte) []byte {
	out := make([]byte, Size)
	for degree := len(coefficients)/Size - 1; degree >= 0; degree-- {
		row := coefficients[degree*Size:][:Size]
		for i := range out {
			out[i] = mul(out[i], x) ^ row[i]
		}
	}
	return out
}

// interpolate returns the values at x of the polynomials of the lowest degree
// through the parts, whose indices differ from one another.
func interpolate(parts []Part, x byte) []byte {
	out := make([]byte, Size)
	for i, p := range parts {
		weight := byte(1)
		for j, q := range parts {
			if i == j {
				continue
			}
			xi, xj := byte(p.Index), byte(q.Index) //nolint:gosec // indices are 1 to MaxParts
			weight = mul(weight, mul(x^xj, inverse(xi^xj)))
		}
		for b := range out {
			out[b] ^= mul(weight, p.Bytes[b])
		}
	}
	return out
}
