package deid

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// anchorLen is the number of bytes by which a value is found at first.
const anchorLen = 4

// needle is a strong value, normalized. If exact is set, the text must also hold
// it to the letter.
type needle struct {
	text   []byte
	exact  []byte
	missed uint64 // the last round in which exact was not in the text
}

// anchor says where in a needle an anchor stands.
type anchor struct {
	needle int32
	offset int32
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

	ready  bool
	shift  uint
	bits   []uint64
	anchor map[uint32][]anchor
	round  uint64
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

// prepare builds the table of anchors: a bit map that rejects nearly every
// position at once, and the needles behind each anchor.
func (l *Look) prepare() {
	if l.ready {
		return
	}
	size := uint(13)
	for 1<<size < 64*len(l.needles) && size < 24 {
		size++
	}
	l.shift = 32 - size
	l.bits = make([]uint64, 1<<size/64)
	l.anchor = make(map[uint32][]anchor, len(l.needles))
	for i := range l.needles {
		text := l.needles[i].text
		at := rarest(text)
		gram := be32(text[at:])
		h := hash(gram) >> l.shift
		l.bits[h>>6] |= 1 << (h & 63)
		l.anchor[gram] = append(l.anchor[gram], anchor{needle: int32(i), offset: int32(at)}) //nolint:gosec // small
	}
	l.ready = true
}

func hash(gram uint32) uint32 {
	return gram * 2654435761
}

func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// rarest picks the part of a needle that genome files hold least: letters that
// name no nucleotide weigh most.
func rarest(text []byte) int {
	best, bestScore := 0, -1
	for at := 0; at+anchorLen <= len(text); at++ {
		score := 0
		for _, c := range text[at : at+anchorLen] {
			switch {
			case c >= '0' && c <= '9':
			case bytes.IndexByte([]byte("acgtn"), c) >= 0:
				score++
			default:
				score += 3
			}
		}
		if score > bestScore {
			best, bestScore = at, score
		}
	}
	return best
}

// find tells whether text holds a strong value of at least the given normalized
// length; norm is text, normalized.
func (l *Look) find(norm, text []byte, least int) bool {
	if len(norm) < anchorLen || len(l.needles) == 0 {
		return false
	}
	l.round++
	gram := be32(norm) >> 8
	bits, shift := l.bits, l.shift
	for i, c := range norm[anchorLen-1:] {
		gram = gram<<8 | uint32(c)
		h := hash(gram) >> (shift & 31)
		if bits[h>>6]&(1<<(h&63)) == 0 {
			continue
		}
		for _, a := range l.anchor[gram] {
			if len(l.needles[a.needle].text) >= least && l.confirm(a, norm, text, i) {
				return true
			}
		}
	}
	return false
}

func (l *Look) confirm(a anchor, norm, text []byte, at int) bool {
	n := &l.needles[a.needle]
	start := at - int(a.offset)
	if start < 0 || !bytes.HasPrefix(norm[start:], n.text) {
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
	_, hit := findPattern(patterns, []byte(text), markedPlaces([]byte(text)), edges{last: true})
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

// marked is 1 for the two separators by which patterns are found.
var marked = [256]uint8{'.': 1, '-': 1}

func markedPlaces(text []byte) []int32 {
	var places []int32
	for i, c := range text {
		if marked[c] == 1 {
			places = append(places, int32(i))
		}
	}
	return places
}
