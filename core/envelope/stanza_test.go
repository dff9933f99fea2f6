package envelope_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/id"
)

func validStanza(tb testing.TB) *envelope.Stanza {
	tb.Helper()
	w := newWorld(tb)
	s := &envelope.Stanza{KeyID: 7, DatasetID: w.datasetID, Body: [32]byte{4}}
	copy(s.U[:], w.key.Y())
	return s
}

func TestParseStanza_RoundTrip(t *testing.T) {
	s := validStanza(t)
	got, err := envelope.ParseStanza(s.Age())
	require.NoError(t, err)
	require.Equal(t, s, got)
	require.Equal(t, []string{"AAAAAAAAAAc", "2noBAAAAAAAAAAAAAAAAAA"}, s.Age().Args[:2])
}

// refusedStanzas are spoilt copies of a valid stanza, also written to the vectors.
func refusedStanzas(tb testing.TB) map[string]*age.Stanza {
	tb.Helper()
	out := map[string]*age.Stanza{}
	for name, spoil := range map[string]func(*age.Stanza){
		"another type":      func(s *age.Stanza) { s.Type = "volens-v2" },
		"no arguments":      func(s *age.Stanza) { s.Args = nil },
		"argument missing":  func(s *age.Stanza) { s.Args = s.Args[:2] },
		"argument too many": func(s *age.Stanza) { s.Args = append(s.Args, "AA") },
		"padding":           func(s *age.Stanza) { s.Args[0] += "=" },
		"trailing bits":     func(s *age.Stanza) { s.Args[0] = "AAAAAAAAAAd" },
		"line end":          func(s *age.Stanza) { s.Args[0] = "AAAAA\nAAAAAc" },
		"url alphabet":      func(s *age.Stanza) { s.Args[1] = strings.Repeat("_", 21) + "A" },
		"short key id":      func(s *age.Stanza) { s.Args[0] = "AAAAAAAAAA" },
		"long key id":       func(s *age.Stanza) { s.Args[0] = "AAAAAAAAAAcA" },
		"short dataset id":  func(s *age.Stanza) { s.Args[1] = s.Args[0] },
		"identity as u":     func(s *age.Stanza) { s.Args[2] = strings.Repeat("A", 43) },
		"odd u":             func(s *age.Stanza) { s.Args[2] = base64.RawStdEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 32)) },
		"short body":        func(s *age.Stanza) { s.Body = s.Body[:31] },
		"long body":         func(s *age.Stanza) { s.Body = append(s.Body, 0) },
		"no body":           func(s *age.Stanza) { s.Body = nil },
	} {
		s := validStanza(tb).Age()
		spoil(s)
		out[name] = s
	}
	return out
}

func TestParseStanza_Refuses(t *testing.T) {
	for name, s := range refusedStanzas(t) {
		_, err := envelope.ParseStanza(s)
		require.ErrorIs(t, err, envelope.ErrStanza, name)
	}
}

func TestReadHeader_GivesTheWholeFileBack(t *testing.T) {
	w := newWorld(t)
	sealed, file := w.seal(t, text(chunk))
	header, whole, err := envelope.ReadHeader(iotest.HalfReader(bytes.NewReader(file)))
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(file, header))
	require.NoError(t, envelope.CompareStanza(header, sealed.Facts))
	back, err := io.ReadAll(whole)
	require.NoError(t, err)
	require.True(t, bytes.Equal(file, back))
}

