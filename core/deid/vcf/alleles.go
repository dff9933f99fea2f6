package vcf

import "bytes"

// alleles checks the alternative alleles of a record.
func (s *scrubber) alleles(column []byte) bool {
	for part := range bytes.SplitSeq(column, []byte{','}) {
		if !s.allele(part) {
			return false
		}
	}
	return true
}

// allele takes nucleotides, a missing or deleted allele, a declared or listed
// symbol, and breakends.
func (s *scrubber) allele(text []byte) bool {
	switch {
	case len(text) == 0:
		return false
	case len(text) == 1 && (text[0] == '.' || text[0] == '*'):
		return true
	case text[0] == '<' && text[len(text)-1] == '>':
		name := text[1 : len(text)-1]
		return string(name) == "*" || s.h.alleles[string(name)] || isCopyNumber(name)
	case bytes.IndexByte(text, '[') >= 0 || bytes.IndexByte(text, ']') >= 0:
		return isBreakend(text)
	case text[0] == '.':
		return alleleSet.all(text[1:])
	case text[len(text)-1] == '.':
		return alleleSet.all(text[:len(text)-1])
	}
	return alleleSet.all(text)
}

// isCopyNumber takes CN and digits, as the 1000 Genomes project writes it.
func isCopyNumber(name []byte) bool {
	return len(name) > 2 && len(name) < 6 && name[0] == 'C' && name[1] == 'N' && digitSet.all(name[2:])
}

// isBreakend takes t[p[, t]p], ]p]t and [p[t, where p is contig:position.
func isBreakend(text []byte) bool {
	open := bytes.IndexAny(text, "[]")
	end := open + 1 + bytes.IndexByte(text[open+1:], text[open])
	if end <= open {
		return false
	}
	before, place, after := text[:open], text[open+1:end], text[end+1:]
	if (len(before) == 0) == (len(after) == 0) {
		return false
	}
	bases := append(bytes.Clone(before), after...)
	if string(bases) != "." && !alleleSet.all(bases) {
		return false
	}
	colon := bytes.LastIndexByte(place, ':')
	if colon < 1 || colon+1 == len(place) || !digitSet.all(place[colon+1:]) {
		return false
	}
	contig := place[:colon]
	if contig[0] == '<' && contig[len(contig)-1] == '>' {
		contig = contig[1 : len(contig)-1]
	}
	return len(contig) > 0 && contigSet.all(contig)
}
