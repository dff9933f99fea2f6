// Package filetype says what a file is from its first bytes, never from its
// name, and rounds sizes up to buckets that say little about it.
//
// Detect is the one entry: it looks at no more than PeekSize bytes of a reader,
// inflates no more than InflateSize bytes of what it saw, and hands back a
// reader that starts at the first byte again. What it does not know with
// certainty is Unknown, and the caller refuses it. The package parses no file
// to its end and makes no promise that the rest is sound.
package filetype

import (
	"bytes"
	"fmt"
	"io"
	"math/bits"
)

const (
	// PeekSize is the largest number of bytes that Detect reads.
	PeekSize = 256 << 10
	// InflateSize is the largest number of bytes that Detect inflates.
	InflateSize = 1 << 20
)

// Kind is a dataset's kind as the chain names it. The zero value stands for
// none.
type Kind string

// The kinds of datasets.
const (
	VCF           Kind = "VCF"
	GVCF          Kind = "GVCF"
	BAM           Kind = "BAM"
	CRAM          Kind = "CRAM"
	FASTQ         Kind = "FASTQ"
	GenotypeArray Kind = "GENOTYPE_ARRAY"
	DICOMStudy    Kind = "DICOM_STUDY"
	FHIRBundle    Kind = "FHIR_BUNDLE"
	Tabular       Kind = "TABULAR"
)

// Known reports whether k is one of the kinds above.
func (k Kind) Known() bool {
	switch k {
	case VCF, GVCF, BAM, CRAM, FASTQ, GenotypeArray, DICOMStudy, FHIRBundle, Tabular:
		return true
	}
	return false
}

// Format is how a file is written.
type Format string

// The formats that Detect tells apart.
const (
	// Unknown is everything that is not certain.
	Unknown Format = ""
	// FormatVCF is a VCF in text; it is GVCF when Kind says so.
	FormatVCF Format = "vcf"
	// FormatBCF is variants in binary. It has no kind: no dataset holds it.
	FormatBCF Format = "bcf"
	FormatBAM Format = "bam"
	// FormatSAM is aligned reads in text, with a header.
	FormatSAM   Format = "sam"
	FormatCRAM  Format = "cram"
	FormatFASTQ Format = "fastq"
	// FormatGenotypeArray is the table of a consumer array: a line per marker.
	FormatGenotypeArray Format = "genotype-array"
	// FormatDICOM is one DICOM instance: a part 10 file, or a data set that
	// lacks preamble or meta information.
	FormatDICOM Format = "dicom"
	// FormatFHIRJSON is one FHIR resource in JSON.
	FormatFHIRJSON Format = "fhir-json"
	// FormatFHIRNDJSON is a FHIR resource a line.
	FormatFHIRNDJSON Format = "fhir-ndjson"
	// FormatZIP is an archive; what is inside is not looked at and has no kind.
	FormatZIP Format = "zip"
	// FormatArchive is the payload of a dataset of several files (core/manifest), which names their kinds.
	FormatArchive Format = "tar"
	// FormatTSV and FormatCSV are tables with one number of columns.
	FormatTSV Format = "tsv"
	FormatCSV Format = "csv"
)

// Compression is what lies around a format.
type Compression string

// The compressions that Detect looks through. BGZF is gzip in blocks that say
// their length; BAM, which is always in BGZF, is reported with it.
const (
	Plain Compression = ""
	Gzip  Compression = "gzip"
	BGZF  Compression = "bgzf"
)

// Detection is what the first bytes say.
type Detection struct {
	Format      Format
	Compression Compression
	Kind        Kind
}

// Known reports whether the format is certain.
func (d Detection) Known() bool { return d.Format != Unknown }

// Detect reads at most PeekSize bytes of src. The reader that it returns gives
// all of src from its first byte. The error is that of src; a file that is not
// known is not an error.
func Detect(src io.Reader) (Detection, io.Reader, error) {
	head, err := io.ReadAll(io.LimitReader(src, PeekSize))
	if err != nil {
		return Detection{}, nil, fmt.Errorf("read first bytes: %w", err)
	}
	return DetectBytes(head, len(head) < PeekSize), io.MultiReader(bytes.NewReader(head), src), nil
}

// DetectBytes is Detect for bytes at hand: head is the start of the file, or
// all of it if whole.
func DetectBytes(head []byte, whole bool) Detection {
	if compression := sniffGzip(head); compression != Plain {
		inner, ended := inflate(head)
		d := detectPlain(inner, whole && ended)
		d.Compression = compression
		if !compressible(d) {
			return Detection{Compression: compression}
		}
		return d
	}
	d := detectPlain(head, whole)
	if d.Format == FormatBAM {
		return Detection{}
	}
	return d
}

// compressible says which formats are at home in gzip or BGZF.
func compressible(d Detection) bool {
	switch d.Format {
	case FormatBAM:
		return d.Compression == BGZF
	case FormatVCF, FormatBCF, FormatSAM, FormatFASTQ, FormatGenotypeArray, FormatFHIRJSON, FormatFHIRNDJSON,
		FormatTSV, FormatCSV:
		return true
	default:
		return false
	}
}

func detectPlain(head []byte, whole bool) Detection {
	switch {
	case bytes.HasPrefix(head, []byte("BAM\x01")):
		return Detection{Format: FormatBAM, Kind: BAM}
	case isBCF(head):
		return Detection{Format: FormatBCF}
	case isCRAM(head):
		return Detection{Format: FormatCRAM, Kind: CRAM}
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return Detection{Format: FormatZIP}
	case isArchive(head):
		return Detection{Format: FormatArchive}
	case isDICOM(head):
		return Detection{Format: FormatDICOM, Kind: DICOMStudy}
	}
	return detectText(head, whole)
}

// isArchive looks for the first header of a tar archive, of the entry manifest.json.
func isArchive(head []byte) bool {
	const magicAt = 257
	return bytes.HasPrefix(head, []byte("manifest.json\x00")) && len(head) > magicAt+5 &&
		string(head[magicAt:magicAt+5]) == "ustar"
}

// isBCF checks the magic and the major version: 2 (VCF specification 4.3, section 6.2), or the 4 that stood there before.
func isBCF(head []byte) bool {
	return bytes.HasPrefix(head, []byte("BCF\x02")) || bytes.HasPrefix(head, []byte("BCF\x04"))
}

// isCRAM checks the magic and the major version, 2 or 3.
func isCRAM(head []byte) bool {
	return len(head) >= 6 && string(head[:4]) == "CRAM" && (head[4] == 2 || head[4] == 3)
}

// SizeBucket rounds a size up by the rule of Padmé (Nikitin et al., "Reducing
// Metadata Leakage from Encrypted Files and Communication with PURBs", PoPETs
// 2019): at most 12 % more, and O(log log n) bits told. Sizes above the largest
// bucket give the largest number.
func SizeBucket(n uint64) uint64 {
	if n < 2 {
		return n
	}
	exponent := bits.Len64(n) - 1
	mantissa := bits.Len64(uint64(exponent)) //nolint:gosec // 1 <= exponent <= 63
	if mantissa > exponent {
		return n
	}
	mask := uint64(1)<<(exponent-mantissa) - 1
	sum, carry := bits.Add64(n, mask, 0)
	if carry != 0 {
		return ^uint64(0)
	}
	return sum &^ mask
}
