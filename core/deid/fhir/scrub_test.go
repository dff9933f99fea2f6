package fhir_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/fhir"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/test/corpus"
)

// jane is a patient with all that identifies somebody.
const jane = `{
 "resourceType": "Patient", "id": "MRN-4711-88",
 "meta": {"versionId": "7", "lastUpdated": "2023-03-14T08:00:00Z", "source": "http://st-olav.example/ehr",
  "tag": [{"system": "https://smarthealthit.org/tags", "code": "jane-doe"}]},
 "text": {"status": "generated", "div": "<div>Jane Doe, born 17 March 1962</div>"},
 "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "Plainfield"},
  {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"}],
 "identifier": [{"use": "usual", "system": "urn:oid:1.2.36.146", "value": "4711-88"}],
 "active": true,
 "name": [{"use": "official", "family": "Doe", "given": ["Jane", "Quimby"], "_given": [null, {"id": "x1"}]}],
 "telecom": [{"system": "phone", "value": "+47 73 55 01 00"}],
 "gender": "female", "birthDate": "1962-03-17",
 "_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
  "valueDateTime": "1962-03-17T14:35:45+01:00"}]},
 "address": [{"use": "home", "line": ["12 Elm St"], "city": "Trondheim", "state": "WA", "postalCode": "98101",
  "country": "US"}],
 "maritalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M",
  "display": "Married"}], "text": "Married to John"},
 "multipleBirthInteger": 2,
 "photo": [{"contentType": "image/png", "data": "iVBORw0KGgo=", "title": "Jane at home"}],
 "contact": [{"name": {"family": "Nordmann"}, "gender": "male"}],
 "generalPractitioner": [{"reference": "Practitioner/42", "display": "Dr. Smith"}],
 "fhir_comments": ["Jane called"], "favouriteColour": "Ultramarine"
}`

func TestScrub_Patient(t *testing.T) {
	require.JSONEq(t, `{"resourceType":"Patient","id":"volens-1","active":true,"gender":"female","birthDate":"1962",
		"address":[{"use":"home","state":"WA","country":"US"}],
		"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]},
		"multipleBirthInteger":2,"contact":[{"gender":"male"}],"generalPractitioner":[{"reference":"Practitioner/volens-2"}]}`,
		strict(t, jane))
}

func TestScrub_PatientForResearch(t *testing.T) {
	out, result, err := scrub(t, deid.ResearchShifted, []byte(jane), fhir.Options{})
	require.NoError(t, err)
	requireVerified(t, deid.ResearchShifted, result, out)
	for _, word := range []string{
		"Jane", "Doe", "Quimby", "4711", "Plainfield", "Elm", "Trondheim", "98101", "55 01", "Nordmann", "Smith", "1962-03",
		"iVBOR", "Married", "Ultramarine", "st-olav", "smarthealthit", "2023-03-14",
	} {
		require.NotContains(t, string(out), word)
	}
	require.Regexp(t, `"identifier":\[\{"value":"volens-[a-z2-7]{16}"\}\]`, string(out))
	require.Regexp(
		t,
		`"lastUpdated":"202[23]-[0-9]{2}-[0-9]{2}T08:00:00Z"`,
		string(out),
		"a day is moved, its time stays",
	)
	again, _, err := scrub(t, deid.ResearchShifted, []byte(jane), fhir.Options{})
	require.NoError(t, err)
	require.Equal(t, string(out), string(again), "the same dataset gets the same names and days")
}

