package deid

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// FHIRAction is what is done to an element of FHIR. An action that does not fit
// the element's type removes it.
type FHIRAction string

// The actions on elements.
const (
	// FHIRDrop removes the element with all that is in it.
	FHIRDrop FHIRAction = "drop"
	// FHIRForget removes it and has the second look search for its values.
	FHIRForget FHIRAction = "forget"
	// FHIRWalk goes into a complex element.
	FHIRWalk FHIRAction = "walk"
	// FHIRKeep leaves a boolean or a number as it is written.
	FHIRKeep FHIRAction = "keep"
	// FHIRCode keeps a string of the form of FHIR's own codes: small letters,
	// digits and dashes, a media type, or a comparator.
	FHIRCode FHIRAction = "code"
	// FHIRUpper keeps up to six capital letters, such as a currency.
	FHIRUpper FHIRAction = "upper"
	// FHIRTypeName keeps the name of a resource type.
	FHIRTypeName FHIRAction = "type_name"
	// FHIRTime keeps a time of day.
	FHIRTime FHIRAction = "time"
	// FHIRNumbers keeps a string of numbers and spaces.
	FHIRNumbers FHIRAction = "numbers"
	// FHIRDate applies the profile's rule for dates.
	FHIRDate FHIRAction = "date"
	// FHIRBirth keeps the year, and not that of a person older than 89.
	FHIRBirth FHIRAction = "birth"
	// FHIRPseudonym replaces an id.
	FHIRPseudonym FHIRAction = "pseudonym"
	// FHIRReference replaces the ids in a Reference.
	FHIRReference FHIRAction = "reference"
	// FHIRIdentifier replaces an Identifier by one with a surrogate value only.
	FHIRIdentifier FHIRAction = "identifier"
	// FHIRCoding keeps system and code of a Coding of a listed system.
	FHIRCoding FHIRAction = "coding"
	// FHIRQuantity keeps the numbers of a Quantity, and a listed unit.
	FHIRQuantity FHIRAction = "quantity"
	// FHIRAge is FHIRQuantity for ages: one above 89 years goes.
	FHIRAge FHIRAction = "age"
	// FHIRExtension keeps an Extension of a listed url and walks its value.
	FHIRExtension FHIRAction = "extension"
	// FHIRFullURL replaces the url under which a Bundle has an entry.
	FHIRFullURL FHIRAction = "full_url"
	// FHIRCollection writes "collection", the one type of Bundle that needs
	// nothing that is removed.
	FHIRCollection FHIRAction = "collection"
)

var fhirActions = []FHIRAction{
	FHIRDrop, FHIRForget, FHIRWalk, FHIRKeep, FHIRCode, FHIRUpper, FHIRTypeName, FHIRTime, FHIRNumbers, FHIRDate,
	FHIRBirth, FHIRPseudonym, FHIRReference, FHIRIdentifier, FHIRCoding, FHIRQuantity, FHIRAge, FHIRExtension,
	FHIRFullURL, FHIRCollection,
}

// FHIRSystem is a public code system whose codes may stay. URI is its name, or
// the beginning of the names of several if it ends with a slash. Codes is the
// regular expression that a whole code must match.
type FHIRSystem struct {
	URI   string `json:"uri"`
	Codes string `json:"codes"`
}

// FHIRRules says what may stay of FHIR resources. An element is treated as Paths
// says for its path, else as Types says for its type, else it is removed.
type FHIRRules struct {
	// Types goes by the names of FHIR's data types.
	Types map[string]FHIRAction `json:"types"`
	// Paths goes by element paths as FHIR writes them, such as
	// Patient.birthDate or, for a data type, Address.state.
	Paths map[string]FHIRAction `json:"paths"`
	// Systems lists public code systems.
	Systems []FHIRSystem `json:"systems"`
	// Units lists units that may stay where none is coded.
	Units []string `json:"units"`
	// Extensions lists urls of extensions that are walked.
	Extensions []string `json:"extensions"`
}

var fhirPath = regexp.MustCompile(`^[A-Z][A-Za-z]*(\.[a-z][A-Za-z0-9]*(\[x\])?)+$`)

func (r *FHIRRules) validate() error {
	for name, action := range r.Types {
		if !plainWord.MatchString(name) || !slices.Contains(fhirActions, action) {
			return fmt.Errorf("fhir type %q: %q", name, action)
		}
	}
	for path, action := range r.Paths {
		if !fhirPath.MatchString(path) || !slices.Contains(fhirActions, action) {
			return fmt.Errorf("fhir path %q: %q", path, action)
		}
	}
	for _, system := range r.Systems {
		if !strings.Contains(system.URI, ":") || system.Codes == "" {
			return fmt.Errorf("fhir system %q", system.URI)
		}
		if _, err := regexp.Compile(system.Codes); err != nil {
			return fmt.Errorf("fhir system %q: %w", system.URI, err)
		}
	}
	return nil
}
