package dicom

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"github.com/volens-network/volens/core/deid"
)

const (
	// implementationUID names this program in file meta information: a UUID of
	// version 8 whose bytes spell its name.
	implementationUID  = "2.25.157427446990382092450391301397681340416"
	implementationName = "VOLENS_DEID_1"
	// maxShort is the longest value of a VR whose length takes two bytes.
	maxShort = 0xfffe
)

// codes of PS3.16, CID 7050, for what the profile does.
var (
	codeBasic    = [2]string{"113100", "Basic Application Confidentiality Profile"}
	codePixels   = [2]string{"113101", "Clean Pixel Data Option"}
	codesOptions = map[deid.DICOMOption][2]string{
		deid.DICOMCleanGraphics:          {"113103", "Clean Graphics Option"},
		deid.DICOMCleanStructured:        {"113104", "Clean Structured Content Option"},
		deid.DICOMCleanDescriptors:       {"113105", "Clean Descriptors Option"},
		deid.DICOMModifiedDates:          {"113107", "Retain Longitudinal Temporal Information Modified Dates Option"},
		deid.DICOMPatientCharacteristics: {"113108", "Retain Patient Characteristics Option"},
	}
)

// declare puts the elements that tell of the de-identification where their tags
// belong (PS3.15, E.1; PS3.3, C.12.1.1 and C.7.6.1.1.4).
func (s *scrubber) declare() {
	p := s.opts.Profile
	plain := func(t tag, v vr, text string) []node {
		return []node{{tag: t, vr: v, value: []byte(text)}}
	}
	all := plain(tagRemoved, vrCS, "YES")
	all = append(all, plain(tagMethod, vrLO, "Volens "+p.ID+" "+p.Version)...)
	all = append(all, s.methodCodes()...)
	if s.pixels != nil || s.picture.encapsulatedDoc {
		all = append(all, plain(tagBurnedIn, vrCS, "NO")...)
	}
	if s.policy.options[deid.DICOMModifiedDates] {
		all = append(all, plain(tagModified, vrCS, "MODIFIED")...)
	}
	for i := range all {
		all[i].own = true
	}
	for _, group := range split(all) {
		at := slices.IndexFunc(s.nodes, func(n node) bool { return n.depth == 0 && n.tag > group[0].tag })
		if at < 0 {
			at = len(s.nodes)
		}
		s.nodes = slices.Insert(s.nodes, at, group...)
	}
}

// split cuts nodes into elements of the outermost data set.
func split(nodes []node) [][]node {
	var all [][]node
	for i, n := range nodes {
		if n.depth == 0 && n.part != partSequenceEnd {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], nodes[i])
	}
	return all
}