func TestScrub_ReportSaysNothingOfThePerson(t *testing.T) {
	_, result, err := scrub(t, deid.SafeHarborStrict, []byte(jane), fhir.Options{})
	require.NoError(t, err)
	require.Equal(t, 1, result.Entry.Subjects)
	require.EqualValues(t, 1, result.Entry.Records)
	require.Equal(t, thisYear, result.Entry.ReferenceYear)
	require.Zero(t, result.Recheck.Hits)
	require.Positive(t, result.Recheck.Searched)
	report := deid.NewReport(corpus.Profile(t, deid.SafeHarborStrict), "1")
	require.Equal(t, "1.fhir.json", report.Add(result).Name)
	data, err := report.Canonical()
	require.NoError(t, err)
	for _, word := range []string{"Jane", "Doe", "4711", "1962", "favourite", "Ultramarine", "olav"} {
		require.NotContains(t, string(data), word)
	}
	for _, rule := range []string{
		`"rule":"HumanName"`, `"rule":"Narrative"`, `"rule":"extension"`, `"rule":"primitive-extension"`,
		`"rule":"unknown-member"`, `"rule":"comment"`, `"rule":"Patient.photo"`, `"rule":"Identifier"`,
	} {
		require.Contains(t, string(data), rule)
	}
	require.Equal(t, []facet.Facet{
		{Code: facet.AgeBand, Value: "60-79"}, {Code: facet.Country, Value: "US"}, {Code: facet.Sex, Value: "female"},
	}, result.Facets)
}

func TestScrub_FacetsOfCodes(t *testing.T) {
	text := `{"resourceType":"Bundle","type":"collection","entry":[
	 {"resource":{"resourceType":"Condition","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I21.4"}]}}},
	 {"resource":{"resourceType":"Observation","status":"final","category":[{"coding":[
	  {"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
	  "code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]}}},
	 {"resource":{"resourceType":"Observation","status":"final","category":[{"coding":[
	  {"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"ward-7"}]}],
	  "code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]}}}]}`
	_, result, err := scrub(t, deid.SafeHarborStrict, []byte(text), fhir.Options{})
	require.NoError(t, err)
	require.Equal(t, []facet.Facet{
		{Code: facet.Condition, Value: "I21"}, {Code: facet.Observation, Value: "vital-signs"},
	}, result.Facets)
}

func TestScrub_ReferencesStillResolve(t *testing.T) {
	text := `{"resourceType":"Bundle","type":"transaction","total":3,"link":[{"relation":"self","url":"http://x.example/Bundle"}],
	"entry":[
	 {"fullUrl":"urn:uuid:D8E20EAC-1721-4a71-ba98-c23d32e75105","request":{"method":"POST","url":"Patient"},
	  "resource":{"resourceType":"Patient","id":"d8e20eac-1721-4a71-ba98-c23d32e75105"}},
	 {"fullUrl":"http://x.example/fhir/Observation/77001",
	  "resource":{"resourceType":"Observation","id":"77001","status":"final",
	  "contained":[{"resourceType":"Specimen","id":"s1"}],"specimen":{"reference":"#s1"},
	  "subject":{"reference":"urn:uuid:d8e20eac-1721-4a71-ba98-c23d32e75105"},
	  "hasMember":[{"reference":"http://x.example/fhir/Observation/77001/_history/3"},{"reference":"Observation/77001"},
	   {"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9999"},{"reference":"Observation/a b"},
	   {"reference":"Nonsense/1"},{"display":"only a name"}]}}]}`
	const patient = "urn:uuid:766f6c65-0000-8000-8000-000000000001"
	require.JSONEq(t, `{"resourceType":"Bundle","type":"collection","entry":[
	 {"fullUrl":"`+patient+`","resource":{"resourceType":"Patient","id":"volens-1"}},
	 {"resource":{"resourceType":"Observation","id":"volens-2","status":"final",
	  "contained":[{"resourceType":"Specimen","id":"volens-3"}],"specimen":{"reference":"#volens-3"},
	  "subject":{"reference":"`+patient+`"},
	  "hasMember":[{"reference":"Observation/volens-2"},{"reference":"Observation/volens-2"}]}}]}`, strict(t, text))
	require.Regexp(
		t,
		`urn:uuid:766f6c65-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}`,
		under(t, deid.ResearchShifted, text),
	)
}

