package deid

import (
	"regexp"
	"slices"
	"strings"
)

// The patterns that are searched for only in texts that are at hand as a whole:
// they need more than a glance, and stand in numbers of a body by chance.
var (
	nhsForm  = regexp.MustCompile(`(?:^|[^0-9])([0-9]{3})[ -]([0-9]{3})[ -]([0-9]{4})(?:[^0-9]|$)`)
	ibanForm = regexp.MustCompile(
		`(?:^|[^0-9A-Z])([A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?)(?:[^0-9A-Z]|$)`,
	)
	dateForm = regexp.MustCompile(`(?:^|[^0-9.])(?:` +
		`[0-9]{1,2}[./-][0-9]{1,2}[./-](?:1[89]|2[01])[0-9]{2}|` +
		`(?:1[89]|2[01])[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2}|` +
		`(?:1[89]|2[01])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?:[^0-9.]|\.?$|\.[^0-9])`)
)

// findFieldPattern searches one whole text. Each of the patterns has digits.
func findFieldPattern(patterns []Pattern, text string) bool {
	if !strings.ContainsAny(text, "0123456789") {
		return false
	}
	return slices.Contains(patterns, PatternNHS) && hasNHS(text) ||
		slices.Contains(patterns, PatternIBAN) && hasIBAN(text) ||
		slices.Contains(patterns, PatternDateText) && dateForm.MatchString(text)
}

// hasNHS checks the last digit as the NHS Data Dictionary says: 11 less the
// remainder by 11 of the digits weighted 10 to 2, where 11 stands for 0 and 10
// for no number at all.
func hasNHS(text string) bool {
	for _, m := range nhsForm.FindAllStringSubmatch(text, -1) {
		number := m[1] + m[2] + m[3]
		sum := 0
		for i := range 9 {
			sum += int(number[i]-'0') * (10 - i)
		}
		if check := (11 - sum%11) % 11; check == int(number[9]-'0') {
			return true
		}
	}
	return false
}

// hasIBAN checks the remainder by 97 (ISO 13616-1, 6.2).
func hasIBAN(text string) bool {
	for _, m := range ibanForm.FindAllStringSubmatch(text, -1) {
		plain := make([]byte, 0, len(m[1]))
		for i := range len(m[1]) {
			if m[1][i] != ' ' {
				plain = append(plain, m[1][i])
			}
		}
		rest := 0
		for _, c := range append(plain[4:len(plain):len(plain)], plain[:4]...) {
			if c >= 'A' {
				rest = (rest*100 + int(c-'A') + 10) % 97
			} else {
				rest = (rest*10 + int(c-'0')) % 97
			}
		}
		if len(plain) >= 15 && rest == 1 {
			return true
		}
	}
	return false
}
