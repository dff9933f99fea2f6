package fhir_test

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/fhir"
)

const thisYear = 2026

var testKey = []byte("a key of some length for tests")

// options fills in profile, pseudonyms and year.
func options(tb testing.TB, profile string, o fhir.Options) fhir.Options {
	tb.Helper()
	p := load(tb, profile)
	var key []byte
	if p.Samples == deid.SamplesKeyed {
		key = testKey
	}
	o.Profile, o.Year = p, thisYear
	pseudonyms, err := deid.NewPseudonymizer(p, key)
	require.NoError(tb, err)
	o.Pseudonyms = pseudonyms
	return o
}

func scrub(tb testing.TB, profile string, data []byte, o fhir.Options) ([]byte, *deid.FileResult, error) {
	tb.Helper()
	var out bytes.Buffer
	result, err := fhir.Scrub(context.Background(), &out, bytes.NewReader(data), options(tb, profile, o))
	return out.Bytes(), result, err
}

// strict scrubs text that must be taken, under the strict profile.
func strict(t *testing.T, text string) string {
	t.Helper()
	return under(t, deid.SafeHarborStrict, text)
}

func under(t *testing.T, profile, text string) string {
	t.Helper()
	out, result, err := scrub(t, profile, []byte(text), fhir.Options{})
	require.NoError(t, err)
	requireVerified(t, profile, result, out)
	return string(bytes.TrimSuffix(out, []byte("\n")))
}

func requireVerified(t *testing.T, profile string, result *deid.FileResult, out []byte) {
	t.Helper()
	p := load(t, profile)
	verdict, err := fhir.Verify(context.Background(), p, result.Entry, bytes.NewReader(out))
	require.NoError(t, err)
	require.True(t, verdict.OK(), "%+v", verdict.Findings)
}

func requireRefused(t *testing.T, code deid.Code, data []byte) {
	t.Helper()
	_, _, err := scrub(t, deid.SafeHarborStrict, data, fhir.Options{})
	var refusal *deid.RefusalError
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, code, refusal.Code, refusal.Detail)
	require.NotEmpty(t, refusal.Detail)
}

// loaded are the profiles of the program, read once.
var loaded = sync.OnceValue(func() map[string]*deid.Profile {
	all := map[string]*deid.Profile{}
	for _, id := range deid.Profiles() {
		all[id], _ = deid.LoadProfile(id)
	}
	return all
})

func load(tb testing.TB, id string) *deid.Profile {
	tb.Helper()
	require.NotNil(tb, loaded()[id])
	return loaded()[id]
}
