package deid

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// needle is a strong value, normalized. If exact is set, the text must also hold
// it to the letter.
type needle struct {
	text   []byte
	exact  []byte
	missed uint64 // the last round in which exact was not in the text
}

// Look is the second look: it knows the identifying values of one original and
// finds them in what is about to be written. Fill it with Value, Name, Attribute
// and Words; then make a Writer for a stream, or ask Hits about each text. It is
// kept in memory only and shares no code with the rewriting of any format.
type Look struct {
	patterns   []Pattern
	vocabulary *Vocabulary
	exempt     func(string) bool
	forms      spellings
	norm       []byte // of a form
	seen       map[string]bool
	needles    []needle
	weak       map[string]bool
	recheck    Recheck

	ready bool
	grams grams
	round uint64
}

// NewLook starts a second look for the profile's patterns. The vocabulary is the
// words of the output's format, which stand in every file. exempt, if not nil,
// names words of removed texts that are public, such as names of contigs.
func NewLook(p *Profile, vocabulary []string, exempt func(word string) bool) *Look {
	l := &Look{
		patterns: p.Patterns, vocabulary: NewVocabulary(vocabulary), exempt: exempt, seen: map[string]bool{},
		weak: map[string]bool{}, recheck: Recheck{Patterns: p.Patterns},
	}
	if slices.Contains(p.Patterns, PatternPath) {
		for _, home := range homes {
			l.needles = append(l.needles, needle{text: normalize(home), exact: []byte(home)})
		}
	}
	return l
}

// Forbid adds patterns to those of the profile, for a format whose texts may not
// hold them. Call it before anything is looked at.
func (l *Look) Forbid(patterns ...Pattern) {
	for _, p := range patterns {
		if !slices.Contains(l.patterns, p) {
			l.patterns = append(slices.Clip(l.patterns), p)
		}
	}
	l.recheck.Patterns = l.patterns
}

// Recheck returns the counts for the report.
func (l *Look) Recheck() Recheck {
	return l.recheck
}

func (l *Look) public(word string) bool {
	return l.exempt != nil && l.exempt(word)
}

// add counts and stores a value; addVariant stores another form of one.
func (l *Look) add(value string) {
	n := normalize(value)
	if len(n) == 0 || l.seen[string(cut(n))] {
		return
	}
	how := skipped
	if l.public(value) {
		l.seen[string(cut(n))] = true
	} else {
		how = l.store(n)
	}
	l.recheck.count(how)
}

func (l *Look) addVariant(form []byte) {
	l.norm = appendNormal(l.norm[:0], form)
	if len(l.norm) < minStrong || l.seen[string(cut(l.norm))] || l.exempt != nil && l.exempt(string(form)) {
		return
	}
	l.store(bytes.Clone(cut(l.norm)))
}

// addExact stores a word of a removed text. It counts only to the letter: words
// of program names and options are words of kept names too, but for their case.
func (l *Look) addExact(word string) {
	n := normalize(word)
	if len(n) < minStrong || l.seen[string(cut(n))] || l.seen["\x00"+word] {
		return
	}
	l.seen["\x00"+word] = true
	if !l.public(word) && l.vocabulary.classify(n, minWeak, minStrong) == strong {
		l.needles = append(l.needles, needle{text: cut(n), exact: []byte(word)})
		l.recheck.Searched++
		l.ready = false
	}
}

// store keeps a normalized value in the way in which it is searched for.
func (l *Look) store(n []byte) class {
	n = cut(n)
	l.seen[string(n)] = true
	how := l.vocabulary.classify(n, minWeak, minStrong)
	switch how {
	case strong:
		l.needles = append(l.needles, needle{text: n})
		l.ready = false
	case weak:
		l.weak[string(n)] = true
	default:
	}
	return how
}

// prepare makes the table by which needles are found.
func (l *Look) prepare() {
	if !l.ready {
		l.grams, l.ready = newGrams(l.needles), true
	}
}

// find tells whether text holds a strong value of at least the given normalized
// length; norm is text, normalized.
func (l *Look) find(norm, text []byte, least int) bool {
	if len(norm) < anchorLen || len(l.needles) == 0 {
		return false
	}
	l.round++
	return l.grams.each(norm, func(at, start int) bool {
		n := &l.needles[at]
		return len(n.text) >= least && l.confirm(n, norm[start:], text)
	})
}

// confirm tells whether a needle stands at the beginning of norm, and as exactly as it must in text.
func (l *Look) confirm(n *needle, norm, text []byte) bool {
	if !bytes.HasPrefix(norm, n.text) {
		return false
	}
	if n.exact == nil {
		return true
	}
	// One search of the whole piece is enough for all its places.
	if n.missed != l.round && !bytes.Contains(text, n.exact) {
		n.missed = l.round
	}
	return n.missed != l.round
}

// word tells whether a whole word of the header is a weak value.
func (l *Look) word(word []byte) bool {
	return len(l.weak) > 0 && l.weak[string(normalize(string(word)))]
}

// HasWord tells whether a whole text is an identifying value that is not searched for
// everywhere, because genomes are full of its like.
func (l *Look) HasWord(text []byte) bool { return l.word(text) }

// Hits tells whether a text that is about to be put into the output's header, or
// into one of its fields, holds an identifying value or a forbidden pattern.
func (l *Look) Hits(text string) bool {
	return l.Holds(text) || hasPattern(l.patterns, text)
}

// hasPattern tells whether a whole text holds one of the patterns.
func hasPattern(patterns []Pattern, text string) bool {
	_, hit := findPattern(patterns, []byte(text), edges{last: true})
	return hit || findFieldPattern(patterns, text)
}

// Holds is Hits without the patterns: it tells whether the text holds an
// identifying value of the original.
func (l *Look) Holds(text string) bool {
	l.prepare()
	if l.find(normalize(text), []byte(text), 0) {
		return true
	}
	if len(l.weak) == 0 {
		return false
	}
	for word := range strings.FieldsFuncSeq(text, noWord) {
		if l.word([]byte(word)) {
			return true
		}
	}
	return false
}

// noWord tells whether a character stands between words.
func noWord(r rune) bool { return r < utf8.RuneSelf && !isWordByte(byte(r)) } //nolint:gosec // below 128

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80
}
