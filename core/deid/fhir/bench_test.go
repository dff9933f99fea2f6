package fhir_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/fhir"
)

// BenchmarkScrub runs over one bundle of the corpus.
func BenchmarkScrub(b *testing.B) {
	found, err := filepath.Glob(filepath.Join(corpus, "fhir", "Raymon_*.json"))
	require.NoError(b, err)
	if len(found) == 0 {
		b.Skip("the shared corpus is not beside the repository")
	}
	data, err := os.ReadFile(found[0])
	require.NoError(b, err)
	data = bytes.Repeat(append(compact(b, data), '\n'), 20)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		_, err := fhir.Scrub(context.Background(), io.Discard, bytes.NewReader(data),
			options(b, deid.SafeHarborStrict, fhir.Options{AllSamples: true}))
		require.NoError(b, err)
	}
}

func compact(b *testing.B, data []byte) []byte {
	b.Helper()
	var out bytes.Buffer
	require.NoError(b, json.Compact(&out, data))
	return out.Bytes()
}
