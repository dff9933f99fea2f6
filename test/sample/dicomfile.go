package sample

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"strings"
)

// Element is one DICOM element to write: a value, the items of a sequence, or the
// fragments of compressed pixels.
type Element struct {
	Tag       uint32
	VR        string
	Value     []byte
	Items     [][]Element
	Fragments [][]byte
}

// Text is an element with text.
func Text(tag uint32, vr, value string) Element {
	return Element{Tag: tag, VR: vr, Value: []byte(value)}
}

// Sequence is an element with items.
func Sequence(tag uint32, items ...[]Element) Element {
	return Element{Tag: tag, VR: "SQ", Items: items}
}

// Encoding is how a DICOM file is written.
type Encoding struct {
	// Syntax is the transfer syntax that the meta information names.
	Syntax    string
	Implicit  bool
	BigEndian bool
	Deflated  bool
	// Undefined writes sequences and items without lengths.
	Undefined bool
	// NoPreamble leaves preamble and magic out, NoMeta the meta information too.
	NoPreamble bool
	NoMeta     bool
	// Preamble fills the 128 bytes that no one reads.
	Preamble string
}

// The encodings of PS3.5, Annex A, that say how elements are written.
var (
	ImplicitLittle = Encoding{Syntax: "1.2.840.10008.1.2", Implicit: true}
	ExplicitLittle = Encoding{Syntax: "1.2.840.10008.1.2.1"}
	ExplicitBig    = Encoding{Syntax: "1.2.840.10008.1.2.2", BigEndian: true}
	Deflated       = Encoding{Syntax: "1.2.840.10008.1.2.1.99", Deflated: true}
)

// Compressed is explicit little endian with fragments under a syntax.
func Compressed(syntax string) Encoding { return Encoding{Syntax: syntax} }

const noLength = 0xffffffff

func (e Encoding) order() binary.AppendByteOrder {
	if e.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// File writes a file. Numbers in values must be in the encoding's byte order.
func (e Encoding) File(elements []Element) []byte {
	var out []byte
	if !e.NoPreamble && !e.NoMeta {
		out = append(out, (e.Preamble + strings.Repeat("\x00", 128))[:128]...)
		out = append(out, "DICM"...)
	}
	if !e.NoMeta {
		out = append(out, e.meta(elements)...)
	}
	body := e.data(elements)
	if e.Deflated {
		var packed bytes.Buffer
		w, err := flate.NewWriter(&packed, flate.DefaultCompression)
		if err != nil {
			panic(err)
		}
		if _, err := w.Write(body); err != nil {
			panic(err)
		}
		if err := w.Close(); err != nil {
			panic(err)
		}
		body = packed.Bytes()
	}
	return append(out, body...)
}

func (e Encoding) meta(elements []Element) []byte {
	fields := []Element{{Tag: 0x00020001, VR: "OB", Value: []byte{0, 1}}}
	for _, el := range elements {
		switch el.Tag {
		case 0x00080016:
			fields = append(fields, Text(0x00020002, "UI", string(el.Value)))
		case 0x00080018:
			fields = append(fields, Text(0x00020003, "UI", string(el.Value)))
		}
	}
	fields = append(fields, Text(0x00020010, "UI", e.Syntax), Text(0x00020012, "UI", "1.2.276.0.7230010.3.0.3.6.7"),
		Text(0x00020016, "AE", "WARD7_PACS"))
	body := ExplicitLittle.data(fields)
	length := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
	return append(ExplicitLittle.data([]Element{{Tag: 0x00020000, VR: "UL", Value: length}}), body...)
}

func (e Encoding) data(elements []Element) []byte {
	var out []byte
	for _, el := range elements {
		out = append(out, e.element(el)...)
	}
	return out
}

func (e Encoding) element(el Element) []byte {
	body, length := el.Value, uint32(0)
	if len(body)%2 == 1 {
		body = append(bytes.Clone(body), padding(el.VR))
	}
	switch {
	case el.Items != nil:
		body = e.items(el.Items)
	case el.Fragments != nil:
		body = e.fragments(el.Fragments)
	}
	length = uint32(len(body))
	if el.Fragments != nil || el.Items != nil && e.Undefined {
		length = noLength
	}
	return append(e.header(el.Tag, el.VR, length), body...)
}

func padding(vr string) byte {
	if strings.Contains(" OB UI UN OW ", " "+vr+" ") {
		return 0
	}
	return ' '
}

func (e Encoding) header(tag uint32, vr string, length uint32) []byte {
	order := e.order()
	out := order.AppendUint16(nil, uint16(tag>>16))
	out = order.AppendUint16(out, uint16(tag))
	switch {
	case e.Implicit || vr == "":
		return order.AppendUint32(out, length)
	case strings.Contains(" OB OD OF OL OV OW SQ SV UC UN UR UT UV ", " "+vr+" "):
		return order.AppendUint32(append(out, vr[0], vr[1], 0, 0), length)
	}
	return order.AppendUint16(append(out, vr[0], vr[1]), uint16(length))
}

func (e Encoding) items(items [][]Element) []byte {
	out := []byte{}
	for _, item := range items {
		body := e.data(item)
		if e.Undefined {
			out = append(append(out, e.header(0xfffee000, "", noLength)...), body...)
			out = append(out, e.header(0xfffee00d, "", 0)...)
			continue
		}
		out = append(append(out, e.header(0xfffee000, "", uint32(len(body)))...), body...)
	}
	if e.Undefined {
		out = append(out, e.header(0xfffee0dd, "", 0)...)
	}
	return out
}

func (e Encoding) fragments(fragments [][]byte) []byte {
	var out []byte
	for _, fragment := range fragments {
		out = append(append(out, e.header(0xfffee000, "", uint32(len(fragment)))...), fragment...)
	}
	return append(out, e.header(0xfffee0dd, "", 0)...)
}

// Numbers packs 16-bit numbers in the encoding's order.
func (e Encoding) Numbers(values ...uint16) []byte {
	var out []byte
	for _, v := range values {
		out = e.order().AppendUint16(out, v)
	}
	return out
}
