package dicom

import (
	"bytes"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/volens-network/volens/core/deid"
)

const (
	// maxFrame is the largest frame that is held to be looked at.
	maxFrame = 16 << 20
	// rounds is how often a frame is looked at again after blanking.
	rounds = 6
)

// what the gate counts: files that a person looked at, frames, and files with words beside a picture.
const (
	rulePixels     = "pixels"
	actionPassed   = "passed"
	actionBlanked  = "blanked"
	actionReviewed = "reviewed"
	actionWiped    = "wiped"
)

// way is how the pixels get through.
type way uint8

const (
	wayCopy  way = iota // byte for byte, nothing to look at
	wayLook             // each frame is looked at, text is blanked
	wayCheck            // compressed: each frame is looked at, text refuses the file
)

// ultrasound lists the classes whose images have regions (PS3.4, B.5).
var ultrasound = []string{
	"1.2.840.10008.5.1.4.1.1.6", "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.6.2",
	"1.2.840.10008.5.1.4.1.1.3", "1.2.840.10008.5.1.4.1.1.3.1",
}

func needReview(why string) error {
	return deid.Refuse(deid.CodePixels, why+"; look at it, and declare that you did")
}

// gate decides whether the pixels may pass, before anything is written. What the
// attributes say of burned-in text counts only against a file.
func (s *scrubber) gate() error {
	p, rules := &s.picture, &s.opts.Profile.DICOM
	reviewed := s.opts.PixelsReviewed
	switch {
	case p.encapsulatedDoc && !reviewed:
		return needReview("a document is inside, which no program can clean")
	case p.encapsulatedDoc && s.namedInDocument():
		return errText
	case p.encapsulatedDoc:
		s.count.add(rulePixels, actionReviewed)
		return nil
	case s.pixels == nil:
		return nil
	case s.pixels.tag != tagPixels: // floating point
		s.count.add(rulePixels, actionPassed)
		return nil
	case s.syntax.video && !reviewed:
		return needReview("the pixels are a film")
	case slices.Contains(rules.DerivedClasses, s.class) && !p.saysBurnedIn:
		s.count.add(rulePixels, actionPassed)
		return nil
	}
	way := s.wayOf()
	ours := slices.Contains(rules.PixelClasses, s.class) && p.original && !p.saysBurnedIn
	sound := slices.Contains(ultrasound, s.class) && len(p.regions) > 0 && !p.brokenRegions
	switch {
	case sound && way == wayLook, ours && way != wayCopy:
	case reviewed:
		s.count.add(rulePixels, actionReviewed)
	case sound:
		return needReview("text beside the picture cannot be blanked in compressed pixels")
	case ours:
		return needReview("the pixels are compressed in a way that cannot be looked at")
	default:
		return needReview("pictures of this kind often show names")
	}
	return nil
}

// namedInDocument tells whether a document that is a text, such as a CDA, holds a value of the
// original. Of others, such as PDF, only long values are found, with everything that is written.
func (s *scrubber) namedInDocument() bool {
	return slices.ContainsFunc(s.nodes, func(n node) bool {
		return n.tag == tagDocument && n.part == partValue && utf8.Valid(trim(n.value)) &&
			s.look.Holds(string(trim(n.value)))
	})
}

// wayOf says how the pixels can be looked at.
func (s *scrubber) wayOf() way {
	p := &s.picture
	size := p.frameSize()
	if size == 0 || size > maxFrame || p.allocated > 16 {
		return wayCopy
	}
	switch {
	case unpackers[s.syntax.uid] != nil && s.pixels.length == undefined:
		return wayCheck
	case !s.syntax.encapsulated && s.pixels.length != undefined && p.samples != 2 && p.samples != 4 &&
		p.photometric != "YBR_FULL_422" && s.holds(size*int64(p.frames), size):
		return wayLook
	}
	return wayCopy
}

// holds tells whether native pixels are all the frames that are declared, and not one more: that one
// would not be looked at. Where a person has looked, it is wiped as all that stands behind the frames.
func (s *scrubber) holds(all, frame int64) bool {
	length := int64(s.pixels.length)
	return length >= all && (length < all+frame || s.opts.PixelsReviewed)
}

// writePixels writes the pixel element, cleaned where the gate demands it.
func (s *scrubber) writePixels(look *deid.LookWriter) error {
	h := s.pixels
	v := h.vr
	if v == 0 || !v.known() || v == vrUN || v.traits().sort != sortBinary {
		v = pixelVR(h.tag)
	}
	if h.length == undefined {
		if !s.syntax.encapsulated {
			return deid.Refuse(deid.CodeUnsupported, "compressed pixels in a transfer syntax without compression")
		}
		return s.encapsulated(look, v)
	}
	if err := s.src.claim(int64(h.length)); err != nil {
		return err
	}
	if s.syntax.encapsulated {
		return deid.Refuse(deid.CodeUnsupported, "uncompressed pixels in a transfer syntax with compression")
	}
	odd := h.length & 1
	if err := s.writeHeader(look, h.tag, v, h.length+odd); err != nil {
		return err
	}
	left := int64(h.length)
	if h.tag == tagPixels && s.wayOf() == wayLook && !slices.Contains(s.opts.Profile.DICOM.DerivedClasses, s.class) {
		done, err := s.frames(look)
		if err != nil {
			return err
		}
		if err := s.wipeRest(look, left-done); err != nil {
			return err
		}
		left = 0
	}
	if err := s.src.copyTo(look, left); err != nil {
		return err
	}
	_, err := look.Write(make([]byte, odd))
	return err
}

// wipeRest writes zeros for what stands behind the last frame: nobody sees it.
func (s *scrubber) wipeRest(look io.Writer, n int64) error {
	const step = 1 << 16
	var wiped bool
	for ; n > 0; n -= step {
		rest, err := s.src.read(min(n, step))
		if err != nil {
			return err
		}
		wiped = wiped || len(bytes.Trim(rest, "\x00")) > 0
		clear(rest)
		if _, err := look.Write(rest); err != nil {
			return err
		}
	}
	if wiped {
		s.count.add(rulePixels, actionWiped)
	}
	return nil
}

func pixelVR(t tag) vr {
	switch t {
	case tagFloatPixels:
		return vrOF
	case tagDoublePixels:
		return vrOD
	default:
		return vrOW
	}
}

// frames cleans native frames one by one.
func (s *scrubber) frames(look io.Writer) (done int64, err error) {
	p := &s.picture
	frame := make([]byte, p.frameSize())
	c := &canvas{picture: p, order: s.out.order, pixels: frame}
	for range p.frames {
		if err := s.ctx.Err(); err != nil {
			return done, err
		}
		if err := s.src.fill(frame); err != nil {
			return done, err
		}
		changed := false
		if len(p.regions) > 0 && slices.Contains(ultrasound, s.class) {
			changed = c.blankOutside(p.regions)
		}
		found := c.text()
		for round := 0; len(found) > 0; round++ {
			if round == rounds {
				return done, needReview("text was found in the pixels and could not be blanked")
			}
			changed = true
			for _, b := range found {
				c.blank(b)
			}
			found = c.text()
		}
		if changed {
			s.count.add(rulePixels, actionBlanked)
		} else {
			s.count.add(rulePixels, actionPassed)
		}
		if _, err := look.Write(frame); err != nil {
			return done, err
		}
		done += int64(len(frame))
	}
	return done, nil
}
