package dicom

import (
	"encoding/binary"
	"math/bits"
)

const (
	markSOF55 = 0xf7 // a frame of JPEG-LS (ITU-T T.87, table C.1)
	markLSE   = 0xf8 // its parameters

	contextsLS = 365      // A.3.4
	basicReset = 64       // table C.3
	runStates  = 1<<5 - 1 // the greatest index of runLengths
)

// runLengths are J of A.2.1: the lengths of runs, as powers of two.
var runLengths = [runStates + 1]uint{
	0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15,
}

// modelLS is a frame of JPEG-LS (ITU-T T.87) of one component, on its way. Names in comments are those of the
// Recommendation.
type modelLS struct {
	r              *bitReaderLS
	precision      uint
	maxval, near   int32
	thresholds     [3]int32
	reset          int32
	span           int32 // RANGE
	width          uint  // qbpp
	limit          uint
	regular        [contextsLS]contextLS
	runs           [2]contextLS // by whether what ends a run is near its beginning
	run            int          // RUNindex
	above, current []int32      // lines, with a sample before and one behind
}

// contextLS counts what was met in a context: A, B, C and N; of runs b is Nn.
type contextLS struct{ a, b, c, n int32 }

// unpackLS unpacks a frame of JPEG-LS into little endian samples. Like unpackLossless it takes nothing that could hold a
// text beside the picture: no comment, no table, no application's data but JFIF's.
func unpackLS(frame, packed []byte, p *picture) bool {
	if p.samples != 1 || len(packed) < 2 || packed[0] != 0xff || packed[1] != markSOI {
		return false
	}
	l := &lossless{data: packed[2:]}
	m := &modelLS{}
	for {
		marker, body, ok := l.segment()
		switch {
		case !ok:
			return false
		case marker == markSOF55 && m.precision == 0:
			ok = m.frame(body, p)
		case marker == markLSE && m.precision > 0 && m.reset == 0:
			ok = m.parameters(body)
		case marker == markSOS && m.precision > 0:
			return m.start(body) && m.scan(frame, l.data, p)
		case isJFIF(marker, body):
		default:
			return false
		}
		if !ok {
			return false
		}
	}
}

// frame reads the frame's header (T.81, B.2.2), which must say what the data set does.
func (m *modelLS) frame(body []byte, p *picture) bool {
	if len(body) != 9 || body[5] != 1 || body[7] != 0x11 {
		return false
	}
	m.precision = uint(body[0])
	m.maxval = 1<<m.precision - 1
	return m.precision >= 2 && int(m.precision) <= p.allocated && p.allocated <= 16 &&
		(!p.signed || int(m.precision) == p.allocated) && // Else the sign would not be where it is looked for.
		int(binary.BigEndian.Uint16(body[1:])) == p.rows && int(binary.BigEndian.Uint16(body[3:])) == p.columns
}

// parameters reads the thresholds (C.2.4.1.1); 0 is what is usual.
func (m *modelLS) parameters(body []byte) bool {
	if len(body) != 11 || body[0] != 1 {
		return false
	}
	value := func(at int) int32 { return int32(binary.BigEndian.Uint16(body[at:])) }
	if most := value(1); most > m.maxval {
		return false
	} else if most > 0 {
		m.maxval = most
	}
	m.thresholds = [3]int32{value(3), value(5), value(7)}
	m.reset = value(9)
	if m.reset == 0 {
		m.reset = basicReset
	}
	return m.reset >= 3
}

// start reads the scan's header (C.2.3) and works out what follows from the parameters (A.2.1, C.2.4.1.1).
func (m *modelLS) start(body []byte) bool {
	if len(body) != 6 || body[0] != 1 || body[2] != 0 || body[4] != 0 || body[5] != 0 {
		return false
	}
	m.near = int32(body[3])
	if m.near > m.maxval/2 || m.maxval < 1 {
		return false
	}
	least := m.near + 1
	for i, usual := range m.usual() {
		if m.thresholds[i] == 0 {
			m.thresholds[i] = usual
			if usual < least || usual > m.maxval {
				m.thresholds[i] = least
			}
		}
		if m.thresholds[i] < least || m.thresholds[i] > m.maxval {
			return false
		}
		least = m.thresholds[i]
	}
	if m.reset == 0 {
		m.reset = basicReset
	}
	m.span = (m.maxval+2*m.near)/(2*m.near+1) + 1
	m.width = uint(bits.Len32(uint32(m.span - 1))) //nolint:gosec // positive
	depth := max(2, uint(bits.Len32(uint32(m.maxval))))
	m.limit = 2 * (depth + max(8, depth))               // LIMIT
	first := contextLS{a: max(2, (m.span+32)>>6), n: 1} // A.2.1
	m.runs = [2]contextLS{first, first}
	for i := range m.regular {
		m.regular[i] = first
	}
	return true
}