func observation(members string) string {
	return `{"resourceType":"Observation","status":"final",` + members + `}`
}

func TestScrub_Values(t *testing.T) {
	for name, c := range map[string]struct{ in, strict, research string }{
		"number as written": {`"valueQuantity":{"value":1.50E+2}`, `"valueQuantity":{"value":1.50E+2}`, ""},
		"coded unit": {
			`"valueQuantity":{"value":5,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"}`,
			`"valueQuantity":{"value":5,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"}`, "",
		},
		"unit as text":    {`"valueQuantity":{"value":5,"unit":"drops of Jane"}`, `"valueQuantity":{"value":5}`, ""},
		"comparator":      {`"valueQuantity":{"value":5,"comparator":"<="}`, `"valueQuantity":{"value":5,"comparator":"<="}`, ""},
		"no number":       {`"valueQuantity":{"unit":"mg/dL"}`, ``, ""},
		"text":            {`"valueString":"Jane"`, ``, ""},
		"boolean":         {`"valueBoolean":false`, `"valueBoolean":false`, ""},
		"boolean as text": {`"valueBoolean":"false"`, ``, ""},
		"number as text":  {`"valueInteger":"5"`, ``, ""},
		"text as number":  {`"status":5`, ``, ""},
		"unknown system":  {`"code":{"coding":[{"system":"http://jane.example","code":"1"}]}`, ``, ""},
		"form of the code": {
			`"code":{"coding":[{"system":"http://loinc.org","code":"JANE"},{"system":"http://loinc.org","code":"8302-2"}]}`,
			`"code":{"coding":[{"system":"http://loinc.org","code":"8302-2"}]}`, "",
		},
		"prefix of a system": {
			`"code":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/jane/doe","code":"M"}]}`, ``, "",
		},
		"system after code": {
			`"code":{"coding":[{"display":"Height","code":"8302-2","system":"http://loinc.org"}]}`,
			`"code":{"coding":[{"system":"http://loinc.org","code":"8302-2"}]}`, "",
		},
		"date":        {`"effectiveDateTime":"2011-05-07"`, `"effectiveDateTime":"2011"`, `"effectiveDateTime":"SHIFTED"`},
		"month":       {`"effectiveDateTime":"2011-05"`, `"effectiveDateTime":"2011"`, `"effectiveDateTime":"2011"`},
		"no date":     {`"effectiveDateTime":"yesterday"`, ``, ""},
		"instant":     {`"effectiveInstant":"2011-05-07T01:02:03.004Z"`, ``, `"effectiveInstant":"SHIFTEDT01:02:03.004Z"`},
		"time of day": {`"valueTime":"10:11:12"`, ``, `"valueTime":"10:11:12"`},
		"series":      {`"valueSampledData":{"data":"1 2.5 -3","dimensions":1}`, `"valueSampledData":{"data":"1 2.5 -3","dimensions":1}`, ""},
		"no series":   {`"valueSampledData":{"data":"E jane","dimensions":1}`, `"valueSampledData":{"dimensions":1}`, ""},
		"null":        {`"valueInteger":null`, ``, ""},
		"nested":      {`"category":[[{"text":"x"}]]`, ``, ""},
		"empty":       {`"category":[],"component":[{}]`, ``, ""},
		"object":      {`"status2":{}`, ``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := c.in
			lead := `{"resourceType":"Observation","id":"o"`
			want := lead[:len(lead)-3] + `"volens-1"`
			got := strict(t, lead+","+in+"}")
			require.Equal(t, comma(want, c.strict), got)
			if c.research != "" {
				got = under(t, deid.ResearchShifted, lead+","+in+"}")
				body := got[strings.Index(got, ",")+1:]
				body = body[strings.Index(body, ",")+1:]
				pattern := strings.ReplaceAll(
					strings.TrimSuffix(c.research, "}"),
					"SHIFTED",
					`201[01]-[0-9]{2}-[0-9]{2}`,
				)
				require.Regexp(t, "^"+pattern+"}$", body)
				require.NotContains(t, body, "2011-05-07")
			}
		})
	}
}

