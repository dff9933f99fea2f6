package vcf

import (
	"bytes"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/reference"
	"github.com/volens-network/volens/core/genomeindex"
)

// fixed is the number of columns before the samples, FORMAT included.
const fixed = 9

// knownKey remembers which rule the key at a place of INFO had in the last
// record: most records have the same keys in the same order.
type knownKey struct {
	key  []byte
	rule *deid.Field
}

// scrubber rewrites records. Its buffers are used again for each.
type scrubber struct {
	h       *header
	pick    int // the chosen sample, or -1 for all
	out     []byte
	count   counters
	columns [fixed][]byte
	keys    []knownKey
	plans   map[string]*plan
	chrom   []byte
	index   *genomeindex.Builder // nil where none is wanted
	at      uint64               // plain bytes written, without out
	reach   genomeindex.Reach
	// sequence is the number of chrom in the index.
	sequence int32
}

func newScrubber(h *header, pick int) *scrubber {
	return &scrubber{h: h, pick: pick, plans: map[string]*plan{}}
}

// record appends the rewritten record and its line end to s.out. The sample
// columns that may stay as they are come back apart, to be written without being
// copied.
func (s *scrubber) record(line []byte, number int) (tail []byte, err error) {
	rest, err := s.split(line, number)
	if err != nil {
		return nil, err
	}
	c := &s.columns
	if err := s.locus(number); err != nil {
		return nil, err
	}
	s.count.records++
	s.out = append(append(s.out, c[0]...), '\t')
	s.out = append(append(s.out, c[1]...), '\t')
	s.id(c[2])
	s.out = append(append(s.out, '\t'), c[3]...)
	s.out = append(append(s.out, '\t'), c[4]...)
	s.out = append(s.out, '\t')
	if numberForm.takes(c[5]) && len(c[5]) > 0 || oneOf(c[5], specials) {
		s.out = append(s.out, c[5]...)
	} else {
		s.out = append(s.out, '.')
		s.count.quals++
	}
	s.out = append(s.out, '\t')
	s.filters(c[6], ';')
	s.out = append(s.out, '\t')
	s.info(c[7])
	if len(s.h.samples) == 0 {
		s.out = append(s.out, '\n')
		return nil, nil
	}
	s.out = append(s.out, '\t')
	return s.samples(c[8], rest, number)
}

// split cuts the line at its tabs and returns the sample columns as one.
func (s *scrubber) split(line []byte, number int) ([]byte, error) {
	want := len(titles)
	if s.h.hasFormat {
		want = fixed
	}
	rest := line
	for i := range want {
		tab := bytes.IndexByte(rest, '\t')
		if tab < 0 {
			if i == want-1 && len(s.h.samples) == 0 {
				s.columns[i] = rest
				return nil, nil
			}
			return nil, deid.RefuseAt(deid.CodeMalformedRecord, number, "a record has too few columns")
		}
		s.columns[i] = rest[:tab]
		rest = rest[tab+1:]
	}
	if s.h.trailingTab && len(rest) > 0 && rest[len(rest)-1] == '\t' &&
		bytes.Count(rest, []byte{'\t'}) == len(s.h.samples) {
		rest = rest[:len(rest)-1]
	}
	columns := bytes.Count(rest, []byte{'\t'}) + 1
	if len(s.h.samples) == 0 && len(rest) == 0 && s.h.trailingTab {
		columns = 0
	}
	if columns != len(s.h.samples) {
		return nil, deid.RefuseAt(deid.CodeMalformedRecord, number, "a record has not as many columns as the header")
	}
	return rest, nil
}

// locus checks what cannot be dropped: CHROM, POS, REF and ALT.
func (s *scrubber) locus(number int) error {
	c := &s.columns
	if !bytes.Equal(c[0], s.chrom) || len(c[0]) == 0 {
		if !reference.IsPlain(bytes.Trim(c[0], "<>")) {
			return deid.RefuseAt(deid.CodeMalformedRecord, number, "CHROM is not the plain name of a sequence")
		}
		if s.names(c[0]) {
			return deid.RefuseAt(deid.CodeIdentifierRemain, number, "CHROM is a value of the original")
		}
		s.chrom = append(s.chrom[:0], c[0]...)
		if s.index != nil {
			s.sequence = s.index.Name(s.chrom)
		}
	}
	if len(c[1]) == 0 || len(c[1]) > 12 || !digitSet.all(c[1]) {
		return deid.RefuseAt(deid.CodeMalformedRecord, number, "POS is not a number")
	}
	if len(c[3]) == 0 || !alleleSet.all(c[3]) {
		return deid.RefuseAt(deid.CodeMalformedRecord, number, "REF is not nucleotides")
	}
	if len(c[4]) > 0 && alleleSet.all(c[4]) {
		return nil
	}
	if len(c[4]) == 0 || !s.alleles(c[4]) {
		return deid.RefuseAt(deid.CodeMalformedRecord, number, "ALT is neither nucleotides nor a known symbol")
	}
	if bytes.IndexByte(c[4], ':') >= 0 && s.names(c[4]) {
		return deid.RefuseAt(deid.CodeIdentifierRemain, number, "ALT holds a value of the original")
	}
	return nil
}

