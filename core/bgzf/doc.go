// Package bgzf reads and writes BGZF, the blocked gzip of SAM, BAM and VCF
// files (SAMv1 specification, section 4.1).
//
// A BGZF stream is a series of gzip members of at most 64 KiB, each with its
// own length in an extra field, closed by one fixed empty member. Sniff tells
// BGZF from plain gzip, NewReader opens one, NewWriter makes one. Both use at
// most a few blocks of memory per worker, whatever the stream's length.
//
// The reader never hands out a block whose CRC-32 or length is wrong, and never
// ends with io.EOF unless the closing member was there: a stream that was cut at
// a block boundary is an error, not a shorter file. The writer gives the same
// bytes for the same input and version, however many workers it has and on every
// platform. Both unpack and pack whole blocks with code of their own
// (docs/adr/020).
package bgzf

import (
	"bytes"
	"errors"
)

// BlockSize is the number of plain bytes per block that the writer packs.
const BlockSize = 0xff00

// maxBlock is the most that a block may hold, plain or packed.
const maxBlock = 1 << 16

// headerSize is the fixed part of a member's header, before the extra fields.
const headerSize = 12

// trailerSize is CRC-32 and length at a member's end.
const trailerSize = 8

var (
	// ErrTruncated says that the stream ends before its closing member.
	ErrTruncated = errors.New("bgzf: truncated stream, closing block missing")
	// ErrHeader says that a member's header is not that of a BGZF block.
	ErrHeader = errors.New("bgzf: not a BGZF block")
	// ErrChecksum says that a block does not hold what its trailer says.
	ErrChecksum = errors.New("bgzf: checksum or length of a block is wrong")
)

// eofBlock is the closing member, fixed by the specification.
var eofBlock = []byte{
	0x1f, 0x8b, 0x08, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0x06, 0x00, 0x42, 0x43,
	0x02, 0x00, 0x1b, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
}

// Kind says what the first bytes of a stream are.
type Kind int

// The kinds that Sniff tells apart.
const (
	Plain Kind = iota
	Gzip
	BGZF
)

// SniffLen is the number of first bytes that Sniff wants to see.
const SniffLen = 64

// Sniff looks at the first bytes of a stream. BGZF is a gzip member with the
// extra field BC of two bytes.
func Sniff(head []byte) Kind {
	if !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return Plain
	}
	if len(head) < headerSize {
		return Gzip
	}
	extra, err := extraLen(head)
	if err != nil {
		return Gzip
	}
	fields := head[headerSize:]
	if len(fields) > extra {
		fields = fields[:extra]
	}
	if _, err := blockLen(fields); err != nil {
		return Gzip
	}
	return BGZF
}
