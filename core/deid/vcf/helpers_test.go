package vcf_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
)

var testKey = []byte("a key of some length for tests")

// options fills in profile and pseudonyms.
func options(tb testing.TB, profile string, o vcf.Options) vcf.Options {
	tb.Helper()
	p, err := deid.LoadProfile(profile)
	require.NoError(tb, err)
	var key []byte
	if p.Samples == deid.SamplesKeyed {
		key = testKey
	}
	o.Profile = p
	o.Pseudonyms, err = deid.NewPseudonymizer(p, key)
	require.NoError(tb, err)
	return o
}

func scrub(tb testing.TB, profile string, data []byte, o vcf.Options) ([]byte, *deid.FileResult, error) {
	tb.Helper()
	var out bytes.Buffer
	result, err := vcf.Scrub(context.Background(), &out, bytes.NewReader(data), options(tb, profile, o))
	return out.Bytes(), result, err
}
