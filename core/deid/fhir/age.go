package fhir

import (
	"strconv"
	"strings"
)

// olderThan tells whether an age may be above 89 years, in whatever unit.
func olderThan(p parts) bool {
	value, err := strconv.ParseFloat(string(p.number), 64)
	if err != nil {
		return true
	}
	per, known := perYear[unitOf(p)]
	return !known || value/per > oldest
}

// isOldAge tells whether a quantity of any kind is in a unit of age and above 89 years: ages stand in
// observations and ranges, too, of which the type says nothing.
func isOldAge(p parts) bool {
	unit := unitOf(p)
	_, known := perYear[unit]
	return known && unit != "" && olderThan(p)
}

// unitOf is a quantity's unit in small letters.
func unitOf(p parts) string {
	if p.code != "" {
		return strings.ToLower(p.code)
	}
	return strings.ToLower(p.unit)
}

// isInteger tells whether a number can be one of FHIR's integers, which have 32 bits. What is larger is
// somebody's number: of a telephone, an account, a record.
func isInteger(token []byte) bool {
	_, err := strconv.ParseInt(string(token), 10, 32)
	return err == nil
}
