package fhir_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/fhir"
	"github.com/volens-network/volens/test/corpus"
)

// BenchmarkScrub runs over one bundle of the corpus.
func BenchmarkScrub(b *testing.B) {
	data := corpus.Read(b, corpus.Files(b, "fhir/Raymon_*.json")[0])
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
