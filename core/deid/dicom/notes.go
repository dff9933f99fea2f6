package dicom

import (
	"bytes"
	"io"
	"slices"

	"github.com/volens-network/volens/core/deid"
)

// More markers of JPEG (ITU-T T.81, table B.1) and of JPEG 2000 (ITU-T T.800, table A.2), without
// their first byte.
const (
	markTEM   = 0x01
	markRST7  = 0xd7
	markAPP8  = 0xe8
	markAPP14 = 0xee
	markAPP15 = 0xef
	markCOM   = 0xfe
	markJPG0  = 0xf0
	markJPG13 = 0xfd

	markSOC    = 0x4f
	markSIZ    = 0x51
	markCOM2K  = 0x64
	markSOP    = 0x91 // may stand before a packet, with four bytes of its own
	markEPH    = 0x92 // may stand behind a packet's head
	markSOT    = 0x90
	markSOD    = 0x93
	markFixed  = 0x30 // the first of 16 without a length
	fixedCount = 16
)

// segmentsTwoK are the markers of JPEG 2000 whose segments a picture may need: those of T.800, table A.2, without
// comments, and CPF of T.814 (HTJ2K).
var segmentsTwoK = []byte{
	0x50, markSIZ, 0x52, 0x53, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5c, 0x5d, 0x5e, 0x5f, 0x60, 0x61, 0x63,
	markSOT, markSOP, markEPH,
}

// segmentsParts are those that T.801, its second part, adds (table A.2).
var segmentsParts = []byte{0x5a, 0x5b, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79}

// kinds are streams that few transfer syntaxes allow.
type kinds struct {
	xl    bool // JPEG XL, which is not read
	parts bool // the second part of JPEG 2000
}

// tileLength is where a tile-part's length stands in its SOT segment, and where it ends.
const tileLength, tileLengthEnd = 2, 6

// sopLength is how many bytes follow the marker before a packet (T.800, A.8.1).
const sopLength = 4

// place is where in a stream of compressed pixels the notes are.
type place uint8

const (
	placeUnknown place = iota // before the first picture, or in a stream that is not read
	placeMarker               // at a marker, or in its length
	placeSegment              // in what belongs to a marker
	placeScan                 // in entropy-coded data, which a marker ends
	placeTile                 // in data of JPEG 2000, whose length is known
	placeEnd                  // behind the end of a picture
)

// needed is the application data that pictures cannot do without, by its marker: how it begins, and
// how many bytes of it count.
var needed = map[byte]struct {
	begins string
	count  int64
}{
	markAPP0:  {"JFIF\x00", 14}, // without its thumbnail
	markAPP8:  {"mrfx", 5},      // a colour transform of JPEG-LS
	markAPP14: {"Adobe", 12},    // another one
}

// notes passes compressed pixels of JPEG, JPEG-LS and JPEG 2000 on and wipes what such a stream can
// say beside the picture: comments, data of applications such as Exif with its places, owners and
// thumbnails, segments of no known use, and whatever stands between segments or behind the end. No length changes and no
// sample. JPEG XL passes as it is where the transfer syntax is one of it; other streams that cannot be read are refused.
type notes struct {
	dst   io.Writer
	kinds kinds
	wiped bool // something was there that is no more

	at     place
	twoK   bool // JPEG 2000
	data   bool // of JPEG 2000, from the first byte of a tile-part's data to the next tile-part
	head   []byte
	marker byte
	pos    int64 // in the segment
	left   int64 // of the segment or the tile
	behind place // behind the tile's data
	length int64 // of the tile-part, as far as it was read
	tile   int64 // bytes left of the tile-part, 0 if it goes on to the next marker
	fits   bool  // the segment begins as what is needed

	start []byte // what the fragments before end with, if a stream may begin so
	pass  int    // bytes of the fragment that are a part of such a mark
	held  bool   // an FF behind the end was not passed on yet
	// foreign says that the stream is of a kind that is not read.
	foreign bool
}

// The marks with which streams begin, and those of files that have streams among other things.
var (
	startJPEG  = []byte{0xff, markSOI}
	startTwoK  = []byte{0xff, markSOC, 0xff, markSIZ}
	startXL    = []byte{0xff, 0x0a} // of JPEG XL (ISO/IEC 18181-1), which is not read
	startFiles = [][]byte{[]byte("\x00\x00\x00\x0cjP"), []byte("\x00\x00\x00\x0cJXL")}
)

// longestStart is how many bytes of a fragment begin wants to see: more than any mark has.
const longestStart = 8

