package deid

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"unicode/utf16"
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

// looked is, in one word for each byte, folded, kept from bit 8 and marked from bit 16 on:
// the second look at a whole file asks for all of them.
var looked = func() (all [256]uint32) {
	for c := range all {
		all[c] = uint32(folded[c]) | uint32(kept[c])<<8 | uint32(marked[c])<<16
	}
	return all
}()

// normalize folds case and leaves separators out.
func normalize(text string) []byte {
	out := make([]byte, 0, len(text))
	for i := range len(text) {
		if kept[text[i]] == 1 {
			out = append(out, folded[text[i]])
		}
	}
	return out
}

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
func (l *Look) classify(n []byte) class {
	switch {
	case len(n) < l.weakLen || l.vocabulary[string(n)]:
		return skipped
	case onlyIn(n, "0123456789"):
		if len(n) < minDigits {
			return skipped
		}
		if len(n) >= manyDigits {
			return strong
		}
		return weak
	case len(n) < l.strongLen || onlyIn(n, "acgtn") || !hasLetter(n):
		return weak
	}
	if strings.Contains(l.joined, string(n)) {
		return weak
	}
	return strong
}

func onlyIn(text []byte, set string) bool {
	return len(bytes.Trim(text, set)) == 0
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
	var letters strings.Builder
	for _, r := range value {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= utf8.RuneSelf {
			letters.WriteRune(r)
		}
	}
	if letters.Len() != len(value) {
		l.addVariant(letters.String())
	}
	if len(value) > maxNeedle {
		value = value[:maxNeedle]
	}
	l.addEncodings(value)
	if strings.IndexFunc(value, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		l.addCharsets(value)
	}
}

// Name adds a person's name. Its parts, between spaces and the separators of
// DICOM (PS3.5, 6.2.1.1), count too: as whole words, and everywhere from six
// characters on.
func (l *Look) Name(name string) {
	l.Value(name)
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return strings.ContainsRune(" ^=,;\t\\", r) }) {
		if n := normalize(part); len(n) >= minName {
			l.Value(part)
		} else if len(n) > 1 && !l.vocabulary[string(n)] && !l.public(part) {
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

func (l *Look) addEncodings(value string) {
	if len(normalize(value)) < minDigits {
		return
	}
	l.addVariant(hex.EncodeToString([]byte(value)))
	if escaped := url.PathEscape(value); escaped != value {
		l.addVariant(escaped)
		l.addVariant(url.QueryEscape(value))
	}
	for shift := range 3 {
		raw := append(make([]byte, shift), value...)
		text := base64.RawStdEncoding.EncodeToString(raw)
		// Characters that hold bits of a neighbour are cut off.
		text = text[(shift*8+5)/6:]
		if bits := len(raw) * 8 % 6; bits != 0 {
			text = text[:len(text)-1]
		}
		if len(text) >= minWord {
			l.addVariant(text)
		}
	}
}

func (l *Look) addCharsets(value string) {
	l.addVariant(strings.ToLower(value))
	l.addVariant(strings.ToUpper(value))
	latin := make([]byte, 0, len(value))
	raw := make([]rune, 0, len(value))
	for i := range len(value) {
		raw = append(raw, rune(value[i]))
	}
	if !utf8.ValidString(value) {
		l.addVariant(string(raw)) // a Latin-1 original, written as UTF-8
		return
	}
	narrow := true
	for _, r := range value {
		narrow = narrow && r < 256
		latin = append(latin, byte(r)) //nolint:gosec // used only when every rune is below 256
	}
	if narrow {
		l.addVariant(string(latin))
	}
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(value)) {
		little = append(little, byte(unit), byte(unit>>8)) //nolint:gosec // the two halves of a code unit
		big = append(big, byte(unit>>8), byte(unit))       //nolint:gosec // the two halves of a code unit
	}
	l.addVariant(string(little))
	l.addVariant(string(big))
}

// Plain adds a value that is searched for only as it is written, in any case and
// with or without separators: UIDs, of which there are thousands, and dates.
func (l *Look) Plain(value string) {
	l.add(value)
}
