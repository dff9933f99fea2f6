package genomeindex

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/bgzf"
)

// ErrForm is for a file that is neither variants nor reads, or not well formed.
var ErrForm = errors.New("genome index: this is no VCF or BAM in BGZF that can be read")

const (
	bamMagic = "BAM\x01"
	vcfMagic = "##fileformat=VCF"
	// maxRecord bounds a line of VCF and a record of BAM.
	maxRecord = 64 << 20
	// maxPosition is how many digits a position may have.
	maxPosition = 12
	columns     = 8
	readAhead   = 256 << 10
	checkEach   = 1024 // records between two looks at the context
)

// Of reads a file in BGZF to its end, VCF or BAM, inflates up to workers blocks at a time, and
// makes its index. The error is ErrForm, ErrOrder, ErrSize, one of package bgzf, that of the
// context or of the source. Memory is bounded by the longest record, of at most 64 MiB, and by what
// a Builder takes.
func Of(ctx context.Context, src io.Reader, workers int) (*Index, error) {
	packed := bgzf.NewReader(src, workers)
	at := packed.Offsets()
	s := &scan{src: bufio.NewReaderSize(packed, readAhead)}
	head, err := s.src.Peek(len(vcfMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("genome index: %w", err)
	}
	var read func() error
	var finish func() (*Index, error)
	switch {
	case bytes.HasPrefix(head, []byte(bamMagic)):
		if err := s.header(); err != nil {
			return nil, err
		}
		read, finish = s.read, func() (*Index, error) { return s.index.Reads(s.sequences, at) }
	case string(head) == vcfMagic:
		read, finish = s.variant, func() (*Index, error) { return s.index.Variants(at) }
	default:
		return nil, ErrForm
	}
	for n := 0; ; n++ {
		if n%checkEach == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		err := read()
		if errors.Is(err, io.EOF) {
			return finish()
		}
		if err == nil {
			err = s.index.err // the rest would be read in vain
		}
		if err != nil {
			return nil, err
		}
	}
}

// scan reads records one after the other.
type scan struct {
	src       *bufio.Reader
	at        uint64 // of the next record, in the plain text
	record    []byte
	sequences int
	index     Builder
}

// cut makes an end within something a fault of the form.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrForm
	}
	return fmt.Errorf("genome index: %w", err)
}

// variant enters the next line of a VCF, or passes over it if it begins with a number sign. It
// returns io.EOF at the end.
func (s *scan) variant() error {
	line, err := s.line()
	if err != nil {
		return err
	}
	from := s.at
	s.at += uint64(len(line))
	if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 || line[0] == '#' {
		return nil
	}
	fields := bytes.SplitN(line, []byte{'\t'}, columns+1)
	if len(fields) < columns {
		return ErrForm
	}
	var pos int64
	for _, digit := range fields[1] {
		if digit < '0' || digit > '9' || len(fields[1]) > maxPosition {
			return ErrForm
		}
		pos = pos*10 + int64(digit-'0')
	}
	var reach Reach
	for part := range bytes.SplitSeq(fields[columns-1], []byte{';'}) {
		if key, value, has := bytes.Cut(part, []byte{'='}); has {
			reach.See(key, value)
		}
	}
	s.index.Add(Record{
		Sequence: s.index.Name(fields[0]), Beg: pos - 1, End: reach.End(pos, len(fields[3])), From: from, To: s.at,
	})
	return nil
}

// line returns the next line with its end, valid until the next call.
func (s *scan) line() ([]byte, error) {
	line, err := s.src.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		s.record = append(s.record[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(s.record) > maxRecord {
				return nil, ErrForm
			}
			line, err = s.src.ReadSlice('\n')
			s.record = append(s.record, line...)
		}
		line = s.record
	}
	if errors.Is(err, io.EOF) && len(line) > 0 {
		return line, nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("genome index: %w", err)
	}
	return line, err
}

// header passes over BAM's header (SAMv1, section 4.2).
func (s *scan) header() error {
	if err := s.skip(len(bamMagic)); err != nil {
		return err
	}
	text, err := s.length()
	if err == nil {
		err = s.skip(text)
	}
	if err != nil {
		return err
	}
	if s.sequences, err = s.length(); err != nil {
		return err
	}
	if s.sequences > maxSequences {
		return ErrSize
	}
	for range s.sequences {
		name, err := s.length()
		if err == nil {
			err = s.skip(name + 4)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// length reads a length.
func (s *scan) length() (int, error) {
	var raw [4]byte
	if _, err := io.ReadFull(s.src, raw[:]); err != nil {
		return 0, cut(err)
	}
	s.at += uint64(len(raw))
	n := binary.LittleEndian.Uint32(raw[:])
	if n > 1<<31-1 {
		return 0, ErrForm
	}
	return int(n), nil
}

func (s *scan) skip(n int) error {
	if _, err := io.CopyN(io.Discard, s.src, int64(n)); err != nil {
		return cut(err)
	}
	s.at += uint64(n) //nolint:gosec // not negative
	return nil
}

// read enters the next record of BAM. It returns io.EOF at the end.
func (s *scan) read() error {
	if _, err := s.src.Peek(1); errors.Is(err, io.EOF) {
		return err
	}
	from := s.at
	n, err := s.length()
	if err != nil {
		return err
	}
	if n > maxRecord {
		return ErrForm
	}
	if cap(s.record) < n+4 {
		s.record = make([]byte, n+4)
	}
	s.record = s.record[:n+4]
	if _, err := io.ReadFull(s.src, s.record[4:]); err != nil {
		return cut(err)
	}
	s.at += uint64(n) //nolint:gosec // not negative
	r, err := ReadOf(s.record, from)
	if err == nil && int64(r.Sequence) >= int64(s.sequences) {
		err = ErrForm
	}
	if err == nil {
		s.index.Add(r)
	}
	return err
}