// begin is called at each fragment with the bytes that it begins with, longestStart or all. A frame may have several
// fragments, a mark may stand in two of them, and the frame before may end too early, anywhere.
func (n *notes) begin(head []byte) error {
	whole := slices.Concat(n.start, head)
	for _, file := range startFiles {
		if bytes.HasPrefix(whole, file) || bytes.HasPrefix(head, file) {
			return deid.Refuse(
				deid.CodeUnsupported,
				"the pixels are a file of their own, which may hold more than a picture",
			)
		}
	}
	for _, mark := range [][]byte{startJPEG, startTwoK} {
		for from, seen := range [][]byte{whole, head} {
			if bytes.HasPrefix(seen, mark) {
				return n.restart(mark, choose(from == 0, len(n.start), 0))
			}
		}
	}
	n.start, n.pass = nil, 0
	for _, seen := range [][]byte{whole, head} {
		if n.start == nil && len(head) < longestStart && partOfStart(seen) {
			n.start = bytes.Clone(seen)
			n.pass = len(head) // constants, which say nothing if no picture follows
		}
	}
	if n.at == placeUnknown && n.start == nil && len(head) > 0 && !n.foreign {
		if n.foreign = n.kinds.xl && bytes.HasPrefix(whole, startXL); !n.foreign {
			return deid.Refuse(
				deid.CodeUnsupported,
				"the pixels begin as no picture does that can be searched for words",
			)
		}
	}
	return nil
}

// partOfStart tells whether a mark may begin so.
func partOfStart(seen []byte) bool {
	for _, mark := range append([][]byte{startJPEG, startTwoK, startXL}, startFiles...) {
		if len(seen) > 0 && bytes.HasPrefix(mark, seen) {
			return true
		}
	}
	return false
}

// restart begins another picture, of whose mark so many bytes have passed.
func (n *notes) restart(mark []byte, passed int) error {
	if n.at == placeSegment && n.left > 0 && n.wipes() {
		return deid.Refuse(
			deid.CodeTruncated,
			"a picture begins within what is said beside another: it may be a small copy of that one",
		)
	}
	*n = notes{dst: n.dst, kinds: n.kinds, wiped: n.wiped, at: placeMarker, twoK: len(mark) > len(startJPEG)}
	if passed%2 == 1 {
		n.head = append(n.head, 0xff)
	}
	return nil
}

