package sample

import "math/rand/v2"

// glyphs is a font of 5 by 7 dots for the characters of names and dates.
var glyphs = map[rune][7]uint8{
	'A': {0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11}, 'B': {0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e},
	'C': {0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e}, 'D': {0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e},
	'E': {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f}, 'F': {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10},
	'J': {0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c}, 'M': {0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11},
	'N': {0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11}, 'O': {0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e},
	'R': {0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11}, 'S': {0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e},
	'T': {0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04}, '0': {0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e},
	'1': {0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e}, '2': {0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f},
	'4': {0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02}, '6': {0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e},
	'7': {0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08}, '9': {0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c},
	':': {0, 4, 4, 0, 4, 4, 0}, '-': {0, 0, 0, 0x0e, 0, 0, 0}, '.': {0, 0, 0, 0, 0, 4, 4},
}

// Picture is grey pixels.
type Picture struct {
	Rows, Columns int
	Grey          []uint16
}

// NewPicture makes a picture of soft round shapes with noise, as tissue looks,
// of levels between 0 and high.
func NewPicture(seed uint64, rows, columns int, high uint16) *Picture {
	p := &Picture{Rows: rows, Columns: columns, Grey: make([]uint16, rows*columns)}
	random := rand.New(rand.NewPCG(seed, 7))
	for range 6 {
		cx, cy, r := random.IntN(columns), random.IntN(rows), 10+random.IntN(columns/3)
		for y := range rows {
			for x := range columns {
				if d := (x-cx)*(x-cx) + (y-cy)*(y-cy); d < r*r {
					p.Grey[y*columns+x] += high / 8 * uint16(16-16*d/(r*r)) / 16
				}
			}
		}
	}
	for i := range p.Grey {
		p.Grey[i] = min(high, p.Grey[i]+uint16(random.IntN(int(high)/32+1)))
	}
	return p
}

// Write draws a text with its upper left corner at x, y: each dot of the font is
// scale pixels wide and has the given level.
func (p *Picture) Write(text string, x, y, scale int, level uint16) {
	for i, r := range text {
		for row, bits := range glyphs[r] {
			for column := range 5 {
				if bits>>(4-column)&1 == 1 {
					p.fill(x+(6*i+column)*scale, y+row*scale, scale, level)
				}
			}
		}
	}
}

func (p *Picture) fill(x, y, n int, level uint16) {
	for dy := range n {
		for dx := range n {
			if x+dx >= 0 && x+dx < p.Columns && y+dy >= 0 && y+dy < p.Rows {
				p.Grey[(y+dy)*p.Columns+x+dx] = level
			}
		}
	}
}

// Bytes packs the picture in 8 or 16 bits a pixel.
func (p *Picture) Bytes(e Encoding, bits int) []byte {
	if bits == 16 {
		return e.Numbers(p.Grey...)
	}
	out := make([]byte, len(p.Grey))
	for i, g := range p.Grey {
		out[i] = byte(g)
	}
	return out
}