func TestReadHeader_Refuses(t *testing.T) {
	w := newWorld(t)
	_, file := w.seal(t, nil)
	for name, raw := range map[string][]byte{"empty": nil, "not age": []byte("##fileformat=VCFv4.2\n"), "cut": file[:200]} {
		_, _, err := envelope.ReadHeader(bytes.NewReader(raw))
		require.ErrorIs(t, err, envelope.ErrStanza, name)
	}
	broken := errors.New("disk gone")
	_, _, err := envelope.ReadHeader(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

// headerFor writes a file to any recipients, as a dishonest patient would.
func headerFor(tb testing.TB, recipients ...age.Recipient) []byte {
	tb.Helper()
	var file bytes.Buffer
	_, err := age.Encrypt(&file, recipients...)
	require.NoError(tb, err)
	header, err := age.ExtractHeader(&file)
	require.NoError(tb, err)
	return header
}

// unlabelled hides the labels of a recipient, so that age mixes what it should not.
type unlabelled struct{ age.Recipient }

func TestCompareStanza_RefusesOtherWaysIn(t *testing.T) {
	w := newWorld(t)
	own := w.patient(t).Recipient()
	classical, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	for name, extra := range map[string][]age.Recipient{
		"classical beside": {unlabelled{own}, classical.Recipient()},
		"two own stanzas":  {unlabelled{own}, unlabelled{own}},
		"no own stanza":    {},
		"only classical":   {classical.Recipient()},
	} {
		r, err := envelope.NewRecipient(w.random, w.key, w.datasetID, w.half)
		require.NoError(t, err)
		header := headerFor(t, append([]age.Recipient{unlabelled{r}}, extra...)...)
		err = envelope.CompareStanza(header, factsOf(t, header))
		require.ErrorIs(t, err, envelope.ErrIntegrity, name)
	}
	err = envelope.CompareStanza(headerFor(t, own), envelope.Facts{})
	require.ErrorIs(t, err, envelope.ErrIntegrity, "no volens stanza")
}

func TestCompareStanza_TwoOfOurs(t *testing.T) {
	w := newWorld(t)
	var both []age.Recipient
	for range 2 {
		r, err := envelope.NewRecipient(w.random, w.key, w.datasetID, w.half)
		require.NoError(t, err)
		both = append(both, r)
	}
	header := headerFor(t, append(both, w.patient(t).Recipient())...)
	for i, facts := range allFactsOf(t, header) {
		require.ErrorIs(t, envelope.CompareStanza(header, facts), envelope.ErrIntegrity, "stanza %d is registered", i)
	}
}

// factsOf registers the first volens stanza of a header.
func factsOf(tb testing.TB, header []byte) envelope.Facts {
	tb.Helper()
	all := allFactsOf(tb, header)
	require.NotEmpty(tb, all)
	return all[0]
}

// allFactsOf registers each volens stanza of a header.
func allFactsOf(tb testing.TB, header []byte) []envelope.Facts {
	tb.Helper()
	var seen notes
	_, err := age.DecryptHeader(header, &seen)
	require.Error(tb, err)
	var out []envelope.Facts
	for _, s := range seen.stanzas {
		if s.Type != envelope.StanzaType {
			continue
		}
		parsed, err := envelope.ParseStanza(s)
		require.NoError(tb, err)
		out = append(out, envelope.Facts{
			KeyID: parsed.KeyID, DatasetID: parsed.DatasetID, U: parsed.U, BodySHA256: parsed.BodySHA256(),
		})
	}
	return out
}

type notes struct{ stanzas []*age.Stanza }

func (n *notes) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	n.stanzas = stanzas
	return nil, age.ErrIncorrectIdentity
}

func TestCompareStanza_EveryFact(t *testing.T) {
	w := newWorld(t)
	sealed, file := w.seal(t, text(10))
	header, err := age.ExtractHeader(bytes.NewReader(file))
	require.NoError(t, err)
	require.NoError(t, envelope.CompareStanza(header, sealed.Facts))
	for name, spoil := range map[string]func(*envelope.Facts){
		"key":     func(f *envelope.Facts) { f.KeyID++ },
		"dataset": func(f *envelope.Facts) { f.DatasetID[15] ^= 1 },
		"u":       func(f *envelope.Facts) { f.U[0] ^= 1 },
		"body":    func(f *envelope.Facts) { f.BodySHA256[31] ^= 1 },
	} {
		facts := sealed.Facts
		spoil(&facts)
		require.ErrorIs(t, envelope.CompareStanza(header, facts), envelope.ErrIntegrity, name)
	}
	require.ErrorIs(t, envelope.CompareStanza(nil, sealed.Facts), envelope.ErrStanza)
	require.ErrorIs(t, envelope.CompareStanza(header[:len(header)-1], sealed.Facts), envelope.ErrStanza)
}

func TestCompareStanza_MalformedStanza(t *testing.T) {
	w := newWorld(t)
	for name, s := range refusedStanzas(t) {
		if s.Type != envelope.StanzaType || strings.Contains(name, "line end") {
			continue
		}
		header := headerFor(t, fixed{s}, unlabelled{w.patient(t).Recipient()})
		require.ErrorIs(t, envelope.CompareStanza(header, envelope.Facts{}), envelope.ErrStanza, name)
	}
}

// fixed is a recipient that writes one stanza whatever the key.
type fixed struct{ stanza *age.Stanza }

func (f fixed) Wrap([]byte) ([]*age.Stanza, error) { return []*age.Stanza{f.stanza}, nil }

func TestNewFacts(t *testing.T) {
	w := newWorld(t)
	sealed, _ := w.seal(t, text(10))
	f := sealed.Facts
	got, err := envelope.NewFacts(f.KeyID, f.DatasetID, f.U[:], f.BodySHA256[:], f.SHA256[:], f.TreeRoot[:])
	require.NoError(t, err)
	require.Equal(t, f, got)
	long, short := make([]byte, 33), make([]byte, 31)
	for i := range 4 {
		fields := [][]byte{f.U[:], f.BodySHA256[:], f.SHA256[:], f.TreeRoot[:]}
		for _, bad := range [][]byte{nil, long, short} {
			fields[i] = bad
			_, err := envelope.NewFacts(f.KeyID, f.DatasetID, fields[0], fields[1], fields[2], fields[3])
			require.Error(t, err)
		}
	}
}

func FuzzStanza(f *testing.F) {
	s := validStanza(f).Age()
	f.Add(s.Args[0], s.Args[1], s.Args[2], s.Body)
	f.Add("", "", "", []byte{})
	for _, bad := range refusedStanzas(f) {
		if len(bad.Args) == 3 {
			f.Add(bad.Args[0], bad.Args[1], bad.Args[2], bad.Body)
		}
	}
	f.Fuzz(func(t *testing.T, keyID, datasetID, u string, body []byte) {
		in := &age.Stanza{Type: envelope.StanzaType, Args: []string{keyID, datasetID, u}, Body: body}
		got, err := envelope.ParseStanza(in)
		if err != nil {
			require.ErrorIs(t, err, envelope.ErrStanza)
			return
		}
		require.Equal(t, in, got.Age(), "one encoding only")
	})
}

func FuzzCompareStanza(f *testing.F) {
	w := newWorld(f)
	sealed, file := w.seal(f, nil)
	header, err := age.ExtractHeader(bytes.NewReader(file))
	require.NoError(f, err)
	f.Add(header)
	f.Add([]byte("age-encryption.org/v1\n-> volens-v1\n\n--- " + strings.Repeat("A", 43) + "\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		err := envelope.CompareStanza(raw, sealed.Facts)
		if err != nil {
			require.True(t, errors.Is(err, envelope.ErrStanza) || errors.Is(err, envelope.ErrIntegrity))
			require.NotErrorIs(t, err, id.ErrMalformed)
		}
	})
}
