package deid

import (
	"fmt"
	"regexp"
	"slices"
)

// DICOMOption is an option of PS3.15, Annex E, that a profile follows.
type DICOMOption string

// The options that are supported. Where an option says "clean", only words of
// the profile's list stay.
const (
	// DICOMCleanDescriptors keeps listed words of descriptions (E.3.5).
	DICOMCleanDescriptors DICOMOption = "clean_descriptors"
	// DICOMCleanStructured keeps the codes and numbers of reports (E.3.4).
	DICOMCleanStructured DICOMOption = "clean_structured_content"
	// DICOMCleanGraphics keeps the shapes of annotations (E.3.3).
	DICOMCleanGraphics DICOMOption = "clean_graphics"
	// DICOMModifiedDates keeps dates in the form that the profile allows (E.3.6).
	DICOMModifiedDates DICOMOption = "modified_dates"
	// DICOMPatientCharacteristics keeps sex, size, weight and an age of at most
	// 89 years (E.3.7).
	DICOMPatientCharacteristics DICOMOption = "retain_patient_characteristics"
)

var dicomOptions = []DICOMOption{
	DICOMCleanDescriptors, DICOMCleanStructured, DICOMCleanGraphics, DICOMModifiedDates, DICOMPatientCharacteristics,
}

// DICOMOverride puts another action in the place of the table's: X removes, Z
// empties, D puts a dummy.
type DICOMOverride struct {
	Tag    string `json:"tag"` // eight hexadecimal digits
	Action string `json:"action"`
}

// DICOMRules says what may stay of a DICOM file.
type DICOMRules struct {
	// Table names the edition of table E.1-1, and TableSHA256 binds the file
	// with it that comes with the program.
	Table       string          `json:"table"`
	TableSHA256 string          `json:"table_sha256"`
	Options     []DICOMOption   `json:"options"`
	Overrides   []DICOMOverride `json:"overrides"`
	// PixelClasses lists the SOP classes whose original images may pass on the
	// word of the detector alone; every other one needs a person's eyes.
	PixelClasses []string `json:"pixel_classes"`
	// DerivedClasses lists those whose pixels are computed and never a picture
	// of a screen, such as segmentations and doses.
	DerivedClasses []string `json:"derived_classes"`
	// Schemes lists coding schemes whose meanings may stay.
	Schemes []string `json:"schemes"`
	// Words lists what may stay of a description.
	Words []string `json:"words"`
	// Terms lists defined terms that are no name, whoever is called so.
	Terms []string `json:"terms"`
}

var (
	dicomTag    = regexp.MustCompile(`^[0-9A-F]{8}$`)
	dicomUID    = regexp.MustCompile(`^1\.2\.840\.10008(\.[0-9]{1,4}){1,9}$`)
	dicomWord   = regexp.MustCompile(`^[0-9a-z*+./-]{1,24}$`)
	dicomTerm   = regexp.MustCompile(`^[0-9A-Z_ /-]{2,32}$`)
	dicomScheme = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,16}$`)
)

func (r *DICOMRules) validate() error {
	if r.Table == "" || !isDigest(r.TableSHA256) {
		return fmt.Errorf("dicom: table %q", r.Table)
	}
	for _, option := range r.Options {
		if !slices.Contains(dicomOptions, option) {
			return fmt.Errorf("dicom: option %q", option)
		}
	}
	for _, o := range r.Overrides {
		if !dicomTag.MatchString(o.Tag) || !slices.Contains([]string{"X", "Z", "D"}, o.Action) {
			return fmt.Errorf("dicom: override %q of %q", o.Action, o.Tag)
		}
	}
	for _, list := range []struct {
		name  string
		form  *regexp.Regexp
		words []string
	}{
		{"class", dicomUID, slices.Concat(r.PixelClasses, r.DerivedClasses)},
		{"scheme", dicomScheme, r.Schemes},
		{"word", dicomWord, r.Words},
		{"term", dicomTerm, r.Terms},
	} {
		for _, word := range list.words {
			if !list.form.MatchString(word) {
				return fmt.Errorf("dicom: %s %q", list.name, word)
			}
		}
	}
	return nil
}
