package derive

import "strings"

// ageSecretPrefix is the human-readable part of a post-quantum age identity.
const ageSecretPrefix = "age-secret-key-pq-" //nolint:gosec // a prefix, not a key

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// encodeAgeSecret writes 32 bytes as AGE-SECRET-KEY-PQ-1..., which is Bech32
// (BIP-173) in capitals without its limit of 90 characters. The age module has
// no constructor that takes the bytes.
func encodeAgeSecret(raw []byte) string {
	values := fiveBits(raw)
	var out strings.Builder
	out.WriteString(ageSecretPrefix)
	out.WriteByte('1')
	for _, v := range append(values, bech32Checksum(ageSecretPrefix, values)...) {
		out.WriteByte(bech32Alphabet[v])
	}
	return strings.ToUpper(out.String())
}

// fiveBits regroups bytes into values of 5 bits, the last padded with zeros.
func fiveBits(raw []byte) []byte {
	out := make([]byte, 0, (8*len(raw)+4)/5)
	var accumulator uint
	pending := 0
	for _, b := range raw {
		accumulator = accumulator<<8 | uint(b)
		for pending += 8; pending >= 5; pending -= 5 {
			out = append(out, byte(accumulator>>(pending-5)&31))
		}
		accumulator &= 31
	}
	if pending > 0 {
		out = append(out, byte(accumulator<<(5-pending)&31))
	}
	return out
}

// bech32Checksum is the BCH checksum of BIP-173 over prefix and values.
func bech32Checksum(prefix string, values []byte) []byte {
	state := uint32(1)
	feed := func(v byte) {
		top := state >> 25
		state = state&0x1ffffff<<5 ^ uint32(v)
		for i, generator := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				state ^= generator
			}
		}
	}
	for _, c := range []byte(prefix) {
		feed(c >> 5)
	}
	feed(0)
	for _, c := range []byte(prefix) {
		feed(c & 31)
	}
	for _, v := range values {
		feed(v)
	}
	for range 6 {
		feed(0)
	}
	state ^= 1
	out := make([]byte, 6)
	for i := range out {
		out[i] = byte(state >> (5 * (5 - i)) & 31)
	}
	return out
}
