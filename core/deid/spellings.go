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

// spellings makes the other forms in which a value may be written. It reuses its
// memory from one value to the next.
type spellings struct{ raw, out []byte }

// each calls see with every form of a value that differs from it by more than case
// and separators. A form is valid during the call only.
func (f *spellings) each(value []byte, see func(form []byte)) {
	f.out = appendLetters(f.out[:0], value)
	if len(f.out) != len(value) {
		see(f.out)
	}
	for run := range bytes.FieldsFuncSeq(value, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(run) >= minWord && len(run) < len(value) {
			see(run) // a number stands in a field of numbers without what was written before it
		}
	}
	value = cut(value)
	f.encodings(value, see)
	if bytes.ContainsFunc(value, func(r rune) bool { return r >= utf8.RuneSelf }) {
		charsets(string(value), see)
	}
}

// appendLetters leaves out all punctuation. What is no UTF-8 becomes the
// replacement character.
func appendLetters(out, value []byte) []byte {
	for i := 0; i < len(value); {
		c := value[i]
		if c < utf8.RuneSelf {
			if isWordByte(c) {
				out = append(out, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(value[i:])
		out = utf8.AppendRune(out, r)
		i += size
	}
	return out
}

// encodings makes hex, percent encoding and base64.
func (f *spellings) encodings(value []byte, see func(form []byte)) {
	f.out = appendNormal(f.out[:0], value)
	if len(f.out) < minDigits {
		return
	}
	f.out = hex.AppendEncode(f.out[:0], value)
	see(f.out)
	if bytes.ContainsFunc(value, isReserved) {
		text := string(value)
		if escaped := url.PathEscape(text); escaped != text {
			see([]byte(escaped))
			see([]byte(url.QueryEscape(text)))
		}
	}
	for shift := range 3 {
		f.raw = append(append(f.raw[:0], "\x00\x00"[:shift]...), value...)
		f.out = base64.RawStdEncoding.AppendEncode(f.out[:0], f.raw)
		// Characters that hold bits of a neighbour are cut off.
		text := f.out[(shift*8+5)/6:]
		if bits := len(f.raw) * 8 % 6; bits != 0 {
			text = text[:len(text)-1]
		}
		if len(text) >= minWord {
			see(text)
		}
	}
}

// isReserved tells whether an address may have to write a character otherwise (RFC
// 3986, section 2.3).
func isReserved(r rune) bool {
	return r >= utf8.RuneSelf || noWord(r) && !strings.ContainsRune("-._~", r)
}

// charsets makes the other cases and charsets of a value that is not ASCII.
func charsets(value string, see func(form []byte)) {
	see([]byte(strings.ToLower(value)))
	see([]byte(strings.ToUpper(value)))
	latin := make([]byte, 0, len(value))
	raw := make([]rune, 0, len(value))
	for i := range len(value) {
		raw = append(raw, rune(value[i]))
	}
	if !utf8.ValidString(value) {
		see([]byte(string(raw))) // a Latin-1 original, written as UTF-8
		return
	}
	narrow := true
	for _, r := range value {
		narrow = narrow && r < 256
		latin = append(latin, byte(r)) //nolint:gosec // used only when every rune is below 256
	}
	if narrow {
		see(latin)
	}
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(value)) {
		little = append(little, byte(unit), byte(unit>>8)) //nolint:gosec // the two halves of a code unit
		big = append(big, byte(unit>>8), byte(unit))       //nolint:gosec // the two halves of a code unit
	}
	see(little)
	see(big)
}
