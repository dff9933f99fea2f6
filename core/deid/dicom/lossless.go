package dicom

import "encoding/binary"

// markers of JPEG (ITU-T T.81, table B.1), without their first byte.
const (
	markSOF0 = 0xc0
	markSOF3 = 0xc3
	markDHT  = 0xc4
	markRST0 = 0xd0
	markSOI  = 0xd8
	markEOI  = 0xd9
	markSOS  = 0xda
	markDQT  = 0xdb
	markDRI  = 0xdd
	markAPP0 = 0xe0
)

// lossless is a frame of JPEG's lossless process with Huffman codes (ITU-T T.81, Annex H) on its
// way. It takes what DICOM's transfer syntaxes .57 and .70 hold: one scan, no subsampling.
type lossless struct {
	picture   *picture
	data      []byte
	precision uint
	parts     []component
	predictor byte
	shift     uint // the point transform
	restart   int
	tables    [4]*jpegCode
}

// component is one of the samples of a pixel, in the order of the frame.
type component struct{ id, table byte }

// jpegCode is a Huffman code of Annex C: for each length the first code, behind the last, and
// where its values begin.
type jpegCode struct {
	first, end [17]int32
	at         [17]int
	values     []byte
}

// unpackLossless unpacks a frame into little endian samples, one plane each. It takes nothing that
// could hold a text beside the picture: no comment, no application's data but JFIF's fourteen
// bytes, nothing behind the end.
func unpackLossless(frame, packed []byte, p *picture) bool {
	l := &lossless{picture: p, data: packed}
	return l.head() && l.scan(frame)
}

// segment reads a marker and what belongs to it.
func (l *lossless) segment() (marker byte, body []byte, ok bool) {
	if len(l.data) < 4 || l.data[0] != 0xff {
		return 0, nil, false
	}
	marker = l.data[1]
	n := int(binary.BigEndian.Uint16(l.data[2:]))
	if n < 2 || 2+n > len(l.data) {
		return 0, nil, false
	}
	body, l.data = l.data[4:2+n], l.data[2+n:]
	return marker, body, true
}

// isJFIF tells whether a segment says no more than that a picture is one of JFIF.
func isJFIF(marker byte, body []byte) bool {
	return marker == markAPP0 && len(body) == 14 && string(body[:5]) == "JFIF\x00"
}

// head reads up to the entropy-coded data.
func (l *lossless) head() bool {
	if len(l.data) < 2 || l.data[0] != 0xff || l.data[1] != markSOI {
		return false
	}
	l.data = l.data[2:]
	for {
		marker, body, ok := l.segment()
		switch {
		case !ok:
			return false
		case marker == markDHT:
			ok = l.codes(body)
		case marker == markSOF3 && l.parts == nil:
			ok = l.frame(body)
		case marker == markDRI && len(body) == 2:
			l.restart = int(binary.BigEndian.Uint16(body))
		case marker == markSOS:
			return l.start(body)
		case isJFIF(marker, body):
		default:
			return false
		}
		if !ok {
			return false
		}
	}
}

// frame reads the frame's header, which must say what the data set does.
func (l *lossless) frame(body []byte) bool {
	p := l.picture
	if len(body) < 6 {
		return false
	}
	l.precision = uint(body[0])
	n := int(body[5])
	if int(binary.BigEndian.Uint16(body[1:])) != p.rows || int(binary.BigEndian.Uint16(body[3:])) != p.columns ||
		n != p.samples || len(body) != 6+3*n || l.precision < 2 || int(l.precision) > p.allocated ||
		p.signed && int(l.precision) != p.allocated { // The sign would not be where it is looked for.
		return false
	}
	for part := body[6:]; len(part) > 0; part = part[3:] {
		if part[1] != 0x11 {
			return false
		}
		l.parts = append(l.parts, component{id: part[0]})
	}
	return true
}

// start reads the scan's header.
func (l *lossless) start(body []byte) bool {
	n := len(l.parts)
	if n == 0 || len(body) != 4+2*n || int(body[0]) != n {
		return false
	}
	for i := range l.parts {
		id, table := body[1+2*i], body[2+2*i]>>4
		if id != l.parts[i].id || table > 3 || l.tables[table] == nil {
			return false
		}
		l.parts[i].table = table
	}
	l.predictor = body[1+2*n]
	l.shift = uint(body[3+2*n] & 0xf)
	return l.predictor >= 1 && l.predictor <= 7 && body[2+2*n] == 0 && l.shift < l.precision
}

