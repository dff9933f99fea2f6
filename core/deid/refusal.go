package deid

import "fmt"

// Code names a reason for which an input is refused. Codes are stable: scripts
// branch on them.
type Code string

// The codes of refusal. None says more than the kind of trouble.
const (
	CodeEmpty            Code = "empty"
	CodeNotThisFormat    Code = "not_this_format"
	CodeUTF16            Code = "utf16"
	CodeNUL              Code = "nul_byte"
	CodeTruncated        Code = "truncated"
	CodeCorrupt          Code = "corrupt"
	CodeDoubleGzip       Code = "double_gzip"
	CodeBomb             Code = "inflates_too_much"
	CodeLineTooLong      Code = "line_too_long"
	CodeHeaderTooLong    Code = "header_too_long"
	CodeMalformedHeader  Code = "malformed_header"
	CodeMalformedRecord  Code = "malformed_record"
	CodeDuplicateSample  Code = "duplicate_sample"
	CodeEmptySample      Code = "empty_sample"
	CodeSampleNotFound   Code = "sample_not_found"
	CodeSeveralPersons   Code = "several_persons"
	CodeIdentifierRemain Code = "identifier_in_output"
	CodeMalformedJSON    Code = "malformed_json"
	CodeDuplicateKey     Code = "duplicate_key"
	CodeTooDeep          Code = "nested_too_deep"
	CodeTooLarge         Code = "element_too_large"
	CodeUnknownResource  Code = "unknown_resource_type"
	CodeMalformedElement Code = "malformed_element"
	CodeUnsupported      Code = "unsupported_encoding"
	CodeDirectory        Code = "dicom_directory"
	CodePixels           Code = "pixels_need_review"
	CodeBCF              Code = "is_bcf"
	CodeCRAM             Code = "is_cram"
)

// RefusalError is the error for an input that is not taken, or not taken as it was
// asked for. Detail is for people; it never holds a value of the input.
type RefusalError struct {
	Code   Code
	Detail string
	// Count is the number of persons for CodeSeveralPersons, else the line
	// where the trouble was met, or 0.
	Count int
}

// Error is the detail, with the line; whoever shows it shows the code beside it.
func (r *RefusalError) Error() string {
	if r.Count > 0 && r.Code != CodeSeveralPersons {
		return fmt.Sprintf("%s (line %d)", r.Detail, r.Count)
	}
	return r.Detail
}

// Refuse makes a RefusalError.
func Refuse(code Code, detail string) error {
	return &RefusalError{Code: code, Detail: detail}
}

// RefuseAt makes a RefusalError that names a line.
func RefuseAt(code Code, line int, detail string) error {
	return &RefusalError{Code: code, Detail: detail, Count: line}
}

// RefuseBCF is the refusal of variants in BCF, with the way out.
func RefuseBCF() error {
	return Refuse(CodeBCF, "this is BCF; make a VCF of it first: bcftools view -O z -o NEW.vcf.gz FILE.bcf")
}

// RefuseCRAM is the refusal of reads in CRAM, with the way out.
func RefuseCRAM() error {
	return Refuse(CodeCRAM, "this is CRAM, which keeps names and tags of reads in blocks that are not rewritten; "+
		"make a BAM of it first: samtools view -b -T REFERENCE.fa -o NEW.bam FILE.cram")
}
