package vcf

import "github.com/volens-network/volens/core/genomeindex"

// place is where the next record begins in the plain text of the output.
func (s *scrubber) place() uint64 { return s.at + uint64(len(s.out)) }

// indexed is the last record as an index has it. It began at from.
func (s *scrubber) indexed(from uint64) genomeindex.Record {
	var at int64
	for _, digit := range s.columns[1] { // At most 12 digits, as locus demands.
		at = at*10 + int64(digit-'0')
	}
	return genomeindex.Record{
		Sequence: s.sequence, Beg: at - 1, End: s.reach.End(at, len(s.columns[3])), From: from, To: s.place(),
	}
}
