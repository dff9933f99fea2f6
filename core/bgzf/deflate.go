package bgzf

import (
	"encoding/binary"
	"math/bits"
)

const (
	// literalBits is the most for a literal or a length. A length with its extra bits, and a distance with its,
	// are then at most 47 bits, which fit into a word beside the 7 that are left of the byte before.
	literalBits = 14
	// lazyWorth is by how much a match must be better than the one at the place before it.
	lazyWorth = 2
	// descriptionBits are the numbers of codes, and storedBytes the length of a stored block's head.
	descriptionBits = 5 + 5 + 4
	storedBytes     = 5
)

// sequence is a run of literals and a match behind it: from the lowest 16 bits up, the number of literals, the
// match's length and its distance.
type sequence uint64

func newSequence(literals int, m match) sequence {
	return sequence(literals) | sequence(m.length)<<16 | sequence(m.dist)<<32 //nolint:gosec // none is negative
}

func (s sequence) literals() int { return int(s & 0xffff) }
func (s sequence) length() int   { return int(s >> 16 & 0xffff) }
func (s sequence) dist() int     { return int(s >> 32) }

// deflater packs blocks one after another. A block is whole in memory before and after, so that it can be looked
// through as a whole first, and its codes fit it.
type deflater struct {
	chains    chains
	sequences []sequence
	main      code // of literals, the block's end and lengths
	dist      code
	order     code     // of code lengths
	runs      []uint16 // of code lengths: a symbol of order in 5 bits, and its extra value

	// words are what is written for a literal, a length from 3 on and a distance's symbol.
	literals  [256]word
	lengths   [256]word
	distances [32]word
}

func newDeflater() *deflater {
	return &deflater{
		sequences: make([]sequence, 0, maxBlock/leastMatch),
		main:      newCode(lengthSymbols), dist: newCode(distSymbols), order: newCode(orderSymbols),
		runs: make([]uint16, 0, lengthSymbols+distSymbols),
	}
}

// deflate writes the first size bytes of in, at most BlockSize, as one deflate block to the given place of out
// and returns the place behind it. It takes at most storedBytes more.
func (d *deflater) deflate(out *room, at uint16, in *room, size int) uint16 {
	clear(d.main.count[:])
	clear(d.dist.count[:])
	d.parse(in, size)
	d.main.build(literalBits)
	d.dist.build(maxBits)
	mains, dists := d.describe()
	orders := orderSymbols
	for orders > 4 && d.order.length[codeOrder[orders-1]] == 0 {
		orders--
	}
	most := 8*(size+storedBytes) - 7
	if 3+descriptionBits+3*orders+d.order.size()+d.extraBits()+d.main.size()+d.dist.size() >= most {
		return stored(out, at, in, size)
	}
	w := writer{out: out, at: at}
	w = w.add(1|2<<1, 3).flush()
	//nolint:gosec // none is negative
	w = w.add(uint64(mains-257)|uint64(dists-1)<<5|uint64(orders-4)<<10, descriptionBits).flush()
	for _, symbol := range codeOrder[:orders] {
		w = w.add(uint64(d.order.length[symbol]), 3).flush()
	}
	for _, run := range d.runs {
		symbol := run & 31
		w = w.add(uint64(d.order.bits[symbol]), uint(d.order.length[symbol])).flush()
		w = w.add(uint64(run>>5), orderExtra[symbol]).flush()
	}
	d.words()
	return d.write(w, in, size).end()
}

// stored writes a block that is not compressed.
func stored(out *room, at uint16, in *room, size int) uint16 {
	head, n := out[at:], uint16(size) //nolint:gosec // at most BlockSize
	head[0] = 1
	binary.LittleEndian.PutUint16(head[1:], n)
	binary.LittleEndian.PutUint16(head[3:], ^n)
	copy(head[storedBytes:], in[:size])
	return at + storedBytes + n
}

// parse cuts a block into sequences and counts its symbols. A match is put off by a literal as long as the one at
// the next place is better.
func (d *deflater) parse(in *room, size int) {
	d.chains.link(in, size)
	d.sequences = d.sequences[:0]
	count := &d.main.count
	count[endOfBlock] = 1
	at, start := 0, 0
	for at <= size-8 {
		var m match
		if d.chains.before[uint16(at)] != 0 {
			m = d.chains.best(in, uint16(at), leastMatch, size-at, 0)
		}
		if m.length < leastMatch {
			count[in[uint16(at)]]++
			at++
			continue
		}
		for at < size-8 {
			next := d.chains.best(in, uint16(at+1), m.length, size-at-1, m.worth()+lazyWorth)
			if next.length < m.length {
				break
			}
			count[in[uint16(at)]]++
			at++
			m = next
		}
		count[257+int(lengthSymbol[uint8(m.length-3)])]++ //nolint:gosec // at most 255
		d.dist.count[distSymbol(m.dist)]++
		d.sequences = append(d.sequences, newSequence(at-start, m))
		at += m.length
		start = at
	}
	for ; at < size; at++ {
		count[in[uint16(at)]]++
	}
}

