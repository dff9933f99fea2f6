package stream

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
)

const (
	// DefaultRatio is how many times its packed size a stream may inflate to,
	// after its first 16 MiB, unless the caller says otherwise.
	DefaultRatio = 200
	// freeInflate is how much a stream may inflate to before the ratio counts.
	freeInflate = 16 << 20
	// bufferSize is what is read ahead, packed and plain.
	bufferSize = 64 << 10
	byteOrder  = "\xef\xbb\xbf"
)

// watched remembers the source's own failure, so that it is told from a fault in
// the data, and counts what was read.
type watched struct {
	src io.Reader
	n   int64
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.src.Read(p)
	w.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// Source is the plain bytes of an input.
type Source struct {
	// Kind is how the input is packed.
	Kind bgzf.Kind
	// BOM says that a byte order mark was passed over.
	BOM bool

	below  *watched
	blocks *bgzf.Reader // where Kind is BGZF
	plain  *bufio.Reader
	ratio  int64
	n      int64
}

// Open finds out by content how src is packed. It refuses an empty input, and
// later one that inflates to more than ratio times its size (DefaultRatio if 0).
// Up to workers blocks of BGZF are unpacked at a time.
func Open(src io.Reader, ratio int64, workers int) (*Source, error) {
	if ratio == 0 {
		ratio = DefaultRatio
	}
	s := &Source{below: &watched{src: src}, ratio: ratio}
	packed := bufio.NewReaderSize(s.below, bufferSize)
	head, err := packed.Peek(bgzf.SniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, s.explain(err)
	}
	if len(head) == 0 {
		return nil, deid.Refuse(deid.CodeEmpty, "there is nothing in it")
	}
	s.Kind = bgzf.Sniff(head)
	switch s.Kind {
	case bgzf.Plain:
		s.plain = packed
	case bgzf.BGZF:
		s.blocks = bgzf.NewReader(packed, workers)
		s.plain = bufio.NewReaderSize(s.blocks, bufferSize)
	case bgzf.Gzip:
		inflated, err := gzip.NewReader(packed)
		if err != nil {
			return nil, s.explain(err)
		}
		s.plain = bufio.NewReaderSize(inflated, bufferSize)
	}
	return s, nil
}

// Peek shows the next n plain bytes, or fewer at the end of the input: then the
// second result is true.
func (s *Source) Peek(n int) ([]byte, bool, error) {
	head, err := s.plain.Peek(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, s.explain(err)
	}
	return head, err != nil, nil
}

// SniffText looks at the first bytes of what should be text. It passes over a
// byte order mark of UTF-8 and refuses UTF-16, and gzip inside gzip.
func (s *Source) SniffText() error {
	head, _, err := s.Peek(4)
	switch {
	case err != nil:
		return err
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return deid.Refuse(deid.CodeDoubleGzip, "gzip inside gzip")
	case isUTF16(head):
		return deid.Refuse(deid.CodeUTF16, "the text is UTF-16; convert it to UTF-8")
	case bytes.HasPrefix(head, []byte(byteOrder)):
		s.BOM = true
		_, err = s.plain.Discard(len(byteOrder))
	}
	return err
}

// isUTF16 knows a byte order mark, and a first character of ASCII in two bytes.
func isUTF16(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return true
	}
	return len(head) >= 2 && (head[0] == 0) != (head[1] == 0)
}

// Tee lets every plain byte that is read from now on be seen by w as well.
func (s *Source) Tee(w io.Writer) {
	s.plain = bufio.NewReaderSize(io.TeeReader(s.plain, w), bufferSize)
}

// Read implements io.Reader for the plain bytes.
func (s *Source) Read(p []byte) (int, error) {
	n, err := s.plain.Read(p)
	s.n += int64(n)
	if s.Kind != bgzf.Plain && s.n > freeInflate && s.n > s.ratio*s.below.n {
		return 0, deid.Refuse(deid.CodeBomb, "it inflates to more than a file of its kind does")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, s.explain(err)
	}
	return n, err
}

// explain turns a fault in the data into a refusal and leaves the source's own
// failure as it is.
func (s *Source) explain(err error) error {
	var bad flate.CorruptInputError
	switch {
	case s.below.err != nil:
		return fmt.Errorf("read: %w", s.below.err)
	case errors.Is(err, bgzf.ErrTruncated), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return deid.Refuse(deid.CodeTruncated, "the compressed stream was cut")
	case errors.Is(err, bgzf.ErrChecksum), errors.Is(err, bgzf.ErrHeader), errors.Is(err, gzip.ErrChecksum),
		errors.Is(err, gzip.ErrHeader), errors.As(err, &bad):
		return deid.Refuse(deid.CodeCorrupt, "the compressed stream is damaged")
	}
	return fmt.Errorf("read: %w", err)
}
