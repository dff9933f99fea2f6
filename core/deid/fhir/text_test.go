package fhir_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/fhir"
)

// Strings of every length, with what ends or changes them at every place of the eight bytes that are looked at
// together, are taken just where the standard library takes them and they are UTF-8.
func TestScrub_StringsAreWhatTheStandardLibraryTakes(t *testing.T) {
	pieces := []string{
		"a", "bcd", "0123456789abcdef", " ", "~", "\x7f", `\"`, `\\`, `\n`, `\u0041`, "é", "中", "𝄞", // taken
		`"`, `\`, `\x`, `\u00g1`, "\n", "\x00", "\x1f", "\x80", "\xff", "\xc3", "\xed\xa0\x80", // mostly not
	}
	rng := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 20_000 {
		var text strings.Builder
		for range rng.IntN(12) {
			piece := pieces[rng.IntN(13)]
			if rng.IntN(12) == 0 {
				piece = pieces[rng.IntN(len(pieces))]
			}
			text.WriteString(piece)
		}
		data := []byte(`{"resourceType":"Patient","x":"` + text.String() + `"}`)
		_, _, err := scrub(t, deid.SafeHarborStrict, data, fhir.Options{})
		valid := json.Valid(data) && utf8.Valid(data)
		require.Equal(t, valid, err == nil, "%q: %v", text.String(), err)
		if valid {
			taken++
		}
	}
	require.Greater(t, taken, 5_000)
}

// A string that is too long to be held is UTF-8 to its end, wherever the window ends.
func TestScrub_LongStringsAreUTF8(t *testing.T) {
	text := func(pad int, middle string) []byte {
		return []byte(
			`{"resourceType":"Patient","x":"` + strings.Repeat("a", pad) + strings.Repeat("é中𝄞", 20_000) + middle +
				strings.Repeat("𝄞中é", 20_000) + `","gender":"male"}`,
		)
	}
	for pad := range 9 {
		out, _, err := scrub(t, deid.SafeHarborStrict, text(pad, ""), fhir.Options{})
		require.NoError(t, err)
		same(t, `{"resourceType":"Patient","gender":"male"}`+"\n", string(out))
		for _, middle := range []string{"\x80", "\xc3", "\xf0\x9d\x84", "\xed\xa0\x80"} {
			requireRefused(t, deid.CodeMalformedJSON, text(pad, middle))
		}
	}
	_, err := fhir.Scrub(context.Background(), io.Discard, iotest.HalfReader(bytes.NewReader(text(3, ""))),
		options(t, deid.SafeHarborStrict, fhir.Options{}))
	require.NoError(t, err)
}
