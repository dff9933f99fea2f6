package deid

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/volens-network/volens/core/deid/octets"
)

// Pattern names a kind of text that must not be in the output.
type Pattern string

// The patterns that the second look knows. They are searched for between
// characters that cannot belong to them, so that "1.25.3.40.7" is no address.
const (
	// PatternEmail is name@host.domain.
	PatternEmail Pattern = "email"
	// PatternURL is any scheme followed by ://.
	PatternURL Pattern = "url"
	// PatternIP is four numbers of at most three digits, joined by dots.
	PatternIP Pattern = "ip"
	// PatternSSN is 3, 2 and 4 digits, joined by dashes.
	PatternSSN Pattern = "ssn"
	// PatternPhone is + and at least 8 digits with usual separators, or 3, 3 and
	// 4 digits joined by dashes.
	PatternPhone Pattern = "phone"
	// PatternDate is year, month and day joined by dashes, 1800 to 2199.
	PatternDate Pattern = "date"
	// PatternPath is a path into a person's home.
	PatternPath Pattern = "path"
	// PatternNHS is a number of the British health service: 3, 3 and 4 digits
	// joined by spaces or dashes, with a right check digit.
	PatternNHS Pattern = "nhs"
	// PatternIBAN is an account number of ISO 13616 with right check digits.
	PatternIBAN Pattern = "iban"
	// PatternDateText is a date as people and devices write it into texts: day,
	// month and year joined by dots, slashes or dashes in any order, or
	// YYYYMMDD. It is no part of a profile; a format asks for it by Forbid.
	PatternDateText Pattern = "date_text"
)

var allPatterns = []Pattern{
	PatternEmail, PatternURL, PatternIP, PatternSSN, PatternPhone, PatternDate, PatternPath, PatternNHS, PatternIBAN,
}

