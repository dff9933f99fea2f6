package dicom

import "encoding/binary"

// canvas is one native frame whose samples can be read and blanked.
type canvas struct {
	*picture
	order  binary.ByteOrder
	pixels []byte
	grey   []uint8 // rows x columns, made by render
	levels []uint16
	dark   bool // dark strokes are sought
	near   int  // how far from a peak a level is still the same light

	// of the detector, kept from frame to frame
	out, inRow   []bool
	least, most  []uint8
	across, down int
	histogram    []uint32 // of levels from low on
	low          uint16
	table        []uint8
}

// at is the offset of a sample.
func (c *canvas) at(x, y, sample int) int {
	i := (y*c.columns+x)*c.samples + sample
	if c.planar && c.samples > 1 {
		i = (sample*c.rows+y)*c.columns + x
	}
	return i * c.allocated / 8
}

// sample reads a sample as a number that grows with it, signed or not.
func (c *canvas) sample(offset int) uint16 {
	if c.allocated == 8 {
		return uint16(c.pixels[offset])
	}
	v := c.order.Uint16(c.pixels[offset:])
	if c.signed {
		v ^= 0x8000
	}
	return v
}

// read fills levels with one number a pixel: its brightest sample, or its
// luminance where the first sample is that; and counts how often each occurs.
func (c *canvas) read() {
	c.near = 0
	if c.samples == 1 {
		c.levels = resize(c.levels, len(c.pixels)*8/c.allocated)
		c.readPlane()
	} else {
		c.readColours()
	}
	c.count()
}

// readPlane reads pixels of one sample.
func (c *canvas) readPlane() {
	levels, pixels := c.levels, c.pixels
	if c.allocated == 8 {
		for i, v := range pixels[:len(levels)] {
			levels[i] = uint16(v)
		}
		return
	}
	sign := uint16(0)
	if c.signed {
		sign = 0x8000
	}
	pixels = pixels[:2*len(levels)]
	if c.order == binary.ByteOrder(binary.LittleEndian) {
		for i := range levels {
			levels[i] = binary.LittleEndian.Uint16(pixels[2*i:]) ^ sign
		}
		return
	}
	for i := range levels {
		levels[i] = binary.BigEndian.Uint16(pixels[2*i:]) ^ sign
	}
}

// readColours reads pixels of several samples.
func (c *canvas) readColours() {
	c.levels = c.levels[:0]
	several := c.samples == 3 && c.photometric == "RGB"
	for y := range c.rows {
		for x := range c.columns {
			level := c.sample(c.at(x, y, 0))
			if several {
				level = max(level, c.sample(c.at(x, y, 1)), c.sample(c.at(x, y, 2)))
			}
			c.levels = append(c.levels, level)
		}
	}
}

// count makes the histogram, which begins at the least level: most pictures use few of the
// 65,536.
func (c *canvas) count() {
	low, high := uint16(1<<16-1), uint16(0)
	for _, level := range c.levels {
		low, high = min(low, level), max(high, level)
	}
	c.low = low
	c.histogram = resize(c.histogram, int(max(high, low)-low)+1)
	clear(c.histogram)
	for _, level := range c.levels {
		c.histogram[level-low]++
	}
}

// render maps levels to 256 greys between two quantiles, given in parts of 1000.
// It tells whether that is worth while: if the picture was rendered before with
// not even twice the range, all contrasts have been seen.
func (c *canvas) render(low, high int) bool {
	from, to := c.quantile(low), c.quantile(high)
	if to <= from {
		from, to = c.quantile(0), c.quantile(1000)
	}
	if c.near > 0 && 2*(to-from) > c.near*24 {
		return false
	}
	c.near = max(1, (to-from)/24)
	c.table = resize(c.table, len(c.histogram))
	table, base := c.table, c.low
	for i := range table {
		switch level := i + int(base); {
		case level <= from:
			table[i] = 0
		case level >= to:
			table[i] = 255
		default:
			table[i] = uint8((level - from) * 255 / (to - from)) //nolint:gosec // below 256
		}
	}
	c.grey = resize(c.grey, len(c.levels))
	grey := c.grey
	for i, level := range c.levels {
		grey[i] = table[level-base]
	}
	return true
}

// quantile is the least level that so many thousandths of the pixels reach.
func (c *canvas) quantile(thousandths int) int {
	want := max(1, len(c.levels)*thousandths/1000)
	for i, count := range c.histogram {
		if want -= int(count); want <= 0 {
			return i + int(c.low)
		}
	}
	return len(c.histogram) - 1 + int(c.low)
}

// blank fills a box with the sample that is most common on its border, so that
// no edge is left that looks like a stroke.
func (c *canvas) blank(b box) {
	b = box{max(b.x0, 0), max(b.y0, 0), min(b.x1, c.columns), min(b.y1, c.rows)}
	if b.x0 >= b.x1 || b.y0 >= b.y1 {
		return
	}
	fill := c.background(b)
	for y := b.y0; y < b.y1; y++ {
		for x := b.x0; x < b.x1; x++ {
			c.put(x, y, fill)
		}
	}
}

// background is the pixel that is most common on the border of a box.
func (c *canvas) background(b box) [3]uint16 {
	counts := map[[3]uint16]int{}
	best := c.pixel(b.x0, b.y0)
	see := func(x, y int) {
		p := c.pixel(x, y)
		counts[p]++
		if n := counts[p]; n > counts[best] || n == counts[best] && p[0] < best[0] {
			best = p
		}
	}
	for x := b.x0; x < b.x1; x++ {
		see(x, b.y0)
		see(x, b.y1-1)
	}
	for y := b.y0; y < b.y1; y++ {
		see(b.x0, y)
		see(b.x1-1, y)
	}
	return best
}

func (c *canvas) pixel(x, y int) [3]uint16 {
	var p [3]uint16
	for i := range min(c.samples, 3) {
		offset := c.at(x, y, i)
		if c.allocated == 8 {
			p[i] = uint16(c.pixels[offset])
		} else {
			p[i] = c.order.Uint16(c.pixels[offset:])
		}
	}
	return p
}

func (c *canvas) put(x, y int, p [3]uint16) {
	for i := range min(c.samples, 3) {
		offset := c.at(x, y, i)
		if c.allocated == 8 {
			c.pixels[offset] = byte(p[i]) //nolint:gosec // read from a byte
		} else {
			c.order.PutUint16(c.pixels[offset:], p[i])
		}
	}
}

// blankOutside blacks out what lies outside all boxes and tells whether that
// changed anything.
func (c *canvas) blankOutside(keep []box) bool {
	black := c.black()
	changed := false
	for y := range c.rows {
		for x := range c.columns {
			if !inside(keep, x, y) && c.pixel(x, y) != black {
				c.put(x, y, black)
				changed = true
			}
		}
	}
	return changed
}

// black is the pixel of no light.
func (c *canvas) black() [3]uint16 {
	var p [3]uint16
	full := uint16(1<<c.allocated - 1)
	switch c.photometric {
	case "MONOCHROME1":
		p[0] = full
	case "YBR_FULL", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_420":
		p[1], p[2] = full/2+1, full/2+1
	}
	return p
}

func inside(boxes []box, x, y int) bool {
	for _, b := range boxes {
		if x >= b.x0 && x < b.x1 && y >= b.y0 && y < b.y1 {
			return true
		}
	}
	return false
}
