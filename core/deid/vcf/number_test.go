package vcf_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid/vcf"
)

// number is what stands between two separators.
var number = regexp.MustCompile(`^[+-]?(?:[0-9]*|(?:[0-9]+|[0-9]*\.[0-9]*)(?:[eE][+-]?[0-9]+)?)$`)

// takesColumns says the same as the automaton, part by part.
func takesColumns(text string) bool {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",|/:\t", r) }) {
		if !number.MatchString(part) {
			return false
		}
	}
	return true
}

// Long columns are read at several places at a time: what is taken must not depend on their length.
func TestColumns_LongOnesAsShortOnes(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	parts := []string{"0", ".", "-0.48", "12", "1e-5", "3.5E+2", "", "123456789012345678901234567890", "+7", "-"}
	const odd = "0123456789.,+-eE|/:\tx "
	taken := 0
	for range 20_000 {
		var text []byte
		for n := rng.IntN(400); len(text) < n; {
			text = append(text, parts[rng.IntN(len(parts))]...)
			text = append(text, ",|/:\t"[rng.IntN(5)])
		}
		text = text[:rng.IntN(len(text)+1)]
		if len(text) > 0 && rng.IntN(2) == 0 {
			text[rng.IntN(len(text))] = odd[rng.IntN(len(odd))]
		}
		want := takesColumns(string(text))
		require.Equal(t, want, vcf.TakesColumns(text), "%q", text)
		if want {
			taken++
		}
	}
	require.Greater(t, taken, 2000)
	require.Less(t, taken, 18_000)
}