func (s *scrubber) methodCodes() []node {
	codes := [][2]string{codeBasic}
	if s.pixels != nil {
		codes = append(codes, codePixels)
	}
	for option, code := range codesOptions {
		if s.policy.options[option] {
			codes = append(codes, code)
		}
	}
	slices.SortFunc(codes, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	nodes := []node{{tag: tagMethodCodes, vr: vrSQ, part: partSequence}}
	for _, code := range codes {
		nodes = append(
			nodes,
			node{tag: tagItem, part: partItem, depth: 1},
			node{tag: tagCodeValue, vr: vrSH, depth: 1, value: []byte(code[0])},
			node{tag: tagScheme, vr: vrSH, depth: 1, value: []byte("DCM")},
			node{tag: tagMeaning, vr: vrLO, depth: 1, value: []byte(code[1])},
			node{tag: tagItem, part: partItemEnd, depth: 1},
		)
	}
	return append(nodes, node{tag: tagMethodCodes, vr: vrSQ, part: partSequenceEnd})
}

// encoder writes elements in one coding.
type encoder struct {
	out    *bytes.Buffer
	coding coding
}

func (e *encoder) u16(n uint16) {
	var raw [2]byte
	e.coding.order.PutUint16(raw[:], n)
	e.out.Write(raw[:])
}

func (e *encoder) u32(n uint32) {
	var raw [4]byte
	e.coding.order.PutUint32(raw[:], n)
	e.out.Write(raw[:])
}

// header writes tag, VR and length. A value that is too long for its VR is
// written as UN (PS3.5, 6.2.2).
func (e *encoder) header(t tag, v vr, length uint32) {
	e.u16(uint16(t.group()))   //nolint:gosec // 16 bits
	e.u16(uint16(t.element())) //nolint:gosec // 16 bits
	if e.coding.implicit || t.group() == groupItem {
		e.u32(length)
		return
	}
	long := v.traits().long
	if !long && length > maxShort {
		v, long = vrUN, true
	}
	e.out.Write([]byte{byte(v >> 8), byte(v & 0xff)})
	if long {
		e.u16(0)
		e.u32(length)
		return
	}
	e.u16(uint16(length)) //nolint:gosec // at most maxShort
}

// node writes one node. Sequences and items have no length but an end.
func (e *encoder) node(n node) {
	switch n.part {
	case partSequence:
		e.header(n.tag, vrSQ, undefined)
	case partItem:
		e.header(tagItem, 0, undefined)
	case partItemEnd:
		e.header(tagItemEnd, 0, 0)
	case partSequenceEnd:
		e.header(tagSequence, 0, 0)
	case partValue:
		odd := len(n.value) & 1
		e.header(n.tag, n.vr, uint32(len(n.value)+odd)) //nolint:gosec // at most maxElement
		e.out.Write(n.value)
		if odd == 1 {
			e.out.WriteByte(padding(n.vr))
		}
	}
}

func padding(v vr) byte {
	if v.traits().sort == sortText && v != vrUI {
		return ' '
	}
	return 0
}

// meta writes preamble and file meta information.
func (s *scrubber) meta() []byte {
	var body bytes.Buffer
	e := &encoder{out: &body, coding: explicitLittle}
	e.node(node{tag: 0x00020001, vr: vrOB, value: []byte{0, 1}})
	for _, field := range []struct {
		tag  tag
		vr   vr
		text string
	}{
		{0x00020002, vrUI, s.class},
		{0x00020003, vrUI, s.instance},
		{0x00020010, vrUI, s.syntax.uid},
		{0x00020012, vrUI, implementationUID},
		{0x00020013, vrSH, implementationName},
	} {
		if field.text != "" {
			e.node(node{tag: field.tag, vr: field.vr, value: []byte(field.text)})
		}
	}
	length := binary.LittleEndian.AppendUint32(nil, uint32(body.Len())) //nolint:gosec // some hundred bytes
	var out bytes.Buffer
	out.Write(make([]byte, preamble))
	out.WriteString(magic)
	head := &encoder{out: &out, coding: explicitLittle}
	head.node(node{tag: 0x00020000, vr: vrUL, value: length})
	out.Write(body.Bytes())
	return out.Bytes()
}

var errText = deid.Refuse(
	deid.CodeIdentifierRemain,
	"the second look found a value of the original in a text of the output",
)

// writeHead writes everything before the pixels. Texts are looked at one by one,
// in the character set that they are in; the bytes are looked at as they are.
func (s *scrubber) writeHead(look *deid.LookWriter) error {
	if err := look.Pass(s.meta()); err != nil {
		return err
	}
	var out bytes.Buffer
	e := &encoder{out: &out, coding: s.out}
	own := false
	for i := range s.nodes {
		n := &s.nodes[i]
		if n.part == partValue && n.vr.traits().sort == sortText && !s.mayStand(n) {
			return errText
		}
		if own != n.own || out.Len() > inBuffer {
			if err := flush(look, &out, own); err != nil {
				return err
			}
			own = n.own
		}
		if s.isEmptySequence(i) {
			e.header(n.tag, vrSQ, 0)
		} else if i == 0 || !s.isEmptySequence(i-1) {
			e.node(*n)
		}
	}
	return flush(look, &out, own)
}

// flush writes what is ready. The words that the program declares of itself are
// not looked at: originals may be among them.
func flush(look *deid.LookWriter, out *bytes.Buffer, own bool) error {
	defer out.Reset()
	if own {
		return look.Pass(out.Bytes())
	}
	_, err := look.Write(out.Bytes())
	return err
}

func (s *scrubber) isEmptySequence(i int) bool {
	return s.nodes[i].part == partSequence && i+1 < len(s.nodes) && s.nodes[i+1].part == partSequenceEnd
}

// mayStand is the second look at a text. Dates, numbers and UIDs have been
// written by form; a short original among them would be chance.
func (s *scrubber) mayStand(n *node) bool {
	switch n.vr {
	case vrDA, vrDS, vrDT, vrIS, vrTM, vrUI, vrAS:
		return true
	default:
	}
	if n.own {
		return true
	}
	text := n.set.decode(trim(n.value))
	return text == dummy || s.isSurrogate(text) || !s.look.Holds(text)
}

var errOptions = errors.New("dicom: a profile and a pseudonymizer are needed")
