package dicom

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/deid"
)

const (
	inBuffer  = 64 << 10
	undefined = 0xffffffff
)

// source reads the input and knows where it is.
type source struct {
	r    *bufio.Reader
	pos  int64
	size int64 // of the whole input, -1 if not known
}

func newSource(src io.Reader, size int64) *source {
	s := &source{size: size}
	s.r = bufio.NewReaderSize(src, inBuffer)
	return s
}

// truncated is the refusal for an input that ends too early.
func truncated() error {
	return deid.Refuse(deid.CodeTruncated, "the file ends inside an element")
}

func malformed(detail string) error {
	return deid.Refuse(deid.CodeMalformedElement, detail)
}

// explain tells a cut input from a failure of its reader.
func explain(err error) error {
	var refusal *deid.RefusalError
	switch {
	case errors.As(err, &refusal):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return truncated()
	}
	return fmt.Errorf("read: %w", err)
}

// claim refuses a length that the input cannot hold.
func (s *source) claim(n int64) error {
	if s.size >= 0 && n > s.size-s.pos {
		return deid.Refuse(deid.CodeTruncated, "an element claims more bytes than the file has")
	}
	return nil
}

// atEnd tells whether the input has ended.
func (s *source) atEnd() (bool, error) {
	_, err := s.r.Peek(1)
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	if err != nil {
		return false, explain(err)
	}
	return false, nil
}

// peek shows up to n bytes.
func (s *source) peek(n int) ([]byte, error) {
	head, err := s.r.Peek(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, explain(err)
	}
	return head, nil
}

// fill reads into p as a whole.
func (s *source) fill(p []byte) error {
	n, err := io.ReadFull(s.r, p)
	s.pos += int64(n)
	if err != nil {
		return explain(err)
	}
	return nil
}

// read returns the next n bytes. Memory grows with what is there, never with
// what is claimed.
func (s *source) read(n int64) ([]byte, error) {
	if err := s.claim(n); err != nil {
		return nil, err
	}
	const step = 1 << 20
	if s.size >= 0 || n <= step {
		value := make([]byte, n)
		return value, s.fill(value)
	}
	value := make([]byte, 0, step)
	for int64(len(value)) < n {
		from := len(value)
		more := min(n-int64(from), max(step, int64(from)))
		value = append(value, make([]byte, more)...)
		if err := s.fill(value[from:]); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// skip passes over n bytes.
func (s *source) skip(n int64) error {
	return s.copyTo(io.Discard, n)
}

// copyTo passes n bytes on.
func (s *source) copyTo(dst io.Writer, n int64) error {
	if err := s.claim(n); err != nil {
		return err
	}
	done, err := io.CopyN(dst, s.r, n)
	s.pos += done
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return truncated()
	}
	return err
}

// header is the beginning of an element.
type header struct {
	tag    tag
	vr     vr
	length uint32
	// odd says that the element was not written in the coding of the data set.
	odd bool
}

// item tags (PS3.5, 7.5).
const (
	tagItem     tag = 0xfffee000
	tagItemEnd  tag = 0xfffee00d
	tagSequence tag = 0xfffee0dd
	groupItem       = 0xfffe
)

// next reads an element's header. An element without a VR is read as implicit
// even where the coding is explicit: such files exist.
func (s *source) next(c coding) (header, error) {
	var raw [8]byte
	if err := s.fill(raw[:]); err != nil {
		return header{}, err
	}
	h := header{tag: tag(uint32(c.order.Uint16(raw[0:]))<<16 | uint32(c.order.Uint16(raw[2:])))}
	named := isUpper(raw[4]) && isUpper(raw[5])
	switch {
	case h.tag.group() == groupItem:
		h.length = c.order.Uint32(raw[4:])
	case c.implicit || !named:
		h.length, h.odd = c.order.Uint32(raw[4:]), !c.implicit
	default:
		h.vr = vrOf(raw[4], raw[5])
		if !h.vr.traits().long {
			h.length = uint32(c.order.Uint16(raw[6:]))
			return h, nil
		}
		var length [4]byte
		if err := s.fill(length[:]); err != nil {
			return header{}, err
		}
		h.length = c.order.Uint32(length[:])
		if !h.vr.known() {
			h.vr = vrUN
		}
	}
	return h, nil
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