func comma(object, members string) string {
	if members == "" {
		return object + "}"
	}
	return object + "," + members + "}"
}

func TestScrub_Ages(t *testing.T) {
	born := func(date string) string { return strict(t, `{"resourceType":"Patient","birthDate":"`+date+`"}`) }
	require.Contains(t, born("1937-01-01"), `"birthDate":"1937"`)
	require.NotContains(t, born("1936-12-31"), "1936", "may be 90 this year")
	require.NotContains(t, born("1936"), "1936")
	require.NotContains(t, under(t, deid.ResearchShifted, `{"resourceType":"Patient","birthDate":"1936-05-05"}`), "193")
	onset := func(age string) string {
		return strict(t, `{"resourceType":"Condition","onsetAge":{`+age+`,"system":"http://unitsofmeasure.org"}}`)
	}
	require.Contains(t, onset(`"value":89,"code":"a"`), "89")
	require.NotContains(t, onset(`"value":90,"code":"a"`), "90")
	require.NotContains(t, onset(`"value":1090,"code":"mo"`), "1090")
	require.NotContains(t, onset(`"value":5,"code":"{lives}"`), `"value"`)
}

func TestScrub_ResourceTypeLast(t *testing.T) {
	text := `{"id":"a1","name":[{"family":"Doe"}],"gender":"male","resourceType":"Patient"}`
	same(t, `{"resourceType":"Patient","id":"volens-1","gender":"male"}`, strict(t, text))
	nested := `{"entry":[{"resource":{"status":"final","resourceType":"Observation"}}],"resourceType":"Bundle"}`
	same(t, `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","status":"final"}}]}`,
		strict(t, nested))
}

func TestScrub_EscapedNamesAreNames(t *testing.T) {
	text := `{"resourceType":"Patient","n\u0061me":[{"f\u0061mily":"Escap\u00e9e"}],"gender":"m\u0061le"}`
	same(t, `{"resourceType":"Patient","gender":"male"}`, strict(t, text))
	requireRefused(
		t,
		deid.CodeDuplicateKey,
		[]byte(`{"resourceType":"Patient","gender":"male","g\u0065nder":"female"}`),
	)
}

func TestScrub_NDJSON(t *testing.T) {
	out, result, err := scrub(t, deid.SafeHarborStrict, []byte(
		`{"resourceType":"Patient","id":"p"}`+"\r\n\n"+`{"resourceType":"Observation","subject":{"reference":"Patient/p"}}`,
	),
		fhir.Options{})
	require.NoError(t, err)
	same(t, `{"resourceType":"Patient","id":"volens-1"}`+"\n"+
		`{"resourceType":"Observation","subject":{"reference":"Patient/volens-1"}}`+"\n", string(out))
	require.Equal(t, "fhir.ndjson", result.Entry.Kind)
	require.EqualValues(t, 2, result.Entry.Records)
	requireVerified(t, deid.SafeHarborStrict, result, out)
}

func TestScrub_SeveralPersons(t *testing.T) {
	data := []byte(
		`{"resourceType":"Patient","id":"a"}` + "\n" + `{"resourceType":"Observation","subject":{"reference":"Patient/b"}}`,
	)
	_, _, err := scrub(t, deid.SafeHarborStrict, data, fhir.Options{})
	var refusal *deid.RefusalError
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, deid.CodeSeveralPersons, refusal.Code)
	require.Equal(t, 2, refusal.Count)
	_, result, err := scrub(t, deid.SafeHarborStrict, data, fhir.Options{AllSamples: true})
	require.NoError(t, err)
	require.Equal(t, 2, result.Entry.Subjects)
}

