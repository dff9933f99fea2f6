package octets_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid/octets"
)

func TestEqual_MarksThatByteAndNoOther(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for c := range 256 {
		for range 64 {
			var text [8]byte
			var want uint64
			for i := range text {
				text[i] = byte(c + random.IntN(3) - 1) // neighbours are what borrows would mistake
				if text[i] == byte(c) {
					want |= 0x80 << (8 * i)
				}
			}
			require.Equal(t, want, octets.Equal(binary.LittleEndian.Uint64(text[:]), byte(c)), "%x in %x", c, text)
		}
	}
	require.Equal(t, uint64(0x8080808080808080), uint64(octets.Highs))
}
