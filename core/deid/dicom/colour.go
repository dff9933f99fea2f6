package dicom

import (
	"encoding/binary"
	"slices"
)

// The parts of a colour profile (ICC.1:2022, clause 7).
const (
	colourHead  = 128 // the header; the count of the tags follows
	colourTable = colourHead + 4
	colourTag   = 12
	// maxColourTags is more than any profile has.
	maxColourTags = 128
)

// colourHeader lists what stays of the header: it says how colours are to be read. Date, creator,
// maker and model of the device, and the profile's digest, go.
var colourHeader = [][2]int{{0, 4}, {8, 24}, {36, 40}, {44, 48}, {56, 80}}

// colourTags are the tags that stay, with the types that they have there: numbers, matrices, curves
// and tables. What is a text goes with its tag: descriptions, makers, serial numbers, copyrights.
var (
	colourTags = []string{
		"wtpt", "bkpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC", "kTRC", "chad", "chrm", "lumi", "gamt", "A2B0",
		"A2B1", "A2B2", "B2A0", "B2A1", "B2A2", "D2B0", "D2B1", "D2B2", "D2B3", "B2D0", "B2D1", "B2D2", "B2D3",
	}
	// colourTypes have the most bytes that a tag of the type needs, 0 for tables of any size: what a tag says
	// to be longer would have room for words.
	colourTypes = map[string]int64{
		"XYZ ": 20, "para": 40, "sf32": 44, "chrm": 44,
		"curv": 0, "mft1": 0, "mft2": 0, "mAB ": 0, "mBA ": 0, "mpet": 0,
	}
)

// colourProfile gives a colour profile of the same length without words, nil for what is none. The
// scanner that made a slide is named in it, and whoever calibrated a screen.
func colourProfile(value []byte) []byte {
	if len(value) < colourTable || string(value[36:40]) != "acsp" {
		return nil
	}
	count := int(min(binary.BigEndian.Uint32(value[colourHead:]), maxColourTags+1))
	data := colourTable + count*colourTag
	if count > maxColourTags || data > len(value) {
		return nil
	}
	out := make([]byte, len(value))
	for _, part := range colourHeader {
		copy(out[part[0]:part[1]], value[part[0]:])
	}
	kept := 0
	for i := range count {
		entry := value[colourTable+i*colourTag:][:colourTag]
		at, size := int64(binary.BigEndian.Uint32(entry[4:])), int64(binary.BigEndian.Uint32(entry[8:]))
		if at < int64(data) || size < 8 || at+size > int64(len(value)) {
			return nil
		}
		most, known := colourTypes[string(value[at:at+4])]
		if !known || most > 0 && size > most || !slices.Contains(colourTags, string(entry[:4])) {
			continue
		}
		copy(out[colourTable+kept*colourTag:], entry)
		copy(out[at:at+size], value[at:])
		kept++
	}
	binary.BigEndian.PutUint32(out[colourHead:], uint32(kept))
	return out
}
