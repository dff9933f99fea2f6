package dicom

import (
	"strconv"
	"strings"
)

// picture is what the pixels' description says (PS3.3, C.7.6.3).
type picture struct {
	rows, columns   int
	samples         int
	allocated       int // bits of a sample
	planar          bool
	signed          bool
	frames          int
	photometric     string
	original        bool // ImageType ORIGINAL\PRIMARY
	saysBurnedIn    bool
	regions         []box
	brokenRegions   bool
	encapsulatedDoc bool
}

// box is a rectangle of pixels; its ends are outside.
type box struct{ x0, y0, x1, y1 int }

// describe reads the description out of the data set as it will be written.
func (s *scrubber) describe() {
	p := &s.picture
	p.frames, p.samples = 1, 1
	inRegions := false
	var region map[tag]int
	for _, n := range s.nodes {
		switch {
		case n.tag == tagRegions:
			inRegions = n.part == partSequence
		case inRegions && n.part == partItem && n.depth == 1:
			region = map[tag]int{}
		case inRegions && n.part == partItemEnd && n.depth == 1:
			p.addRegion(region)
		case inRegions && n.part == partValue && n.depth == 1:
			region[n.tag] = s.number(n)
		case n.depth == 0 && n.part == partValue:
			s.describeBy(p, n)
		}
	}
}

func (s *scrubber) describeBy(p *picture, n node) {
	text := strings.Trim(string(n.value), " \x00")
	switch n.tag {
	case 0x00280010:
		p.rows = s.number(n)
	case 0x00280011:
		p.columns = s.number(n)
	case 0x00280002:
		p.samples = s.number(n)
	case 0x00280100:
		p.allocated = s.number(n)
	case 0x00280006:
		p.planar = s.number(n) == 1
	case 0x00280103:
		p.signed = s.number(n) == 1
	case 0x00280004:
		p.photometric = text
	case 0x00280008:
		if frames, err := strconv.Atoi(text); err == nil && frames > 0 {
			p.frames = frames
		}
	case 0x00080008:
		parts := strings.Split(text, `\`)
		p.original = len(parts) > 1 && strings.TrimSpace(parts[0]) == "ORIGINAL" &&
			strings.TrimSpace(parts[1]) == "PRIMARY"
	case tagDocument:
		p.encapsulatedDoc = true
	default:
	}
}

// number reads the first number of a US or UL.
func (s *scrubber) number(n node) int {
	switch {
	case len(n.value) >= 4 && n.vr == vrUL:
		return int(s.out.order.Uint32(n.value))
	case len(n.value) >= 2 && (n.vr == vrUS || n.vr == vrSS):
		return int(s.out.order.Uint16(n.value))
	}
	return 0
}

// addRegion adds a region of an ultrasound image (PS3.3, C.8.5.5); its last row
// and column are inside.
func (p *picture) addRegion(values map[tag]int) {
	b := box{values[0x00186018], values[0x0018601a], values[0x0018601c] + 1, values[0x0018601e] + 1}
	if b.x0 >= b.x1 || b.y0 >= b.y1 {
		p.brokenRegions = true
		return
	}
	p.regions = append(p.regions, b)
}

// frameSize is the number of bytes of a native frame, 0 if that cannot be said.
func (p *picture) frameSize() int64 {
	if p.rows < 1 || p.columns < 1 || p.samples < 1 || p.samples > 4 {
		return 0
	}
	switch p.allocated {
	case 8, 16, 32:
		return int64(p.rows) * int64(p.columns) * int64(p.samples) * int64(p.allocated/8)
	}
	return 0
}