// usual are the thresholds where none are given (C.2.4.1.1).
func (m *modelLS) usual() [3]int32 {
	if m.maxval >= 128 {
		factor := (min(m.maxval, 4095) + 128) / 256
		return [3]int32{factor + 2 + 3*m.near, 4*factor + 3 + 5*m.near, 17*factor + 4 + 7*m.near}
	}
	factor := 256 / (m.maxval + 1)
	return [3]int32{max(2, 3/factor+3*m.near), max(3, 7/factor+5*m.near), max(4, 21/factor+7*m.near)}
}

// scan unpacks all lines. Only the end may follow them, and a byte of padding.
func (m *modelLS) scan(out, data []byte, p *picture) bool {
	m.r = &bitReaderLS{data: data}
	m.above, m.current = make([]int32, p.columns+2), make([]int32, p.columns+2)
	for range p.rows {
		m.above[p.columns+1] = m.above[p.columns]
		m.current[0] = m.above[1]
		if !m.line(p.columns) {
			return false
		}
		for _, v := range m.current[1 : p.columns+1] {
			if p.allocated == 8 {
				out[0], out = byte(v), out[1:] //nolint:gosec // of at most 8 bits
			} else {
				binary.LittleEndian.PutUint16(out, uint16(v)) //nolint:gosec // of at most 16 bits
				out = out[2:]
			}
		}
		m.above, m.current = m.current, m.above
	}
	return isEnd(m.r.rest())
}

// line unpacks one line (A.3 to A.7).
func (m *modelLS) line(columns int) bool {
	for x := 1; x <= columns; {
		a, b, c, d := m.current[x-1], m.above[x], m.above[x-1], m.above[x+1]
		q := 81*m.quantized(d-b) + 9*m.quantized(b-c) + m.quantized(c-a)
		if q == 0 {
			n, ok := m.runOf(x, columns)
			if !ok {
				return false
			}
			x += n
			continue
		}
		sign := int32(1)
		if q < 0 {
			q, sign = -q, -1
		}
		v, ok := m.sample(&m.regular[q], predictedLS(a, b, c), sign)
		if !ok {
			return false
		}
		m.current[x] = v
		x++
	}
	return true
}

// quantized is the region of a gradient (A.3.3).
func (m *modelLS) quantized(d int32) int32 {
	sign := int32(1)
	if d < 0 {
		d, sign = -d, -1
	}
	switch {
	case d <= m.near:
		return 0
	case d < m.thresholds[0]:
		return sign
	case d < m.thresholds[1]:
		return 2 * sign
	case d < m.thresholds[2]:
		return 3 * sign
	}
	return 4 * sign
}

// predictedLS follows an edge (A.4.1).
func predictedLS(a, b, c int32) int32 {
	switch {
	case c >= max(a, b):
		return min(a, b)
	case c <= min(a, b):
		return max(a, b)
	}
	return a + b - c
}

// sample unpacks a sample of a regular context (A.4.2 to A.6).
func (m *modelLS) sample(q *contextLS, predicted, sign int32) (int32, bool) {
	predicted = min(max(predicted+sign*q.c, 0), m.maxval)
	k := golomb(q.n, q.a)
	mapped, ok := m.golombCode(k, m.limit)
	if !ok {
		return 0, false
	}
	d := mapped >> 1 // A.5.2
	if mapped&1 == 1 {
		d = -d - 1
	}
	if m.near == 0 && k == 0 && 2*q.b <= -q.n {
		d = -d - 1
	}
	q.b += d * (2*m.near + 1)
	q.a += max(d, -d)
	if q.n == m.reset {
		q.a, q.b, q.n = q.a>>1, q.b>>1, q.n>>1
	}
	q.n++
	if q.b <= -q.n { // A.6.2
		q.b = max(q.b+q.n, -q.n+1)
		q.c = max(q.c-1, -128)
	} else if q.b > 0 {
		q.b = min(q.b-q.n, 0)
		q.c = min(q.c+1, 127)
	}
	return m.restored(predicted, sign*d), true
}

