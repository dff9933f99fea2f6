// Package stream is what the formats' packages share at both ends of a scrub: the
// plain bytes of an input that may be packed, within bounds, and an output that
// is packed the same way, counted and hashed.
//
// Open tells gzip and BGZF by content and turns a fault in the data into a
// refusal; a failure of the source itself stays what it is. NewSink writes BGZF
// where the input was packed. The package knows no format.
package stream
