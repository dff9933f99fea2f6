package deid

import (
	"bytes"
	"slices"
	"strings"
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
	vocabulary map[string]bool
	joined     string // the vocabulary, to search for parts of words
	exempt     func(string) bool
	strongLen  int // from which a value is searched everywhere
	weakLen    int // from which it is searched at all
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
	l := newLook(p.Patterns, vocabulary)
	l.exempt, l.strongLen, l.weakLen = exempt, minStrong, minWeak
	if slices.Contains(p.Patterns, PatternPath) {
		for _, home := range homes {
			l.needles = append(l.needles, needle{text: normalize(home), exact: []byte(home)})
		}
	}
	return l
}

func newLook(patterns []Pattern, vocabulary []string) *Look {
	l := &Look{
		patterns: patterns, vocabulary: map[string]bool{}, seen: map[string]bool{}, weak: map[string]bool{},
		recheck: Recheck{Patterns: patterns},
	}
	var joined strings.Builder
	for _, word := range vocabulary {
		n := normalize(word)
		l.vocabulary[string(n)] = true
		joined.Write(append(n, 0))
	}
	l.joined = joined.String()
	return l
}

// NewCodeLook starts a second look for an output of codes, which are words
// themselves: values below 8 characters count only as whole words, those below 4
// not at all. Ask it with Hits for each text of the output.
func NewCodeLook(patterns []Pattern, vocabulary []string) *Look {
	l := newLook(patterns, vocabulary)
	l.strongLen, l.weakLen = minWord, minStrong
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

// add counts and stores a value; addVariant stores another spelling of one.
func (l *Look) add(value string) {
	n := normalize(value)
	if len(n) == 0 || l.seen[string(n[:min(len(n), maxNeedle)])] {
		return
	}
	switch l.store(value, n) {
	case skipped:
		l.recheck.Skipped++
	case weak:
		l.recheck.Weak++
	case strong:
		l.recheck.Searched++
	}
}

func (l *Look) addVariant(value string) {
	n := normalize(value)
	if len(n) >= l.strongLen && !l.seen[string(n[:min(len(n), maxNeedle)])] {
		l.store(value, n)
	}
}

// addExact stores a word of a removed text. It counts only to the letter: words
// of program names and options are words of kept names too, but for their case.
func (l *Look) addExact(word string) {
	n := normalize(word)
	if len(n) < l.strongLen || l.seen[string(n[:min(len(n), maxNeedle)])] || l.seen["\x00"+word] {
		return
	}
	l.seen["\x00"+word] = true
	if !l.public(word) && l.classify(n) == strong {
		l.needles = append(l.needles, needle{text: n[:min(len(n), maxNeedle)], exact: []byte(word)})
		l.recheck.Searched++
		l.ready = false
	}
}

func (l *Look) store(value string, n []byte) class {
	n = n[:min(len(n), maxNeedle)]
	l.seen[string(n)] = true
	how := l.classify(n)
	switch {
	case l.public(value):
		return skipped
	case how == strong:
		l.needles = append(l.needles, needle{text: n})
		l.ready = false
	case how == weak:
		l.weak[string(n)] = true
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
	if l.Holds(text) {
		return true
	}
	_, hit := findPattern(l.patterns, []byte(text), markedPlaces([]byte(text)), edges{last: true})
	return hit || findFieldPattern(l.patterns, text)
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
	start := -1
	for i := 0; i <= len(text); i++ {
		if i < len(text) && isWordByte(text[i]) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 && l.word([]byte(text[start:i])) {
			return true
		}
		start = -1
	}
	return false
}

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
