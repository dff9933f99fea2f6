package deid

import (
	"bytes"
	"encoding/binary"
)

const (
	// anchorLen is the number of bytes by which a needle is found at first.
	anchorLen = 4
	// maxStep bounds how many anchors a needle has.
	maxStep = 4
)

// anchor is a part of a needle, where it stands in it, and the next one with the same place in the table.
type anchor struct {
	gram   uint32
	needle int32
	offset int32
	next   int32
}

// grams finds the places where a text may hold a needle. Each needle has as many anchors, one behind the other, as
// the step is long: wherever it stands, one of them begins at a multiple of the step. So only there the text is
// looked at, and a bit map rejects nearly all of it at once.
type grams struct {
	step    int
	shift   uint
	bits    []uint64
	first   []int32 // for each 32 bits of the map the first anchor, or -1
	anchors []anchor
}

func newGrams(needles []needle) grams {
	g := grams{step: maxStep}
	for i := range needles {
		g.step = min(g.step, len(needles[i].text)-anchorLen+1)
	}
	size := uint(13)
	for 1<<size < 64*len(needles)*g.step && size < 24 {
		size++
	}
	g.shift = 32 - size
	g.bits, g.first = make([]uint64, 1<<size/64), make([]int32, 1<<size/32)
	for i := range g.first {
		g.first[i] = -1
	}
	g.anchors = make([]anchor, 0, len(needles)*g.step)
	for i := range needles {
		text := needles[i].text
		from := rarest(text, anchorLen+g.step-1)
		for at := from; at < from+g.step; at++ {
			gram := gramAt(text[at:])
			h := g.hash(gram)
			g.bits[h>>6] |= 1 << (h & 63)
			//nolint:gosec // small
			g.anchors = append(g.anchors, anchor{gram, int32(i), int32(at), g.first[h>>5]})
			g.first[h>>5] = int32(len(g.anchors) - 1) //nolint:gosec // as above
		}
	}
	return g
}

// gramAt is the first bytes of a text as a number, and hash spreads it over 32 bits, the high ones best.
func gramAt(text []byte) uint32 { return binary.LittleEndian.Uint32(text) }

func hash(gram uint32) uint32 { return gram * 2654435761 }

func (g *grams) hash(gram uint32) uint32 { return hash(gram) >> (g.shift & 31) }

// each calls found with what may be a needle, and where it would begin, until that returns true.
func (g *grams) each(norm []byte, found func(needle, start int) bool) bool {
	for i := 0; i+anchorLen <= len(norm); i += g.step {
		gram := gramAt(norm[i:])
		h := g.hash(gram)
		if g.bits[h>>6]&(1<<(h&63)) == 0 {
			continue
		}
		for n := g.first[h>>5]; n >= 0; n = g.anchors[n].next {
			a := &g.anchors[n]
			if a.gram == gram && int(a.offset) <= i && found(int(a.needle), i-int(a.offset)) {
				return true
			}
		}
	}
	return false
}

// rarest picks the part of a needle, of n bytes, that genome files hold least: letters that name no nucleotide
// weigh most.
func rarest(text []byte, n int) int {
	best, bestScore := 0, -1
	for at := 0; at+n <= len(text); at++ {
		score := 0
		for _, c := range text[at : at+n] {
			switch {
			case c >= '0' && c <= '9':
			case bytes.IndexByte([]byte("acgtn"), c) >= 0:
				score++
			default:
				score += 3
			}
		}
		if score > bestScore {
			best, bestScore = at, score
		}
	}
	return best
}
