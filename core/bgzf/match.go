package bgzf

import (
	"encoding/binary"
	"math/bits"
)

const (
	// window is how far back a match may begin (RFC 1951, section 2).
	window = 1 << 15
	// leastMatch is the shortest match that is looked for. In tables of numbers, three or four characters
	// cost no more than a match of them.
	leastMatch = 5
	// tries is how many earlier places are looked at.
	tries = 5
	// hashBits is the size of the table of last places.
	hashBits = 14
)

// room is the bytes of a block, plain or packed, with room to read or write a word at any place. Places have 16
// bits, so that nothing is ever read or written beside it.
type room [maxBlock + 8]byte

func (r *room) word(at uint16) uint64       { return binary.LittleEndian.Uint64(r[at:]) }
func (r *room) half(at uint16) uint32       { return binary.LittleEndian.Uint32(r[at:]) }
func (r *room) put(at uint16, value uint64) { binary.LittleEndian.PutUint64(r[at:], value) }

// same is how long the bytes at two places are the same, at most maxMatch. It reads beyond the block's end.
func (r *room) same(a, b uint16) int {
	for n := 0; n < maxMatch; n += 8 {
		if x := r.word(a+uint16(n)) ^ r.word(b+uint16(n)); x != 0 {
			return min(n+bits.TrailingZeros64(x)/8, maxMatch)
		}
	}
	return maxMatch
}

// chains finds for each place of a block the last ones before it with the same five bytes.
type chains struct {
	// last is for each hash of five bytes the last place with it, in the low half, and 16 more bits of the
	// hash, by which a place that has only its entry in common is passed over.
	last [1 << hashBits]uint32
	// before is for each place the one before it with the same hash; 0 is none.
	before [maxBlock]uint16
}

// link makes the chains of a block. The last places, behind which there is no whole word, get none.
func (c *chains) link(in *room, size int) {
	clear(c.last[:])
	for i := 0; i <= size-8; i++ {
		hash := in.word(uint16(i)) << 24 * 0x9e37_79b1_85eb_ca87
		last := &c.last[hash>>(64-hashBits)]
		tag := uint32(hash>>17) &^ 0xffff //nolint:gosec // bits 33 to 48
		at := *last ^ tag
		if at > 0xffff {
			at = 0
		}
		*last = tag | uint32(i)
		c.before[uint16(i)] = uint16(at)
	}
}

// match is a place to copy from: how many bytes, and how far back they begin.
type match struct{ length, dist int }

// worth is what a match saves, in quarters of a character or so: a far one has more bits.
func (m match) worth() int { return 4*m.length - bits.Len(uint(m.dist)) }

// best is the best match at a place, of those with at least so many bytes, at most as many as are left of the block,
// and worth more than that; else none. What stands behind the block's end decides nothing.
func (c *chains) best(in *room, at uint16, least, most, worth int) (found match) {
	tail := in.half(at + uint16(least-4)) //nolint:gosec // from 5 to maxMatch+1
	from := c.before[at]
	for range tries {
		if in.half(from+uint16(least-4)) == tail { //nolint:gosec // as above
			m := match{dist: int(at) - int(from)}
			if from == 0 || m.dist > window {
				break
			}
			m.length = min(in.same(from, at), most)
			if w := m.worth(); w > worth && m.length >= least {
				found, worth, least = m, w, m.length+1
				tail = in.half(at + uint16(least-4)) //nolint:gosec // as above
			}
		}
		from = c.before[from]
	}
	return found
}
