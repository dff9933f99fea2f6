package vcf

import (
	"bytes"
	"strconv"

	"github.com/volens-network/volens/core/genomeindex"
)

// reach is how far a record says that it reaches: END is a position, SVLEN a length. Readers
// differ in which they heed (htslib does both since 1.21), so an index has to heed the longer.
type reach struct{ end, length int64 }

// see looks at a key of INFO that stays.
func (r *reach) see(key, value []byte) {
	switch string(key) {
	case "END":
		r.end = farthest(value)
	case "SVLEN":
		r.length = farthest(value)
	}
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

// place is where the next record begins in the plain text of the output.
func (s *scrubber) place() uint64 { return s.at + uint64(len(s.out)) }

// indexed is the last record as an index has it. It began at from.
func (s *scrubber) indexed(from uint64) genomeindex.Record {
	var at int64
	for _, digit := range s.columns[1] { // At most 12 digits, as locus demands.
		at = at*10 + int64(digit-'0')
	}
	beg := at - 1
	end := max(beg+int64(len(s.columns[3])), s.reach.end)
	if s.reach.length > 0 {
		end = max(end, at+min(s.reach.length, genomeindex.MaxEnd))
	}
	s.reach = reach{}
	return genomeindex.Record{Sequence: s.sequence, Beg: beg, End: end, From: from, To: s.place()}
}
