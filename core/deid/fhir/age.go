package fhir

import "strconv"

// olderThan tells whether an age may be above 89 years, in whatever unit.
func olderThan(p parts) bool {
	unit := p.code
	if unit == "" {
		unit = p.unit
	}
	value, err := strconv.ParseFloat(string(p.number), 64)
	if err != nil {
		return true
	}
	per, known := perYear[unit]
	return !known || value/per > oldest
}