// homes are where people keep files; they are found as values are. A drive's
// letter with colon and backslash is found by hasDrive.
var homes = []string{"/home/", "/Users/", `\Users\`, "/root/"}

// edges says what is known beside a piece of text. cut: there was text before,
// which has been searched together with the beginning of this one. last: there
// is nothing after it.
type edges struct{ cut, last bool }

// findPattern searches text. A match that the next piece might undo is left to the next call.
func findPattern(patterns []Pattern, text []byte, e edges) (Pattern, bool) {
	dashed := make([]Pattern, 0, 3)
	for _, p := range patterns {
		hit := false
		switch p {
		case PatternIP:
			hit = hasAddress(text, e)
		case PatternSSN, PatternDate:
			dashed = append(dashed, p)
		case PatternPhone:
			dashed = append(dashed, p)
			hit = hasPlusNumber(text, e)
		case PatternEmail:
			hit = hasEmail(text)
		case PatternURL:
			hit = hasScheme(text)
		case PatternPath:
			hit = hasDrive(text)
		default: // looked for in whole texts, by findFieldPattern
		}
		if hit {
			return p, true
		}
	}
	return findDashed(dashed, text, e)
}

// findDashed looks for two dashes two or three characters apart, and what is around them.
func findDashed(patterns []Pattern, text []byte, e edges) (Pattern, bool) {
	for from := 0; len(patterns) > 0; {
		n := bytes.IndexByte(text[from:], '-')
		if n < 0 {
			break
		}
		at := from + n
		from = at + 1
		for _, p := range patterns {
			if isDashed(p, text, at, e) {
				return p, true
			}
		}
	}
	return "", false
}

// hasAddress finds an IPv4 address. Between two of its dots there are three digits at most, so that a dot and the
// next one, two to four bytes on, are in one of the words that begin at every fourth byte.
func hasAddress(text []byte, e edges) bool {
	at := 0
	for ; at+8 <= len(text); at += 4 {
		dots := octets.Equal(binary.LittleEndian.Uint64(text[at:]), '.')
		for dots &= dots>>16 | dots>>24 | dots>>32; dots != 0; dots &= dots - 1 {
			if i := at + bits.TrailingZeros64(dots)/8; digitAt(text, i-1) && isAddress(text, i, e) {
				return true
			}
		}
	}
	for ; at < len(text); at++ {
		if text[at] == '.' && isAddress(text, at, e) {
			return true
		}
	}
	return false
}

// hasScheme finds ://. Genotypes have many slashes, but no two in a row.
func hasScheme(text []byte) bool {
	at := 0
	for ; at+8 <= len(text); at += 4 {
		slashes := octets.Equal(binary.LittleEndian.Uint64(text[at:]), '/')
		if slashes&(slashes>>8) != 0 && bytes.Contains(text[max(at-1, 0):at+8], []byte("://")) {
			return true
		}
	}
	return bytes.Contains(text[max(at-1, 0):], []byte("://"))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func digitAt(text []byte, i int) bool {
	return i >= 0 && i < len(text) && isDigit(text[i])
}

// digits tells whether text[from:to] is all digits.
func digits(text []byte, from, to int) bool {
	if from < 0 || to > len(text) {
		return false
	}
	for _, c := range text[from:to] {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// isDashed tests the forms with two dashes, the first of them at i.
func isDashed(p Pattern, text []byte, i int, e edges) bool {
	if !digitAt(text, i-1) || !digitAt(text, i+1) {
		return false
	}
	before, middle, after := 3, 2, 4 // as in a social security number
	switch p {
	case PatternDate:
		before, after = 4, 2
	case PatternPhone:
		middle = 3
	default:
	}
	second, end := i+middle+1, i+middle+2+after
	if end > len(text) || text[second] != '-' || end == len(text) && !e.last {
		return false
	}
	if !digits(text, i-before, i) || !digits(text, i+1, second) || !digits(text, second+1, end) {
		return false
	}
	if digitAt(text, i-before-1) || digitAt(text, end) || e.cut && i == before {
		return false
	}
	if p == PatternDate {
		year := string(text[i-4 : i-2])
		return year == "18" || year == "19" || year == "20" || year == "21"
	}
	return true
}

// isAddress tests for an IPv4 address whose first dot is at i.
func isAddress(text []byte, i int, e edges) bool {
	start := i
	for start > 0 && isDigit(text[start-1]) {
		start--
	}
	if n := i - start; n < 1 || n > 3 || start > 0 && text[start-1] == '.' || e.cut && start == 0 {
		return false
	}
	end := i
	for range 3 {
		if end >= len(text) || text[end] != '.' {
			return false
		}
		end++
		from := end
		for end < len(text) && isDigit(text[end]) {
			end++
		}
		if n := end - from; n < 1 || n > 3 {
			return false
		}
	}
	if end == len(text) || end+1 == len(text) && text[end] == '.' {
		return e.last
	}
	return text[end] != '.' || !digitAt(text, end+1)
}

// hasDrive finds a path that begins with a drive's letter.
func hasDrive(text []byte) bool {
	for from := 0; ; {
		n := bytes.IndexByte(text[from:], '\\')
		if n < 0 {
			return false
		}
		if at := from + n; at > 1 && text[at-1] == ':' && isWordByte(text[at-2]) {
			return true
		}
		from += n + 1
	}
}

func isMailByte(c byte) bool {
	return isWordByte(c) || c == '.' || c == '-' || c == '_' || c == '+' || c == '%'
}

func hasEmail(text []byte) bool {
	for from := 0; ; {
		n := bytes.IndexByte(text[from:], '@')
		if n < 0 {
			return false
		}
		at := from + n
		from = at + 1
		if at == 0 || !isMailByte(text[at-1]) {
			continue
		}
		for i := from; i < len(text) && isMailByte(text[i]); i++ {
			if text[i] == '.' && i > from && i+1 < len(text) && isWordByte(text[i+1]) && !isDigit(text[i+1]) {
				return true
			}
		}
	}
}

// hasPlusNumber finds an international telephone number.
func hasPlusNumber(text []byte, e edges) bool {
	for from := 0; ; {
		n := bytes.IndexByte(text[from:], '+')
		if n < 0 {
			return false
		}
		at := from + n
		from = at + 1
		if at > 0 && isWordByte(text[at-1]) || at == 0 && e.cut || !digitAt(text, at+1) {
			continue
		}
		count := 0
		for i := at + 1; i < len(text) && (isDigit(text[i]) || bytes.IndexByte([]byte(" -()/"), text[i]) >= 0); i++ {
			if isDigit(text[i]) {
				count++
			}
		}
		if count >= 8 {
			return true
		}
	}
}
