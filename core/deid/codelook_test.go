package deid_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

func newCodeLook(values ...string) *deid.CodeLook {
	patterns := []deid.Pattern{deid.PatternEmail, deid.PatternNHS, deid.PatternIBAN}
	l := deid.NewCodeLook(patterns, deid.NewVocabulary([]string{"Observation", "volens", "QuestionnaireResponse"}))
	for _, value := range values {
		l.Value([]byte(value))
	}
	return l
}

func hits(l *deid.CodeLook, texts ...string) bool { return l.Hits(slices.Values(texts)) }

func TestCodeLook_Forms(t *testing.T) {
	const name = "Åse Nordmann/Vik"
	l := newCodeLook("unrelated value", name, "ward 7 of St. Olav")
	for _, text := range []string{
		name, strings.ToUpper(name), "x-" + strings.ToLower(name), "ÅSENORDMANNVIK", "Åse_Nordmann Vik",
		"\xc5se Nordmann/Vik", hex.EncodeToString([]byte(name)), url.PathEscape(name), url.QueryEscape(name),
		base64.StdEncoding.EncodeToString([]byte(name)), base64.StdEncoding.EncodeToString([]byte("1" + name + "2")),
		base64.StdEncoding.EncodeToString([]byte("12" + name)),
	} {
		require.True(t, hits(l, "vital-signs", text, "final"), text)
	}
	require.False(t, hits(l, "vital-signs", "ase-nordmann", "åse", "nordmann", "final"))
}

func TestCodeLook_ShortValuesAreWholeWords(t *testing.T) {
	l := newCodeLook("doe", "mary", "4711880", "observe", "response", "Observation")
	for _, text := range []string{"mary", "m-mary", "x/MARY", "4711880", "a 4711880"} {
		require.True(t, hits(l, text), text)
	}
	for _, text := range []string{"doe", "maryland", "14711880", "observes", "xresponse", "Observation", "observation-7"} {
		require.False(t, hits(l, text), text)
	}
	require.True(t, hits(l, "a response"), "a part of a word of the format counts as a word")
}

func TestCodeLook_Patterns(t *testing.T) {
	for _, text := range []string{"jane@doe.example", "943 476 5919", "GB82 WEST 1234 5698 7654 32"} {
		require.True(t, hits(newCodeLook(), "final", text), text)
	}
	require.False(t, hits(newCodeLook(), "final", "943 476 5918", "jane@doe"))
}

func TestCodeLook_Counts(t *testing.T) {
	l := newCodeLook("Jane Q. Doe", "JANE-Q-DOE", "Jane Q. Doe", "doe", "mary", "", "Observation")
	l.Attribute([]byte("short"))
	l.Attribute([]byte("123456789"))
	l.Attribute([]byte("Trondheim"))
	r := l.Recheck()
	require.Equal(t, 2, r.Searched, "Jane once, and Trondheim")
	require.Equal(t, 1, r.Weak)
	require.Equal(t, 2, r.Skipped)
}

// Asking again, with more values and other texts, is asking anew.
func TestCodeLook_AskedTwice(t *testing.T) {
	l := newCodeLook("Nordmann-Vik")
	require.False(t, hits(l, "female", "some-other-code"))
	require.False(t, hits(l, "male"))
	l.Value([]byte("some other code"))
	require.False(t, hits(l, "male"), "the first texts are forgotten")
	require.True(t, hits(l, "some-other-code"))
	require.True(t, hits(l, "nordmann-vik"))
}

// The texts are searched in pieces; a value is found in whichever it stands.
func TestCodeLook_ManyTextsAndValues(t *testing.T) {
	var texts []string
	for i := range 60_000 {
		texts = append(texts, fmt.Sprintf("a-code-of-some-length-that-is-number-%d", i))
	}
	l := newCodeLook()
	for i := range 5_000 {
		l.Value(fmt.Appendf(nil, "value-%d-of-another-kind", i))
	}
	require.False(t, hits(l, texts...))
	for _, at := range []int{0, 30_000, 59_999} {
		kept := texts[at]
		texts[at] = "VALUE_777_OF_ANOTHER_KIND"
		require.True(t, hits(l, texts...), at)
		texts[at] = kept
	}
}

// FuzzCodeLook holds the answer against a search that is written plainly.
func FuzzCodeLook(f *testing.F) {
	f.Add("Nordmann-Vik", "nordmann vik", "x")
	f.Add("4711880", "a 4711880", "4711 880")
	f.Add("a@b.no\xff", "\x00", "GATTACAGATTACA")
	f.Fuzz(func(t *testing.T, value, first, second string) {
		l := newCodeLook(value)
		fold := func(s string) string {
			drop := strings.NewReplacer(" ", "", "_", "", "-", "", ".", "", "^", "", "\x00", "")
			return strings.ToLower(drop.Replace(s))
		}
		n := fold(value)
		isASCII := !strings.ContainsFunc(value+first+second, func(r rune) bool { return r >= 0x80 })
		if !isASCII || len(n) < 8 || len(n) > 128 || strings.Trim(n, "0123456789") == "" ||
			strings.Trim(n, "acgtn") == "" || !strings.ContainsAny(n, "bdefhijklmopqrsuvwxyz") ||
			strings.Contains("observation volens questionnaireresponse", n) {
			hits(l, first, second)
			return
		}
		if strings.Contains(fold(first), n) || strings.Contains(fold(second), n) {
			require.True(t, hits(l, first, second))
			require.True(t, hits(l, second, first))
		}
	})
}
