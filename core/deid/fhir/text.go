package fhir

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/volens-network/volens/core/deid/octets"
)

// plainEnd returns where the plain bytes from at on end: at a quote, a backslash, a
// control character or the end of the text. wide is not 0 if one of them, or
// one of the seven behind them, is not ASCII.
func plainEnd(text []byte, at int) (end int, wide uint64) {
	for ; at+8 <= len(text); at += 8 {
		v := binary.LittleEndian.Uint64(text[at:])
		quote, slash := v^(octets.Ones*'"'), v^(octets.Ones*'\\')
		// The lowest bit that is set is right; those above it need not be.
		stop := ((quote-octets.Ones)&^quote | (slash-octets.Ones)&^slash | (v-octets.Ones*' ')&^v) & octets.Highs
		wide |= v & octets.Highs
		if stop != 0 {
			return at + bits.TrailingZeros64(stop)/8, wide
		}
	}
	for ; at < len(text); at++ {
		c := text[at]
		if c == '"' || c == '\\' || c < ' ' {
			break
		}
		wide |= uint64(c) & utf8.RuneSelf
	}
	return at, wide
}

// str takes a string and returns it with its quotes as it is written. A string
// above the limit is passed over and returned as nil. The result is valid until
// the next call.
func (s *scanner) str(limit int) ([]byte, error) {
	if err := s.expect('"'); err != nil {
		return nil, err
	}
	s.r-- // the quote belongs to the token
	i, long := s.r+1, false
	var wide uint64
	s.escaped = false
	for {
		end, other := plainEnd(s.buf[:s.w], i)
		i, wide = end, wide|other
		if i < s.w && s.buf[i] == '"' && i-s.r <= limit {
			break
		}
		if i-s.r > limit {
			long = true
			if err := s.pass(i, wide != 0); err != nil {
				return nil, err
			}
		}
		if i < s.w && s.buf[i] == '"' {
			break
		}
		next, err := s.escape(i)
		if err != nil {
			return nil, err
		}
		i = next
	}
	token := s.buf[s.r : i+1]
	s.r = i + 1
	if wide != 0 && !utf8.Valid(token) {
		return nil, s.malformed("a string is not UTF-8")
	}
	if long {
		return nil, nil
	}
	return token, nil
}

// pass forgets a long string up to i, or to the last character that is whole. wide
// says that not all of it is ASCII.
func (s *scanner) pass(i int, wide bool) error {
	for size := 1; wide && size < utf8.UTFMax && i-size > s.r; size++ {
		if utf8.RuneStart(s.buf[i-size]) {
			if !utf8.FullRune(s.buf[i-size : i]) {
				i -= size
			}
			break
		}
	}
	if wide && !utf8.Valid(s.buf[s.r:i]) {
		return s.malformed("a string is not UTF-8")
	}
	s.r = i
	return nil
}

// escape passes over an escape at i, which is looked at as a whole, or gets more of
// the text. It returns where the string goes on.
func (s *scanner) escape(i int) (int, error) {
	if i < s.w && s.buf[i] != '\\' {
		return 0, s.malformed("a control character in a string")
	}
	want := i + 1
	if i < s.w {
		want = i + 2
		if want <= s.w && s.buf[i+1] == 'u' {
			want = i + 6
		}
	}
	if want > s.w {
		at := i - s.r
		err := s.need()
		return s.r + at, err
	}
	if !validEscape(s.buf[i:want]) {
		return 0, s.malformed("an unknown escape in a string")
	}
	s.escaped = true
	return want, nil
}

func validEscape(text []byte) bool {
	if len(text) == 6 {
		for _, c := range text[2:] {
			if !isHex(c) {
				return false
			}
		}
		return true
	}
	return bytes.IndexByte([]byte(`"\/bfnrt`), text[1]) >= 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// key takes a member's name and the colon behind it.
func (s *scanner) key() ([]byte, error) {
	token, err := s.str(maxKey)
	if err != nil {
		return nil, err
	}
	if token == nil {
		return nil, s.malformed("the name of a member is too long")
	}
	name, err := s.unquote(token)
	if err != nil {
		return nil, err
	}
	// The name outlives the colon only as a copy if the window moves.
	if s.r < s.w && s.buf[s.r] == ':' {
		s.r++
		return name, nil
	}
	name = bytes.Clone(name)
	return name, s.expect(':')
}
