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

// read takes a captured element apart.
func (s *scrubber) read(raw []byte) (parts, error) {
	var p parts
	in := &s.small
	in.over(raw)
	if err := in.expect('{'); err != nil {
		return p, err
	}
	for first := true; ; first = false {
		more, err := in.more('}', first)
		if err != nil || !more {
			return p, err
		}
		name, err := in.key()
		if err != nil {
			return p, err
		}
		if err := s.part(in, &p, name); err != nil {
			return p, err
		}
	}
}

func (s *scrubber) part(in *scanner, p *parts, name []byte) error {
	c, err := in.next()
	if err != nil {
		return err
	}
	if string(name) == "identifier" {
		return in.skip(s.names, 0, s.forget) // of whom a Reference speaks, who may have none else
	}
	if c != '"' {
		token, err := in.capture(s.names, 0)
		if string(name) == "value" && err == nil && isNumber(token) {
			p.number = token
		}
		return err
	}
	token, err := in.str(maxString)
	if err != nil || token == nil {
		return err
	}
	text, err := in.unquote(token)
	if err != nil {
		return err
	}
	switch string(name) {
	case "system":
		p.system = s.intern(text)
	case "code":
		p.code = s.intern(text)
	case "unit":
		p.unit = s.intern(text)
	case "value":
		p.value = s.intern(text)
	case "reference":
		p.reference = s.intern(text)
	case "type":
		p.typ = s.intern(text)
	case "comparator":
		p.comparator = s.intern(text)
	case "display":
		// The name of a person where the element is a Reference.
		if p.system == "" && p.code == "" {
			s.look.Attribute(text)
		}
	}
	return nil
}

// element rewrites one of the data types that are looked at as a whole.
func (s *scrubber) element(r *rule, key string, depth int) error {
	raw, err := s.in.capture(s.names, depth)
	if err != nil {
		return err
	}
	p, err := s.read(raw)
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
		s.count.Add(r.report, "drop", 1)
		return
	}
	if text != p.reference {
		s.count.Add(r.report, "replace", 1)
	}
	s.out.begin(key, '{', "")
	s.out.text(`"reference"`, text)
	if spec().resources[p.typ] {
		s.out.text(`"type"`, p.typ)
	}
	s.out.end()
}

// identifier leaves nothing but a surrogate, the same for the same system and
// value.
func (s *scrubber) identifier(r *rule, key string, p parts) {
	if p.value == "" {
		s.count.Add(r.report, "drop", 1)
		return
	}
	name := p.value
	if !s.ids.keep {
		s.look.Value([]byte(p.value))
		name = p.system + "\x00" + p.value
	}
	text := s.ids.names.Name(identifierDomain, name)
	if text != p.value || p.system != "" {
		s.count.Add(r.report, "replace", 1)
	}
	s.out.begin(key, '{', "")
	s.out.text(`"value"`, text)
	s.out.end()
}

func (s *scrubber) coding(r *rule, key string, p parts) {
	if p.number != nil || !s.rules.knows(p.system, p.code) {
		s.count.Add(r.report, "drop", 1)
		return
	}
	s.out.begin(key, '{', "")
	s.out.text(`"system"`, p.system)
	s.out.text(`"code"`, p.code)
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
		s.count.Add(r.report, "drop", 1)
		return
	}
	s.out.begin(key, '{', "")
	s.out.value(`"value"`, p.number)
	if p.comparator != "" && isCode(p.comparator) && !lowerSet[p.comparator[0]] {
		s.out.text(`"comparator"`, p.comparator)
	}
	coded := s.rules.knows(p.system, p.code)
	switch {
	case p.unit == "":
	case coded && p.unit == p.code, s.rules.units[p.unit]:
		s.out.text(`"unit"`, p.unit)
	default:
		s.count.Add("Quantity.unit", "drop", 1)
	}
	if coded {
		s.out.text(`"system"`, p.system)
		s.out.text(`"code"`, p.code)
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
