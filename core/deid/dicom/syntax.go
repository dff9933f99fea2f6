package dicom

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/volens-network/volens/core/deid"
)

const (
	preamble = 128
	magic    = "DICM"
	// maxMeta is the largest file meta information that is taken.
	maxMeta = 1 << 20
)

// The transfer syntaxes that say how elements are written (PS3.5, Annex A).
const (
	uidImplicitLittle = "1.2.840.10008.1.2"
	uidExplicitLittle = "1.2.840.10008.1.2.1"
	uidDeflated       = "1.2.840.10008.1.2.1.99"
	uidExplicitBig    = "1.2.840.10008.1.2.2"
	uidRLE            = "1.2.840.10008.1.2.5"
	uidJPEGBaseline   = "1.2.840.10008.1.2.4.50"
	uidJPEGLossless   = "1.2.840.10008.1.2.4.57"
	uidJPEGLosslessSV = "1.2.840.10008.1.2.4.70" // selection value 1, the usual one
	uidJPEGLS         = "1.2.840.10008.1.2.4.80"
	uidJPEGLSNear     = "1.2.840.10008.1.2.4.81"
	// prefixCompressed is the arc of the syntaxes with compressed pixels.
	prefixCompressed = "1.2.840.10008.1.2.4."
)

// referenced lists syntaxes that keep the pixels elsewhere, by a URL.
var referenced = []string{
	prefixCompressed + "94", prefixCompressed + "95", prefixCompressed + "204", prefixCompressed + "205",
}

// videos lists the numbers below prefixCompressed of the syntaxes of MPEG-2, MPEG-4 and HEVC.
var videos = []string{"100", "101", "102", "103", "104", "105", "106", "107", "108"}

// syntax is how a file is written.
type syntax struct {
	uid          string
	coding       coding
	encapsulated bool
	video        bool
}

// syntaxOf knows a transfer syntax by its UID.
func syntaxOf(uid string) (syntax, error) {
	s := syntax{uid: uid, coding: explicitLittle}
	switch {
	case uid == uidImplicitLittle:
		s.coding = implicitLittle
	case uid == uidExplicitLittle, uid == uidDeflated:
	case uid == uidExplicitBig:
		s.coding = explicitBig
	case uid == uidRLE:
		s.encapsulated = true
	case strings.HasPrefix(uid, prefixCompressed) && standardForm.MatchString(uid):
		s.encapsulated = true
		for _, bad := range referenced {
			if uid == bad {
				return s, deid.Refuse(deid.CodeUnsupported, "the pixels are not in the file but behind a URL")
			}
		}
		for _, video := range videos {
			s.video = s.video || uid == prefixCompressed+video || strings.HasPrefix(uid, prefixCompressed+video+".")
		}
	default:
		return s, deid.Refuse(deid.CodeUnsupported, "the transfer syntax is none of the standard's")
	}
	return s, nil
}

// wordy tells whether compressed pixels are of a kind that can hold words beside the picture.
func (s syntax) wordy() bool {
	return !s.video && strings.HasPrefix(s.uid, prefixCompressed)
}

// kinds are the streams that the syntax allows beside those that every one with wordy pixels may have.
func (s syntax) kinds() kinds {
	number, _ := strings.CutPrefix(s.uid, prefixCompressed)
	return kinds{
		xl:    number == "110" || number == "111" || number == "112",
		parts: number == "92" || number == "93",
	}
}

// meta is what of the file meta information is needed.
type meta struct {
	syntax   string
	class    string
	instance string
}

// begin finds the first element: behind preamble and meta information, behind
// meta information alone, or at once.
func (s *scrubber) begin() (meta, error) {
	var m meta
	head, err := s.src.peek(preamble + len(magic) + 8)
	if err != nil {
		return m, err
	}
	switch {
	case len(head) == 0:
		return m, deid.Refuse(deid.CodeEmpty, "there is nothing in it")
	case len(head) > preamble+len(magic) && string(head[preamble:preamble+len(magic)]) == magic &&
		(startsPlausibly(head[preamble+len(magic):]) || !startsPlausibly(head)):
		if !bytes.Equal(head[:preamble], make([]byte, preamble)) {
			s.count.add("preamble", "Z")
		}
		if err := s.src.skip(int64(preamble + len(magic))); err != nil {
			return m, err
		}
	case startsPlausibly(head):
		s.count.warn("no_preamble")
	case startsPlausibly(head[1:]) && head[0] == ' ' && vrOf(head[5], head[6]).known():
		s.count.warn("no_preamble")
		if err := s.src.skip(1); err != nil {
			return m, err
		}
	default:
		return m, deid.Refuse(deid.CodeNotThisFormat, "the content does not start as DICOM does")
	}
	return m, s.readMeta(&m)
}

