package deid

import (
	"fmt"
	"io"
)

const (
	// lookPiece is how much is looked at in one go.
	lookPiece = 32 << 10
	// lookTail is how much of the text before is looked at again, so that
	// nothing is missed where two pieces meet.
	lookTail = 512
)

// LookWriter passes on what a Look does not object to. Nothing of a piece that
// holds an identifying value is passed on, and every later call fails too. Its
// memory does not grow with the stream.
type LookWriter struct {
	look  *Look
	dst   io.Writer
	words bool
	bulk  bool
	word  []byte
	raw   []byte
	norm  []byte
	cut   bool
	err   error
}

// Writer starts looking at a stream on its way to dst. The stream is in its
// header, where weak values count, until Body is called. Call Close at the end.
func (l *Look) Writer(dst io.Writer) *LookWriter {
	l.prepare()
	return &LookWriter{
		look: l, dst: dst, words: true,
		raw:  make([]byte, 0, lookTail+lookPiece),
		norm: make([]byte, lookTail+lookPiece),
	}
}

// Body says that the header has been written.
func (w *LookWriter) Body() {
	w.words = false
	w.word = nil
}

// Bulk says that bytes which are no text follow, such as pixels. Only values that
// do not stand in such bytes by chance are searched for, and no patterns.
func (w *LookWriter) Bulk() {
	w.Body()
	w.bulk = true
}

// Pass writes what the format's own code made, such as lengths, tags or dates of
// the allowed form, and looks neither at it nor across it. What was written
// before is looked at to its end.
func (w *LookWriter) Pass(p []byte) error {
	if w.err == nil {
		w.err = w.check(nil, true)
	}
	w.raw, w.word, w.cut = w.raw[:0], w.word[:0], false
	if w.err == nil {
		if _, err := w.dst.Write(p); err != nil {
			w.err = fmt.Errorf("second look: %w", err)
		}
	}
	return w.err
}

// Write implements io.Writer. It fails with a RefusalError of CodeIdentifierRemain.
func (w *LookWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 && w.err == nil {
		piece := p[:min(len(p), lookPiece)]
		if w.err = w.check(piece, false); w.err != nil {
			break
		}
		n, err := w.dst.Write(piece)
		written += n
		if err != nil {
			w.err = fmt.Errorf("second look: %w", err)
		}
		p = p[len(piece):]
	}
	return written, w.err
}

// Close looks at the end of the stream. It does not close the destination.
func (w *LookWriter) Close() error {
	if w.err == nil {
		w.err = w.check(nil, true)
	}
	return w.err
}

func (w *LookWriter) check(piece []byte, last bool) error {
	if tail := len(w.raw) - lookTail; tail > 0 {
		w.raw = append(w.raw[:0], w.raw[tail:]...)
		w.cut = true
	}
	w.raw = append(w.raw, piece...)
	norm := squeeze(w.norm, w.raw)
	if w.bulk {
		if w.look.find(norm, w.raw, minBulk) {
			return errRemains()
		}
		return nil
	}
	if w.look.find(norm, w.raw, 0) {
		return errRemains()
	}
	if name, hit := findPattern(w.look.patterns, w.raw, edges{cut: w.cut, last: last}); hit {
		return Refuse(CodeIdentifierRemain, "the second look found a pattern in the output: "+string(name))
	}
	if w.words && w.hasWeakWord(piece, last) {
		return Refuse(CodeIdentifierRemain, "the second look found a short value of the original in the header")
	}
	return nil
}

func errRemains() error {
	return Refuse(CodeIdentifierRemain, "the second look found a value of the original in the output")
}

// hasWeakWord looks up each whole word of the header.
func (w *LookWriter) hasWeakWord(piece []byte, last bool) bool {
	for _, c := range piece {
		if isWordByte(c) {
			if len(w.word) <= maxNeedle {
				w.word = append(w.word, c)
			}
			continue
		}
		if len(w.word) > 0 && w.look.word(w.word) {
			return true
		}
		w.word = w.word[:0]
	}
	return last && w.look.word(w.word)
}
