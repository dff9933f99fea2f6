package vcf_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/sample"
)

// BenchmarkScrub runs over one person's sample, plain to plain and BGZF to BGZF.
func BenchmarkScrub(b *testing.B) {
	for _, packed := range []bool{false, true} {
		name := "plain"
		if packed {
			name = "bgzf"
		}
		b.Run(name, func(b *testing.B) {
			var data, plain bytes.Buffer
			require.NoError(b, sample.VCF(&data, sample.Options{Seed: 1, Packed: packed, Records: 100_000}))
			require.NoError(b, sample.VCF(&plain, sample.Options{Seed: 1, Records: 100_000}))
			b.SetBytes(int64(plain.Len()))
			for b.Loop() {
				_, err := vcf.Scrub(context.Background(), io.Discard, bytes.NewReader(data.Bytes()),
					options(b, deid.SafeHarborStrict, vcf.Options{}))
				require.NoError(b, err)
			}
		})
	}
	b.Run("inflate-only", func(b *testing.B) {
		var data, plain bytes.Buffer
		require.NoError(b, sample.VCF(&data, sample.Options{Seed: 1, Packed: true, Records: 100_000}))
		require.NoError(b, sample.VCF(&plain, sample.Options{Seed: 1, Records: 100_000}))
		b.SetBytes(int64(plain.Len()))
		for b.Loop() {
			_, err := io.Copy(io.Discard, bgzf.NewReader(bytes.NewReader(data.Bytes()), 1))
			require.NoError(b, err)
		}
	})
}
