package dicom

import (
	"bytes"
	"errors"

	"github.com/volens-network/volens/core/deid"
)

// writeHeader writes an element's header outside the head.
func (s *scrubber) writeHeader(look *deid.LookWriter, t tag, v vr, length uint32) error {
	var out bytes.Buffer
	e := &encoder{out: &out, coding: s.out}
	e.header(t, v, length)
	return look.Pass(out.Bytes())
}

// encapsulated passes compressed pixels on, fragment by fragment, offset tables included. What can be
// unpacked is looked at where the gate relies on it; of the rest everything is wiped that a picture's
// stream can say beside the picture, which no eyes see.
func (s *scrubber) encapsulated(look *deid.LookWriter, v vr) error {
	if err := s.writeHeader(look, tagPixels, v, undefined); err != nil {
		return err
	}
	check := s.wayOf() == wayCheck && !s.opts.PixelsReviewed
	beside := &notes{dst: look, kinds: s.syntax.kinds()}
	first := true
	err := s.fragments(s.out, func(n int64) error {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if first {
			first = false
			return s.offsets(look, n)
		}
		if err := s.writeHeader(look, tagItem, 0, uint32(n)); err != nil { //nolint:gosec // it was a uint32
			return err
		}
		switch {
		case check:
			return s.checkedFragment(look, n)
		case s.syntax.wordy():
			return s.besides(beside, n)
		}
		return s.src.copyTo(look, n)
	})
	if err != nil {
		return err
	}
	if beside.wiped {
		s.count.add(rulePixels, actionWiped)
	}
	return s.writeHeader(look, tagSequence, 0, 0)
}

// maxTable is how long a table of offsets may be to be kept: that of a million frames.
const maxTable = 4 << 20

// offsets writes the first item, the table of offsets. It is empty, or has four bytes for each frame, of which the first
// begins at 0 and each other one behind the one before (PS3.5, A.4); one of the right length that says anything else is left
// empty, as any may be: what stood in its place goes unseen by everybody. An item of another length may be a frame. All
// frames of a film are one stream, which may have an offset of its own.
func (s *scrubber) offsets(look *deid.LookWriter, n int64) error {
	const single = 4
	if n != 0 && n != single*int64(s.picture.frames) && n != single {
		return errOffsets()
	}
	if n > maxTable {
		return errors.Join(s.src.skip(n), s.leaveEmpty(look))
	}
	table, err := s.src.read(n)
	if err != nil {
		return err
	}
	zero := n == single && leU32(table) == 0
	if n == single && s.picture.frames != 1 && !zero {
		return errOffsets()
	}
	if !s.ascends(table) || zero && s.picture.frames != 1 && !s.syntax.video {
		return s.leaveEmpty(look)
	}
	if err := s.writeHeader(look, tagItem, 0, uint32(n)); err != nil { //nolint:gosec // it is maxTable at most
		return err
	}
	_, err = look.Write(table)
	return err
}

// leaveEmpty writes an empty table in the place of one that says what it should not.
func (s *scrubber) leaveEmpty(look *deid.LookWriter) error {
	s.count.add(rulePixels, actionWiped)
	return s.writeHeader(look, tagItem, 0, 0)
}

// ascends reports whether offsets begin at 0 and each is larger than the one before, by no more than a packed frame may
// take: four letters, read as an offset, are half a gigabyte.
func (s *scrubber) ascends(table []byte) bool {
	const head = 1 << 16
	most := 2*s.picture.frameSize() + head
	last := int64(-1)
	for at := 0; at < len(table); at += 4 {
		offset := int64(leU32(table[at:]))
		if offset <= last || offset-max(last, 0) > most || last < 0 && offset != 0 {
			return false
		}
		last = offset
	}
	return true
}

func errOffsets() error {
	return malformed("the compressed pixels do not begin with a table of offsets for as many frames as are declared")
}

// besides passes a fragment on without what stands beside the picture.
func (s *scrubber) besides(beside *notes, n int64) error {
	head, err := s.src.peek(min(int(n), longestStart))
	if err != nil {
		return err
	}
	if err := beside.begin(head); err != nil {
		return err
	}
	if err := s.src.copyTo(beside, n); err != nil {
		return err
	}
	return beside.end()
}

// unpackers are the transfer syntaxes whose frames can be looked at, each in one fragment.
var unpackers = map[string]func(frame, packed []byte, p *picture) bool{
	uidRLE:            unpackRLE,
	uidJPEGBaseline:   unpackBaseline,
	uidJPEGLossless:   unpackLossless,
	uidJPEGLosslessSV: unpackLossless,
	uidJPEGLS:         unpackLS,
	uidJPEGLSNear:     unpackLS,
}

// unpack unpacks a frame into planes.
func (s *scrubber) unpack(frame, packed []byte) bool {
	return unpackers[s.syntax.uid](frame, packed, &s.picture)
}

// checkedFragment looks at one compressed frame.
func (s *scrubber) checkedFragment(look *deid.LookWriter, n int64) error {
	if n > 2*maxFrame {
		return needReview("a frame is too large to be looked at")
	}
	fragment, err := s.src.read(n)
	if err != nil {
		return err
	}
	p := &s.picture
	frame := make([]byte, p.frameSize())
	if !s.unpack(frame, fragment) {
		return needReview("a compressed frame could not be looked at")
	}
	planes := *p
	planes.planar = true
	c := &canvas{picture: &planes, order: s.out.order, pixels: frame}
	if len(c.text()) > 0 {
		return needReview("text was found in compressed pixels, which cannot be blanked")
	}
	s.count.add(rulePixels, actionPassed)
	_, err = look.Write(fragment)
	return err
}

// unpackRLE unpacks a frame of PS3.5, Annex G: a table of segments, of which each
// holds one byte of every sample, the most significant first. The result is
// little endian, one plane a sample.
func unpackRLE(frame, packed []byte, p *picture) bool {
	const table = 64
	width := p.allocated / 8
	if len(packed) < table || int(leU32(packed)) != p.samples*width {
		return false
	}
	size := p.rows * p.columns
	for i := range p.samples * width {
		from, to := int64(leU32(packed[4+4*i:])), int64(len(packed))
		if i+1 < p.samples*width {
			to = int64(leU32(packed[8+4*i:]))
		}
		if from < table || from > to || to > int64(len(packed)) {
			return false
		}
		sample, digit := i/width, width-1-i%width
		out := frame[sample*size*width:][: size*width : size*width]
		if !unpackSegment(out, digit, width, packed[from:to]) {
			return false
		}
	}
	return true
}

// unpackSegment unpacks PackBits into every width-th byte.
func unpackSegment(out []byte, at, width int, packed []byte) bool {
	for len(packed) > 1 && at < len(out) {
		n := int(int8(packed[0])) //nolint:gosec // two's complement, by G.3.2
		packed = packed[1:]
		switch {
		case n >= 0:
			n = min(n+1, len(packed))
			for _, c := range packed[:n] {
				if at < len(out) {
					out[at] = c
				}
				at += width
			}
			packed = packed[n:]
		case n > -128:
			for range 1 - n {
				if at < len(out) {
					out[at] = packed[0]
				}
				at += width
			}
			packed = packed[1:]
		}
	}
	return at >= len(out)
}

func leU32(b []byte) uint32 {
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}
