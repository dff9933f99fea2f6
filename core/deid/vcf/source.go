package vcf

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
	// freeInflate is how much a stream may inflate to before the ratio counts.
	freeInflate = 16 << 20
	// magic starts every VCF file.
	magic = "##fileformat=VCF"
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

// source is the plain text of the input.
type source struct {
	below    *watched
	inflated io.Reader
	kind     bgzf.Kind
	ratio    int64
	n        int64
	bom      bool
}

// open finds out by content what the input is, and checks that it is VCF.
func open(src io.Reader, ratio int64, workers int) (*source, error) {
	s := &source{below: &watched{src: src}, ratio: ratio}
	packed := bufio.NewReaderSize(s.below, 64<<10)
	head, err := packed.Peek(bgzf.SniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, s.explain(err)
	}
	if len(head) == 0 {
		return nil, deid.Refuse(deid.CodeEmpty, "there is nothing in it")
	}
	s.kind = bgzf.Sniff(head)
	switch s.kind {
	case bgzf.Plain:
		s.inflated = packed
	case bgzf.BGZF:
		s.inflated = bgzf.NewReader(packed, workers)
	case bgzf.Gzip:
		if s.inflated, err = gzip.NewReader(packed); err != nil {
			return nil, s.explain(err)
		}
	}
	return s, s.sniff()
}

// sniff looks at the first plain bytes.
func (s *source) sniff() error {
	buffered := bufio.NewReaderSize(s.inflated, 64<<10)
	s.inflated = buffered
	head, err := buffered.Peek(len(magic) + 3)
	if err != nil && !errors.Is(err, io.EOF) {
		return s.explain(err)
	}
	switch {
	case len(bytes.Trim(head, "\r\n")) == 0 && err != nil:
		return deid.Refuse(deid.CodeEmpty, "there is nothing in it")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return deid.Refuse(deid.CodeDoubleGzip, "gzip inside gzip")
	case isUTF16(head):
		return deid.Refuse(deid.CodeUTF16, "the text is UTF-16; VCF is UTF-8")
	case bytes.HasPrefix(head, []byte("BCF")):
		return deid.Refuse(deid.CodeNotThisFormat, "this is BCF; convert it to VCF")
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		s.bom = true
		head = head[3:]
		if _, err := buffered.Discard(3); err != nil {
			return s.explain(err)
		}
	}
	if !bytes.HasPrefix(head, []byte(magic)) {
		return deid.Refuse(deid.CodeNotThisFormat, "the content does not start as VCF does")
	}
	return nil
}

func isUTF16(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return true
	}
	return len(head) >= 2 && (head[0] == '#' && head[1] == 0 || head[0] == 0 && head[1] == '#')
}

// Read implements io.Reader for the plain text.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.inflated.Read(p)
	s.n += int64(n)
	if s.kind != bgzf.Plain && s.n > freeInflate && s.n > s.ratio*s.below.n {
		return 0, deid.Refuse(deid.CodeBomb, "it inflates to more than a genome file does")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, s.explain(err)
	}
	return n, err
}

// explain turns a fault in the data into a refusal and leaves the source's own
// failure as it is.
func (s *source) explain(err error) error {
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
