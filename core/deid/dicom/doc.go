// Package dicom de-identifies DICOM instances: part 10 files, and data sets that
// lack preamble or meta information.
//
// Scrub rewrites a stream in one pass by the rules of a deid.Profile; Verify
// tells whether a payload is what a scrub leaves. Everything before the pixels is
// held (32 MiB beside the largest element), since a name may come after a text
// that repeats it; pixels pass through in pieces, or frame by frame where they
// are looked at.
//
// What stays of the attributes follows PS3.15, table E.1-1, of edition 2024e,
// which attributes.tsv holds beside the VRs of PS3.6:
//
//   - Private and unknown attributes, curves, overlays, icons, group lengths and
//     everything after the pixels go. The preamble is zeroed, and the meta
//     information written anew under this program's implementation UID.
//   - Of alternative actions the one that is right for every type of attribute is
//     taken: X/Z empties, and X/D, Z/D and X/Z/D put a dummy. Overrides are the
//     profile's.
//   - Dates keep their year, or are shifted; times and offsets from UTC go with
//     the first. Ages above 89 years become 90. Of descriptions only words of the
//     profile's list stay, and of reports codes and numbers.
//   - UIDs become surrogates, but for those of PS3.6: classes, syntaxes, coding
//     schemes and well-known frames of reference.
//   - What the table does not name stays if it is a number, a code of few words, or
//     a text in which the second look finds neither an original value nor a
//     pattern. Free texts and names that it does not name go, and what the profile
//     overrides: the table forgets birth dates in other calendars, for one.
//   - Of a colour profile the numbers stay, and no words.
//   - Sequences are entered, up to 64 deep, and each attribute inside is judged
//     by itself. They are written without lengths.
//
// A file is written in the transfer syntax in which it came, and its pixels byte
// for byte, unless they were blanked; a deflated file becomes explicit little
// endian. What stands beside a picture is wiped, which no eyes see: comments and
// data of applications in JPEG, JPEG-LS and JPEG 2000 (notes), what no standard names
// in such a stream, bytes behind the last frame. Syntaxes that keep the pixels
// behind a URL are refused, as are DICOMDIRs and transfer syntaxes of vendors.
//
// Pixels pass a gate. Original CT, MR, PET and NM images pass if a detector of
// burned-in text finds none, or after it was blanked; of ultrasound only the
// declared regions stay, and are looked at, too. Computed pixels, such as
// segmentations and doses, pass. Everything else, and what is compressed in a way
// that cannot be looked at (all but RLE, baseline and lossless JPEG, and JPEG-LS), is
// refused until the caller declares that a person looked at it. See canvas.text for
// what the detector can miss.
//
// Texts are searched for original values in the character set that they are in,
// ISO 2022 and changes inside of sequences included. What was written before an
// error must be thrown away by the caller. No error and no report holds a value
// of the input.
package dicom
