package fhir

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/volens-network/volens/core/facet"
)

// maxFacets bounds the facets of one file; a tree has room for fewer.
const maxFacets = 1 << 12

// facets are the coded values that the output shows.
type facets map[facet.Facet]bool

// add puts in what is on a grid.
func (f facets) add(code facet.Code, value string) {
	one := facet.Facet{Code: code, Value: value}
	if f[one] {
		return
	}
	if _, err := one.Generalise(); err == nil && len(f) < maxFacets {
		f[one] = true
	}
}

// text looks at a string of the output. year is that against which ages are
// reckoned.
func (f facets) text(kind, path, text string, year int) {
	switch {
	case path == "Patient.gender":
		f.add(facet.Sex, text)
	case path == "Patient.birthDate":
		born, err := strconv.Atoi(text)
		if band, ok := facet.AgeBandOf(year - born); err == nil && ok {
			f.add(facet.AgeBand, band)
		}
	case path == "Address.country" && kind == "Patient":
		f.add(facet.Country, text)
	}
}

// observationCategory is HL7's code system of the classes of observations (R4,
// Observation.category).
const observationCategory = "http://terminology.hl7.org/CodeSystem/observation-category"

// coding looks at a code of the output: ICD-10 and its national editions name
// conditions.
func (f facets) coding(kind, system, code string) {
	if kind == "Observation" && system == observationCategory {
		f.add(facet.Observation, code)
	}
	if kind == "Condition" && strings.HasPrefix(system, "http://hl7.org/fhir/sid/icd-10") && len(code) >= 3 {
		f.add(facet.Condition, code[:3])
	}
}

func (f facets) list() []facet.Facet {
	var list []facet.Facet
	for one := range f {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b facet.Facet) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Value, b.Value))
	})
	return list
}
