package fhir

import (
	"time"

	"github.com/volens-network/volens/core/deid"
)

// oldest is the last age that may be told (45 CFR 164.514(b)(2)(i)(C)).
const oldest = 89

// dates applies a profile's rule for dates.
type dates struct {
	mode  deid.DateMode
	shift int // days
	year  int // against which ages are reckoned
	keep  bool
}

// apply returns what stays of a date, dateTime or instant. An instant cannot be
// a year alone, so it goes where only years may stay. One that only a person older
// than 89 can have lived to see goes, too (45 CFR 164.514(b)(2)(i)(C): "all
// elements of dates (including year) indicative of such age").
func (d dates) apply(text, typ string) (string, bool) {
	moved, ok := d.move(text, typ)
	if !ok || d.year-yearOf(moved) > oldest {
		return "", false
	}
	return moved, true
}

// yearOf is the year of what isDate takes.
func yearOf(text string) int {
	year := 0
	for i := range 4 {
		year = 10*year + int(text[i]-'0')
	}
	return year
}

// move makes a date a year, or shifts it.
func (d dates) move(text, typ string) (string, bool) {
	if !isDate(text) {
		return "", false
	}
	if d.mode != deid.DateShift {
		return text[:4], typ != "instant"
	}
	if len(text) < 10 {
		return text[:4], typ != "instant"
	}
	if d.keep {
		return text, true
	}
	day, err := time.Parse(time.DateOnly, text[:10])
	if err != nil {
		return "", false
	}
	shifted := day.AddDate(0, 0, d.shift)
	if shifted.Year() < 1000 || shifted.Year() > 9999 {
		return "", false
	}
	return shifted.Format(time.DateOnly) + text[10:], true
}

// birth returns the year of a date of birth, unless the person may be older than
// 89 in the year of reference.
func (d dates) birth(text string) (string, bool) {
	if len(text) >= 10 && !d.keep {
		moved, ok := d.move(text, "date")
		if !ok {
			return "", false
		}
		text = moved
	}
	if !isDate(text) {
		return "", false
	}
	return text[:4], d.year-yearOf(text) <= oldest
}

// isDate follows FHIR's form of date, dateTime and instant: a year, and more of
// it to the part of a second with a zone.
func isDate(text string) bool {
	switch len(text) {
	case 4, 7, 10:
		return dateForm(text, "0000-00-00"[:len(text)])
	}
	if len(text) < 17 || len(text) > 40 || !dateForm(text[:16], "0000-00-00T00:00") {
		return false
	}
	rest := text[16:]
	if len(rest) > 3 && dateForm(rest[:3], ":00") {
		rest = rest[3:]
		if rest[0] == '.' {
			n := digits([]byte(rest[1:]))
			if n == 0 || n > 9 {
				return false
			}
			rest = rest[1+n:]
		}
	}
	return rest == "Z" || len(rest) == 6 && (rest[0] == '+' || rest[0] == '-') && dateForm(rest[1:], "00:00")
}

// dateForm compares text with a form in which 0 stands for any digit.
func dateForm(text, form string) bool {
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		if form[i] == '0' {
			if text[i] < '0' || text[i] > '9' {
				return false
			}
		} else if text[i] != form[i] {
			return false
		}
	}
	return true
}

// isTime takes a time of day.
func isTime(text string) bool {
	return dateForm(text, "00:00:00") || dateForm(text, "00:00")
}
