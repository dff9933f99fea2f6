package genomeindex

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

// Reach is how far a record of variants says that it reaches: END is a position, SVLEN a
// length. Readers differ in which they heed (htslib does both since 1.21), so an index has to
// heed the longer. The zero value is ready.
type Reach struct{ end, length int64 }

// See looks at a key of INFO.
func (r *Reach) See(key, value []byte) {
	switch string(key) {
	case "END":
		r.end = farthest(value)
	case "SVLEN":
		r.length = farthest(value)
	}
}

// End is where a record ends, from 0 and half-open, whose POS is at, from 1, and whose REF has so
// many bases. What was seen is forgotten.
func (r *Reach) End(at int64, bases int) int64 {
	end := max(at-1+int64(bases), r.end)
	if r.length > 0 {
		end = max(end, at+min(r.length, MaxEnd))
	}
	*r = Reach{}
	return end
}

// farthest is the greatest whole number of a list, whatever its sign; what is none counts as 0.
func farthest(list []byte) (out int64) {
	for one := range bytes.SplitSeq(list, []byte{','}) {
		if n, err := strconv.ParseInt(string(bytes.TrimPrefix(one, []byte{'-'})), 10, 64); err == nil {
			out = max(out, n)
		}
	}
	return out
}

const (
	// fixedPart is the length of a BAM record's part of fixed size, with the length before it (SAMv1, section 4.2).
	fixedPart = 36
	// flagUnmapped is the bit 0x4 of FLAG (SAMv1, section 1.4).
	flagUnmapped = 4
	// consumes has a bit for every operation of CIGAR that goes along the reference: M, D, N,
	// = and X (SAMv1, section 1.4), by their numbers in BAM.
	consumes = 1<<0 | 1<<2 | 1<<3 | 1<<7 | 1<<8
)

// ReadOf is a record of BAM as an index has it, out of its bytes with the length before
// them. It begins at from. The error is ErrForm, for one that is too short for its CIGAR.
func ReadOf(record []byte, from uint64) (Record, error) {
	if len(record) < fixedPart {
		return Record{}, ErrForm
	}
	signed := func(at int) int32 { return int32(binary.LittleEndian.Uint32(record[at:])) } //nolint:gosec // two's complement
	beg := int64(signed(8))
	r := Record{
		Sequence: signed(4), Beg: beg, End: beg + 1, From: from, To: from + uint64(len(record)),
		Unmapped: binary.LittleEndian.Uint16(record[18:])&flagUnmapped != 0,
	}
	operations := int(binary.LittleEndian.Uint16(record[16:]))
	begin := fixedPart + int(record[12])
	if len(record) < begin+4*operations {
		return Record{}, ErrForm
	}
	if r.Unmapped {
		return r, nil
	}
	var length int64
	for cigars := record[begin : begin+4*operations]; len(cigars) > 0; cigars = cigars[4:] {
		op := binary.LittleEndian.Uint32(cigars)
		if consumes>>(op&0xf)&1 != 0 {
			length += int64(op >> 4)
		}
	}
	r.End = max(r.End, beg+length)
	return r, nil
}
