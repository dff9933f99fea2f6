package client

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/core/filetype"
)

// scrubbing is how the files of one dataset are de-identified, whatever their format.
type scrubbing struct {
	profile        *deid.Profile
	pseudonyms     *deid.Pseudonymizer
	sample         string
	allSamples     bool
	pixelsReviewed bool
	workers        int
}

// detect looks at the first bytes and refuses what cannot be de-identified.
func detect(file io.Reader) (filetype.Detection, io.Reader, error) {
	found, src, err := filetype.Detect(file)
	if err != nil {
		return found, nil, err
	}
	switch {
	case found.Format == filetype.FormatVCF, found.Format == filetype.FormatDICOM:
		return found, src, nil
	case found.Known():
		return found, nil, deid.Refuse(deid.CodeNotThisFormat, fmt.Sprintf("cannot de-identify %s", found.Format))
	default:
		return found, nil, deid.Refuse(deid.CodeNotThisFormat, "the first bytes are of no known format")
	}
}

// scrub de-identifies src, of size bytes, into dst.
func (s scrubbing) scrub(
	ctx context.Context, dst io.Writer, src io.Reader, size int64, found filetype.Detection,
) (*deid.FileResult, error) {
	if found.Format == filetype.FormatDICOM {
		return dicom.Scrub(ctx, dst, src, dicom.Options{
			Profile: s.profile, Pseudonyms: s.pseudonyms, PixelsReviewed: s.pixelsReviewed, Size: size,
		})
	}
	return vcf.Scrub(ctx, dst, src, vcf.Options{
		Profile: s.profile, Pseudonyms: s.pseudonyms, Sample: s.sample, AllSamples: s.allSamples, Workers: s.workers,
	})
}

// verifyPayload re-runs every check of one file of a payload, by the kind that the report
// gives it.
func verifyPayload(
	ctx context.Context, profile *deid.Profile, entry deid.Entry, payload io.Reader,
) (*deid.Verdict, error) {
	if strings.HasPrefix(entry.Kind, "dcm") {
		return dicom.Verify(ctx, profile, entry, payload)
	}
	return vcf.Verify(ctx, profile, entry, payload)
}
