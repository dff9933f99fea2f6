package bam

import (
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/genomeindex"
)

// bam rewrites a binary file (SAMv1, section 4.2).
func (r *rewriter) bam() error {
	text, err := r.block(len(magic), r.opts.MaxHeader)
	if err != nil {
		return err
	}
	text = []byte(strings.TrimRight(string(text), "\x00"))
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			continue
		}
		if line[0] != '@' || strings.ContainsRune(line, 0) {
			return deid.RefuseAt(deid.CodeMalformedHeader, i+1, "a line of the header does not begin with @")
		}
		if err := r.header.add(line, i+1); err != nil {
			return err
		}
	}
	dictionary, n, err := r.dictionary()
	if err != nil {
		return err
	}
	err = r.begin(func(text string) error {
		size := uint32(len(text)) //nolint:gosec // bounded with the original
		out := binary.LittleEndian.AppendUint32([]byte(magic), size)
		out = append(append(out, text...), dictionary...)
		r.at = uint64(len(out))
		_, err := r.out.Write(out)
		return err
	})
	if err != nil {
		return err
	}
	r.sequences = int(n)
	return r.records(n)
}

// records rewrites record after record.
func (r *rewriter) records(sequences int32) error {
	var size [4]byte
	var record []byte
	for n := int64(0); ; n++ {
		if _, err := io.ReadFull(r.in, size[:]); errors.Is(err, io.EOF) {
			return r.finish()
		} else if err != nil {
			return cut(err)
		}
		length := binary.LittleEndian.Uint32(size[:])
		if length > maxRecord {
			return malformed(n+1, "a record is longer than the limit")
		}
		var err error
		if record, err = r.take(record[:0], int(length)); err != nil {
			return err
		}
		if err := r.body.binary(record, sequences); err != nil {
			return err
		}
		if _, err := r.out.Write(r.body.out); err != nil {
			return err
		}
		if r.index != nil {
			record, err := genomeindex.ReadOf(r.body.out, r.at)
			if err != nil {
				return err
			}
			r.index.Add(record)
		}
		r.at += uint64(len(r.body.out))
		if err := r.seen(n); err != nil {
			return err
		}
	}
}

// take reads n bytes into buf, which grows no faster than the bytes come.
func (r *rewriter) take(buf []byte, n int) ([]byte, error) {
	const step = 1 << 20
	for n > 0 {
		part := min(n, step)
		at := len(buf)
		buf = append(buf, make([]byte, part)...)
		if _, err := io.ReadFull(r.in, buf[at:]); err != nil {
			return nil, cut(err)
		}
		n -= part
	}
	return buf, nil
}

// cut says that the data end too early, unless the source failed.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return deid.Refuse(deid.CodeTruncated, "the file ends within a record")
	}
	return err
}

// block skips n bytes and reads a length and as many bytes.
func (r *rewriter) block(n, limit int) ([]byte, error) {
	head, err := r.take(nil, n+4)
	if err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint32(head[n:])
	if int64(length) > int64(limit) {
		return nil, deid.Refuse(deid.CodeHeaderTooLong, "the header is longer than the limit")
	}
	return r.take(nil, int(length))
}

// dictionary reads the binary list of sequences, which must say what the text does
// where the text has one, and returns its bytes.
func (r *rewriter) dictionary() ([]byte, int32, error) {
	out, err := r.take(nil, 4)
	if err != nil {
		return nil, 0, err
	}
	n := binary.LittleEndian.Uint32(out)
	if n > maxSequences {
		return nil, 0, deid.Refuse(deid.CodeHeaderTooLong, "the header has too many sequences")
	}
	fromText := len(r.header.sequences) > 0
	if fromText && len(r.header.sequences) != int(n) {
		return nil, 0, deid.Refuse(deid.CodeMalformedHeader, "the two lists of sequences differ")
	}
	for i := range int(n) {
		name, err := r.block(0, 256)
		if err != nil {
			return nil, 0, err
		}
		length, err := r.take(nil, 4)
		if err != nil {
			return nil, 0, err
		}
		if len(name) < 2 || name[len(name)-1] != 0 {
			return nil, 0, deid.Refuse(deid.CodeMalformedHeader, "the name of a sequence does not end where it says")
		}
		text := string(name[:len(name)-1])
		size := strconv.FormatUint(uint64(binary.LittleEndian.Uint32(length)), 10)
		if fromText && r.header.sequences[i] != (sequence{text, size}) {
			return nil, 0, deid.Refuse(deid.CodeMalformedHeader, "the two lists of sequences differ")
		}
		if !fromText {
			if err := r.header.add("@SQ\tSN:"+text+"\tLN:"+size, 0); err != nil {
				return nil, 0, err
			}
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(len(name))) //nolint:gosec // at most 256
		out = append(append(out, name...), length...)
	}
	return out, int32(n), nil
}
