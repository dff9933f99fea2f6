package sample

import (
	"cmp"
	"slices"
	"strconv"
)

// The person and the hospital of the DICOM samples. None of these strings may be
// in what is made of a sample.
const (
	DICOMName        = "Fictiva^Jane^Q"
	DICOMID          = "MRN-00471108"
	DICOMBirth       = "19620317"
	DICOMAccession   = "ACC7740012"
	DICOMInstitution = "St. Olav Hospital Sample Ward"
	DICOMStudyUID    = "1.2.826.0.1.3680043.9.7204.1.20240229.11"
	DICOMSeriesUID   = "1.2.826.0.1.3680043.9.7204.1.20240229.12"
	DICOMInstanceUID = "1.2.826.0.1.3680043.9.7204.1.20240229.13"
	DICOMPrivateText = "PRIVATE NOTE ON FICTIVA"

	ClassCT         = "1.2.840.10008.5.1.4.1.1.2"
	ClassUltrasound = "1.2.840.10008.5.1.4.1.1.6.1"
	ClassCapture    = "1.2.840.10008.5.1.4.1.1.7"
	ClassPDF        = "1.2.840.10008.5.1.4.1.1.104.1"
)

// DICOMSecrets lists what must not survive.
func DICOMSecrets() []string {
	return []string{
		"Fictiva", "FICTIVA", "Jane", DICOMID, "00471108", DICOMBirth, DICOMAccession, DICOMInstitution, DICOMStudyUID,
		DICOMSeriesUID, DICOMInstanceUID, DICOMPrivateText, "WARD7_PACS", "drsmith", "20240229",
	}
}

// DICOMOptions says what instance is written.
type DICOMOptions struct {
	Encoding Encoding
	// Class is the SOP class, ClassCT if empty.
	Class string
	// Picture becomes the pixels, in Bits bits; none if nil.
	Picture *Picture
	Bits    int
	// Fragments become compressed pixels instead.
	Fragments [][]byte
	// More elements are put in, by tag; one with the tag of a common element
	// takes its place.
	More []Element
}

// DICOM writes an instance full of what must go.
func DICOM(o DICOMOptions) []byte {
	return o.Encoding.File(DICOMElements(o))
}

// DICOMElements lists the elements of such an instance, in the order of tags.
func DICOMElements(o DICOMOptions) []Element {
	if o.Class == "" {
		o.Class = ClassCT
	}
	if o.Bits == 0 {
		o.Bits = 16
	}
	all := common(o)
	all = append(all, pixels(o)...)
	slices.SortStableFunc(all, func(a, b Element) int { return cmp.Compare(a.Tag, b.Tag) })
	for _, el := range o.More {
		all = place(all, el)
	}
	return all
}

func place(all []Element, el Element) []Element {
	for i := range all {
		if all[i].Tag == el.Tag {
			all[i] = el
			return all
		}
		if all[i].Tag > el.Tag {
			return append(all[:i:i], append([]Element{el}, all[i:]...)...)
		}
	}
	return append(all, el)
}

func common(o DICOMOptions) []Element {
	e := o.Encoding
	code := []Element{Text(0x00080100, "SH", "T-D1100"), Text(0x00080102, "SH", "SRT"), Text(0x00080104, "LO", "Head")}
	return []Element{
		Text(0x00080005, "CS", "ISO_IR 100"), Text(0x00080008, "CS", `ORIGINAL\PRIMARY\AXIAL`),
		Text(0x00080016, "UI", o.Class), Text(0x00080018, "UI", DICOMInstanceUID),
		Text(0x00080020, "DA", "20240229"), Text(0x00080022, "DA", "20240229"),
		Text(0x0008002a, "DT", "20240229101112.5+0100"), Text(0x00080030, "TM", "101112"),
		Text(0x00080050, "SH", DICOMAccession), Text(0x00080060, "CS", "CT"), Text(0x00080070, "LO", "Maker"),
		Text(0x00080080, "LO", DICOMInstitution), Text(0x00080090, "PN", "Smith^drsmith"),
		Text(0x00081030, "LO", "CT HEAD of Jane Fictiva"), Text(0x0008103e, "LO", "AX T1 3.0"),
		Sequence(0x00081140, []Element{Text(0x00081150, "UI", ClassCT), Text(0x00081155, "UI", DICOMInstanceUID+".7")}),
		Sequence(0x00082218, code),
		Text(0x00090010, "LO", "SAMPLE PRIVATE"), Text(0x00091001, "LO", DICOMPrivateText),
		Sequence(0x00091002, []Element{Text(0x00100010, "PN", DICOMName)}),
		Text(0x00100010, "PN", DICOMName), Text(0x00100020, "LO", DICOMID), Text(0x00100030, "DA", DICOMBirth),
		Text(0x00100040, "CS", "F"), Text(0x00101010, "AS", "093Y"), Text(0x00101030, "DS", "61.5"),
		Text(0x00104000, "LT", "Jane Fictiva called on +47 73 55 01 00"),
		Text(0x00181000, "LO", "SN-7731-X"), Text(0x00181020, "LO", "V1.2"),
		Text(0x0020000d, "UI", DICOMStudyUID), Text(0x0020000e, "UI", DICOMSeriesUID), Text(0x00200013, "IS", "4"),
		Text(0x00204000, "LT", "see "+DICOMID),
		{Tag: 0x60000010, VR: "US", Value: e.Numbers(8)},
		{Tag: 0x60003000, VR: "OW", Value: make([]byte, 8)},
	}
}

func pixels(o DICOMOptions) []Element {
	p := o.Picture
	if p == nil {
		return nil
	}
	e := o.Encoding
	list := []Element{
		{Tag: 0x00280002, VR: "US", Value: e.Numbers(1)},
		Text(0x00280004, "CS", "MONOCHROME2"),
		Text(0x00280008, "IS", strconv.Itoa(1)),
		{Tag: 0x00280010, VR: "US", Value: e.Numbers(uint16(p.Rows))},
		{Tag: 0x00280011, VR: "US", Value: e.Numbers(uint16(p.Columns))},
		{Tag: 0x00280100, VR: "US", Value: e.Numbers(uint16(o.Bits))},
		{Tag: 0x00280103, VR: "US", Value: e.Numbers(0)},
		Text(0x00280301, "CS", "NO"),
	}
	vr := "OW"
	if o.Bits == 8 {
		vr = "OB"
	}
	if o.Fragments != nil {
		return append(list, Element{Tag: 0x7fe00010, VR: "OB", Fragments: o.Fragments})
	}
	return append(list, Element{Tag: 0x7fe00010, VR: vr, Value: p.Bytes(e, o.Bits)})
}
