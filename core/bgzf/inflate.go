package bgzf

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
)

// The measures of deflate (RFC 1951) and of the tables that it is unpacked by.
const (
	maxBits       = 15 // of a code
	lengthSymbols = 286
	distSymbols   = 30
	orderSymbols  = 19 // of the code of code lengths
	endOfBlock    = 256
	maxMatch      = 258
	mainBits      = 11 // looked up at once; longer codes have a table of their own
	distBits      = 8
	orderBits     = 7
	// slack is what may be written behind the output's end before that is noticed, and padding
	// what may be read behind the input's.
	slack   = maxMatch + 8
	padding = 16
)

// An entry of a table says what the next bits stand for.
//
//	bits 0-7    how many bits the code has, with those of its extra value
//	bits 8-12   how many of them are the code alone; the shift of a subtable
//	bits 16-31  a literal, the base of a length or distance, or where a subtable begins
const (
	entryLiteral = 1 << 13
	entryTable   = 1 << 14
	entryEnd     = 1 << 15
)

// lengthBase and lengthExtra are those of the symbols from 257 on (RFC 1951, section 3.2.5).
var (
	lengthBase = [29]uint16{
		3,
		4,
		5,
		6,
		7,
		8,
		9,
		10,
		11,
		13,
		15,
		17,
		19,
		23,
		27,
		31,
		35,
		43,
		51,
		59,
		67,
		83,
		99,
		115,
		131,
		163,
		195,
		227,
		258,
	}
	lengthExtra = [29]uint8{
		0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
	}
	distBase = [distSymbols]uint16{
		1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769,
		1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
	}
	distExtra = [distSymbols]uint8{
		0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
	}
	// codeOrder is the order in which code lengths of code lengths are written.
	codeOrder = [orderSymbols]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

// inflater unpacks blocks one after another. A block is whole in memory before and after, so
// nothing has to stop in the middle as a reader of any deflate stream must be able to.
type inflater struct {
	main    []uint32
	dist    []uint32
	order   []uint32
	lengths [lengthSymbols + 2 + distSymbols + 2]uint8

	src  []byte // with padding
	in   int
	hold uint64
	have uint // bits in hold that were read
}

// inflate unpacks p into out, which holds maxBlock+slack bytes, and checks it.
func (f *inflater) inflate(p packed, out []byte) (int, error) {
	f.src, f.in, f.hold, f.have = p.padded, 0, 0, 0
	n, ok := 0, true
	for last := false; ok && !last; {
		if !f.refill() {
			return 0, ErrChecksum
		}
		last = f.take(1) == 1
		switch f.take(2) {
		case 0:
			n, ok = f.stored(out, n, int(p.size))
		case 1:
			ok = f.fixedCodes()
			if ok {
				n, ok = f.codes(out, n, int(p.size))
			}
		case 2:
			ok = f.readCodes()
			if ok {
				n, ok = f.codes(out, n, int(p.size))
			}
		default:
			ok = false
		}
	}
	used := f.in - int(f.have/8)
	if !ok || n != int(p.size) || used != len(p.body) || crc32.ChecksumIEEE(out[:n]) != p.crc {
		return 0, ErrChecksum
	}
	return n, nil
}

// refill tops up hold to at least 56 bits. Behind the input's end they are zeros; a stream
// that goes on there is longer than its block.
func (f *inflater) refill() bool {
	if f.in > len(f.src)-8 {
		return false
	}
	f.hold |= binary.LittleEndian.Uint64(f.src[f.in:]) << f.have
	f.in += int(63-f.have) >> 3
	f.have |= 56
	return true
}

// take reads n bits, of which hold has enough.
func (f *inflater) take(n uint) uint32 {
	v := uint32(f.hold) & (1<<n - 1) //nolint:gosec // the low bits
	f.hold >>= n
	f.have -= n
	return v
}

// stored copies a block that is not compressed.
func (f *inflater) stored(out []byte, n, size int) (int, bool) {
	f.in -= int(f.have / 8)
	f.hold, f.have = 0, 0
	if f.in+4 > len(f.src)-padding {
		return n, false
	}
	length := int(binary.LittleEndian.Uint16(f.src[f.in:]))
	if length != int(^binary.LittleEndian.Uint16(f.src[f.in+2:])) {
		return n, false
	}
	f.in += 4
	if length > size-n || length > len(f.src)-padding-f.in {
		return n, false
	}
	copy(out[n:], f.src[f.in:f.in+length])
	f.in += length
	return n + length, true
}

// fixedCodes sets the codes of RFC 1951, section 3.2.6.
func (f *inflater) fixedCodes() bool {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	var ok bool
	if f.main, ok = buildTable(f.main, lengths[:], mainBits, mainEntry); !ok {
		return false
	}
	for i := range 32 {
		lengths[i] = 5
	}
	f.dist, ok = buildTable(f.dist, lengths[:32], distBits, distEntry)
	return ok
}

// readCodes reads the codes of a block (RFC 1951, section 3.2.7).
func (f *inflater) readCodes() bool {
	if !f.refill() {
		return false
	}
	literals, distances, orders := int(f.take(5))+257, int(f.take(5))+1, int(f.take(4))+4
	if literals > lengthSymbols || distances > distSymbols {
		return false
	}
	var lengths [orderSymbols]uint8
	for _, symbol := range codeOrder[:orders] {
		if f.have < 3 && !f.refill() {
			return false
		}
		lengths[symbol] = uint8(f.take(3)) //nolint:gosec // below 8
	}
	var ok bool
	if f.order, ok = buildTable(f.order, lengths[:], orderBits, orderEntry); !ok {
		return false
	}
	if !f.readLengths(literals + distances) {
		return false
	}
	all := f.lengths[:literals+distances]
	if all[endOfBlock] == 0 {
		return false
	}
	if f.main, ok = buildTable(f.main, all[:literals], mainBits, mainEntry); !ok {
		return false
	}
	f.dist, ok = buildTable(f.dist, all[literals:], distBits, distEntry)
	return ok
}

// readLengths reads the lengths of n codes.
func (f *inflater) readLengths(n int) bool {
	for i := 0; i < n; {
		if !f.refill() {
			return false
		}
		e := f.order[f.hold&(1<<orderBits-1)]
		if e == 0 {
			return false
		}
		f.take(uint(e & 0xff))
		symbol := e >> 16
		if symbol < 16 {
			f.lengths[i] = uint8(symbol)
			i++
			continue
		}
		value, times := uint8(0), 0
		switch symbol {
		case 16:
			if i == 0 {
				return false
			}
			value, times = f.lengths[i-1], 3+int(f.take(2))
		case 17:
			times = 3 + int(f.take(3))
		default:
			times = 11 + int(f.take(7))
		}
		if times > n-i {
			return false
		}
		for range times {
			f.lengths[i] = value
			i++
		}
	}
	return true
}

// subtable is the entry of a code that is longer than its table looks up at once.
func subtable(table []uint32, e uint32, rest uint64) uint32 {
	return table[e>>16+uint32(rest)&(1<<(e>>8&31)-1)] //nolint:gosec // the low bits
}

// value is a length or distance: its base and what its extra bits add.
func value(e uint32, all uint64) int {
	return int(e>>16) + int(all&(1<<(e&63)-1)>>(e>>8&31)) //nolint:gosec // at most 32 KiB
}

// codes unpacks a block by its codes, up to its end.
func (f *inflater) codes(out []byte, n, size int) (int, bool) { //nolint:funlen // one loop, its state in registers
	main, dist := (*[1 << mainBits]uint32)(f.main), (*[1 << distBits]uint32)(f.dist)
	src, in, hold, have := f.src, f.in, f.hold, f.have
	out = out[:size+slack]
	for {
		if in > len(src)-8 {
			return n, false
		}
		hold |= binary.LittleEndian.Uint64(src[in:]) << (have & 63)
		in += int(63-have) >> 3
		have |= 56
		e := main[hold&(1<<mainBits-1)]
		for e&entryLiteral != 0 && have >= 2*maxBits { // Up to four literals a refill.
			hold >>= e & 63
			have -= uint(e & 63)
			if n >= size {
				return n, false
			}
			out[n] = byte(e >> 16) //nolint:gosec // a literal
			n++
			e = main[hold&(1<<mainBits-1)]
		}
		if have < 48 { // A length and a distance with their extra bits are at most 48.
			continue
		}
		if e&entryTable != 0 {
			e = subtable(f.main, e, hold>>mainBits)
		}
		all := hold
		hold >>= e & 63
		have -= uint(e & 63)
		switch {
		case e == 0:
			return n, false
		case e&entryLiteral != 0:
			if n >= size {
				return n, false
			}
			out[n] = byte(e >> 16) //nolint:gosec // a literal
			n++
			continue
		case e&entryEnd != 0:
			f.in, f.hold, f.have = in, hold, have
			return n, true
		}
		length := value(e, all)
		e = dist[hold&(1<<distBits-1)]
		if e&entryTable != 0 {
			e = subtable(f.dist, e, hold>>distBits)
		}
		all = hold
		hold >>= e & 63
		have -= uint(e & 63)
		from := n - value(e, all)
		if e == 0 || from < 0 || n+length > size {
			return n, false
		}
		n = repeat(out, from, n, length)
	}
}

// repeat copies length bytes from an earlier place, which they may overlap. It may write up to
// 8 bytes more.
func repeat(out []byte, from, n, length int) int {
	end := n + length
	if n-from >= 8 {
		for n < end {
			binary.LittleEndian.PutUint64(out[n:], binary.LittleEndian.Uint64(out[from:]))
			n, from = n+8, from+8
		}
		return end
	}
	for ; n < end; n, from = n+1, from+1 {
		out[n] = out[from]
	}
	return end
}

// mainEntry is the entry of a literal, of the end or of a length, without the code's bits.
func mainEntry(symbol int) (entry uint32, extra uint8, ok bool) {
	switch {
	case symbol < endOfBlock:
		return uint32(symbol)<<16 | entryLiteral, 0, true //nolint:gosec // a byte
	case symbol == endOfBlock:
		return entryEnd, 0, true
	case symbol < lengthSymbols:
		return uint32(lengthBase[symbol-257]) << 16, lengthExtra[symbol-257], true
	}
	return 0, 0, false
}

func distEntry(symbol int) (entry uint32, extra uint8, ok bool) {
	if symbol >= distSymbols {
		return 0, 0, false
	}
	return uint32(distBase[symbol]) << 16, distExtra[symbol], true
}

func orderEntry(symbol int) (entry uint32, extra uint8, ok bool) {
	return uint32(symbol) << 16, 0, true //nolint:gosec // below 19
}

// buildTable makes the table of a code: 1<<width entries, then those of longer codes. What no
// code leads to is 0. The code must be complete, or have one symbol, or none.
func buildTable(
	table []uint32, lengths []uint8, width uint, entry func(int) (uint32, uint8, bool),
) ([]uint32, bool) {
	var count [maxBits + 1]int
	for _, n := range lengths {
		count[n]++
	}
	table = append(table[:0], make([]uint32, 1<<width)...)
	left, used := 1, len(lengths)-count[0]
	count[0] = 0
	var next [maxBits + 2]uint32
	for n := 1; n <= maxBits; n++ {
		left = left<<1 - count[n]
		if left < 0 {
			return table, false
		}
		next[n+1] = (next[n] + uint32(count[n])) << 1 //nolint:gosec // at most 288
	}
	if left > 0 && (used > 1 || used == 1 && count[1] != 1) {
		return table, false
	}
	longest := uint(0)
	for n := uint(maxBits); n > 0 && longest == 0; n-- {
		if count[n] > 0 {
			longest = n
		}
	}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		code := bits.Reverse32(next[n]) >> (32 - n)
		next[n]++
		e, extra, ok := entry(symbol)
		if !ok {
			continue // It has a code, but must not be used: 0 refuses it.
		}
		var whole bool
		if table, whole = enter(table, uint(n), code, e, uint32(extra), width, longest); !whole {
			return table, false
		}
	}
	return table, true
}

// enter puts one code into a table.
func enter(table []uint32, n uint, code, e, extra uint32, width, longest uint) ([]uint32, bool) {
	e |= uint32(n)<<8 | uint32(n) + extra //nolint:gosec // at most 15
	if n <= width {
		for i := code; i < 1<<width; i += 1 << n {
			table[i] = e
		}
		return table, true
	}
	head := code & (1<<width - 1)
	if table[head] == 0 {
		table[head] = uint32(len(table))<<16 | entryTable | uint32(longest-width)<<8 //nolint:gosec // small
		table = append(table, make([]uint32, 1<<(longest-width))...)
	}
	if table[head]&entryTable == 0 {
		return table, false
	}
	sub := table[table[head]>>16:][:1<<(longest-width)]
	for i := code >> width; i < uint32(len(sub)); i += 1 << (n - width) { //nolint:gosec // at most 128
		sub[i] = e
	}
	return table, true
}
