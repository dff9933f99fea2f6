package filetype

import (
	"encoding/binary"
	"strings"
)

const (
	dicomPreamble = 128
	dicomMagic    = "DICM"
	// dicomVRs are the value representations of PS3.5, table 6.2-1.
	dicomVRs = " AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV "
	// maxFirstValue bounds the first element of a data set without preamble:
	// group lengths, UIDs, character sets and dates are all short.
	maxFirstValue = 1 << 10
)

// isDICOM knows part 10 files by the magic behind the preamble, and files
// without preamble by a plausible first element of group 0002 or 0008.
func isDICOM(head []byte) bool {
	if len(head) >= dicomPreamble+len(dicomMagic) && string(head[dicomPreamble:][:len(dicomMagic)]) == dicomMagic {
		return true
	}
	// Some exporters put a space before a data set without preamble.
	return isDataSet(head) || len(head) > 0 && head[0] == ' ' && isDataSet(head[1:])
}

// isDataSet checks the first element and that a second one, of the same or a
// later tag and of an even group below 0x0100, follows it: little endian,
// explicit or implicit.
func isDataSet(head []byte) bool {
	const elementHeader = 8
	if len(head) < 2*elementHeader {
		return false
	}
	group := binary.LittleEndian.Uint16(head)
	element := binary.LittleEndian.Uint16(head[2:])
	if group != 0x0002 && group != 0x0008 {
		return false
	}
	length := int64(binary.LittleEndian.Uint32(head[4:]))
	if isVR(head[4:6]) {
		length = int64(binary.LittleEndian.Uint16(head[6:]))
	}
	if length > maxFirstValue || length%2 != 0 || int64(len(head)) < 2*elementHeader+length {
		return false
	}
	next := head[elementHeader+length:]
	nextGroup := binary.LittleEndian.Uint16(next)
	nextElement := binary.LittleEndian.Uint16(next[2:])
	if nextGroup%2 != 0 || nextGroup >= 0x0100 {
		return false
	}
	return nextGroup > group || nextGroup == group && nextElement > element
}

func isVR(vr []byte) bool {
	for _, c := range vr {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return strings.Contains(dicomVRs, " "+string(vr)+" ")
}
