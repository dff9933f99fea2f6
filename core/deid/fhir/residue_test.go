package fhir_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

// aged is an observation of an age, with more members.
func aged(more string) string {
	return `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"30525-0"}]},` +
		more + `}`
}

// requireTold demands that members stay of a resource, and nothing of others.
func requireTold(t *testing.T, profile, original, want, gone string) {
	t.Helper()
	out := under(t, profile, original)
	require.Contains(t, out, want, original)
	require.NotContains(t, out, gone, original)
}

func TestScrub_AgesAbove89(t *testing.T) {
	for _, profile := range deid.Profiles() {
		for _, unit := range []string{
			`"unit":"years"`, `"unit":"Years"`, `"code":"a","system":"http://unitsofmeasure.org"`, `"unit":"yrs"`, `"unit":"a"`,
		} {
			young, old := `{"value":89,`+unit+`}`, `{"value":93,`+unit+`}`
			for _, member := range []string{`"valueQuantity":`, `"valueRange":{"low":`, `"component":[{"valueQuantity":`} {
				requireTold(t, profile, aged(member+young+closing(member)), `"value":89`, `"value":93`)
				requireTold(t, profile, aged(member+old+closing(member)), `"status":"final"`, `93`)
			}
		}
		requireTold(t, profile, aged(`"valueQuantity":{"value":1200,"unit":"mo"}`), `final`, `1200`)
		requireTold(t, profile, aged(`"valueQuantity":{"value":93,"unit":"kg"}`), `"value":93`, `age`)
		requireTold(t, profile, aged(`"valueQuantity":{"value":93}`), `"value":93`, `age`)
		history := `{"resourceType":"FamilyMemberHistory","status":"completed","patient":{"reference":"Patient/p"},` +
			`"ageRange":{"low":{"value":91,"unit":"a"}},"deceasedRange":{"high":{"value":94,"unit":"a"}}}`
		requireTold(t, profile, history, `"status":"completed"`, "9")
	}
}

// closing is what ends the objects and arrays that a text begins.
func closing(text string) (end string) {
	for _, c := range text {
		if at := strings.IndexRune("{[", c); at >= 0 {
			end = "}]"[at:at+1] + end
		}
	}
	return end
}

func TestScrub_DatesThatTellAnAgeAbove89(t *testing.T) {
	for _, profile := range deid.Profiles() {
		for _, date := range []string{"1931", "1931-04", "1931-04-05", "1931-04-05T10:11:12Z"} {
			requireTold(t, profile, aged(`"effectiveDateTime":"`+date+`"`), `"status":"final"`, "193")
			requireTold(t, profile, aged(`"valuePeriod":{"start":"`+date+`","end":"2001-01-01"}`), `"end":"200`, "193")
		}
	}
	requireTold(t, deid.SafeHarborStrict, aged(`"effectiveDateTime":"1938-04-05"`), `"effectiveDateTime":"1938"`, "-04")
}

func TestScrub_NumbersThatAreSomebodys(t *testing.T) {
	for _, profile := range deid.Profiles() {
		requireTold(t, profile, aged(`"valueInteger":5551239999`), `final`, "5551239999")
		requireTold(t, profile, aged(`"valueInteger":250000`), `"valueInteger":250000`, "dropped")
		// What was asked went with the text; a number without it can only be guessed at.
		answers := `{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"ssn","answer":[` +
			`{"valueInteger":123456789},{"valueDecimal":90210},{"valueDate":"1961-04-05"},{"valueQuantity":{"value":95,` +
			`"code":"a","system":"http://unitsofmeasure.org"}},{"valueCoding":{"system":"http://snomed.info/sct","code":"73211009"}}]}]}`
		out := under(t, profile, answers)
		require.Contains(t, out, `"answer":[{"valueCoding":{"system":"http://snomed.info/sct","code":"73211009"}}]`)
		for _, number := range []string{"123456789", "90210", "1961", "95"} {
			require.NotContains(t, out, number)
		}
	}
}

func TestScrub_CitiesThatStandAsStates(t *testing.T) {
	for _, profile := range deid.Profiles() {
		place := `{"resourceType":"Patient","gender":"female","address":[{"state":"BOSTON","country":"NSW"}]}`
		requireTold(t, profile, place, `"country":"NSW"`, "BOSTON")
	}
}

// A place or a department may be called as a code is.
func TestScrub_NamesThatAreCodes(t *testing.T) {
	for _, name := range []string{"Laboratory", "Imaging", "Vital Signs"} {
		bundle := `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Location","name":"` + name +
			`"}},{"resource":` + aged(
			`"category":[{"coding":[{"system":`+
				`"http://terminology.hl7.org/CodeSystem/observation-category","code":"`+
				strings.ReplaceAll(strings.ToLower(name), " ", "-")+`"}]}]`,
		) + `}]}`
		requireTold(t, deid.SafeHarborStrict, bundle, `"category"`, `"name"`)
	}
}

func TestScrub_WhoIsNamedByAnIdentifierOnly(t *testing.T) {
	original := `{"resourceType":"Procedure","status":"completed","code":{"coding":[{"system":"http://snomed.info/sct",` +
		`"code":"734589021"}]},"subject":{"identifier":{"system":"urn:mrn","value":"734589021"}}}`
	requireRefused(t, deid.CodeIdentifierRemain, []byte(original))
}

// The number of a record stands without its prefix where FHIR wants a number.
func TestScrub_ANumberWithoutItsPrefix(t *testing.T) {
	original := `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient",` +
		`"identifier":[{"value":"MRN-556677889"}]}},{"resource":` + aged(`"valueInteger":556677889`) + `}]}`
	requireRefused(t, deid.CodeIdentifierRemain, []byte(original))
}
