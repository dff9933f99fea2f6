package dicom

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// charset is the meaning of (0008,0005): how the texts of a data set or item are
// read (PS3.3, C.12.1.1.2). It serves the second look; no text is re-encoded.
type charset struct {
	base     encoding.Encoding
	switches bool // code extensions by ISO 2022
}

var latin1 = &charset{base: charmap.ISO8859_1}

// single lists the character sets that need no escapes.
var single = map[string]encoding.Encoding{
	"":           charmap.ISO8859_1, // the default is ASCII; what is not is most often this
	"ISO_IR 6":   charmap.ISO8859_1,
	"ISO_IR 13":  japanese.ShiftJIS,
	"ISO_IR 100": charmap.ISO8859_1,
	"ISO_IR 101": charmap.ISO8859_2,
	"ISO_IR 109": charmap.ISO8859_3,
	"ISO_IR 110": charmap.ISO8859_4,
	"ISO_IR 126": charmap.ISO8859_7,
	"ISO_IR 127": charmap.ISO8859_6,
	"ISO_IR 138": charmap.ISO8859_8,
	"ISO_IR 144": charmap.ISO8859_5,
	"ISO_IR 148": charmap.ISO8859_9,
	"ISO_IR 166": charmap.Windows874,
	"ISO_IR 192": unicode.UTF8,
	"ISO_IR 203": charmap.ISO8859_15,
	"GB18030":    simplifiedchinese.GB18030,
	"GBK":        simplifiedchinese.GBK,
}

// escapes lists the sequences that follow ESC, with what they switch to. A set
// of 94x94 characters in G0 is read with the high bits set; prefix is what its
// encoding wants before each character.
var escapes = []struct {
	text   string
	to     encoding.Encoding
	high   bool
	prefix byte
}{
	{"$B", japanese.EUCJP, true, 0},
	{"$@", japanese.EUCJP, true, 0},
	{"$(D", japanese.EUCJP, true, 0x8f},
	{"$)C", korean.EUCKR, false, 0},
	{"$)A", simplifiedchinese.GBK, false, 0},
	{"(B", charmap.ISO8859_1, false, 0},
	{"(J", japanese.ShiftJIS, false, 0},
	{")I", japanese.ShiftJIS, false, 0},
	{"-A", charmap.ISO8859_1, false, 0},
	{"-B", charmap.ISO8859_2, false, 0},
	{"-C", charmap.ISO8859_3, false, 0},
	{"-D", charmap.ISO8859_4, false, 0},
	{"-F", charmap.ISO8859_7, false, 0},
	{"-G", charmap.ISO8859_6, false, 0},
	{"-H", charmap.ISO8859_8, false, 0},
	{"-L", charmap.ISO8859_5, false, 0},
	{"-M", charmap.ISO8859_9, false, 0},
	{"-T", charmap.Windows874, false, 0},
	{"-b", charmap.ISO8859_15, false, 0},
}

// newCharset reads the value of (0008,0005).
func newCharset(value string) *charset {
	parts := strings.Split(value, `\`)
	c := &charset{switches: len(parts) > 1}
	for i, part := range parts {
		part = strings.Trim(part, " \x00")
		if rest, found := strings.CutPrefix(part, "ISO 2022 IR "); found {
			c.switches = true
			part = "ISO_IR " + rest
		}
		if known, ok := single[part]; ok && i == 0 {
			c.base = known
		}
	}
	if c.base == nil {
		c.base = charmap.ISO8859_1
	}
	return c
}

// decode gives a text as UTF-8. Bytes that the set does not know become U+FFFD.
func (c *charset) decode(raw []byte) string {
	if isASCII(raw) && bytes.IndexByte(raw, 0x1b) < 0 {
		return string(raw)
	}
	if !c.switches || bytes.IndexByte(raw, 0x1b) < 0 {
		return decodeBy(c.base, raw)
	}
	var out strings.Builder
	now, high, prefix := c.base, false, byte(0)
	for len(raw) > 0 {
		end := bytes.IndexByte(raw, 0x1b)
		if end < 0 {
			end = len(raw)
		}
		out.WriteString(decodeBy(now, raise(raw[:end], high, prefix)))
		if end == len(raw) {
			break
		}
		raw = raw[end+1:]
		for _, e := range escapes {
			if rest, found := bytes.CutPrefix(raw, []byte(e.text)); found {
				now, high, prefix, raw = e.to, e.high, e.prefix, rest
				break
			}
		}
	}
	return out.String()
}

// raise moves a set of 94x94 characters from G0 to where its encoding has it.
// Control characters and separators stay what they are.
func raise(raw []byte, high bool, prefix byte) []byte {
	if !high {
		return raw
	}
	out := make([]byte, 0, 2*len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] <= ' ' || i+1 == len(raw) {
			out = append(out, raw[i])
			continue
		}
		if prefix != 0 {
			out = append(out, prefix)
		}
		out = append(out, raw[i]|0x80, raw[i+1]|0x80)
		i++
	}
	return out
}

func decodeBy(e encoding.Encoding, raw []byte) string {
	text, err := e.NewDecoder().Bytes(raw)
	if err != nil {
		return string(raw)
	}
	return string(text)
}

func isASCII(raw []byte) bool {
	for _, c := range raw {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
