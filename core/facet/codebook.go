package facet

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Codebook names this version of the grids.
const Codebook = "volens-facets/2"

// Code names a grid of the codebook.
type Code string

// The grids. A grid's first level is its coarsest.
const (
	// DataType has what the data are (variants, reads, images, records), then the
	// kind that the chain knows.
	DataType Code = "data_type"
	// Assembly is the reference genome.
	Assembly Code = "assembly"
	// Assay is how much of a genome was looked at.
	Assay Code = "assay"
	// Modality is that of images (DICOM PS3.3, C.7.3.1.1.1).
	Modality Code = "modality"
	// BodyPart is the region of the body that images show.
	BodyPart Code = "body_part"
	// Images is how many pictures there are, slices and frames counted: a bucket.
	Images Code = "images"
	// SliceThickness is that of sections through a body, in millimetres: a bucket.
	SliceThickness Code = "slice_thickness"
	// Contrast is of images with an agent; those that do not name one have none of it.
	Contrast Code = "contrast"
	// Observation is the class of what was observed (HL7, observation-category).
	Observation Code = "observation"
	// Condition has the chapter of ICD-10 (WHO), then the code's three characters.
	Condition Code = "condition"
	// Sex is as administered.
	Sex Code = "sex"
	// AgeBand has whether the person is 20 or older, then bands of 20 years, of
	// which the last is open.
	AgeBand Code = "age_band"
	// Country has the continent, then the code of ISO 3166-1 in two letters.
	Country Code = "country"
	// Ancestry is a group of the 1000 Genomes project; only by the owner's wish.
	Ancestry Code = "ancestry"
)

// Facet is a value on the finest level of a grid.
type Facet struct {
	Code  Code   `json:"code"`
	Value string `json:"value"`
}

// grid is one code's levels. up gives a finest value's place on each coarser
// level, the coarsest first, or nothing if the value is not on the grid.
type grid struct {
	levels int
	up     func(value string) ([]string, bool)
}

var grids = map[Code]grid{
	DataType: {2, grouped(dataTypes)},
	Assembly: {1, oneOf("NCBI36", "GRCh37", "GRCh38", "T2T-CHM13")},
	Assay:    {1, oneOf("genome", "exome", "panel")},
	Modality: {1, oneOf("CR", "CT", "DX", "ECG", "IO", "MG", "MR", "NM", "OP", "OPT", "PT", "RF", "SM", "US", "XA")},
	BodyPart: {
		1,
		oneOf("HEAD", "NECK", "CHEST", "HEART", "BREAST", "ABDOMEN", "PELVIS", "SPINE", "LIMB", "WHOLEBODY"),
	},
	Images:         {1, oneOf(imageBuckets...)},
	SliceThickness: {1, oneOf("to-1", "1-3", "3-5", "5-up")},
	Contrast:       {1, oneOf("yes")},
	Observation: {
		1,
		oneOf(
			"activity",
			"exam",
			"imaging",
			"laboratory",
			"procedure",
			"social-history",
			"survey",
			"therapy",
			"vital-signs",
		),
	},
	Condition: {2, icd10},
	Sex:       {1, oneOf("female", "male", "other")},
	AgeBand:   {2, grouped(ageBands)},
	Country:   {2, grouped(continents)},
	Ancestry:  {1, oneOf("AFR", "AMR", "EAS", "EUR", "SAS")},
}

// ErrGrid is returned for what is not on a grid of the codebook.
var ErrGrid = errors.New("not on a grid of the codebook")

// Levels is the number of levels of a grid, 0 for an unknown code. The finest
// level has this number.
func (c Code) Levels() int { return grids[c].levels }

// Generalise gives a facet's value on every level of its grid, the coarsest first
// and the value itself last.
func (f Facet) Generalise() ([]string, error) {
	g, known := grids[f.Code]
	if !known {
		return nil, fmt.Errorf("code %q: %w", f.Code, ErrGrid)
	}
	coarser, ok := g.up(f.Value)
	if !ok {
		return nil, fmt.Errorf("value of %s: %w", f.Code, ErrGrid)
	}
	return append(coarser, f.Value), nil
}

func oneOf(values ...string) func(string) ([]string, bool) {
	return func(value string) ([]string, bool) { return nil, slices.Contains(values, value) }
}

// grouped is a grid of two levels: group, then the words of the group.
func grouped(groups map[string]string) func(string) ([]string, bool) {
	group := map[string]string{}
	for name, members := range groups {
		for member := range strings.FieldsSeq(members) {
			group[member] = name
		}
	}
	return func(value string) ([]string, bool) {
		name, ok := group[value]
		return []string{name}, ok
	}
}

var dataTypes = map[string]string{
	"variants": "VCF GVCF GENOTYPE_ARRAY",
	"reads":    "BAM CRAM FASTQ",
	"images":   "DICOM_STUDY",
	"records":  "FHIR_BUNDLE TABULAR",
}

var ageBands = map[string]string{
	"under-20": "0-19",
	"20-up":    "20-39 40-59 60-79 80-up",
}

// AgeBandOf is the finest band of an age in years.
func AgeBandOf(age int) (string, bool) {
	bands := []string{"0-19", "20-39", "40-59", "60-79"}
	switch {
	case age < 0:
		return "", false
	case age < 80:
		return bands[age/20], true
	}
	return "80-up", true
}

var imageBuckets = []string{"1", "2-31", "32-255", "256-up"}

// ImagesOf is the bucket of a number of pictures.
func ImagesOf(n int64) (string, bool) {
	switch {
	case n < 1:
		return "", false
	case n == 1:
		return imageBuckets[0], true
	case n < 32:
		return imageBuckets[1], true
	case n < 256:
		return imageBuckets[2], true
	}
	return imageBuckets[3], true
}

// SliceThicknessOf is the bucket of a thickness in millimetres; its lower bound is inside.
func SliceThicknessOf(mm float64) (string, bool) {
	switch {
	case !(mm > 0):
		return "", false
	case mm < 1:
		return "to-1", true
	case mm < 3:
		return "1-3", true
	case mm < 5:
		return "3-5", true
	}
	return "5-up", true
}

var icdForm = regexp.MustCompile(`^[A-Z][0-9][0-9]$`)

// chapters are the last codes of the chapters of ICD-10 in their order (WHO,
// ICD-10 version 2019). The codes for special purposes, U, are chapter XXII and
// stand where the alphabet has them.
var chapters = []struct{ last, name string }{
	{"B99", "I"},
	{"D48", "II"},
	{"D89", "III"},
	{"E90", "IV"},
	{"F99", "V"},
	{"G99", "VI"},
	{"H59", "VII"},
	{"H95", "VIII"},
	{"I99", "IX"},
	{"J99", "X"},
	{"K93", "XI"},
	{"L99", "XII"},
	{"M99", "XIII"},
	{"N99", "XIV"},
	{"O99", "XV"},
	{"P96", "XVI"},
	{"Q99", "XVII"},
	{"R99", "XVIII"},
	{"T98", "XIX"},
	{"U99", "XXII"},
	{"Y98", "XX"},
	{"Z99", "XXI"},
}

// icd10 takes a code of three characters.
func icd10(value string) ([]string, bool) {
	if !icdForm.MatchString(value) {
		return nil, false
	}
	for _, chapter := range chapters {
		if value <= chapter.last {
			return []string{chapter.name}, true
		}
	}
	return nil, false
}
