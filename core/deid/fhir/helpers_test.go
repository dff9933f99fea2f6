package fhir_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/fhir"
	"github.com/volens-network/volens/test/corpus"
)

const thisYear = 2026

// options fills in profile, pseudonyms and year.
func options(tb testing.TB, profile string, o fhir.Options) fhir.Options {
	tb.Helper()
	o.Profile, o.Pseudonyms = corpus.Profile(tb, profile), corpus.Pseudonyms(tb, profile)
	o.Year = thisYear
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
	verdict, err := fhir.Verify(context.Background(), corpus.Profile(t, profile), result.Entry, bytes.NewReader(out))
	corpus.RequireClean(t, verdict, err)
}

func requireRefused(t *testing.T, code deid.Code, data []byte) {
	t.Helper()
	_, _, err := scrub(t, deid.SafeHarborStrict, data, fhir.Options{})
	corpus.RequireRefused(t, code, err)
}

// same compares texts byte for byte, also where they are JSON.
func same(t *testing.T, want, got string) {
	t.Helper()
	require.Equal(t, want, got)
}
