package deid

import (
	"strings"
	"unicode/utf8"
)

const (
	// minStrong is the least length at which a value is searched everywhere.
	minStrong = 4
	// minWeak is the least length at which a value is searched at all.
	minWeak = 2
	// minWord is the length from which a word of a removed text counts.
	minWord = 8
	// maxNeedle cuts longer values: their beginning is enough to find them.
	maxNeedle = 128
	// minDigits is the least length of a number that is searched for.
	minDigits = 6
	// manyDigits is the length from which a number is searched everywhere: no
	// measured value has as many.
	manyDigits = 20
	// minName is the length from which a part of a name is searched everywhere.
	minName = 6
	// minBulk is the least length at which a value is searched in bytes that are
	// no text, such as pixels: shorter ones stand in them by chance.
	minBulk = 8
)

// folded lower-cases ASCII; kept is 0 for separators that people vary at will
// (space, underscore, dash, dot, caret, and the zero bytes of UTF-16).
var folded, kept = foldTables()

func foldTables() (fold, keep [256]byte) {
	for i := range 256 {
		fold[i], keep[i] = byte(i), 1
		if i >= 'A' && i <= 'Z' {
			fold[i] = byte(i) + 'a' - 'A'
		}
	}
	for _, soft := range []byte(" _-.^\x00") {
		keep[soft] = 0
	}
	return fold, keep
}

// looked is, in one number for each byte, folded, and kept from bit 8 on: the second look at a whole file asks for both.
var looked = func() (all [256]uint16) {
	for c := range all {
		all[c] = uint16(folded[c]) | uint16(kept[c])<<8
	}
	return all
}()

// squeeze is normalize into a buffer that is at least as long as the text.
func squeeze(buffer, text []byte) []byte {
	n := 0
	for _, c := range text {
		is := looked[c]
		buffer[n] = byte(is) //nolint:gosec // the low byte
		n += int(is >> 8)
	}
	return buffer[:n]
}

// normalize folds case and leaves separators out.
func normalize(text string) []byte {
	return appendNormal(make([]byte, 0, len(text)), text)
}

// appendNormal appends a text, normalized.
func appendNormal[T string | []byte](out []byte, text T) []byte {
	for i := range len(text) {
		if kept[text[i]] == 1 {
			out = append(out, folded[text[i]])
		}
	}
	return out
}

// cut is the part of a normalized value that is searched for.
func cut(n []byte) []byte { return n[:min(len(n), maxNeedle)] }

// class says how a value is searched for.
type class int

const (
	skipped class = iota // cannot be searched for
	weak                 // whole words of the header
	strong               // everywhere
)

// classify applies the rule for common small values; n is normalized.
//
//   - A single character, a number below 6 digits and a word of the format are
//     skipped: they stand in every file.
//   - Values below 4 characters, longer numbers, values spelt with the letters
//     of nucleotides only, and parts of words of the format are weak: genomes
//     and positions are full of them, so they count only as whole words of the
//     header.
//   - Numbers of 20 digits or more, such as UIDs, are strong, as is everything
//     else.
//
// In an output of codes the lengths are others: see CodeLook.
func (v *Vocabulary) classify(n []byte, weakLen, strongLen int) class {
	switch {
	case len(n) < weakLen || v.words.has(n):
		return skipped
	case onlyIn(n, "0123456789"):
		if len(n) < minDigits {
			return skipped
		}
		if len(n) >= manyDigits {
			return strong
		}
		return weak
	case len(n) < strongLen || onlyIn(n, "acgtn") || !hasLetter(n):
		return weak
	}
	if v.joined.has(n) {
		return weak
	}
	return strong
}

func onlyIn(text []byte, set string) bool {
	for _, c := range text {
		if strings.IndexByte(set, c) < 0 {
			return false
		}
	}
	return true
}

func hasLetter(text []byte) bool {
	for _, c := range text {
		if c >= 'a' && c <= 'z' || c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// Value adds an original identifying value: a name, an id, a removed line's
// text. It is searched for as UTF-8, Latin-1, UTF-16, base64, hex and percent
// encoding, in any case, with and without separators.
func (l *Look) Value(value string) {
	l.add(value)
	l.forms.each([]byte(value), l.addVariant)
}

// Name adds a person's name. Its parts, between spaces and the separators of
// DICOM (PS3.5, 6.2.1.1), count too: as whole words, and everywhere from six
// characters on.
func (l *Look) Name(name string) {
	l.Value(name)
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return strings.ContainsRune(" ^=,;\t\\", r) }) {
		if n := normalize(part); len(n) >= minName {
			l.Value(part)
		} else if len(n) > 1 && !l.vocabulary.words.has(n) && !l.public(part) {
			l.weak[string(n)] = true
		}
	}
}

// Attribute adds a value of which the removed line may hold harmless ones too:
// only one of at least 8 characters with a letter counts.
func (l *Look) Attribute(value string) {
	if len(value) >= minWord && hasLetter([]byte(strings.ToLower(value))) {
		l.Value(value)
	}
}

// wordBreaks are separators of words, from weak to strong splitting.
var wordBreaks = []string{
	" \t\"'<>[](){}",
	" \t\"'<>[](){},;=|",
	" \t\"'<>[](){},;=|/\\:@&?!*#`~%+",
	" \t\"'<>[](){},;=|/\\:@&?!*#`~%+._-",
}

// Words adds the words of at least 8 characters with a letter of a removed text,
// as they stand between separators of any strength. They are searched for to the
// letter only.
func (l *Look) Words(text string) {
	for _, breaks := range wordBreaks {
		for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(breaks, r) }) {
			word = strings.Trim(word, ",;:.=")
			if len(word) >= minWord && hasLetter([]byte(strings.ToLower(word))) {
				l.addExact(word)
			}
		}
	}
}

// Plain adds a value that is searched for only as it is written, in any case and
// with or without separators: UIDs, of which there are thousands, and dates.
func (l *Look) Plain(value string) {
	l.add(value)
}
