// Package bam de-identifies aligned reads: BAM, and SAM in text, plain, gzip or
// BGZF. CRAM is refused: its blocks hold read names and tags under codecs of their
// own; convert it to BAM.
//
// Scrub rewrites a stream in one pass and in memory that is bounded by the longest
// record; Verify tells whether a payload is what a scrub leaves.
//
//   - Of the header @HD, @SQ, @RG and @PG lines remain, with the tags that the
//     deid.Profile lists and values of their form. Samples and read groups get
//     surrogates, programs the names pg1, pg2 and so on; @CO lines, command lines,
//     libraries, platform units, centres and dates go.
//   - A read's name tells instrument, run and flow cell. It is replaced by a keyed
//     hash, the same for all records of the template. Its position, sequence,
//     qualities and CIGAR stay, as do listed tags: numbers, and texts of the form
//     that the SAM specification gives them. The read group is renamed in each.
//   - Names of sequences cannot be dropped, so one that is not of their form
//     refuses the file.
//
// An index of the original does not fit the output; Options.Index has a new one made
// in the same pass. What was written before an error must be thrown away by the
// caller. No error and no report holds a value of the input.
package bam
