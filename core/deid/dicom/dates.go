package dicom

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/volens-network/volens/core/deid"
)

const (
	dayForm = "20060102"
	// maxAge is the greatest age that may stay; what is older is put together
	// (45 CFR 164.514(b)(2)(i)(C)).
	maxAge = 89
	oldAge = "090Y"
)

var (
	oldDate  = regexp.MustCompile(`^([0-9]{4})[.:/-]([0-9]{2})[.:/-]([0-9]{2})$`)
	timeForm = regexp.MustCompile(`^([01][0-9]|2[0-3])(:?[0-5][0-9](:?([0-5][0-9]|60)(\.[0-9]{1,6})?)?)?$`)
	zoneForm = regexp.MustCompile(`[+-][0-9]{4}$`)
	ageForm  = regexp.MustCompile(`^[0-9]{3}[DWMY]$`)
)

// dater rewrites dates by a profile.
type dater struct {
	mode  deid.DateMode
	shift int
}

// date rewrites one DA: to the first of January of its year, or shifted. What is
// no date becomes empty.
func (d dater) date(text string) string {
	text = oldDate.ReplaceAllString(strings.Trim(text, " \x00"), "$1$2$3")
	day, err := time.Parse(dayForm, text)
	if err != nil || day.Year() < 1800 {
		return ""
	}
	if d.mode == deid.DateYear {
		return text[:4] + "0101"
	}
	return day.AddDate(0, 0, d.shift).Format(dayForm)
}

// dateTime rewrites one DT: to its year, or with its date shifted. The offset
// from UTC goes, as it tells a place.
func (d dater) dateTime(text string) string {
	text = zoneForm.ReplaceAllString(strings.Trim(text, " \x00"), "")
	if len(text) < len(dayForm) {
		if len(text) >= 4 && d.mode == deid.DateYear && d.date(text[:4]+"0101") != "" {
			return text[:4]
		}
		return "" // A year or month that was shifted would tell nothing that is true.
	}
	day := d.date(text[:len(dayForm)])
	switch {
	case day == "":
		return ""
	case d.mode == deid.DateYear:
		return day[:4]
	case len(text) == len(dayForm):
		return day
	}
	clock := text[len(dayForm):]
	if !timeForm.MatchString(clock) {
		return day
	}
	return day + clock
}

// clock rewrites one TM: nothing stays under a profile of years.
func (d dater) clock(text string) string {
	text = strings.Trim(text, " \x00")
	if d.mode == deid.DateYear || !timeForm.MatchString(text) {
		return ""
	}
	return text
}

// age puts ages above 89 years together; what is no age becomes empty.
func age(text string) (out string, over bool) {
	text = strings.Trim(text, " \x00")
	if !ageForm.MatchString(text) {
		return "", false
	}
	n, err := strconv.Atoi(text[:3])
	if err != nil {
		return "", false
	}
	// 999 months are 83 years: only years can be too many.
	if text[3] == 'Y' && n > maxAge {
		return oldAge, text != oldAge
	}
	return text, false
}
