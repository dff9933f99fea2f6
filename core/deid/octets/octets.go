// Package octets looks at eight bytes as one number (Lamport, Multiple byte processing with full-word instructions,
// CACM 18(8), 1975), which is how texts are searched faster than byte by byte. Its constants and functions are for
// numbers read little-endian, so that the lowest mark is the first byte's.
package octets

const (
	// Ones has the lowest bit of each byte: times a byte it repeats that byte eight times.
	Ones = 0x0101_0101_0101_0101
	// Highs has the highest bit of each byte.
	Highs = Ones << 7
)

// Equal marks the highest bit of each byte of word that is c, and of no other.
func Equal(word uint64, c byte) uint64 {
	x := word ^ Ones*uint64(c)
	return ^((x &^ Highs) + Highs - Ones | x) & Highs
}
