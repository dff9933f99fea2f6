package formats

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/bam"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/core/deid/fhir"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/core/filetype"
)

// ErrOneSample is for a sample that was chosen out of a file that is no VCF.
var ErrOneSample = errors.New("one sample can be chosen out of a VCF only")

// Rules is how the files of one dataset are de-identified, whatever their format.
type Rules struct {
	Profile    *deid.Profile
	Pseudonyms *deid.Pseudonymizer
	// Sample chooses one sample of several, of a VCF only. AllSamples declares the
	// right to all persons of a file.
	Sample     string
	AllSamples bool
	// PixelsReviewed is the caller's word that a person looked at the pictures and
	// found no one named in them.
	PixelsReviewed bool
	// Index asks for the index of a sorted genome or of sorted reads in BGZF.
	Index bool
	// Workers is how many blocks are packed or unpacked at a time.
	Workers int
	// Year is the year of today, against which ages are reckoned.
	Year int
	// Rand is for what is drawn once and forgotten.
	Rand io.Reader
}

// Detect looks at the first bytes and refuses what cannot be de-identified. The reader
// that it returns gives all of src.
func Detect(src io.Reader) (filetype.Detection, io.Reader, error) {
	found, whole, err := filetype.Detect(src)
	if err != nil {
		return found, nil, err
	}
	switch found.Format {
	case filetype.FormatVCF, filetype.FormatDICOM, filetype.FormatFHIRJSON, filetype.FormatFHIRNDJSON,
		filetype.FormatBAM, filetype.FormatSAM:
		return found, whole, nil
	case filetype.FormatBCF:
		return found, nil, deid.RefuseBCF()
	case filetype.FormatCRAM:
		return found, nil, deid.RefuseCRAM()
	case filetype.Unknown:
		if n, err := io.ReadFull(whole, make([]byte, 1)); n == 0 && errors.Is(err, io.EOF) {
			return found, nil, deid.Refuse(deid.CodeEmpty, "the file is empty")
		}
		return found, nil, deid.Refuse(deid.CodeNotThisFormat, "the first bytes are of no known format")
	default:
		return found, nil, deid.Refuse(deid.CodeNotThisFormat, fmt.Sprintf("cannot de-identify %s", found.Format))
	}
}

// Scrub de-identifies src, of size bytes (0 if that is not known), into dst. found is
// what Detect said. It fails with a *deid.RefusalError or ErrOneSample; on any error what
// was written must be thrown away.
func (r Rules) Scrub(
	ctx context.Context, dst io.Writer, src io.Reader, size int64, found filetype.Detection,
) (*deid.FileResult, error) {
	if r.Sample != "" && found.Format != filetype.FormatVCF {
		return nil, fmt.Errorf("%w, this is %s", ErrOneSample, found.Format)
	}
	switch found.Format {
	case filetype.FormatDICOM:
		return dicom.Scrub(ctx, dst, src, dicom.Options{
			Profile: r.Profile, Pseudonyms: r.Pseudonyms, PixelsReviewed: r.PixelsReviewed, Size: size,
		})
	case filetype.FormatFHIRJSON, filetype.FormatFHIRNDJSON:
		return fhir.Scrub(ctx, dst, src, fhir.Options{
			Profile: r.Profile, Pseudonyms: r.Pseudonyms, Year: r.Year, AllSamples: r.AllSamples, Workers: r.Workers,
		})
	case filetype.FormatBAM, filetype.FormatSAM:
		return bam.Scrub(ctx, dst, src, bam.Options{
			Profile: r.Profile, Pseudonyms: r.Pseudonyms, Rand: r.Rand, AllSamples: r.AllSamples, Workers: r.Workers,
			Index: r.Index,
		})
	default:
	}
	return vcf.Scrub(ctx, dst, src, vcf.Options{
		Profile: r.Profile, Pseudonyms: r.Pseudonyms, Sample: r.Sample, AllSamples: r.AllSamples, Workers: r.Workers,
		Index: r.Index,
	})
}
