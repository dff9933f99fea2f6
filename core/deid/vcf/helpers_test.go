package vcf_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/corpus"
)

// options fills in profile and pseudonyms.
func options(tb testing.TB, profile string, o vcf.Options) vcf.Options {
	tb.Helper()
	o.Profile, o.Pseudonyms = corpus.Profile(tb, profile), corpus.Pseudonyms(tb, profile)
	return o
}

func scrub(tb testing.TB, profile string, data []byte, o vcf.Options) ([]byte, *deid.FileResult, error) {
	tb.Helper()
	var out bytes.Buffer
	result, err := vcf.Scrub(context.Background(), &out, bytes.NewReader(data), options(tb, profile, o))
	return out.Bytes(), result, err
}
