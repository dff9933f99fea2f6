package bam

import (
	"bytes"

	"github.com/volens-network/volens/core/deid/reference"
)

// textTag tells whether a text has the form that the SAM specification gives to a
// tag of text (SAMtags). What has no form there, such as a comment, has none here.
func textTag(tag string, text []byte, bases int) bool {
	switch tag {
	case "MD":
		return isMismatches(text)
	case "MC":
		return isCIGAR(text)
	case "SA":
		return isOtherHits(text)
	case "OQ":
		return len(text) == bases && all(text, func(c byte) bool { return c >= '!' && c <= '~' })
	case "MM":
		return isModifications(text)
	case "CC":
		return string(text) == "=" || reference.IsPublic(string(text))
	}
	return false
}

func all(text []byte, in func(byte) bool) bool {
	for _, c := range text {
		if !in(c) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isBase(c byte) bool { return bytes.IndexByte([]byte("ACGTUNRYSWKMBDHVacgtunryswkmbdhv"), c) >= 0 }

// isMismatches takes [0-9]+(([A-Z]|\^[A-Z]+)[0-9]+)*, with nucleotides only.
func isMismatches(text []byte) bool {
	return len(text) > 0 && all(text, func(c byte) bool { return isDigit(c) || c == '^' || isBase(c) })
}

// isCIGAR takes * or numbers with operations.
func isCIGAR(text []byte) bool {
	if string(text) == "*" {
		return true
	}
	number := false
	for _, c := range text {
		switch {
		case isDigit(c):
			number = true
		case number && bytes.IndexByte([]byte("MIDNSHPX="), c) >= 0:
			number = false
		default:
			return false
		}
	}
	return len(text) > 0 && !number
}

// isOtherHits takes (name,position,strand,CIGAR,quality,distance;)+.
func isOtherHits(text []byte) bool {
	text, ended := bytes.CutSuffix(text, []byte(";"))
	if !ended {
		return false
	}
	for hit := range bytes.SplitSeq(text, []byte(";")) {
		f := bytes.Split(hit, []byte(","))
		if len(f) != 6 || !reference.IsPublic(string(f[0])) || !isNumber(f[1]) || !isCIGAR(f[3]) || !isNumber(f[4]) ||
			!isNumber(f[5]) || string(f[2]) != "+" && string(f[2]) != "-" {
			return false
		}
	}
	return true
}

func isNumber(text []byte) bool { return len(text) > 0 && len(text) <= 12 && all(text, isDigit) }

// isModifications takes ([base][+-]([a-z]+|[0-9]+)[.?]?(,[0-9]+)*;)*.
func isModifications(text []byte) bool {
	for part := range bytes.SplitSeq(bytes.TrimSuffix(text, []byte(";")), []byte(";")) {
		head, skips, _ := bytes.Cut(part, []byte(","))
		if len(head) < 3 || !isBase(head[0]) || head[1] != '+' && head[1] != '-' {
			return false
		}
		kind := bytes.TrimRight(head[2:], ".?")
		// Codes of several modifications are few letters; longer words are none.
		if !isNumber(kind) && (len(kind) > 8 || !all(kind, func(c byte) bool { return c >= 'a' && c <= 'z' })) {
			return false
		}
		if !all(skips, func(c byte) bool { return isDigit(c) || c == ',' }) {
			return false
		}
	}
	return true
}