// restored adds a difference to a prediction (A.4.5).
func (m *modelLS) restored(predicted, d int32) int32 {
	step := 2*m.near + 1
	v := predicted + d*step
	if v < -m.near {
		v += m.span * step
	} else if v > m.maxval+m.near {
		v -= m.span * step
	}
	return min(max(v, 0), m.maxval)
}

// golomb is the least k with n<<k at least a (A.5.1). It is at most 16 where the contexts come from samples; hostile
// ones end at 24.
func golomb(n, a int32) uint {
	k := uint(0)
	for n<<k < a && k < 24 {
		k++
	}
	return k
}

// golombCode reads a value of limited length (A.5.3).
func (m *modelLS) golombCode(k, limit uint) (int32, bool) {
	high := uint(0)
	for {
		bit, ok := m.r.bits(1)
		if !ok || high > limit {
			return 0, false
		}
		if bit == 1 {
			break
		}
		high++
	}
	if high+m.width+1 >= limit {
		v, ok := m.r.bits(m.width)
		return v + 1, ok
	}
	v, ok := m.r.bits(k)
	return int32(high)<<k | v, ok
}

// runOf unpacks a run that begins at x, and what ends it unless that is the line's end. It returns their number
// (A.7).
func (m *modelLS) runOf(x, columns int) (int, bool) {
	left, n := columns+1-x, 0
	a := m.current[x-1]
	for n < left {
		bit, ok := m.r.bits(1)
		if !ok {
			return 0, false
		}
		if bit == 0 {
			rest, ok := m.r.bits(runLengths[m.run])
			if n += int(rest); !ok || n >= left {
				return 0, false
			}
			break
		}
		whole := 1 << runLengths[m.run]
		if whole <= left-n && m.run < runStates {
			m.run++
		}
		n += min(whole, left-n)
	}
	for i := range n {
		m.current[x+i] = a
	}
	if n == left {
		return n, true
	}
	v, ok := m.interruption(a, m.above[x+n])
	m.current[x+n] = v
	m.run = max(m.run-1, 0)
	return n + 1, ok
}

// interruption unpacks the sample that ends a run (A.7.2).
func (m *modelLS) interruption(a, b int32) (int32, bool) {
	near, predicted, sign := int32(0), b, int32(1)
	if d := a - b; d <= m.near && -d <= m.near {
		near, predicted = 1, a
	} else if d > 0 {
		sign = -1
	}
	q := &m.runs[near]
	k := golomb(q.n, q.a+q.n>>1*near)
	mapped, ok := m.golombCode(k, m.limit-runLengths[m.run]-1)
	if !ok {
		return 0, false
	}
	odd := (mapped + near) & 1
	d := (mapped + near + odd) / 2
	if (k != 0 || 2*q.b >= q.n) == (odd == 1) {
		d = -d
	}
	if d < 0 {
		q.b++
	}
	q.a += (mapped + 1 - near) >> 1
	if q.n == m.reset {
		q.a, q.b, q.n = q.a>>1, q.b>>1, q.n>>1
	}
	q.n++
	return m.restored(predicted, sign*d), true
}

// bitReaderLS reads entropy-coded data, in which a byte behind 0xff has seven bits (A.1).
type bitReaderLS struct {
	data []byte
	hold uint64
	have uint
	full bool // the last byte was 0xff
}

// bits reads n bits, at most 24, false at the end of the data.
func (r *bitReaderLS) bits(n uint) (int32, bool) {
	for r.have < n {
		if len(r.data) == 0 || r.full && r.data[0] >= 0x80 {
			return 0, false
		}
		size := uint(8)
		if r.full {
			size = 7
		}
		r.hold = r.hold<<size | uint64(r.data[0])
		r.full = r.data[0] == 0xff
		r.data = r.data[1:]
		r.have += size
	}
	r.have -= n
	return int32(r.hold >> r.have & (1<<n - 1)), true //nolint:gosec // of 24 bits
}

// rest is what follows the data.
func (r *bitReaderLS) rest() []byte {
	if r.full && len(r.data) > 0 && r.data[0] < 0x80 {
		return r.data[1:]
	}
	return r.data
}
