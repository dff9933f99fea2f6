package vcf

import (
	"bytes"

	"github.com/volens-network/volens/core/deid"
)

// maxPlans bounds how many FORMAT columns are remembered.
const maxPlans = 512

// plan is what a FORMAT column asks for.
type plan struct {
	rules []*deid.Field // nil for a key that goes
	out   []byte
	lost  int64
	fast  bool // every key stays and all are numbers
}

func (s *scrubber) plan(format []byte) *plan {
	if p, ok := s.plans[string(format)]; ok {
		return p
	}
	p := &plan{fast: true}
	for key := range bytes.SplitSeq(format, []byte{':'}) {
		rule := s.h.format[string(key)]
		p.rules = append(p.rules, rule)
		if rule == nil {
			p.fast = false
			if string(key) != "." {
				p.lost++
			}
			continue
		}
		p.fast = p.fast && rule.Form == deid.FormNumbers
		if len(p.out) > 0 {
			p.out = append(p.out, ':')
		}
		p.out = append(p.out, key...)
	}
	if len(p.out) == 0 {
		p.out = []byte{'.'}
	}
	if len(s.plans) < maxPlans {
		s.plans[string(format)] = p
	}
	return p
}

// samples writes FORMAT and the sample columns. Columns that are all numbers and
// lose nothing are returned instead of written.
func (s *scrubber) samples(format, columns []byte, number int) ([]byte, error) {
	p := s.plan(format)
	s.count.format += p.lost
	s.out = append(append(s.out, p.out...), '\t')
	if s.pick >= 0 {
		columns = nth(columns, s.pick)
	}
	if p.fast && columnForm.takes(columns) && s.fits(p, columns) {
		return columns, nil
	}
	first := true
	for column := range bytes.SplitSeq(columns, []byte{'\t'}) {
		if !first {
			s.out = append(s.out, '\t')
		}
		first = false
		if !s.sample(p, column) {
			return nil, deid.RefuseAt(deid.CodeMalformedRecord, number, "a sample has more values than FORMAT has keys")
		}
	}
	s.out = append(s.out, '\n')
	return nil, nil
}

// fits tells whether no sample has more values than there are keys. With a
// single sample that is one count; else the slow way decides.
func (s *scrubber) fits(p *plan, columns []byte) bool {
	most := len(p.rules) - 1
	colons := bytes.Count(columns, []byte{':'})
	if colons <= most {
		return true
	}
	n := 0
	for _, c := range columns {
		switch c {
		case ':':
			if n++; n > most {
				return false
			}
		case '\t':
			n = 0
		}
	}
	return true
}

// sample writes what stays of one sample's values.
func (s *scrubber) sample(p *plan, column []byte) bool {
	start, wrote := len(s.out), false
	empty := len(column) == 0
	for place := 0; ; place++ {
		value := column
		end := bytes.IndexByte(column, ':')
		if end >= 0 {
			value = column[:end]
		}
		if place >= len(p.rules) {
			return false
		}
		if rule := p.rules[place]; rule != nil {
			if wrote {
				s.out = append(s.out, ':')
			}
			wrote = true
			s.value(rule, value)
		}
		if end < 0 {
			break
		}
		column = column[end+1:]
	}
	if !wrote && (len(s.out) == start || !empty) {
		s.out = append(s.out, '.')
	}
	return true
}

func (s *scrubber) value(rule *deid.Field, value []byte) {
	switch {
	case rule.Form == deid.FormFilters:
		s.filters(value, ';')
	case s.valid(rule.Form, value):
		s.out = append(s.out, value...)
	default:
		s.out = append(s.out, '.')
		s.count.formatValues++
	}
}

// nth returns one of the columns.
func nth(columns []byte, n int) []byte {
	for range n {
		columns = columns[bytes.IndexByte(columns, '\t')+1:]
	}
	if i := bytes.IndexByte(columns, '\t'); i >= 0 {
		return columns[:i]
	}
	return columns
}
