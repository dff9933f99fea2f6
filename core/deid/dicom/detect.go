package dicom

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// The measures of burned-in text, in pixels and in greys of 255.
const (
	strokeWidth = 7  // widest stroke of a letter, less one
	contrast    = 56 // a stroke is so much lighter, or darker, than what is beside it
	minHeight   = 5
	maxHeight   = 72
	minLetters  = 4
	manyLetters = 6
	// sameLight is how far the lights of two letters of a line may differ.
	sameLight = 48
)

// mark is a connected set of stroke pixels.
type mark struct {
	box
	area  int
	light int    // the mean grey
	peak  uint16 // the lightest level, or the darkest where strokes are dark
	flat  int    // pixels near the peak
}

func (m *mark) width() int  { return m.x1 - m.x0 }
func (m *mark) height() int { return m.y1 - m.y0 }

// text returns boxes around what may be lines of text. It looks for thin strokes
// that stand out from both sides, light on dark and dark on light; joins them to
// marks; and calls a row of at least four marks of like height, light and
// baseline text. It reads nothing and rather takes a row of other things for
// text than the reverse: what it takes for text is blanked. It can miss single
// letters, very large or faint ones, and handwriting.
func (c *canvas) text() []box {
	c.read()
	var found []box
	for _, ends := range [][2]int{{1, 999}, {20, 980}} {
		if !c.render(ends[0], ends[1]) {
			break
		}
		c.cells()
		for _, c.dark = range []bool{false, true} {
			if c.strokes() {
				found = append(found, c.lines(c.marks())...)
			}
			c.invert()
		}
	}
	return found
}

// marks finds the connected sets of stroke pixels that may be letters.
func (c *canvas) marks() []mark {
	var all []mark
	var above, row []run
	sets := &union{}
	for y := range c.rows {
		row = row[:0]
		if !c.inRow[y] {
			above, row = row, above
			continue
		}
		line := c.out[y*c.columns:][:c.columns]
		for x := 0; x < len(line); x++ {
			if !line[x] {
				continue
			}
			r := run{x0: x, set: sets.add()}
			all = append(all, mark{box: box{x, y, x, y + 1}})
			m := &all[r.set]
			for ; x < len(line) && line[x]; x++ {
				m.area++
				m.light += int(c.grey[y*c.columns+x])
				m.peak = max(m.peak, c.level(y*c.columns+x))
			}
			r.x1, m.x1 = x, x
			for _, a := range above {
				if a.x0 <= r.x1 && a.x1 >= r.x0 { // corners touch, too
					sets.join(a.set, r.set)
				}
			}
			row = append(row, r)
		}
		above, row = row, above
	}
	kept := letters(all, sets)
	c.flatness(kept)
	return kept
}

// level is a pixel's level, or the reverse of it while dark strokes are sought.
func (c *canvas) level(i int) uint16 {
	if c.dark {
		return ^c.levels[i]
	}
	return c.levels[i]
}

// flatness counts for each mark the stroke pixels near its peak.
func (c *canvas) flatness(marks []mark) {
	for i := range marks {
		m := &marks[i]
		for y := m.y0; y < m.y1; y++ {
			for x := m.x0; x < m.x1; x++ {
				at := y*c.columns + x
				if c.out[at] && int(m.peak)-int(c.level(at)) <= c.near {
					m.flat++
				}
			}
		}
	}
}

// letters joins the runs of each set and keeps those of the size of letters.
func letters(all []mark, sets *union) []mark {
	for i := range all {
		root := sets.root(i)
		if root == i {
			continue
		}
		a, b := &all[root], all[i]
		a.box = box{min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1)}
		a.area += b.area
		a.light += b.light
		a.peak = max(a.peak, b.peak)
		all[i].area = 0
	}
	kept := all[:0]
	for _, m := range all {
		if m.area == 0 {
			continue
		}
		m.light /= m.area
		if m.height() >= minHeight && m.height() <= maxHeight && m.width() <= 16*m.height() {
			kept = append(kept, m)
		}
	}
	return kept
}

// run is a piece of a row; set is its place in a union.
type run struct{ x0, x1, set int }

// union is sets that are joined.
type union struct{ parent []int }