func TestScrub_Packed(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write([]byte(jane))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	out, result, err := scrub(t, deid.SafeHarborStrict, zipped.Bytes(), fhir.Options{})
	require.NoError(t, err)
	require.Equal(t, "fhir.json.gz", result.Entry.Kind)
	require.Equal(t, bgzf.BGZF, bgzf.Sniff(out))
	requireVerified(t, deid.SafeHarborStrict, result, out)
}

// A name that comes back where a code may stand refuses the file.
func TestScrub_SecondLook(t *testing.T) {
	for name, text := range map[string]string{
		"after the name": `{"resourceType":"Patient","name":[{"family":"Nordmann-Vik"}],"link":[{"type":"nordmann-vik"}],` +
			`"communication":[{"language":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/x","code":"nordmann-vik"}]}}]}`,
		"before the name": `{"resourceType":"Patient","communication":[{"language":{"coding":[` +
			`{"system":"http://terminology.hl7.org/CodeSystem/x","code":"nordmann-vik"}]}}],"name":[{"family":"Nordmann-Vik"}]}`,
		"whole number": observation(`"valueInteger":471100881`) + "\n" +
			`{"resourceType":"Patient","identifier":[{"value":"471100881"}]}`,
	} {
		t.Run(name, func(t *testing.T) { requireRefused(t, deid.CodeIdentifierRemain, []byte(text)) })
	}
}

func TestScrub_Refusals(t *testing.T) {
	deep := strings.Repeat(`{"extension":[`, 40) + strings.Repeat(`]}`, 40)
	var many strings.Builder
	for i := range 1100 {
		many.WriteString(`,"m` + strconv.Itoa(i) + `":1`)
	}
	for name, c := range map[string]struct {
		code deid.Code
		text string
	}{
		"empty":               {deid.CodeEmpty, ""},
		"blank":               {deid.CodeEmpty, " \n\t"},
		"no JSON":             {deid.CodeNotThisFormat, "##fileformat=VCFv4.2\n"},
		"array":               {deid.CodeNotThisFormat, `[{"resourceType":"Patient"}]`},
		"no type":             {deid.CodeUnknownResource, `{"id":"a"}`},
		"type is no name":     {deid.CodeUnknownResource, `{"resourceType":5}`},
		"unknown type":        {deid.CodeUnknownResource, `{"resourceType":"Jane"}`},
		"data type":           {deid.CodeUnknownResource, `{"resourceType":"HumanName"}`},
		"UTF-16":              {deid.CodeUTF16, "\xff\xfe{\x00"},
		"UTF-16 without mark": {deid.CodeUTF16, "\x00{\x00\""},
		"bad UTF-8":           {deid.CodeMalformedJSON, "{\"resourceType\":\"Patient\",\"gender\":\"\xff\"}"},
		"half a pair":         {deid.CodeMalformedJSON, `{"resourceType":"Patient","gender":"\ud800"}`},
		"half a pair in key":  {deid.CodeMalformedJSON, `{"resourceType":"Patient","\udc00":1}`},
		"duplicate":           {deid.CodeDuplicateKey, `{"resourceType":"Patient","id":"a","id":"b"}`},
		"duplicate type":      {deid.CodeDuplicateKey, `{"resourceType":"Patient","resourceType":"Patient"}`},
		"duplicate in drop":   {deid.CodeDuplicateKey, `{"resourceType":"Patient","x":{"a":1,"\u0061":2}}`},
		"duplicate in coding": {deid.CodeDuplicateKey, observation(`"code":{"coding":[{"code":"a","code":"b"}]}`)},
		"deep":                {deid.CodeTooDeep, `{"resourceType":"Patient","extension":[` + deep + `]}`},
		"deep in drop":        {deid.CodeTooDeep, `{"resourceType":"Patient","x":` + strings.Repeat("[", 80) + strings.Repeat("]", 80) + `}`},
		"many members":        {deid.CodeTooLarge, `{"resourceType":"Patient","x":{"a":1` + many.String() + `}}`},
		"trailing comma":      {deid.CodeMalformedJSON, `{"resourceType":"Patient",}`},
		"trailing item":       {deid.CodeMalformedJSON, `{"resourceType":"Patient","x":[1,]}`},
		"no comma":            {deid.CodeMalformedJSON, `{"resourceType":"Patient" "id":"a"}`},
		"no colon":            {deid.CodeMalformedJSON, `{"resourceType" "Patient"}`},
		"bare word":           {deid.CodeMalformedJSON, `{"resourceType":"Patient","active":tru}`},
		"number":              {deid.CodeMalformedJSON, observation(`"valueInteger":01`)},
		"number with plus":    {deid.CodeMalformedJSON, observation(`"valueInteger":+1`)},
		"number cut":          {deid.CodeMalformedJSON, observation(`"valueInteger":1.`)},
		"control character":   {deid.CodeMalformedJSON, "{\"resourceType\":\"Patient\",\"id\":\"a\nb\"}"},
		"escape":              {deid.CodeMalformedJSON, `{"resourceType":"Patient","id":"\x"}`},
		"two in a line":       {deid.CodeMalformedJSON, `{"resourceType":"Patient"}{"resourceType":"Patient"}`},
		"text after":          {deid.CodeMalformedJSON, `{"resourceType":"Patient"}` + "\nJane"},
		"long name":           {deid.CodeMalformedJSON, `{"resourceType":"Patient","` + strings.Repeat("a", 2000) + `":1}`},
		"cut":                 {deid.CodeTruncated, `{"resourceType":"Patient","name":[{"fam`},
		"comment":             {deid.CodeMalformedJSON, `{"resourceType":"Patient",/* x */"id":"a"}`},
		"single quotes":       {deid.CodeMalformedJSON, `{"resourceType":"Patient",'id':'a'}`},
	} {
		t.Run(name, func(t *testing.T) { requireRefused(t, c.code, []byte(c.text)) })
	}
}

