// Package genomeindex builds what region queries need beside a sorted file in BGZF: tabix
// (.tbi) of variants, BAI of reads, and CSI of either where coordinates are beyond 2^29
// (SAMv1 sections 5.1 and 5.2; the tabix and CSI specifications of hts-specs).
//
// A Builder is told of every record while the file is written: its sequence, its interval
// and its place in the plain text. When the file is whole, File turns the places into
// virtual offsets by where the blocks came to lie (bgzf.Offsets), so that blocks can be
// packed by several workers and nothing is read twice. A builder gives up, and File says
// why, when records are not in order or would need more memory than a genome does: the
// content of an index is at most 32 MiB, also of a file that names sequences without end and
// uses none.
// Of does the same for a file that is there already.
//
// An index names sequences and nothing else: it holds no more than the file that it is of.
package genomeindex