// startsPlausibly tells whether a data set of group 2 or 8 starts here.
func startsPlausibly(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	little, big := binary.LittleEndian.Uint16(head), binary.BigEndian.Uint16(head)
	return little == 2 || little == 8 || big == 8
}

// readMeta reads group 2, which is little endian with explicit VR whatever
// follows (PS3.10, 7.1). Its group length is not believed.
func (s *scrubber) readMeta(m *meta) error {
	for read := int64(0); ; {
		head, err := s.src.peek(2)
		if err != nil {
			return err
		}
		if len(head) < 2 || binary.LittleEndian.Uint16(head) != 2 {
			return nil
		}
		h, err := s.src.next(explicitLittle)
		if err != nil {
			return err
		}
		if read += int64(h.length); h.length == undefined || read > maxMeta {
			return malformed("the file meta information has no end")
		}
		value, err := s.src.read(int64(h.length))
		if err != nil {
			return err
		}
		text := string(trim(value))
		switch h.tag {
		case 0x00020002:
			m.class = text
		case 0x00020003:
			m.instance = text
			s.search(text, uniqueID)
		case 0x00020010:
			m.syntax = text
		case 0x00020012:
		case 0x00020016, 0x00020017, 0x00020018:
			s.remember(value, latin1, wholeValue, vrAE)
			s.count.add("meta", "X")
		case 0x00020000, 0x00020001, 0x00020013:
		default:
			s.count.add("meta", "X")
		}
	}
}

// settleSyntax compares what the meta information says with the first element.
func (s *scrubber) settleSyntax(m meta) (syntax, error) {
	if m.class == uidDirectory {
		return syntax{}, errDirectory()
	}
	uid := m.syntax
	if uid == "" {
		uid = uidExplicitLittle
		s.count.warn("no_transfer_syntax")
	}
	out, err := syntaxOf(uid)
	if err != nil || uid == uidDeflated {
		return out, err
	}
	head, err := s.src.peek(8)
	if err != nil || len(head) < 8 {
		return out, err
	}
	if out.coding.order.Uint16(head) == 0x0800 { // group 8, read the wrong way round
		out.coding = choose(out.coding.order == binary.LittleEndian, explicitBig, explicitLittle)
	}
	named := vrOf(head[4], head[5]).known()
	if out.coding.implicit && named {
		out.coding.implicit = false
	} else if !out.coding.implicit && !named && !isUpper(head[4]) {
		out.coding.implicit = true
	}
	return out, s.agree(&out)
}

// agree gives the output a transfer syntax that is true of it.
func (s *scrubber) agree(out *syntax) error {
	if out.encapsulated {
		if out.coding.order == binary.BigEndian {
			return deid.Refuse(deid.CodeUnsupported, "compressed pixels in a big-endian file")
		}
		return nil
	}
	uid := uidExplicitLittle
	switch {
	case out.coding.implicit && out.coding.order == binary.BigEndian:
		return deid.Refuse(deid.CodeUnsupported, "implicit VR in a big-endian file")
	case out.coding.implicit:
		uid = uidImplicitLittle
	case out.coding.order == binary.BigEndian:
		uid = uidExplicitBig
	}
	if uid != out.uid {
		s.count.warn("transfer_syntax_corrected")
		out.uid = uid
	}
	return nil
}

// uidDirectory is the class of DICOMDIR (PS3.6, A).
const uidDirectory = "1.2.840.10008.1.3.10"

func errDirectory() error {
	return deid.Refuse(deid.CodeDirectory, "a DICOMDIR names patients in its paths; take the files that it lists")
}