// codes reads Huffman codes (B.2.4.2, C.2).
func (l *lossless) codes(body []byte) bool {
	for len(body) > 0 {
		if len(body) < 17 || body[0] > 3 {
			return false
		}
		code, next, total := &jpegCode{}, int32(0), 0
		for n := 1; n <= 16; n++ {
			code.first[n], code.at[n] = next, total
			next += int32(body[n])
			code.end[n] = next
			total += int(body[n])
			if next > 1<<n {
				return false
			}
			next <<= 1
		}
		if len(body) < 17+total {
			return false
		}
		code.values = body[17 : 17+total]
		for _, v := range code.values {
			if v > 16 {
				return false
			}
		}
		l.tables[body[0]] = code
		body = body[17+total:]
	}
	return true
}

// scan unpacks all samples. Only the end may follow them, and a byte of padding.
func (l *lossless) scan(out []byte) bool {
	p := l.picture
	r := &bitReader{data: l.data}
	width := p.allocated / 8
	size := p.rows * p.columns
	planes := make([][]uint16, p.samples)
	for i := range planes {
		planes[i] = make([]uint16, size)
	}
	fresh := 0 // rows from which on lines go on from those above
	for y := range p.rows {
		for x := range p.columns {
			if n := y*p.columns + x; l.restart > 0 && n > 0 && n%l.restart == 0 {
				if x != 0 || !r.restart(n/l.restart-1) { // H.1.1: intervals are whole lines.
					return false
				}
				fresh = y
			}
			for i, plane := range planes {
				d, ok := r.difference(l.tables[l.parts[i].table])
				if !ok {
					return false
				}
				plane[y*p.columns+x] = uint16(l.predict(plane, x, y, fresh) + d) //nolint:gosec // modulo 2^16 (H.1.2.1)
			}
		}
	}
	for i, plane := range planes {
		for at, v := range plane {
			v <<= l.shift
			if width == 1 {
				out[i*size+at] = byte(v) //nolint:gosec // of at most 8 bits
			} else {
				binary.LittleEndian.PutUint16(out[2*(i*size+at):], v)
			}
		}
	}
	return isEnd(r.data)
}

// isEnd tells whether nothing is left but the end of the picture, and a byte of padding.
func isEnd(rest []byte) bool {
	for len(rest) > 2 && rest[0] == 0xff && rest[1] == 0xff { // Fill (B.1.1.2).
		rest = rest[1:]
	}
	return len(rest) >= 2 && rest[0] == 0xff && rest[1] == markEOI && (len(rest) == 2 || len(rest) == 3 && rest[2] == 0)
}

// predict is what a sample is told from (H.1.2.1, table H.1).
func (l *lossless) predict(plane []uint16, x, y, fresh int) int32 {
	columns := l.picture.columns
	at := y*columns + x
	switch {
	case y == fresh && x == 0:
		return 1 << (l.precision - l.shift - 1)
	case y == fresh:
		return int32(plane[at-1])
	case x == 0:
		return int32(plane[at-columns])
	}
	a, b, c := int32(plane[at-1]), int32(plane[at-columns]), int32(plane[at-columns-1])
	switch l.predictor {
	case 1:
		return a
	case 2:
		return b
	case 3:
		return c
	case 4:
		return a + b - c
	case 5:
		return a + (b-c)>>1
	case 6:
		return b + (a-c)>>1
	default:
		return (a + b) >> 1
	}
}

// bitReader reads entropy-coded data, in which a zero byte follows 0xff.
type bitReader struct {
	data []byte
	hold uint32
	have uint
}

// bits reads n bits, at most 16, false at the end of the data.
func (r *bitReader) bits(n uint) (uint32, bool) {
	for r.have < n {
		if len(r.data) == 0 {
			return 0, false
		}
		c := r.data[0]
		if c == 0xff {
			if len(r.data) < 2 || r.data[1] != 0 {
				return 0, false
			}
			r.data = r.data[1:]
		}
		r.data = r.data[1:]
		r.hold = r.hold<<8 | uint32(c)
		r.have += 8
	}
	r.have -= n
	return r.hold >> r.have & (1<<n - 1), true
}

// difference reads the difference of a sample from its prediction (H.1.2.2).
func (r *bitReader) difference(code *jpegCode) (int32, bool) {
	v := int32(0)
	for n := 1; n <= 16; n++ {
		bit, ok := r.bits(1)
		if !ok {
			return 0, false
		}
		v = v<<1 | int32(bit) //nolint:gosec // a bit
		if v < code.end[n] {
			size := uint(code.values[code.at[n]+int(v-code.first[n])])
			if size == 16 {
				return 1 << 15, true
			}
			d, ok := r.bits(size)
			if size > 0 && d < 1<<(size-1) {
				return int32(d) - 1<<size + 1, ok //nolint:gosec // below 1<<16
			}
			return int32(d), ok //nolint:gosec // below 1<<16
		}
	}
	return 0, false
}

// restart passes over the marker after an interval.
func (r *bitReader) restart(n int) bool {
	r.have = 0
	if len(r.data) < 2 || r.data[0] != 0xff || r.data[1] != markRST0+byte(n&7) {
		return false
	}
	r.data = r.data[2:]
	return true
}
