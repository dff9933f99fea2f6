package bam

import (
	"encoding/binary"

	"github.com/volens-network/volens/core/genomeindex"
)

const (
	// flagUnmapped is the bit 0x4 of FLAG (SAMv1, section 1.4).
	flagUnmapped = 4
	// consumes has a bit for every operation of CIGAR that goes along the reference: M, D, N,
	// = and X (SAMv1, section 1.4), by their numbers in BAM.
	consumes = 1<<0 | 1<<2 | 1<<3 | 1<<7 | 1<<8
)

// indexed is a record as an index has it, out of its bytes with the length before them. It
// begins at from.
func indexed(out []byte, from uint64) genomeindex.Record {
	record := out[4:]
	signed := func(at int) int32 { return int32(binary.LittleEndian.Uint32(record[at:])) } //nolint:gosec // two's complement
	beg := int64(signed(4))
	r := genomeindex.Record{
		Sequence: signed(0), Beg: beg, End: beg + 1, From: from, To: from + uint64(len(out)),
		Unmapped: binary.LittleEndian.Uint16(record[14:])&flagUnmapped != 0,
	}
	if r.Unmapped {
		return r
	}
	var length int64
	cigars := record[fixed+int(record[8]):]
	for range int(binary.LittleEndian.Uint16(record[12:])) {
		op := binary.LittleEndian.Uint32(cigars)
		cigars = cigars[4:]
		if consumes>>(op&0xf)&1 != 0 {
			length += int64(op >> 4)
		}
	}
	r.End = max(r.End, beg+length)
	return r
}
