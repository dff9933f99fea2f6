package papers_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/papers"
)

func words() papers.Papers {
	return papers.Papers{
		Title:          "Why some hearts beat too fast",
		LaySummary:     "We look for changes in genes.\n¿Por qué? 心臓 \u200f",
		Contact:        "Heart group, heart@example.org",
		ProtocolSHA256: strings.Repeat("ab", papers.DigestSize),
		Criteria:       map[string]string{"sex": "any", "age-band": "40-49"},
		Salt:           strings.Repeat("5a", papers.DigestSize),
	}
}

func TestParse_RoundTrip(t *testing.T) {
	raw, err := words().Encode()
	require.NoError(t, err)
	again, err := papers.Parse(raw)
	require.NoError(t, err)
	require.Equal(t, words(), again)
	pretty, err := json.MarshalIndent(again, "", "  ")
	require.NoError(t, err)
	same, err := papers.Parse(pretty)
	require.NoError(t, err)
	require.Equal(t, again, same)
}

func TestVerify(t *testing.T) {
	want, err := words().Digests()
	require.NoError(t, err)
	require.NoError(t, words().Verify(want))
	for name, change := range map[string]func(*papers.Papers){
		"title":           func(p *papers.Papers) { p.Title += "!" },
		"lay_summary":     func(p *papers.Papers) { p.LaySummary = p.Title },
		"contact":         func(p *papers.Papers) { p.Contact = strings.ToUpper(p.Contact) },
		"protocol_sha256": func(p *papers.Papers) { p.ProtocolSHA256 = strings.Repeat("ac", papers.DigestSize) },
		"criteria":        func(p *papers.Papers) { p.Criteria = map[string]string{"sex": "any"} },
	} {
		other := words()
		change(&other)
		err := other.Verify(want)
		require.ErrorIs(t, err, papers.ErrMismatch, name)
		require.ErrorContains(t, err, name)
	}
	other := words()
	other.Salt = strings.Repeat("5b", papers.DigestSize)
	require.ErrorIs(t, other.Verify(want), papers.ErrMismatch)
	require.ErrorIs(t, words().Verify(papers.Digests{}), papers.ErrMismatch)
}

// Each text has a digest of its own, even if all texts are equal.
func TestDigests_TellPapersApart(t *testing.T) {
	p := words()
	p.LaySummary, p.Contact = p.Title, p.Title
	d, err := p.Digests()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, digest := range [][]byte{d.Title, d.LaySummary, d.Protocol, d.Contact, d.Criteria} {
		require.Len(t, digest, papers.DigestSize)
		require.False(t, seen[string(digest)])
		seen[string(digest)] = true
	}
}

func TestParse_Refuses(t *testing.T) {
	good, err := words().Encode()
	require.NoError(t, err)
	change := func(f func(*papers.Papers)) []byte {
		p := words()
		f(&p)
		raw, err := json.Marshal(p)
		require.NoError(t, err)
		return raw
	}
	many := map[string]string{}
	for i := range papers.MaxCriteria + 1 {
		many[strings.Repeat("x", i+1)] = "1"
	}
	for name, raw := range map[string][]byte{
		"nothing":            nil,
		"no object":          []byte(`[]`),
		"null":               []byte(`null`),
		"cut":                good[:len(good)-1],
		"two":                append(bytes.Clone(good), good...),
		"unknown field":      append([]byte(`{"protocol":"x",`), good[1:]...),
		"not UTF-8":          bytes.Replace(good, []byte("hearts"), []byte("he\xffrts"), 1),
		"too long":           append(bytes.Clone(good), bytes.Repeat([]byte{' '}, papers.MaxSize)...),
		"no title":           change(func(p *papers.Papers) { p.Title = " \n" }),
		"no summary":         change(func(p *papers.Papers) { p.LaySummary = "" }),
		"no contact":         change(func(p *papers.Papers) { p.Contact = "" }),
		"long text":          change(func(p *papers.Papers) { p.Title = strings.Repeat("a", papers.MaxText+1) }),
		"escape sequence":    change(func(p *papers.Papers) { p.Title = "\x1b[2J" }),
		"C1 control":         change(func(p *papers.Papers) { p.Contact = "a\u009b" }),
		"short salt":         change(func(p *papers.Papers) { p.Salt = p.Salt[2:] }),
		"salt in capitals":   change(func(p *papers.Papers) { p.Salt = strings.ToUpper(p.Salt) }),
		"protocol not hex":   change(func(p *papers.Papers) { p.ProtocolSHA256 = strings.Repeat("g", 64) }),
		"many criteria":      change(func(p *papers.Papers) { p.Criteria = many }),
		"criterion no code":  change(func(p *papers.Papers) { p.Criteria = map[string]string{"": "x"} }),
		"criterion too long": change(func(p *papers.Papers) { p.Criteria = map[string]string{"a": strings.Repeat("b", 257)} }),
	} {
		_, err := papers.Parse(raw)
		require.ErrorIs(t, err, papers.ErrPapers, name)
	}
	_, err = papers.Papers{}.Encode()
	require.ErrorIs(t, err, papers.ErrPapers)
	_, err = papers.Papers{}.Digests()
	require.ErrorIs(t, err, papers.ErrPapers)
}

// What parses has one encoding and one set of digests.
func FuzzParse(f *testing.F) {
	raw, err := words().Encode()
	require.NoError(f, err)
	f.Add(raw)
	f.Add([]byte(`{"title":"a","title":"b"}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := papers.Parse(raw)
		if err != nil {
			require.ErrorIs(t, err, papers.ErrPapers)
			return
		}
		canonical, err := p.Encode()
		require.NoError(t, err)
		again, err := papers.Parse(canonical)
		require.NoError(t, err)
		digests, err := p.Digests()
		require.NoError(t, err)
		require.NoError(t, again.Verify(digests))
	})
}
