package bam

import (
	"errors"
	"io"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
)

// sam rewrites a text file.
func (r *rewriter) sam() error {
	if err := r.in.SniffText(); err != nil {
		return err
	}
	head, ended, err := r.in.Peek(4)
	switch {
	case err != nil:
		return err
	case len(head) == 0 && ended:
		return deid.Refuse(deid.CodeEmpty, "there is nothing in it")
	case len(head) < 4 || !isHeaderStart(head):
		return deid.Refuse(deid.CodeNotThisFormat, "the content starts neither as BAM nor as SAM with a header does")
	}
	r.lines = stream.NewLines(r.in, maxLine)
	size := 0
	for {
		line, err := r.lines.Next()
		if errors.Is(err, io.EOF) {
			return r.textRecords(nil)
		}
		if err != nil {
			return err
		}
		if len(line) > 0 && line[0] != '@' {
			return r.textRecords(line)
		}
		if size += len(line); size > r.opts.MaxHeader {
			return deid.RefuseAt(deid.CodeHeaderTooLong, r.lines.N, "the header is longer than the limit")
		}
		if len(line) == 0 {
			continue
		}
		if err := r.header.add(string(line), r.lines.N); err != nil {
			return err
		}
	}
}

// isHeaderStart takes the beginning of a line of SAM's header.
func isHeaderStart(head []byte) bool {
	return head[0] == '@' && head[3] == '\t' && kindOf(string(head[1:3])) != "other"
}

// writeText writes the header. Without one the output would not be known for what it is.
func (r *rewriter) writeText(text string) error {
	if text == "" {
		return deid.Refuse(deid.CodeEmpty, "of its header nothing may stay")
	}
	_, err := r.out.WriteString(text)
	return err
}

// textRecords writes the header and rewrites the records, of which the first is at hand.
func (r *rewriter) textRecords(line []byte) error {
	if err := r.begin(r.writeText); err != nil {
		return err
	}
	for n := int64(0); ; n++ {
		if len(line) > 0 {
			if err := r.body.line(line, r.lines.N); err != nil {
				return err
			}
			if _, err := r.out.Write(r.body.out); err != nil {
				return err
			}
		}
		if err := r.seen(n); err != nil {
			return err
		}
		var err error
		if line, err = r.lines.Next(); errors.Is(err, io.EOF) {
			return r.finish()
		} else if err != nil {
			return err
		}
	}
}
