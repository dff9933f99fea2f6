package envelope_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/id"
)

func someRelease(tb testing.TB) envelope.Release {
	tb.Helper()
	w := newWorld(tb)
	return w.release(tb, w.key.Y())
}

func TestRelease_RoundTrip(t *testing.T) {
	want := someRelease(t)
	raw, err := want.Encode()
	require.NoError(t, err)
	require.Len(t, raw, 154+len(originChain))
	got, err := envelope.DecodeRelease(raw)
	require.NoError(t, err)
	require.Equal(t, want, got)

	text, err := want.Text()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(text, "AGE-PLUGIN-VOLENS-1"))
	got, err = envelope.ParseRelease(text)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestRelease_NeverPrintsItsSecrets(t *testing.T) {
	r := someRelease(t)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		out := fmt.Sprintf(format, r)
		require.Equal(t, "release of dataset da7a0100000000000000000000000000 under key 7", out)
		require.NotContains(t, out, hex.EncodeToString(r.Half[:4]))
	}
}

func TestDecodeRelease_Refuses(t *testing.T) {
	raw, err := someRelease(t).Encode()
	require.NoError(t, err)
	for n := range raw {
		_, err := envelope.DecodeRelease(raw[:n])
		require.ErrorIs(t, err, envelope.ErrRelease, "cut to %d bytes", n)
	}
	for name, spoil := range map[string]func([]byte) []byte{
		"a byte more":        func(b []byte) []byte { return append(b, 'x') },
		"version 0":          func(b []byte) []byte { b[0] = 0; return b },
		"version 2":          func(b []byte) []byte { b[0] = 2; return b },
		"zero dataset":       func(b []byte) []byte { clear(b[9:25]); return b },
		"identity as y":      func(b []byte) []byte { clear(b[25:57]); return b },
		"odd y":              func(b []byte) []byte { b[25] ^= 1; return b },
		"zero q":             func(b []byte) []byte { clear(b[57:89]); return b },
		"large q":            func(b []byte) []byte { b[88] = 0xff; return b },
		"identity as s":      func(b []byte) []byte { clear(b[89:121]); return b },
		"chain length":       func(b []byte) []byte { b[153]--; return b },
		"no chain":           func(b []byte) []byte { b[153] = 0; return b[:154] },
		"space in chain":     func(b []byte) []byte { b[160] = ' '; return b },
		"line end in chain":  func(b []byte) []byte { b[160] = '\n'; return b },
		"not ascii in chain": func(b []byte) []byte { b[160] = 0xc3; return b },
		"long chain":         func(b []byte) []byte { b[153] = 51; return append(b[:154], bytes.Repeat([]byte{'a'}, 51)...) },
	} {
		_, err := envelope.DecodeRelease(spoil(bytes.Clone(raw)))
		require.ErrorIs(t, err, envelope.ErrRelease, name)
	}
	longest := append(bytes.Clone(raw[:153]), append([]byte{50}, bytes.Repeat([]byte{'a'}, 50)...)...)
	_, err = envelope.DecodeRelease(longest)
	require.NoError(t, err)
}

func TestRelease_EncodeRefusesWhatCannotBeRead(t *testing.T) {
	for name, spoil := range map[string]func(*envelope.Release){
		"no chain":   func(r *envelope.Release) { r.OriginChain = "" },
		"long chain": func(r *envelope.Release) { r.OriginChain = strings.Repeat("a", 257) },
		"zero q":     func(r *envelope.Release) { r.Q = [32]byte{} },
		"no dataset": func(r *envelope.Release) { r.DatasetID = id.ID{} },
	} {
		r := someRelease(t)
		spoil(&r)
		_, err := r.Encode()
		require.ErrorIs(t, err, envelope.ErrRelease, name)
		_, err = r.Text()
		require.ErrorIs(t, err, envelope.ErrRelease, name)
	}
}

func TestParseRelease_Refuses(t *testing.T) {
	text, err := someRelease(t).Text()
	require.NoError(t, err)
	typo := []byte(text)
	typo[100] = 'Q'
	if text[100] == 'Q' {
		typo[100] = 'P'
	}
	for _, bad := range []string{
		"", "AGE-PLUGIN-VOLENS-1", "AGE-PLUGIN-OTHER-" + text[len("AGE-PLUGIN-VOLENS-"):], strings.ToLower(text),
		text[:len(text)-1], text + "Q", string(typo), " " + text, text + "\n",
		"AGE-SECRET-KEY-PQ-1" + text[len("AGE-PLUGIN-VOLENS-1"):],
	} {
		_, err := envelope.ParseRelease(bad)
		require.ErrorIs(t, err, envelope.ErrRelease)
		require.NotContains(t, err.Error(), text[60:80], "an error never holds the key")
	}
}

func FuzzRelease(f *testing.F) {
	raw, err := someRelease(f).Encode()
	require.NoError(f, err)
	f.Add(raw)
	f.Add(raw[:153])
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := envelope.DecodeRelease(raw)
		if err != nil {
			require.ErrorIs(t, err, envelope.ErrRelease)
			return
		}
		back, err := r.Encode()
		require.NoError(t, err)
		require.Equal(t, raw, back, "one encoding only")
		text, err := r.Text()
		require.NoError(t, err)
		again, err := envelope.ParseRelease(text)
		require.NoError(t, err)
		require.Equal(t, r, again)
	})
}
