package vcf

import "bytes"

// charset is a set of bytes.
type charset [256]uint8

func newCharset(members string) *charset {
	var c charset
	for i := range len(members) {
		c[members[i]] = 1
	}
	return &c
}

// all tells whether text has members of the set only.
func (c *charset) all(text []byte) bool {
	ok := uint8(1)
	for _, b := range text {
		ok &= c[b]
	}
	return ok == 1
}

const (
	numberChars = "0123456789.,+-eE|/"
	baseLetters = "ACGTNacgtn"
	// iupacLetters are the codes for one of several nucleotides.
	// X is what old samtools wrote for any other allele.
	iupacLetters = "ACGTURYSWKMBDHVNXacgturyswkmbdhvnx"
)

var (
	digitSet  = newCharset("0123456789")
	phaseSet  = newCharset(numberChars + baseLetters + "_*")
	alleleSet = newCharset(iupacLetters)
	contigSet = newCharset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.*:+|-")
)

// specials are the numbers that are words.
var specials = [][]byte{
	[]byte("nan"), []byte("NaN"), []byte("inf"), []byte("Inf"), []byte("INF"), []byte("Infinity"),
	[]byte("-nan"), []byte("-inf"), []byte("-Inf"), []byte("-Infinity"), []byte("+Inf"),
}

// isNumbers tells whether text is numbers, genotypes, missing values and their
// separators.
func isNumbers(text []byte) bool {
	if numberForm.takes(text) {
		return true
	}
	for part := range bytes.SplitSeq(text, []byte{','}) {
		if !numberForm.takes(part) && !oneOf(part, specials) {
			return false
		}
	}
	return true
}

func oneOf(text []byte, list [][]byte) bool {
	for _, item := range list {
		if bytes.Equal(text, item) {
			return true
		}
	}
	return false
}