func (u *union) add() int {
	u.parent = append(u.parent, len(u.parent))
	return len(u.parent) - 1
}

func (u *union) root(i int) int {
	for u.parent[i] != i {
		u.parent[i] = u.parent[u.parent[i]]
		i = u.parent[i]
	}
	return i
}

// join keeps the smaller number, so that roots come first.
func (u *union) join(a, b int) {
	a, b = u.root(a), u.root(b)
	u.parent[max(a, b)] = min(a, b)
}

// cell is the side of the squares in which a picture is searched for contrast.
// It must not be below strokeWidth: then what is beside a stroke is in its own
// cell or in a neighbour's.
const cell = 8

// strokes marks the pixels that are lighter than something on both sides within
// the width of a stroke, left and right or above and below. Squares that have no
// contrast to their neighbours are passed over. It tells whether there are any.
func (c *canvas) strokes() (some bool) {
	c.out, c.inRow = resize(c.out, len(c.grey)), resize(c.inRow, c.rows)
	clear(c.out)
	clear(c.inRow)
	for y0 := 0; y0 < c.rows; y0 += cell {
		for x0 := 0; x0 < c.columns; x0 += cell {
			if !c.flat(x0/cell, y0/cell) {
				some = c.thin(box{x0, y0, min(x0+cell, c.columns), min(y0+cell, c.rows)}) || some
			}
		}
	}
	return some
}

// invert turns light into dark.
func (c *canvas) invert() {
	grey := c.grey
	for ; len(grey) >= 8; grey = grey[8:] {
		binary.NativeEndian.PutUint64(grey, ^binary.NativeEndian.Uint64(grey))
	}
	for i, g := range grey {
		grey[i] = 255 - g
	}
	for i, low := range c.least {
		c.least[i], c.most[i] = 255-c.most[i], 255-low
	}
}

// cells finds the least and the greatest grey of each square.
func (c *canvas) cells() {
	c.across, c.down = (c.columns+cell-1)/cell, (c.rows+cell-1)/cell
	c.least, c.most = resize(c.least, c.across*c.down), resize(c.most, c.across*c.down)
	for y := range c.rows {
		line := c.grey[y*c.columns:][:c.columns]
		least := c.least[y/cell*c.across:][:c.across]
		most := c.most[y/cell*c.across:][:c.across]
		if y%cell == 0 {
			for i := range least {
				least[i], most[i] = 255, 0
			}
		}
		for i := range least {
			low, high := least[i], most[i]
			if len(line) < cell {
				low, high = span(line, low, high)
			} else {
				low, high = span((*[cell]uint8)(line)[:], low, high)
				line = line[cell:]
			}
			least[i], most[i] = low, high
		}
	}
}

// span widens a range of greys to those of a piece of a row.
func span(piece []uint8, low, high uint8) (least, most uint8) {
	for _, g := range piece {
		low, high = min(low, g), max(high, g)
	}
	return low, high
}

// flat tells whether a square is nowhere so much lighter than what is around it.
// Outside the picture it is dark.
func (c *canvas) flat(i, j int) bool {
	high := c.most[j*c.across+i]
	if high < contrast {
		return true
	}
	for y := j - 1; y <= j+1; y++ {
		for x := i - 1; x <= i+1; x++ {
			if x < 0 || y < 0 || x >= c.across || y >= c.down || c.least[y*c.across+x] <= high-contrast {
				return false
			}
		}
	}
	return true
}

// thin marks the strokes in a square.
func (c *canvas) thin(b box) (some bool) {
	for y := b.y0; y < b.y1; y++ {
		for x := b.x0; x < b.x1; x++ {
			at := y*c.columns + x
			if c.grey[at] >= contrast && (c.between(at, 1, x, c.columns) || c.between(at, c.columns, y, c.rows)) {
				c.out[at], c.inRow[y], some = true, true, true
			}
		}
	}
	return some
}