// An attachment of any size passes through a small window.
func TestScrub_LongStringsAreNotHeld(t *testing.T) {
	head := `{"resourceType":"Binary","contentType":"image/png","data":"`
	src := io.MultiReader(strings.NewReader(head), io.LimitReader(letters{}, 200<<20), strings.NewReader(`"}`))
	var out bytes.Buffer
	_, err := fhir.Scrub(context.Background(), &out, src, options(t, deid.SafeHarborStrict, fhir.Options{}))
	require.NoError(t, err)
	same(t, `{"resourceType":"Binary","contentType":"image/png"}`+"\n", out.String())

	held := io.MultiReader(strings.NewReader(`{"data":"`), io.LimitReader(letters{}, 200<<20), strings.NewReader(`"}`))
	_, err = fhir.Scrub(context.Background(), io.Discard, held, options(t, deid.SafeHarborStrict, fhir.Options{}))
	var refusal *deid.RefusalError
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, deid.CodeTooLarge, refusal.Code, "its type would have to be looked up first")
}

// letters is an endless text.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'A'
	}
	return len(p), nil
}

func TestScrub_EveryPrefix(t *testing.T) {
	for n := range len(jane) {
		_, _, err := scrub(t, deid.SafeHarborStrict, []byte(jane[:n]), fhir.Options{})
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal, "%d bytes", n)
	}
}

func TestScrub_ABitOfEveryByteFlipped(t *testing.T) {
	for i := range len(jane) {
		data := []byte(jane)
		data[i] ^= 1 << (i * 5 % 8)
		requireStable(t, data)
	}
}

func TestScrub_OneByteAtATime(t *testing.T) {
	o := options(t, deid.SafeHarborStrict, fhir.Options{})
	var out bytes.Buffer
	_, err := fhir.Scrub(context.Background(), &out, iotest.OneByteReader(strings.NewReader(jane)), o)
	require.NoError(t, err)
	require.Equal(t, strict(t, jane)+"\n", out.String())
}

