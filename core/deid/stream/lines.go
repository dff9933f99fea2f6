package stream

import (
	"bytes"
	"errors"
	"io"

	"github.com/volens-network/volens/core/deid"
)

// firstBuffer is the line buffer's size until a line needs more.
const firstBuffer = 256 << 10

// Lines cuts a stream into lines of bounded length.
type Lines struct {
	// N is the number of the line that Next returned last.
	N int
	// CRLF says that a line ended in carriage return and line feed, NoEnd that the
	// last one had no end.
	CRLF, NoEnd bool

	src   io.Reader
	buf   []byte
	start int
	end   int
	limit int
	err   error
}

// NewLines reads lines of at most limit bytes.
func NewLines(src io.Reader, limit int) *Lines {
	return &Lines{src: src, buf: make([]byte, min(firstBuffer, limit)), limit: limit}
}

// Next returns the next line without its end; it is valid until the next call.
// A carriage return before the end goes too. It returns io.EOF after the last
// line.
func (l *Lines) Next() ([]byte, error) {
	searched := l.start
	for {
		if i := bytes.IndexByte(l.buf[searched:l.end], '\n'); i >= 0 {
			line := l.buf[l.start : searched+i]
			l.start = searched + i + 1
			return l.check(line)
		}
		searched = l.end
		if l.err != nil {
			return l.final()
		}
		if l.start > 0 {
			copy(l.buf, l.buf[l.start:l.end])
			searched -= l.start
			l.end -= l.start
			l.start = 0
		}
		if l.end == len(l.buf) {
			if len(l.buf) >= l.limit {
				return nil, deid.RefuseAt(deid.CodeLineTooLong, l.N+1, "a line is longer than the limit")
			}
			grown := make([]byte, min(2*len(l.buf), l.limit))
			copy(grown, l.buf[:l.end])
			l.buf = grown
		}
		var n int
		n, l.err = l.src.Read(l.buf[l.end:])
		l.end += n
	}
}

// final returns the last line, which has no end of its own, or the error.
func (l *Lines) final() ([]byte, error) {
	if !errors.Is(l.err, io.EOF) || l.start == l.end {
		return nil, l.err
	}
	line := l.buf[l.start:l.end]
	l.start = l.end
	l.NoEnd = true
	return l.check(line)
}

func (l *Lines) check(line []byte) ([]byte, error) {
	l.N++
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, deid.RefuseAt(deid.CodeNUL, l.N, "there is a zero byte in the text")
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		l.CRLF = true
		line = line[:n-1]
	}
	return line, nil
}
