package fhir

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/octets"
)

const (
	firstWindow = 64 << 10
	// maxWindow is how much of the text may be looked at before it is known what
	// it belongs to: a resource whose type comes last, or one small element.
	maxWindow = 16 << 20
	// maxKey and maxString bound a member's name and a string that may stay.
	maxKey    = 1 << 10
	maxString = 16 << 10
	maxNumber = 256
	// maxDepth is how deep arrays and objects may be nested.
	maxDepth = 64
	// maxMembers is how many members an object may have.
	maxMembers = 1024
	// maxEmptyReads is how often a reader may give nothing before it is at fault.
	maxEmptyReads = 100
)

// scanner reads JSON (RFC 8259) token by token through a window of the text. It
// is strict: what is not JSON, or of which two readers could think differently,
// is refused.
type scanner struct {
	src  io.Reader
	buf  []byte
	r, w int
	mark int // what must stay in the window, or -1
	line int
	err  error
	// escaped says that the last string had an escape in it.
	escaped bool
}

func newScanner(src io.Reader) *scanner {
	return &scanner{src: src, buf: make([]byte, firstWindow), mark: -1, line: 1}
}

func (s *scanner) malformed(detail string) error {
	return deid.RefuseAt(deid.CodeMalformedJSON, s.line, detail)
}

// fill gets more of the text into the window. What lies behind s.r, and behind
// the mark if there is one, may move.
func (s *scanner) fill() error {
	if s.err != nil {
		return s.err
	}
	low := s.r
	if s.mark >= 0 {
		low = s.mark
	}
	if low > 0 {
		copy(s.buf, s.buf[low:s.w])
		s.r, s.w = s.r-low, s.w-low
		if s.mark >= 0 {
			s.mark = 0
		}
	}
	if s.w == len(s.buf) {
		if len(s.buf) >= maxWindow {
			return deid.RefuseAt(deid.CodeTooLarge, s.line, "an element is larger than can be looked at as a whole")
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range maxEmptyReads {
		n, err := s.src.Read(s.buf[s.w:])
		s.w += n
		if err != nil {
			s.err = err
		}
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// need is fill for a place where the text must not end.
func (s *scanner) need() error {
	err := s.fill()
	if errors.Is(err, io.EOF) {
		return deid.RefuseAt(deid.CodeTruncated, s.line, "the text ends within a value")
	}
	return err
}

// spaces is eight of them, as in indented text.
const spaces = octets.Ones * ' '

// space passes over white space and returns the next byte, which stays. It
// returns io.EOF at the end of the text.
func (s *scanner) space() (byte, error) {
	for {
		for s.r < s.w {
			switch c := s.buf[s.r]; c {
			case '\n':
				s.line++
				for s.r+9 <= s.w && binary.LittleEndian.Uint64(s.buf[s.r+1:]) == spaces {
					s.r += 8
				}
			case ' ', '\t', '\r':
			default:
				return c, nil
			}
			s.r++
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// next is space where the text must not end.
func (s *scanner) next() (byte, error) {
	if s.r < s.w && s.buf[s.r] > ' ' {
		return s.buf[s.r], nil
	}
	return s.nextFar()
}

func (s *scanner) nextFar() (byte, error) {
	c, err := s.space()
	if errors.Is(err, io.EOF) {
		return 0, deid.RefuseAt(deid.CodeTruncated, s.line, "the text ends within a value")
	}
	return c, err
}

// expect takes one byte.
func (s *scanner) expect(want byte) error {
	c, err := s.next()
	if err != nil {
		return err
	}
	if c != want {
		return s.malformed("the text is not JSON")
	}
	s.r++
	return nil
}

// more says whether another item follows in an array or object that ends with
// end, and takes the comma or the end. first is true before the first item.
func (s *scanner) more(end byte, first bool) (bool, error) {
	c, err := s.next()
	switch {
	case err != nil:
		return false, err
	case c == end:
		s.r++
		return false, nil
	case first:
		return true, nil
	case c != ',':
		return false, s.malformed("the text is not JSON")
	}
	s.r++
	if c, err = s.next(); err == nil && c == end {
		err = s.malformed("a comma before an end")
	}
	return true, err
}

// literal takes a number, true, false or null and returns it as it is written.
func (s *scanner) literal() ([]byte, error) {
	i := s.r
	for {
		for i < s.w && isLiteral(s.buf[i]) {
			i++
		}
		if i < s.w || i-s.r > maxNumber {
			break
		}
		at := i - s.r
		err := s.fill()
		i = s.r + at
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	token := s.buf[s.r:i]
	if len(token) > maxNumber || !isNumber(token) && string(token) != "true" && string(token) != "false" &&
		string(token) != "null" {
		return nil, s.malformed("the text is not JSON")
	}
	s.r = i
	return token, nil
}

func isLiteral(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E'
}

// isNumber follows the grammar of RFC 8259, section 6.
func isNumber(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("-"))
	whole := digits(text)
	if whole == 0 || whole > 1 && text[0] == '0' {
		return false
	}
	text = text[whole:]
	if len(text) > 0 && text[0] == '.' {
		fraction := digits(text[1:])
		if fraction == 0 {
			return false
		}
		text = text[1+fraction:]
	}
	if len(text) == 0 {
		return true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return false
	}
	text = text[1:]
	if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
		text = text[1:]
	}
	return len(text) > 0 && digits(text) == len(text)
}

func digits(text []byte) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}