// lengthSymbol is the symbol of a length from 3 on, without those before it.
var lengthSymbol = newLengthSymbols()

func newLengthSymbols() *[256]uint8 {
	var out [256]uint8
	for symbol, base := range lengthBase {
		for n := range 1 << lengthExtra[symbol] {
			out[uint8(int(base)-3+n)] = uint8(symbol) //nolint:gosec // at most 255
		}
	}
	return &out
}

// distSymbol is the symbol of a distance.
func distSymbol(dist int) int {
	if dist <= 2 {
		return dist - 1
	}
	n := bits.Len(uint(dist-1)) - 2
	return 2*n + (dist-1)>>n
}

// orderExtra are the extra bits of the symbols of code lengths.
var orderExtra = [orderSymbols]uint{16: 2, 17: 3, 18: 7}

// describe makes the runs of code lengths and their code, and returns how many codes they are of.
func (d *deflater) describe() (mains, dists int) {
	mains, dists = lengthSymbols, distSymbols
	for d.main.length[mains-1] == 0 {
		mains--
	}
	for dists > 1 && d.dist.length[dists-1] == 0 {
		dists--
	}
	var all [lengthSymbols + distSymbols]uint8
	copy(all[:], d.main.length[:mains])
	copy(all[mains:], d.dist.length[:dists])
	d.runs = d.runs[:0]
	clear(d.order.count[:])
	for rest := all[:mains+dists]; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n] == rest[0] {
			n++
		}
		d.repeat(uint16(rest[0]), n)
		rest = rest[n:]
	}
	d.order.build(orderBits)
	return mains, dists
}

// repeat says n times that a code has a length.
func (d *deflater) repeat(length uint16, n int) {
	if length != 0 {
		d.say(length, 0)
		n--
	}
	for n >= 3 {
		symbol, least, most := uint16(16), 3, 6
		switch {
		case length == 0 && n > 10:
			symbol, least, most = 18, 11, 138
		case length == 0:
			symbol, most = 17, 10
		}
		d.say(symbol, min(n, most)-least)
		n -= min(n, most)
	}
	for range n {
		d.say(length, 0)
	}
}

func (d *deflater) say(symbol uint16, extra int) {
	d.order.count[symbol]++
	d.runs = append(d.runs, symbol|uint16(extra)<<5) //nolint:gosec // at most 127
}

// extraBits is how many bits there are behind symbols.
func (d *deflater) extraBits() int {
	sum := 0
	for symbol, extra := range lengthExtra {
		sum += int(extra) * int(d.main.count[257+symbol])
	}
	for symbol, extra := range distExtra {
		sum += int(extra) * int(d.dist.count[symbol])
	}
	for symbol, extra := range orderExtra {
		sum += int(extra) * int(d.order.count[symbol])
	}
	return sum
}

// words makes what is written for each symbol.
func (d *deflater) words() {
	for c := range d.literals {
		d.literals[c] = newWord(uint32(d.main.bits[c]), d.main.length[c])
	}
	for n, symbol := range lengthSymbol {
		bits, length := uint32(d.main.bits[257+int(symbol)]), d.main.length[257+int(symbol)]
		extra := uint32(n) + 3 - uint32(lengthBase[symbol])
		d.lengths[n] = newWord(bits|extra<<length, length+lengthExtra[symbol])
	}
	for symbol := range distSymbols {
		d.distances[symbol] = newWord(uint32(d.dist.bits[symbol]), d.dist.length[symbol])
	}
}

// write writes the sequences, what is behind the last one, and the block's end.
func (d *deflater) write(w writer, in *room, size int) writer {
	at := 0
	for _, s := range d.sequences {
		w = d.run(w, in, at, s.literals())
		at += s.literals() + s.length()
		symbol := distSymbol(s.dist()) & 31
		length, extra := uint8(s.length()-3), uint64(s.dist()-int(distBase[symbol])) //nolint:gosec // not negative
		w = w.word(d.lengths[length]).word(d.distances[symbol]).add(extra, uint(distExtra[symbol])).flush()
	}
	w = d.run(w, in, at, size-at)
	return w.word(newWord(uint32(d.main.bits[endOfBlock]), d.main.length[endOfBlock])).flush()
}

// run writes n literals.
func (d *deflater) run(w writer, in *room, at, n int) writer {
	for range n {
		w = w.word(d.literals[in[uint16(at)]]) //nolint:gosec // below maxBlock
		at++
		if w.have >= 64-literalBits {
			w = w.flush()
		}
	}
	return w.flush()
}
