package deid

import (
	"bytes"
	"iter"
)

// maxHaystack is how much of the texts is searched at a time.
const maxHaystack = 1 << 20

// CodeLook is the second look at an output of codes, which are words themselves:
// values below 8 characters count only as whole words, those below 4 not at all.
// The output has few different texts, the original many values; so the texts are
// indexed and not the values. Fill it with Value and Attribute, and ask Hits about
// all different texts of the output at once. It is kept in memory only and shares
// no code with the rewriting of any format.
type CodeLook struct {
	patterns   []Pattern
	vocabulary *Vocabulary
	values     textSet // as they came
	normal     textSet // normalized, for the counts
	recheck    Recheck

	norm, form []byte
	forms      spellings
	texts      haystack
	words      textSet
	hit        bool
}

// NewCodeLook starts a second look for an output of codes. The vocabulary is the
// words of the output's format.
func NewCodeLook(patterns []Pattern, vocabulary *Vocabulary) *CodeLook {
	return &CodeLook{patterns: patterns, vocabulary: vocabulary, recheck: Recheck{Patterns: patterns}}
}

// Recheck returns the counts for the report.
func (l *CodeLook) Recheck() Recheck { return l.recheck }

// Value adds an original identifying value. It is searched for in the forms of
// Look.Value.
func (l *CodeLook) Value(value []byte) {
	if !l.values.add(value) {
		return
	}
	l.norm = appendNormal(l.norm[:0], value)
	if n := cut(l.norm); len(n) > 0 && l.normal.add(n) {
		l.recheck.count(l.classify(n))
	}
}

// Attribute adds a value of which the removed element may hold harmless ones too:
// only one of at least 8 characters with a letter counts.
func (l *CodeLook) Attribute(value []byte) {
	if len(value) >= minWord && hasLetter(bytes.ToLower(value)) {
		l.Value(value)
	}
}

func (l *CodeLook) classify(n []byte) class { return l.vocabulary.classify(n, minStrong, minWord) }

// Hits tells whether any of the texts holds a value that was added, or a pattern.
func (l *CodeLook) Hits(texts iter.Seq[string]) bool {
	l.reset()
	for text := range texts {
		if hasPattern(l.patterns, text) {
			return true
		}
		if len(l.texts.text)+len(text) > maxHaystack {
			if l.holds() {
				return true
			}
			l.reset()
		}
		l.norm = appendNormal(l.norm[:0], text)
		l.texts.add(l.norm)
		for word := range bytes.FieldsFuncSeq([]byte(text), noWord) {
			l.norm = appendNormal(l.norm[:0], word)
			l.words.add(l.norm)
		}
	}
	return l.holds()
}

func (l *CodeLook) reset() {
	l.texts.reset()
	l.words = textSet{slots: l.words.slots[:0], text: l.words.text[:0], ends: l.words.ends[:0]}
}

// holds searches the texts that were gathered for all values.
func (l *CodeLook) holds() bool {
	l.texts.index()
	l.hit = false
	for value := range l.values.all() {
		l.norm = appendNormal(l.norm[:0], value)
		l.search(cut(l.norm))
		l.forms.each(value, l.searchForm)
		if l.hit {
			return true
		}
	}
	return false
}

func (l *CodeLook) searchForm(form []byte) {
	l.form = appendNormal(l.form[:0], form)
	if len(l.form) >= minWord {
		l.search(cut(l.form))
	}
}

// search sets hit if a normalized value is found: a strong one anywhere, a weak one as
// a whole word.
func (l *CodeLook) search(n []byte) {
	inWord := len(n) >= minWord && l.texts.has(n)
	if !inWord && !l.words.has(n) {
		return
	}
	switch l.classify(n) {
	case strong:
		l.hit = l.hit || inWord
	case weak:
		l.hit = l.hit || l.words.has(n)
	default:
	}
}
