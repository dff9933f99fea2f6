package bgzf

// word is what is written for a symbol: up to 24 bits, above the number of them.
type word uint32

func newWord(bits uint32, n uint8) word { return word(bits<<8 | uint32(n)) }

// writer is where bits go: to out from at on, when those that are held make whole bytes.
type writer struct {
	out  *room
	at   uint16
	hold uint64
	have uint
}

// add takes n bits. Not more than a word may be held.
func (w writer) add(value uint64, n uint) writer {
	w.hold |= value << (w.have & 63)
	w.have += n
	return w
}

func (w writer) word(e word) writer { return w.add(uint64(e>>8), uint(e&0xff)) }

// flush writes what is held, but for 7 bits at most.
func (w writer) flush() writer {
	w.out.put(w.at, w.hold)
	w.at += uint16(w.have / 8) //nolint:gosec // at most 8
	w.hold >>= w.have &^ 7 & 63
	w.have &= 7
	return w
}

// end is the place behind all bits, the last byte filled up with zeros.
func (w writer) end() uint16 {
	w = w.add(0, 7).flush()
	return w.at
}
