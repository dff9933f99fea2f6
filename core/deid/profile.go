package deid

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/volens-network/volens/core/jcs"
)

// The profiles that come with the program.
const (
	// SafeHarborStrict keeps no part of a date but the year and gives
	// surrogates that are derived from nothing (45 CFR 164.514(b)(2), (c)).
	SafeHarborStrict = "safe-harbor-strict"
	// ResearchShifted gives keyed surrogates and shifts dates once per dataset;
	// it belongs under an expert determination.
	ResearchShifted = "research-shifted"
)

//go:embed profiles/*.json
var profileFiles embed.FS

// SampleRule says how samples are renamed.
type SampleRule string

// The rules for samples.
const (
	SamplesByOrder SampleRule = "order"
	SamplesKeyed   SampleRule = "keyed"
)

// DateMode says what may remain of a date.
type DateMode string

// The rules for dates.
const (
	DateYear  DateMode = "year"
	DateShift DateMode = "shift"
)

// DateRule is a profile's rule for dates. MaxDays is the range of a shift.
type DateRule struct {
	Mode    DateMode `json:"mode"`
	MaxDays int      `json:"max_days"`
}

// Form is the shape that a field's values must have. Values of another shape are
// removed.
type Form string

// The forms of VCF values.
const (
	// FormFlag has no value.
	FormFlag Form = "flag"
	// FormNumbers is numbers, genotypes, missing values and their separators.
	FormNumbers Form = "numbers"
	// FormBases is nucleotides, position and separators, as in phase set names.
	FormBases Form = "bases"
	// FormSVType is a structural variant's type, such as DEL or DUP:TANDEM.
	FormSVType Form = "svtype"
	// FormFilters is names of filters that the header declares.
	FormFilters Form = "filters"
)

// Field is one INFO or FORMAT key that may stay. A description is kept when it
// is one of Descriptions to the letter. Cohort marks values that were computed
// over all samples of a file; they go when one sample is chosen out of several.
type Field struct {
	ID           string   `json:"id"`
	Form         Form     `json:"form"`
	Cohort       bool     `json:"cohort,omitempty"`
	Descriptions []string `json:"descriptions"`
}

// VCFRules says what may stay of a VCF file.
type VCFRules struct {
	// Header lists the kinds of ## lines that are written anew from their
	// parsed fields.
	Header []string `json:"header"`
	// IDs lists prefixes of public databases; a prefix and digits may stay in
	// the ID column.
	IDs []string `json:"ids"`
	// Assemblies lists short names of reference assemblies.
	Assemblies []string `json:"assemblies"`
	Info       []Field  `json:"info"`
	Format     []Field  `json:"format"`
	// Texts lists descriptions of FILTER and ALT lines, as regular expressions
	// that must match the whole text.
	Texts []string `json:"texts"`
	// Alleles lists symbolic alleles that need no declaration.
	Alleles []string `json:"alleles"`
}

// Profile is the rules of one way to de-identify.
type Profile struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	// Basis is safe_harbor or expert_determination.
	Basis   string     `json:"basis"`
	Edition string     `json:"edition"`
	Samples SampleRule `json:"samples"`
	Dates   DateRule   `json:"dates"`
	// Patterns lists what must not be in the output, whoever it belongs to.
	Patterns []Pattern  `json:"patterns"`
	VCF      VCFRules   `json:"vcf"`
	FHIR     FHIRRules  `json:"fhir"`
	BAM      BAMRules   `json:"bam"`
	DICOM    DICOMRules `json:"dicom"`

	digest [sha256.Size]byte
}

// LoadProfile returns a profile that comes with the program.
func LoadProfile(id string) (*Profile, error) {
	if !slices.Contains(Profiles(), id) {
		return nil, fmt.Errorf("profile: unknown id %q, known are %v", id, Profiles())
	}
	data, err := profileFiles.ReadFile("profiles/" + id + ".json")
	if err != nil {
		return nil, fmt.Errorf("profile %q: %w", id, err)
	}
	return ParseProfile(data)
}

// Profiles lists the ids that LoadProfile knows.
func Profiles() []string {
	return []string{SafeHarborStrict, ResearchShifted}
}

// ParseProfile reads a profile file. Unknown members and values are errors: a
// rule that is not understood must not be passed over.
func ParseProfile(data []byte) (*Profile, error) {
	p := &Profile{}
	if err := jcs.Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if err := p.validate(); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	p.digest = sha256.Sum256(data)
	return p, nil
}

// SHA256 is the digest of the profile's file, in lower-case hex.
func (p *Profile) SHA256() string {
	return hex.EncodeToString(p.digest[:])
}

var (
	plainID     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	fieldID     = regexp.MustCompile(`^[A-Za-z_][0-9A-Za-z_.]*$`)
	plainWord   = regexp.MustCompile(`^[A-Za-z][0-9A-Za-z]*$`)
	headerKinds = []string{"fileformat", "contig", "INFO", "FORMAT", "FILTER", "ALT"}
	forms       = []Form{FormFlag, FormNumbers, FormBases, FormSVType, FormFilters}
)

func (p *Profile) validate() error {
	switch {
	case !plainID.MatchString(p.ID):
		return fmt.Errorf("id %q", p.ID)
	case p.Version == "":
		return errors.New("version is missing")
	case !isBasis(p.Basis):
		return fmt.Errorf("basis %q", p.Basis)
	case p.Samples != SamplesByOrder && p.Samples != SamplesKeyed:
		return fmt.Errorf("samples %q", p.Samples)
	case p.Dates.Mode != DateYear && p.Dates.Mode != DateShift:
		return fmt.Errorf("dates %q", p.Dates.Mode)
	case p.Dates.Mode == DateShift && p.Dates.MaxDays < 1:
		return fmt.Errorf("dates: range of %d days", p.Dates.MaxDays)
	case p.Basis == "safe_harbor" && (p.Samples != SamplesByOrder || p.Dates.Mode != DateYear):
		return errors.New("safe_harbor allows neither keyed surrogates nor shifted dates")
	}
	for _, pattern := range p.Patterns {
		if !slices.Contains(allPatterns, pattern) {
			return fmt.Errorf("pattern %q", pattern)
		}
	}
	return errors.Join(p.VCF.validate(), p.FHIR.validate(), p.BAM.validate(), p.DICOM.validate())
}

func (r *VCFRules) validate() error {
	for _, kind := range r.Header {
		if !slices.Contains(headerKinds, kind) {
			return fmt.Errorf("header line %q", kind)
		}
	}
	for _, word := range slices.Concat(r.IDs, r.Assemblies) {
		if !plainWord.MatchString(word) {
			return fmt.Errorf("name %q", word)
		}
	}
	for _, fields := range [][]Field{r.Info, r.Format} {
		seen := map[string]bool{}
		for _, f := range fields {
			if !fieldID.MatchString(f.ID) || !slices.Contains(forms, f.Form) || seen[f.ID] {
				return fmt.Errorf("field %q of form %q", f.ID, f.Form)
			}
			seen[f.ID] = true
		}
	}
	for _, text := range r.Texts {
		if _, err := regexp.Compile(text); err != nil {
			return fmt.Errorf("text: %w", err)
		}
	}
	return nil
}