// between tells whether a pixel lies in a stroke across a row or column: place is
// where it is there, n how long that is.
func (c *canvas) between(at, step, place, n int) bool {
	grey, limit := c.grey, c.grey[at]-contrast
	reach := min(strokeWidth, place)
	left := 1
	for i := at - step; left <= reach && grey[i] > limit; i -= step {
		left++
	}
	room := strokeWidth + 1 - left
	if room < 1 {
		return false
	}
	reach = min(room, n-1-place)
	right := 1
	for i := at + step; right <= reach && grey[i] > limit; i += step {
		right++
	}
	// Not both sides may be the border of the picture.
	return right <= room && (left <= place || place+right < n)
}

func resize[T any](buffer []T, n int) []T {
	if cap(buffer) < n {
		return make([]T, n)
	}
	return buffer[:n]
}

// lines finds rows of marks. Marks are taken from left to right; each goes on
// with the line whose last mark it follows.
func (c *canvas) lines(marks []mark) []box {
	slices.SortFunc(marks, func(a, b mark) int { return cmp.Or(cmp.Compare(a.x0, b.x0), cmp.Compare(a.y0, b.y0)) })
	var open []*line
	var found []box
	for i := range marks {
		m := &marks[i]
		kept := open[:0]
		taken := false
		for _, l := range open {
			switch {
			case l.gone(m):
				found = c.appendBox(found, l)
				continue
			case !taken && l.takes(m):
				l.add(m)
				taken = true
			}
			kept = append(kept, l)
		}
		open = kept
		if !taken {
			l := &line{}
			l.add(m)
			open = append(open, l)
		}
	}
	for _, l := range open {
		found = c.appendBox(found, l)
	}
	return found
}

// line is a row of marks.
type line struct {
	box
	marks   []mark
	height  int // of the tallest
	letters int
}

func (l *line) add(m *mark) {
	if len(l.marks) == 0 {
		l.box = m.box
	}
	l.box = box{min(l.x0, m.x0), min(l.y0, m.y0), max(l.x1, m.x1), max(l.y1, m.y1)}
	l.marks = append(l.marks, *m)
	l.height = max(l.height, m.height())
	// Letters that touch make one wide mark.
	l.letters += max(1, m.width()/m.height())
}

// gone tells whether no mark from here on can follow.
func (l *line) gone(m *mark) bool {
	return m.x0 > l.x1+2*l.height
}

// takes tells whether a mark goes on with the line: near, of like height and
// light, on the same base or under the same top.
func (l *line) takes(m *mark) bool {
	last := &l.marks[len(l.marks)-1]
	tall, small := max(last.height(), m.height()), min(last.height(), m.height())
	slack := 1 + tall/6
	near := m.x0-last.x1 <= max(6, 3*tall/2)
	level := abs(m.y1-last.y1) <= slack || abs(m.y0-last.y0) <= slack
	return near && level && tall <= 2*small && abs(m.light-last.light) <= sameLight
}

// isText judges a line. Drawn text has one light: the cores of its strokes have
// the same level in every letter, while tissue varies. Dark strokes and wide
// marks, which tissue and the edge of a body make more often, need more letters.
func (c *canvas) isText(l *line) bool {
	peaks := make([]int, 0, len(l.marks))
	area, flat := 0, 0
	for i := range l.marks {
		peaks = append(peaks, int(l.marks[i].peak))
		area += l.marks[i].area
		flat += l.marks[i].flat
	}
	slices.Sort(peaks)
	middle := peaks[len(peaks)/2]
	same, alike := 0, 0
	for _, peak := range peaks {
		if abs(peak-middle) <= c.near/4 {
			same++
		}
		if abs(peak-middle) <= 2*c.near {
			alike++
		}
	}
	least, share := minLetters, 35
	if c.dark {
		share = 55
	}
	if c.dark || len(l.marks) < 3 {
		least = manyLetters
	}
	drawn := 5*same >= 4*len(peaks) && 100*flat >= share*area
	blurred := 5*alike >= 4*len(peaks) && 100*flat >= 60*area && l.letters >= manyLetters
	return l.letters >= least && len(l.marks) > 1 && (drawn || blurred)
}

// appendBox adds the line if it is one of text, with room around it for what of
// its letters was not seen.
func (c *canvas) appendBox(found []box, l *line) []box {
	if !c.isText(l) {
		return found
	}
	room := l.height/2 + 2
	return append(found, box{l.x0 - 2*room, l.y0 - room, l.x1 + 2*room, l.y1 + room})
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
