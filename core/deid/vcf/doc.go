// Package vcf de-identifies VCF and gVCF, plain, gzip or BGZF.
//
// Scrub rewrites a stream in one pass and bounded memory by the rules of a
// deid.Profile; Verify tells whether a payload is what a scrub leaves. What the
// profile does not name is removed:
//
//   - Of the header only ##fileformat, contig, INFO, FORMAT, FILTER and ALT lines
//     remain, written anew from their parsed fields: contigs with ID, length and
//     a short assembly name; the others with ID, Number, Type and a description.
//     A description that is not a known one to the letter becomes ".".
//   - Samples get surrogates. A file of several persons is refused unless one is
//     chosen or the caller says that all may be taken.
//   - Of a record's ID column only entries of public databases remain, of INFO
//     and FORMAT only listed keys with values of their form, of FILTER only
//     declared names (others become OTHER). What remains is copied byte for
//     byte: numbers are not formatted anew.
//   - CHROM, POS, REF and ALT cannot be dropped, so a record whose values are
//     not of their form refuses the file.
//
// Sample names, the values of removed lines and their words of eight characters
// or more are handed to deid.Look. An ID, description or key of a kept line that
// holds one of them is removed as well; where that is impossible, the second
// look refuses the file.
//
// What was written before an error must be thrown away by the caller. No error
// and no report holds a value of the input.
package vcf