// Write implements io.Writer. It does not keep p, and changes a copy. An FF behind a picture waits for the byte that
// follows it, which may make it the begin of another one.
func (n *notes) Write(p []byte) (int, error) {
	out := bytes.Clone(p)
	if n.held {
		out = append([]byte{0xff}, out...)
		n.held = false
	}
	for rest := out; len(rest) > 0; {
		if n.at == placeEnd && !n.twoK && n.pass == 0 && len(rest) == 1 && rest[0] == 0xff {
			n.held = true
			out = out[:len(out)-1]
			break
		}
		rest = rest[n.step(rest):]
	}
	if _, err := n.dst.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// end is called behind each fragment.
func (n *notes) end() error {
	if !n.held {
		return nil
	}
	n.held, n.start = false, []byte{0xff}
	_, err := n.dst.Write(n.start)
	return err
}

// step takes some bytes and tells how many.
func (n *notes) step(p []byte) int {
	if n.pass > 0 && n.at == placeEnd {
		took := min(n.pass, len(p))
		n.pass -= took
		return took
	}
	switch n.at {
	case placeMarker:
		n.mark(&p[0])
		return 1
	case placeSegment:
		return n.segment(p)
	case placeScan:
		return n.scan(p)
	case placeTile:
		took := int(min(int64(len(p)), n.left))
		if n.left -= int64(took); n.left == 0 {
			n.at = n.behind
		}
		return took
	case placeEnd:
		n.rest(p)
		return 1
	default:
		return len(p)
	}
}

// mark takes one byte of a marker, or of the length behind it.
func (n *notes) mark(c *byte) {
	n.count()
	n.head = append(n.head, *c)
	switch {
	case n.head[0] != 0xff:
		n.head = n.head[:0] // decoders look for the next marker, too
		if !n.data {
			n.wipe(c) // there is nothing to see between two segments; a tile-part may be longer than it says
		}
	case len(n.head) == 1:
	case len(n.head) == 2 && *c == 0xff:
		n.head = n.head[:1] // fill bytes (T.81, B.1.1.2)
	case len(n.head) == 2:
		n.marker = *c
		n.alone()
	case len(n.head) == 4:
		n.data = n.data && n.marker != markSOT
		n.left = int64(n.head[2])<<8 + int64(n.head[3]) - 2
		n.at, n.pos, n.length, n.fits, n.head = placeSegment, 0, 0, true, n.head[:0]
		if n.left <= 0 {
			n.leave()
		}
	}
}

// alone deals with markers that have no length.
func (n *notes) alone() {
	m := n.marker
	switch {
	case m == markEOI:
		n.at, n.head = placeEnd, n.head[:0]
	case n.twoK && m == markSOD:
		n.head, n.at, n.left, n.tile = n.head[:0], choose(n.tile > 0, placeTile, placeScan), n.tile, 0
		n.behind, n.data = placeMarker, true
	case m == 0, m == markSOI, m == markTEM, m >= markRST0 && m <= markRST7,
		n.twoK && (m == markSOC || m >= markFixed && m < markFixed+fixedCount):
		n.head = n.head[:0]
	}
}

// count takes a byte off what is left of a tile-part.
func (n *notes) count() {
	if n.tile > 0 {
		n.tile--
	}
}

// segment takes bytes that belong to a marker.
func (n *notes) segment(p []byte) int {
	took := int(min(int64(len(p)), n.left))
	for i := range p[:took] {
		n.count()
		n.see(&p[i])
		n.pos++
	}
	if n.left -= int64(took); n.left == 0 {
		n.leave()
	}
	return took
}

// see looks at one byte of a segment and wipes it where nobody needs it.
func (n *notes) see(c *byte) {
	m := n.marker
	switch {
	case n.twoK && m == markSOT && n.pos >= tileLength && n.pos < tileLengthEnd:
		n.length = n.length<<8 | int64(*c)
		if n.pos == tileLengthEnd-1 {
			// It counts from the marker on: these bytes, the length and the marker are behind us.
			n.tile = max(n.length-tileLengthEnd-4, 0)
		}
	case n.twoK && m == markCOM2K && n.pos < 2: // which alphabet it is in
	case !n.wipes():
	case !n.twoK && m >= markAPP0 && m <= markAPP15:
		rule := needed[m]
		n.fits = n.fits && (n.pos >= int64(len(rule.begins)) || rule.begins[n.pos] == *c)
		if !n.fits || n.pos >= rule.count {
			n.wipe(c)
		}
	default:
		n.wipe(c)
	}
}

// wipes tells whether the segment is of a kind that is no part of the picture: comments, data of applications, and
// what T.81 reserves (its table B.1), of which JPEG-LS has taken two (T.87, table C.1); of JPEG 2000 all that it does not
// name. Decoders pass over such segments by their length.
func (n *notes) wipes() bool {
	m := n.marker
	if n.twoK && n.data { // Behind a tile-part's length; it may be wrong, and then this is the picture.
		return m == markCOM2K
	}
	if n.twoK {
		return !slices.Contains(segmentsTwoK, m) && (!n.kinds.parts || !slices.Contains(segmentsParts, m))
	}
	return m == markCOM || m >= markAPP0 && m <= markAPP15 || m > markTEM && m < markSOF0 ||
		m >= markJPG0 && m <= markJPG13 && m != markSOF55 && m != markLSE
}

func (n *notes) wipe(c *byte) {
	n.wiped = n.wiped || *c != 0
	*c = 0
}

// leave goes on behind a segment.
func (n *notes) leave() {
	n.at, n.head = placeMarker, n.head[:0]
	if !n.twoK && n.marker == markSOS {
		n.at = placeScan
	}
}

// scan passes over entropy-coded data: FF is a marker there only before a byte above 7F that is no
// restart (T.81, F.1.2.3; T.87, A.1), in JPEG 2000 before one above 8F (T.800, A.1.1). There, those of
// packets are data, too: a tile-part without a length ends with the picture.
func (n *notes) scan(p []byte) int {
	if len(n.head) == 0 {
		at := bytes.IndexByte(p, 0xff)
		if at < 0 {
			return len(p)
		}
		n.head = append(n.head, 0xff)
		return at + 1
	}
	switch c := p[0]; {
	case c == 0xff:
	case n.twoK && c == markSOP:
		n.head, n.at, n.left, n.behind = n.head[:0], placeTile, sopLength, placeScan
	case n.twoK && c == markEPH, n.twoK && c < markSOT, c < 0x80, c >= markRST0 && c <= markRST7:
		n.head = n.head[:0]
	default:
		n.at = placeMarker
		n.mark(&p[0])
	}
	return 1
}

// rest wipes what follows a picture, up to where another one begins.
func (n *notes) rest(p []byte) {
	if !n.twoK && len(p) > 1 && p[0] == 0xff && p[1] == markSOI {
		n.at = placeMarker
		n.mark(&p[0])
		return
	}
	n.wipe(&p[0])
}
