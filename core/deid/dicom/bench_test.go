package dicom_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/sample"
)

func BenchmarkScrub(b *testing.B) {
	for name, side := range map[string]int{"small": 8, "slice of 512 KiB": 512} {
		b.Run(name, func(b *testing.B) {
			data := sample.DICOM(sample.DICOMOptions{
				Encoding: sample.ExplicitLittle, Picture: sample.NewPicture(1, side, side, 2000),
			})
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				o := options(b, deid.SafeHarborStrict, dicom.Options{Size: int64(len(data))})
				_, err := dicom.Scrub(context.Background(), io.Discard, bytes.NewReader(data), o)
				require.NoError(b, err)
			}
		})
	}
}
