package fhir

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// unquote returns what the last string token says. Without an escape that is a part of
// the token, else a copy. Half of a surrogate pair is refused: it stands for no
// character.
func (s *scanner) unquote(token []byte) ([]byte, error) {
	text := token[1 : len(token)-1]
	if !s.escaped {
		return text, nil
	}
	at := bytes.IndexByte(text, '\\')
	out := append(make([]byte, 0, len(text)), text[:at]...)
	for i := at; i < len(text); {
		if text[i] != '\\' {
			out = append(out, text[i])
			i++
			continue
		}
		if text[i+1] != 'u' {
			out = append(out, unescaped(text[i+1]))
			i += 2
			continue
		}
		r, size := escapedRune(text[i:])
		if r == utf8.RuneError {
			return nil, s.malformed("half of a character in a string")
		}
		out = utf8.AppendRune(out, r)
		i += size
	}
	return out, nil
}

func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// escapedRune reads \uXXXX, or two of them that are a pair.
func escapedRune(text []byte) (rune, int) {
	first := hexRune(text)
	if !utf16.IsSurrogate(first) {
		return first, 6
	}
	if len(text) < 12 || text[6] != '\\' || text[7] != 'u' {
		return utf8.RuneError, 6
	}
	return utf16.DecodeRune(first, hexRune(text[6:])), 12
}

func hexRune(text []byte) rune {
	v, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return utf8.RuneError
	}
	return rune(v)
}