func TestScrub_SourceFails(t *testing.T) {
	broken := errors.New("disk")
	src := io.MultiReader(strings.NewReader(jane[:200]), iotest.ErrReader(broken))
	_, err := fhir.Scrub(context.Background(), io.Discard, src, options(t, deid.SafeHarborStrict, fhir.Options{}))
	require.ErrorIs(t, err, broken)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = fhir.Scrub(ctx, io.Discard, strings.NewReader(jane), options(t, deid.SafeHarborStrict, fhir.Options{}))
	require.ErrorIs(t, err, context.Canceled)
}

func TestScrub_OptionsAreNeeded(t *testing.T) {
	whole := options(t, deid.SafeHarborStrict, fhir.Options{})
	for name, change := range map[string]func(*fhir.Options){
		"profile":    func(o *fhir.Options) { o.Profile = nil },
		"pseudonyms": func(o *fhir.Options) { o.Pseudonyms = nil },
		"year":       func(o *fhir.Options) { o.Year = 0 },
	} {
		o := whole
		change(&o)
		_, err := fhir.Scrub(context.Background(), io.Discard, strings.NewReader(jane), o)
		require.Error(t, err, name)
	}
}

func TestVerify_FindsWhatIsLeft(t *testing.T) {
	out, result, err := scrub(t, deid.SafeHarborStrict, []byte(jane), fhir.Options{})
	require.NoError(t, err)
	p := corpus.Profile(t, deid.SafeHarborStrict)
	failed := func(data string) []deid.Check {
		verdict, err := fhir.Verify(context.Background(), p, result.Entry, strings.NewReader(data))
		require.NoError(t, err)
		return corpus.Failed(verdict)
	}
	text := string(out)
	require.Empty(t, failed(text))
	for name, c := range map[string]struct {
		from, to string
		check    deid.Check
	}{
		"id":       {"volens-1", "4711-882", deid.CheckSamples},
		"date":     {`"1962"`, `"1962-03-17"`, deid.CheckSamples},
		"name":     {`"active":true`, `"name":[{"family":"Doe"}]`, fhir.CheckElements},
		"spaces":   {`,"active"`, `, "active"`, deid.CheckIdempotent},
		"half":     {`"active":true`, `"active":tr`, deid.CheckReadable},
		"document": {text, "%PDF-1.7", deid.CheckReadable},
	} {
		require.Contains(t, failed(strings.Replace(text, c.from, c.to, 1)), c.check, name)
	}
	_, err = fhir.Verify(context.Background(), nil, result.Entry, strings.NewReader(text))
	require.Error(t, err)
}

// requireStable scrubs data and, if that is taken, demands that an attestor finds
// no fault.
func requireStable(t *testing.T, data []byte) {
	t.Helper()
	out, result, err := scrub(t, deid.SafeHarborStrict, data, fhir.Options{AllSamples: true})
	if err != nil {
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal)
		return
	}
	values(t, out)
	requireVerified(t, deid.SafeHarborStrict, result, out)
}

func FuzzScrub(f *testing.F) {
	f.Add([]byte(jane))
	f.Add(
		[]byte(
			`{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:x","resource":{"resourceType":"Patient"}}]}` + "\n{}",
		),
	)
	f.Add(
		[]byte(
			observation(
				`"valueQuantity":{"value":-0.1e-5,"unit":"\u00b5g"},"effectivePeriod":{"start":"2011-01-01T00:00:00Z"}`,
			),
		),
	)
	for _, name := range []string{"awkward/escaped_key.json", "awkward/unknown_field.json", "fhir/Patient-f001.json"} {
		if seed, err := os.ReadFile(corpus.Path(f, name)); err == nil {
			f.Add(seed)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { requireStable(t, data) })
}
