package fhir

import (
	"github.com/volens-network/volens/core/deid"
)

// parts are the members of a small data type that matter, as text; number is a
// value as it is written.
type parts struct {
	system, code, unit, value, reference, typ, comparator string
	number                                                []byte
}

// read takes an element apart. Its number is valid until the next one is read.
func (s *scrubber) read(depth int) (parts, error) {
	var p parts
	if depth >= maxDepth {
		return p, deid.RefuseAt(deid.CodeTooDeep, s.in.line, "values are nested deeper than 64")
	}
	if err := s.in.expect('{'); err != nil {
		return p, err
	}
	start := len(s.names.seen)
	for first := true; ; first = false {
		more, err := s.in.more('}', first)
		if err != nil || !more {
			s.names.seen = s.names.seen[:start]
			return p, err
		}
		name, err := s.in.key()
		if err != nil {
			return p, err
		}
		if _, err := s.names.add(s.in, start, name); err != nil {
			return p, err
		}
		if err := s.part(&p, name, depth+1); err != nil {
			return p, err
		}
	}
}

// part reads one member.
func (s *scrubber) part(p *parts, name []byte, depth int) error {
	into := p.member(name)
	isNumber, isDisplay := string(name) == "value", string(name) == "display"
	isIdentifier := string(name) == "identifier"
	c, err := s.in.next()
	switch {
	case err != nil:
		return err
	case isIdentifier:
		return s.in.skip(&s.names, depth, s.look.Value) // of whom a Reference speaks, who may have none else
	case c == '{' || c == '[':
		return s.in.skip(&s.names, depth, nil)
	case c != '"':
		token, err := s.in.literal()
		if err == nil && isNumber && (c == '-' || c >= '0' && c <= '9') {
			s.number = append(s.number[:0], token...)
			p.number = s.number
		}
		return err
	}
	token, err := s.in.str(maxString)
	if err != nil || token == nil {
		return err
	}
	text, err := s.in.unquote(token)
	switch {
	case err != nil:
		return err
	case into != nil:
		*into = s.intern(text)
	case isDisplay && p.system == "" && p.code == "":
		// The name of a person where the element is a Reference.
		s.look.Attribute(text)
	}
	return nil
}

// member is where the text of a member goes, or nil.
func (p *parts) member(name []byte) *string {
	switch string(name) {
	case "system":
		return &p.system
	case "code":
		return &p.code
	case "unit":
		return &p.unit
	case "value":
		return &p.value
	case "reference":
		return &p.reference
	case "type":
		return &p.typ
	case "comparator":
		return &p.comparator
	}
	return nil
}

// element rewrites one of the data types that are looked at as a whole.
func (s *scrubber) element(r *rule, key string, depth int) error {
	p, err := s.read(depth)
	if err != nil {
		return err
	}
	switch r.action {
	case deid.FHIRReference:
		s.reference(r, key, p)
	case deid.FHIRIdentifier:
		s.identifier(r, key, p)
	case deid.FHIRCoding:
		s.coding(r, key, p)
	case deid.FHIRAge:
		if olderThan(p) {
			s.count.Add("age-over-89", "drop", 1)
			return nil
		}
		s.quantity(r, key, p)
	default:
		s.quantity(r, key, p)
	}
	return nil
}

func (s *scrubber) reference(r *rule, key string, p parts) {
	text, ok := s.ids.reference(p.reference)
	if !ok {
		r.dropped++
		return
	}
	if text != p.reference {
		r.replaced++
	}
	s.out.begin(key, '{', "")
	s.out.text(`"reference":`, text)
	if spec().resources[p.typ] {
		s.out.text(`"type":`, p.typ)
	}
	s.out.end()
}

// identifier leaves nothing but a surrogate, the same for the same system and
// value.
func (s *scrubber) identifier(r *rule, key string, p parts) {
	if p.value == "" {
		r.dropped++
		return
	}
	name := p.value
	if !s.ids.keep {
		s.look.Value([]byte(p.value))
		name = p.system + "\x00" + p.value
	}
	text := s.ids.names.Name(identifierDomain, name)
	if text != p.value || p.system != "" {
		r.replaced++
	}
	s.out.begin(key, '{', "")
	s.out.text(`"value":`, text)
	s.out.end()
}

func (s *scrubber) coding(r *rule, key string, p parts) {
	if p.number != nil || !s.rules.knows(p.system, p.code) {
		r.dropped++
		return
	}
	s.out.begin(key, '{', "")
	s.out.text(`"system":`, p.system)
	s.out.text(`"code":`, p.code)
	s.out.end()
	s.shown.coding(s.kind, p.system, p.code)
}

// quantity keeps the number, and a unit that is coded or listed. An age above 89 years goes.
func (s *scrubber) quantity(r *rule, key string, p parts) {
	if isOldAge(p) {
		s.count.Add("age-over-89", "drop", 1)
		return
	}
	if p.number == nil {
		r.dropped++
		return
	}
	s.out.begin(key, '{', "")
	s.out.value(`"value":`, p.number)
	if p.comparator != "" && isCode(p.comparator) && !lowerSet[p.comparator[0]] {
		s.out.text(`"comparator":`, p.comparator)
	}
	coded := s.rules.knows(p.system, p.code)
	switch {
	case p.unit == "":
	case coded && p.unit == p.code, s.rules.units[p.unit]:
		s.out.text(`"unit":`, p.unit)
	default:
		s.count.Add("Quantity.unit", "drop", 1)
	}
	if coded {
		s.out.text(`"system":`, p.system)
		s.out.text(`"code":`, p.code)
	}
	s.out.end()
}

// perYear is how many of a unit make a year.
var perYear = map[string]float64{
	"a":         1,
	"yr":        1,
	"yrs":       1,
	"y":         1,
	"yo":        1,
	"years":     1,
	"year":      1,
	"years old": 1,
	"a_j":       1,
	"a_g":       1,
	"a_t":       1,
	"mo":        12,
	"months":    12,
	"month":     12,
	"mo_j":      12,
	"mo_g":      12,
	"wk":        52,
	"weeks":     52,
	"week":      52,
	"d":         365,
	"days":      365,
	"day":       365,
	"":          1,
}
