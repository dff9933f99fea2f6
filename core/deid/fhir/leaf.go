package fhir

import (
	"strings"

	"github.com/volens-network/volens/core/deid"
)

// primitive rewrites a value that is neither array nor object; c is its first
// byte.
func (s *scrubber) primitive(r *rule, key string, c byte) error {
	if c != '"' {
		token, err := s.in.literal()
		if err != nil || string(token) == "null" {
			return err
		}
		isBoolean := token[0] == 't' || token[0] == 'f'
		whole := r.typ == "integer" || r.typ == "positiveInt" || r.typ == "unsignedInt"
		if r.action == deid.FHIRKeep && isBoolean == (r.typ == "boolean") && (!whole || isInteger(token)) {
			s.out.value(key, token)
			return nil
		}
		r.dropped++
		return nil
	}
	token, err := s.in.str(maxString)
	if err != nil {
		return err
	}
	if token == nil {
		r.dropped++
		return nil
	}
	raw, err := s.in.unquote(token)
	if err != nil {
		return err
	}
	var original string
	if r.action == deid.FHIRPseudonym {
		original = string(raw) // an id is met once
	} else {
		original = s.intern(raw)
	}
	text, ok := s.text(r, original)
	if !ok {
		r.dropped++
		return nil
	}
	if text != original {
		r.replaced++
	}
	s.out.text(key, text)
	s.shown.text(s.kind, r.path, text, s.dates.year)
	return nil
}

// text returns what stays of a string.
func (s *scrubber) text(r *rule, text string) (string, bool) {
	switch r.action {
	case deid.FHIRCode:
		return text, isCode(text)
	case deid.FHIRUpper:
		if r.typ == "string" {
			return text, len(text) <= maxShort && onlyIn(text, upperSet)
		}
		return text, len(text) <= 6 && onlyIn(text, upperSet)
	case deid.FHIRNumbers:
		return text, len(text) > 0 && onlyIn(text, numberSet)
	case deid.FHIRTime:
		return text, isTime(text)
	case deid.FHIRDate:
		day, ok := s.dates.apply(text, r.typ)
		if !ok && isDate(text) && s.dates.year-yearOf(text) >= oldest {
			s.count.Add("age-over-89", "drop", 1)
		}
		return day, ok
	case deid.FHIRBirth:
		year, ok := s.dates.birth(text)
		if !ok && isDate(text) {
			s.count.Add("age-over-89", "drop", 1)
		}
		return year, ok
	case deid.FHIRPseudonym:
		return s.ids.id(text), isID(text)
	case deid.FHIRFullURL:
		return s.ids.fullURL(text)
	case deid.FHIRCollection:
		return "collection", true
	case deid.FHIRTypeName:
		return text, spec().resources[text]
	default:
		return "", false
	}
}

// set is a set of ASCII characters.
type set [256]bool

func newSet(members string) *set {
	var s set
	for i := range len(members) {
		s[members[i]] = true
	}
	return &s
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digit  = "0123456789"
	idOnly = lower + upper + digit + "-."
)

var (
	upperSet  = newSet(upper)
	numberSet = newSet(digit + " .+-eE")
	lowerSet  = newSet(lower + digit)
	idSet     = newSet(idOnly)
	mediaSet  = newSet(lower + digit + ".+-/")
)

func onlyIn(text string, members *set) bool {
	for i := range len(text) {
		if !members[text[i]] {
			return false
		}
	}
	return true
}

// maxShort bounds the abbreviation of a state or the code of a country (ISO 3166): a city may be longer.
const maxShort = 3

// maxCode bounds a code of FHIR itself; the longest of R4 has 38 characters.
const maxCode = 40

// isCode takes words of small letters and digits joined by dashes, which is how
// FHIR writes its own codes, media types without parameters, and comparators.
func isCode(text string) bool {
	switch text {
	case "<", "<=", ">", ">=", "=", "!=":
		return true
	}
	if text == "" || len(text) > maxCode || !lowerSet[text[0]] {
		return false
	}
	if top, _, ok := strings.Cut(text, "/"); ok {
		return onlyIn(text, mediaSet) && mediaTypes[top]
	}
	for i := range len(text) {
		dash := text[i] == '-' && i+1 < len(text) && text[i-1] != '-'
		if !lowerSet[text[i]] && !dash {
			return false
		}
	}
	return true
}

// mediaTypes are the top-level media types (RFC 2046, RFC 8081).
var mediaTypes = map[string]bool{
	"application": true, "audio": true, "font": true, "image": true, "message": true, "model": true,
	"multipart": true, "text": true, "video": true,
}

// isID follows the form of FHIR's ids.
func isID(text string) bool { return len(text) > 0 && len(text) <= 64 && onlyIn(text, idSet) }
