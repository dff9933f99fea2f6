package client

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/bam"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/core/deid/fhir"
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
	year           int       // of today, for ages
	rand           io.Reader // for what is drawn once and forgotten
}

// detect looks at the first bytes and refuses what cannot be de-identified.
func detect(file io.Reader) (filetype.Detection, io.Reader, error) {
	found, src, err := filetype.Detect(file)
	if err != nil {
		return found, nil, err
	}
	switch found.Format {
	case filetype.FormatVCF,
		filetype.FormatDICOM,
		filetype.FormatFHIRJSON,
		filetype.FormatFHIRNDJSON,
		filetype.FormatBAM,
		filetype.FormatSAM,
		filetype.FormatCRAM:
		return found, src, nil
	case filetype.Unknown:
		return found, nil, deid.Refuse(deid.CodeNotThisFormat, "the first bytes are of no known format")
	default:
		return found, nil, deid.Refuse(deid.CodeNotThisFormat, fmt.Sprintf("cannot de-identify %s", found.Format))
	}
}

// scrub de-identifies src, of size bytes, into dst.
func (s scrubbing) scrub(
	ctx context.Context, dst io.Writer, src io.Reader, size int64, found filetype.Detection,
) (*deid.FileResult, error) {
	if s.sample != "" && found.Format != filetype.FormatVCF {
		return nil, usage("one sample can be chosen out of a VCF only, this is %s", found.Format)
	}
	switch found.Format {
	case filetype.FormatDICOM:
		return dicom.Scrub(ctx, dst, src, dicom.Options{
			Profile: s.profile, Pseudonyms: s.pseudonyms, PixelsReviewed: s.pixelsReviewed, Size: size,
		})
	case filetype.FormatFHIRJSON, filetype.FormatFHIRNDJSON:
		return fhir.Scrub(ctx, dst, src, fhir.Options{
			Profile: s.profile, Pseudonyms: s.pseudonyms, Year: s.year, AllSamples: s.allSamples, Workers: s.workers,
		})
	case filetype.FormatBAM, filetype.FormatSAM, filetype.FormatCRAM: // the last is refused with a reason
		return bam.Scrub(ctx, dst, src, bam.Options{
			Profile: s.profile, Pseudonyms: s.pseudonyms, Rand: s.rand, AllSamples: s.allSamples, Workers: s.workers,
		})
	default:
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
	switch format, _, _ := strings.Cut(entry.Kind, "."); format {
	case "dcm":
		return dicom.Verify(ctx, profile, entry, payload)
	case "fhir":
		return fhir.Verify(ctx, profile, entry, payload)
	case "bam", "sam":
		return bam.Verify(ctx, profile, entry, payload)
	}
	return vcf.Verify(ctx, profile, entry, payload)
}