// names tells whether a text that is copied holds an original value as a word of its own.
// The look at the whole output finds only those that are long enough.
func (s *scrubber) names(text []byte) bool {
	return !reference.IsPublic(string(text)) && s.h.look.Hits(string(text))
}

// id writes the entries of public databases, or a dot.
func (s *scrubber) id(column []byte) {
	if len(column) == 1 && column[0] == '.' {
		s.out = append(s.out, '.')
		return
	}
	start := len(s.out)
	for part := range bytes.SplitSeq(column, []byte{';'}) {
		if !s.public(part) {
			s.count.ids++
			continue
		}
		if len(s.out) > start {
			s.out = append(s.out, ';')
		}
		s.out = append(s.out, part...)
	}
	if len(s.out) == start {
		s.out = append(s.out, '.')
	}
}

func (s *scrubber) public(id []byte) bool {
	for _, prefix := range s.h.rules.IDs {
		if n := len(prefix); len(id) > n && len(id) <= n+12 && string(id[:n]) == prefix && digitSet.all(id[n:]) {
			return !s.h.blockedIDs || !s.h.look.Hits(string(id))
		}
	}
	return false
}

// filters writes the declared names of a list.
func (s *scrubber) filters(column []byte, separator byte) {
	if string(column) == "PASS" || string(column) == "." {
		s.out = append(s.out, column...)
		return
	}
	first, otherSeen := true, false
	for part := range bytes.SplitSeq(column, []byte{separator}) {
		if !s.h.filters[string(part)] && string(part) != "PASS" && string(part) != "." {
			s.count.filters++
			part = []byte(other)
		}
		if string(part) == other {
			if otherSeen {
				continue
			}
			otherSeen = true
		}
		if !first {
			s.out = append(s.out, separator)
		}
		first = false
		s.out = append(s.out, part...)
	}
}

// info writes the listed keys whose values have their form.
func (s *scrubber) info(column []byte) {
	start := len(s.out)
	for place := 0; len(column) > 0; place++ {
		part := column
		if i := bytes.IndexByte(column, ';'); i >= 0 {
			part, column = column[:i], column[i+1:]
		} else {
			column = nil
		}
		key, value, hasValue := part, []byte(nil), false
		if i := bytes.IndexByte(part, '='); i >= 0 {
			key, value, hasValue = part[:i], part[i+1:], true
		}
		rule := s.rule(place, key)
		if rule == nil {
			if len(part) > 0 && string(part) != "." {
				s.count.info++
			}
			continue
		}
		if rule.Form == deid.FormFlag && hasValue && !digitSet.all(value) ||
			rule.Form != deid.FormFlag && hasValue && !s.valid(rule.Form, value) {
			s.count.infoValues++
			continue
		}
		if len(s.out) > start {
			s.out = append(s.out, ';')
		}
		s.out = append(s.out, part...)
		if s.index != nil {
			s.reach.See(key, value)
		}
	}
	if len(s.out) == start {
		s.out = append(s.out, '.')
	}
}

func (s *scrubber) rule(place int, key []byte) *deid.Field {
	if place < len(s.keys) && bytes.Equal(s.keys[place].key, key) {
		return s.keys[place].rule
	}
	rule := s.h.info[string(key)]
	if rule != nil && rule.Cohort && s.pick >= 0 && len(s.h.samples) > 1 {
		rule = nil
	}
	switch {
	case place < len(s.keys):
		s.keys[place].key = append(s.keys[place].key[:0], key...)
		s.keys[place].rule = rule
	case place == len(s.keys) && place < 256:
		s.keys = append(s.keys, knownKey{key: bytes.Clone(key), rule: rule})
	}
	return rule
}

// valid tells whether a value has the form.
func (s *scrubber) valid(form deid.Form, value []byte) bool {
	switch form {
	case deid.FormNumbers:
		return isNumbers(value)
	case deid.FormBases:
		return phaseSet.all(value) && !s.h.look.HasWord(value)
	case deid.FormSVType:
		for part := range bytes.SplitSeq(value, []byte{','}) {
			if !s.h.alleles[string(part)] && string(part) != "." {
				return false
			}
		}
		return true
	case deid.FormFlag, deid.FormFilters:
	}
	return false
}
