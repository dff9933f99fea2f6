package filetype

import (
	"bytes"
	"unicode/utf8"
)

// byteOrderMark is UTF-8's; what some systems and editors write starts with it.
var byteOrderMark = []byte("\xef\xbb\xbf")

// detectText knows the formats in text. Only whole lines are looked at: the
// last one counts only if the file ends with it.
func detectText(head []byte, whole bool) Detection {
	text := bytes.TrimPrefix(head, byteOrderMark)
	if bytes.HasPrefix(text, []byte("##fileformat=VCF")) {
		return detectVCF(text)
	}
	if isSAM(text) {
		return Detection{Format: FormatSAM, Kind: BAM}
	}
	if start := bytes.TrimLeft(text, " \t\r\n"); bytes.HasPrefix(start, []byte("{")) {
		return detectFHIR(start)
	}
	lines := splitLines(head, whole, maxTextLines)
	switch {
	case len(lines) == 0:
		return Detection{}
	case isFASTQ(lines):
		return Detection{Format: FormatFASTQ, Kind: FASTQ}
	case isGenotypeArray(lines):
		return Detection{Format: FormatGenotypeArray, Kind: GenotypeArray}
	}
	return detectTable(splitLines(text, whole, maxTextLines))
}

const maxTextLines = 200

// isSAM looks for a first line of SAM's header: a kind of line and a tag (SAM
// specification, section 1.3).
func isSAM(head []byte) bool {
	if len(head) < 7 || head[0] != '@' || head[3] != '\t' || head[6] != ':' {
		return false
	}
	switch string(head[1:3]) {
	case "HD", "SQ", "RG", "PG":
		return true
	}
	return false
}

// splitLines returns up to limit lines without their ends, LF or CRLF. A last
// line without an end is one only if the file is whole.
func splitLines(text []byte, whole bool, limit int) [][]byte {
	var lines [][]byte
	for len(lines) < limit && len(text) > 0 {
		line, rest, ended := bytes.Cut(text, []byte("\n"))
		if !ended && !whole {
			break
		}
		lines = append(lines, bytes.TrimSuffix(line, []byte("\r")))
		text = rest
	}
	return lines
}

// detectVCF tells a GVCF by what its writers leave in the header or in the
// first records: the block bounds of GATK, or a symbolic ALT for any other
// allele (VCF 4.3, section 5.5).
func detectVCF(head []byte) Detection {
	gvcf := Detection{Format: FormatVCF, Kind: GVCF}
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		head = rest
		if !bytes.HasPrefix(line, []byte("#")) {
			fields := bytes.SplitN(line, []byte("\t"), 6)
			if len(fields) == 6 && anyOtherAllele(fields[4]) {
				return gvcf
			}
			continue
		}
		for _, mark := range []string{"##GVCFBlock", "##ALT=<ID=NON_REF,", "##ALT=<ID=*,"} {
			if bytes.HasPrefix(line, []byte(mark)) {
				return gvcf
			}
		}
	}
	return Detection{Format: FormatVCF, Kind: VCF}
}

func anyOtherAllele(alt []byte) bool {
	for allele := range bytes.SplitSeq(alt, []byte(",")) {
		if string(allele) == "<NON_REF>" || string(allele) == "<*>" {
			return true
		}
	}
	return false
}

// isFASTQ checks one record of four lines; longer sequences are written in one
// line by every sequencer since 2008.
func isFASTQ(lines [][]byte) bool {
	if len(lines) < 4 {
		return false
	}
	name, bases, plus, quality := lines[0], lines[1], lines[2], lines[3]
	if len(name) < 2 || name[0] != '@' || len(plus) == 0 || plus[0] != '+' {
		return false
	}
	if len(bases) == 0 || len(bases) != len(quality) {
		return false
	}
	for i := range bases {
		letter := bases[i] | 0x20
		if (letter < 'a' || letter > 'z') && bases[i] != '.' && bases[i] != '*' {
			return false
		}
		if quality[i] < '!' || quality[i] > '~' {
			return false
		}
	}
	return true
}

// isGenotypeArray looks for the column names that the companies use: rsid,
// chromosome, position, and genotype, result or two alleles.
func isGenotypeArray(lines [][]byte) bool {
	for _, line := range lines {
		low := bytes.ToLower(bytes.Trim(line, "# "))
		low = bytes.ReplaceAll(low, []byte(`"`), nil)
		fields := bytes.FieldsFunc(low, func(r rune) bool { return r == '\t' || r == ',' })
		if len(fields) < 4 || len(fields) > 5 || string(fields[0]) != "rsid" {
			continue
		}
		if string(fields[1]) != "chromosome" || string(fields[2]) != "position" {
			continue
		}
		switch string(fields[3]) {
		case "genotype", "result":
			return len(fields) == 4
		case "allele1":
			return len(fields) == 5 && string(fields[4]) == "allele2"
		}
	}
	return false
}

// detectTable accepts at least two lines of text with one number of columns
// above one, parted by tabs or, without quotes, by commas.
func detectTable(lines [][]byte) Detection {
	if len(lines) < 2 {
		return Detection{}
	}
	for _, line := range lines {
		if !utf8.Valid(line) || bytes.ContainsFunc(line, isControl) {
			return Detection{}
		}
	}
	switch {
	case sameColumns(lines, '\t'):
		return Detection{Format: FormatTSV, Kind: Tabular}
	case sameColumns(lines, ','):
		return Detection{Format: FormatCSV, Kind: Tabular}
	}
	return Detection{}
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func sameColumns(lines [][]byte, separator byte) bool {
	want := columns(lines[0], separator)
	for _, line := range lines {
		if columns(line, separator) != want {
			return false
		}
	}
	return want > 1
}

// columns counts fields; a separator between double quotes parts nothing.
func columns(line []byte, separator byte) int {
	n, quoted := 1, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			n++
		}
	}
	return n
}
