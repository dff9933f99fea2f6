package fhir_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/fhir"
)

var releases = []fhir.Release{fhir.R4, fhir.R5}

// active is a complete consent that uses every element.
func active() fhir.Consent {
	start := time.Date(2026, 3, 1, 9, 30, 0, 123_456_789, time.UTC)
	return fhir.Consent{
		DatasetID: strings.Repeat("0a", 16),
		Version:   3,
		Status:    fhir.Active,
		Policy: duo.Policy{
			Permission: duo.DS,
			Diseases:   []string{"MONDO:0005015", "MONDO:0004975"},
			Modifiers: []duo.Modifier{
				{Term: duo.GS, Values: []string{"DE", "FR"}},
				{Term: duo.MOR, Date: start.AddDate(1, 0, 0)},
				{Term: duo.TS, Months: 24},
				{Term: duo.RS, ResearchTypes: []duo.ResearchType{duo.ResearchAetiology}},
				{Term: duo.NPU},
			},
			Own:              duo.OwnCodes{AI: duo.AITrain, Recontact: true},
			TopicsAllowed:    []duo.SensitiveTopic{duo.TopicControls},
			DataClasses:      []duo.DataClass{duo.DataGermlineVariants, duo.DataLabs},
			RecipientClasses: []duo.RecipientClass{duo.RecipientAcademic},
			AcceptedBases:    []duo.Basis{duo.BasisSafeHarbor},
			Codebook:         "mondo-2026.1",
			ReferTo:          "volens1ethics",
		},
		Start:        start,
		Expiry:       start.AddDate(5, 0, 0),
		Patient:      "volens1patient",
		Grantor:      "volens1guardian",
		Organisation: "volens1hospital",
		Text:         &fhir.Text{TemplateID: "base-1", Language: "de-AT", SHA256: bytes.Repeat([]byte{7}, 32)},
		Proof: &fhir.ChainProof{
			ChainID: "volens-1", Height: 1 << 40, Key: []byte{1, 2}, Value: []byte{0, 255}, Proof: []byte{9},
		},
	}
}

func marshal(t *testing.T, c fhir.Consent, r fhir.Release) string {
	t.Helper()
	out, err := fhir.Marshal(c, r)
	require.NoError(t, err)
	return string(out)
}

func TestMarshal_RoundTrip(t *testing.T) {
	for _, r := range releases {
		text := marshal(t, active(), r)
		back, release, err := fhir.Unmarshal([]byte(text))
		require.NoError(t, err)
		require.Equal(t, r, release)
		require.Equal(t, active(), back)
		require.Equal(t, text, marshal(t, back, r), "output is deterministic")
	}
}

func TestMarshal_ElementsOfTheReleases(t *testing.T) {
	var r4, r5 map[string]any
	require.NoError(t, json.Unmarshal([]byte(marshal(t, active(), fhir.R4)), &r4))
	require.NoError(t, json.Unmarshal([]byte(marshal(t, active(), fhir.R5)), &r5))
	for _, name := range []string{"scope", "patient", "dateTime", "performer", "organization", "policy"} {
		require.Contains(t, r4, name)
		require.NotContains(t, r5, name)
	}
	for _, name := range []string{"subject", "date", "grantor", "controller", "policyBasis", "decision"} {
		require.Contains(t, r5, name)
		require.NotContains(t, r4, name)
	}
	require.Equal(t, "2026-03-01", r5["date"])
	require.Equal(t, "active", r4["status"])
	require.Contains(t, marshal(t, active(), fhir.R4), `"code": "59284-0"`)
	require.IsType(t, map[string]any{}, r4["provision"])
	require.IsType(t, []any{}, r5["provision"])
}

func TestMarshal_Never(t *testing.T) {
	c := active()
	c.Expiry, c.Never = time.Time{}, true
	for _, r := range releases {
		back, _, err := fhir.Unmarshal([]byte(marshal(t, c, r)))
		require.NoError(t, err)
		require.True(t, back.Never)
		require.True(t, back.Expiry.IsZero())
	}
}

func TestMarshal_EmptyDraft(t *testing.T) {
	for _, r := range releases {
		back, _, err := fhir.Unmarshal([]byte(marshal(t, fhir.Consent{Status: fhir.Draft}, r)))
		require.NoError(t, err)
		require.Equal(t, fhir.Consent{Status: fhir.Draft}, back)
	}
}

func TestMarshal_Refuses(t *testing.T) {
	faults := map[string]func(*fhir.Consent){
		"no status":          func(c *fhir.Consent) { c.Status = "" },
		"unknown status":     func(c *fhir.Consent) { c.Status = "rejected" },
		"dataset":            func(c *fhir.Consent) { c.DatasetID = "0A" },
		"no dataset":         func(c *fhir.Consent) { c.DatasetID = "" },
		"no version":         func(c *fhir.Consent) { c.Version = 0 },
		"no patient":         func(c *fhir.Consent) { c.Patient = "" },
		"no start":           func(c *fhir.Consent) { c.Start = time.Time{} },
		"no expiry":          func(c *fhir.Consent) { c.Expiry = time.Time{} },
		"expiry twice":       func(c *fhir.Consent) { c.Never = true },
		"year 10000":         func(c *fhir.Consent) { c.Expiry = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"free text":          func(c *fhir.Consent) { c.Organisation = "St. Mary's Hospital" },
		"incomplete policy":  func(c *fhir.Consent) { c.Policy.Own.AI = 0 },
		"unknown permission": func(c *fhir.Consent) { c.Policy.Permission = "DUO:0000001" },
		"free text in value": func(c *fhir.Consent) { c.Policy.Modifiers[0].Values[0] = "Germany, please" },
		"alias":              func(c *fhir.Consent) { c.Policy.Modifiers[4].Term = duo.RUO },
		"free codebook":      func(c *fhir.Consent) { c.Policy.Codebook = "the new one" },
		"text digest":        func(c *fhir.Consent) { c.Text.SHA256 = nil },
		"proof height":       func(c *fhir.Consent) { c.Proof.Height = 0 },
		"proof key":          func(c *fhir.Consent) { c.Proof.Key = nil },
	}
	for name, fault := range faults {
		c := active()
		fault(&c)
		for _, r := range releases {
			_, err := fhir.Marshal(c, r)
			require.ErrorIs(t, err, fhir.ErrConsent, name)
		}
	}
	_, err := fhir.Marshal(active(), 6)
	require.ErrorIs(t, err, fhir.ErrConsent)
	require.Equal(t, "release 6", fhir.Release(6).String())
}

func TestMarshal_RefusesDraftsItWouldLose(t *testing.T) {
	for name, p := range map[string]duo.Policy{
		"diseases alone":    {Diseases: []string{"MONDO:0005015"}},
		"disease":           {Permission: duo.DS, Diseases: []string{""}},
		"modifier":          {Modifiers: []duo.Modifier{{Term: "DUO:9"}}},
		"repeated modifier": {Modifiers: []duo.Modifier{{Term: duo.NPU}, {Term: duo.NPU}}},
		"value":             {Modifiers: []duo.Modifier{{Term: duo.GS, Values: []string{""}}}},
		"research type":     {Modifiers: []duo.Modifier{{Term: duo.RS, ResearchTypes: []duo.ResearchType{9}}}},
		"data class":        {DataClasses: []duo.DataClass{0}},
		"AI use":            {Own: duo.OwnCodes{AI: -1}},
	} {
		_, err := fhir.Marshal(fhir.Consent{Status: fhir.Draft, Policy: p}, fhir.R4)
		require.ErrorIs(t, err, fhir.ErrConsent, name)
	}
}

func TestUnmarshal_AcceptsWhatServersAdd(t *testing.T) {
	for _, r := range releases {
		text := strings.Replace(marshal(t, active(), r), `"meta": {`,
			`"id": "17", "text": {"status": "generated", "div": "<div>x</div>"}, "meta": {"versionId": "2", `, 1)
		back, _, err := fhir.Unmarshal([]byte(text))
		require.NoError(t, err)
		require.Equal(t, active(), back)
	}
}

func TestUnmarshal_Refuses(t *testing.T) {
	edits := map[string][2]string{
		"not JSON":          {`{`, `[`},
		"other resource":    {`"Consent"`, `"Patient"`},
		"profile":           {`volens-consent-r`, `consent-r`},
		"unknown element":   {`"status":`, `"verification": [], "status":`},
		"modifierExtension": {`"status":`, `"modifierExtension": [], "status":`},
		"implicitRules":     {`"status":`, `"implicitRules": "x", "status":`},
		"twice":             {`"status":`, `"status": "draft", "status":`},
		"twice in case":     {`"status":`, `"Status": "draft", "status":`},
		"not ASCII":         {`"status":`, `"ſtatus": "draft", "status":`},
		"status":            {`"active"`, `"proposed"`},
		"denies":            {`"permit"`, `"deny"`},
		"limit in provision": {
			`"purpose": [`, `"securityLabel": [{"code": "R"}], "purpose": [`,
		},
		"nested provision": {`"purpose": [`, `"provision": [{"type": "deny"}], "purpose": [`},
		"unknown extension": {
			`"extension": [`, `"extension": [{"url": "https://example.org/limit", "valueBoolean": true},`,
		},
		"unknown term":      {`"DUO:0000007"`, `"DUO:0000001"`},
		"second permission": {`"DUO:0000045"`, `"DUO:0000042"`},
		"second modifier":   {`"DUO:0000045"`, `"DUO:0000022"`},
		"unknown data":      {`"germline-variants"`, `"somatic-variants"`},
		"unknown detail":    {`"months"`, `"weeks"`},
		"unknown policy":    {`"accepted-basis"`, `"accepted-bases"`},
		"months":            {`"24"`, `"024"`},
		"many months":       {`"24"`, `"4294967296"`},
		"version":           {`"3"`, `"+3"`},
		"height":            {`"1099511627776"`, `"9223372036854775808"`},
		"date":              {`"2031-03-01T09:30:00.123456789Z"`, `"2031-13-01"`},
		"base64":            {`"AP8="`, `"AP8"`},
		"proof element":     {`"chain-id"`, `"chain"`},
		"language":          {`"language"`, `"tongue"`},
	}
	for name, edit := range edits {
		for _, r := range releases {
			before := marshal(t, active(), r)
			after := strings.Replace(before, edit[0], edit[1], 1)
			require.NotEqual(t, before, after, name)
			_, _, err := fhir.Unmarshal([]byte(after))
			require.Error(t, err, "%s in %s", name, r)
			known := strings.Contains(err.Error(), fhir.ErrConsent.Error()) ||
				strings.Contains(err.Error(), fhir.ErrUnread.Error())
			require.True(t, known, "%s in %s: %v", name, r, err)
		}
	}
	_, _, err := fhir.Unmarshal([]byte(marshal(t, active(), fhir.R4) + "{}"))
	require.ErrorIs(t, err, fhir.ErrConsent)
	_, _, err = fhir.Unmarshal(bytes.Repeat([]byte(" "), fhir.MaxSize+1))
	require.ErrorIs(t, err, fhir.ErrConsent)
	_, _, err = fhir.Unmarshal([]byte(strings.Repeat(`{"a":`, fhir.MaxNesting+1)))
	require.ErrorIs(t, err, fhir.ErrConsent)
}

func TestImport_IsADraft(t *testing.T) {
	for _, r := range releases {
		draft, release, err := fhir.Import([]byte(marshal(t, active(), r)))
		require.NoError(t, err)
		require.Equal(t, r, release)
		want := active()
		want.Status, want.Version, want.Start, want.Text, want.Proof = fhir.Draft, 0, time.Time{}, nil, nil
		require.Equal(t, want, draft)
	}
}

const foreign = `{"resourceType": "Consent", "status": "active",
	"scope": {"coding": [{"code": "research"}]}, "category": [{"text": "Research"}],
	"patient": {"reference": "Patient/1", "display": "A. Person"}, "dateTime": "2020",
	"policyRule": {"text": "house rules"},
	"provision": {"type": "permit", "period": {"end": "2031-06"}, "purpose": [
		{"system": "http://purl.obolibrary.org/obo/duo.owl", "code": "DUO_0000006"},
		{"system": "http://purl.obolibrary.org/obo/duo.owl", "code": "DUO:0000014"},
		{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}]}}`

func TestImport_Foreign(t *testing.T) {
	draft, release, err := fhir.Import([]byte(foreign))
	require.NoError(t, err)
	require.Equal(t, fhir.R4, release)
	require.Equal(t, fhir.Consent{
		Status: fhir.Draft,
		Policy: duo.Policy{Permission: duo.HMB},
		Expiry: time.Date(2031, 6, 1, 0, 0, 0, 0, time.UTC),
	}, draft, "no longer than the document, no name, nothing that was not said")
	_, _, err = fhir.Unmarshal([]byte(foreign))
	require.Error(t, err)
}

func TestImport_Refuses(t *testing.T) {
	for name, edit := range map[string][2]string{
		"denies":           {`"permit"`, `"deny"`},
		"no type":          {`"type": "permit",`, ``},
		"limit":            {`"type"`, `"actor": [], "type"`},
		"unknown term":     {`DUO_0000006`, `DUO_0000017`},
		"care and no care": {`"code": "TREAT"`, `"code": "DUO:0000043"`},
		"rejected":         {`"active"`, `"rejected"`},
		"mistake":          {`"active"`, `"entered-in-error"`},
	} {
		text := strings.Replace(foreign, edit[0], edit[1], 1)
		if name == "care and no care" {
			text = strings.Replace(text, "http://terminology.hl7.org/CodeSystem/v3-ActReason", fhir.SystemDUO, 1)
		}
		require.NotEqual(t, foreign, text, name)
		_, _, err := fhir.Import([]byte(text))
		require.Error(t, err, name)
	}
}

// TestImport_HL7Examples: the examples of R4 all limit by what cannot be carried, or
// say nothing about research.
func TestImport_HL7Examples(t *testing.T) {
	files, err := filepath.Glob("../../../shared/corpus/fhir/Consent-*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("no corpus beside the repository")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		_, _, err = fhir.Import(data)
		require.ErrorIs(t, err, fhir.ErrUnread, file)
	}
}

func TestMarshal_RoundTripOfDrafts(t *testing.T) {
	token := rapid.StringMatching(`[!-~]{1,20}`)
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(-1e10, 1e11).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).
			UTC()
	})
	rapid.Check(t, func(t *rapid.T) {
		p := duo.Policy{
			DataClasses:      numbers[duo.DataClass](t, 9),
			RecipientClasses: numbers[duo.RecipientClass](t, 8),
			TopicsAllowed:    numbers[duo.SensitiveTopic](t, 10),
			AcceptedBases:    numbers[duo.Basis](t, 3),
			Own: duo.OwnCodes{
				AI: duo.AIUse(rapid.IntRange(0, 3).Draw(t, "ai")), Link: rapid.Bool().Draw(t, "link"),
				Recontact: rapid.Bool().Draw(t, "recontact"), ReturnResults: rapid.Bool().Draw(t, "return"),
				InsureAllowed: rapid.Bool().Draw(t, "insure"), ComputeOnly: rapid.Bool().Draw(t, "compute"),
			},
		}
		if rapid.Bool().Draw(t, "permission") {
			p.Permission = rapid.SampledFrom(duo.Permissions()).Draw(t, "term")
			p.Diseases = some(t, token)
		}
		for _, term := range rapid.SliceOfDistinct(rapid.SampledFrom(duo.Modifiers()), rapid.ID).Draw(t, "modifiers") {
			p.Modifiers = append(p.Modifiers, duo.Modifier{
				Term: term, Values: some(t, token), Date: moment.Draw(t, "date"),
				Months: rapid.Uint32().Draw(t, "months"), ResearchTypes: numbers[duo.ResearchType](t, 8),
			})
		}
		c := fhir.Consent{
			Status: fhir.Draft, Policy: p, Version: rapid.Uint64().Draw(t, "version"), Start: moment.Draw(t, "start"),
			Patient: token.Draw(t, "patient"), Never: rapid.Bool().Draw(t, "never"),
		}
		if !c.Never {
			c.Expiry = moment.Draw(t, "expiry")
		}
		for _, r := range releases {
			out, err := fhir.Marshal(c, r)
			require.NoError(t, err)
			back, _, err := fhir.Unmarshal(out)
			require.NoError(t, err)
			require.Equal(t, c, back)
		}
	})
}

func some(t *rapid.T, token *rapid.Generator[string]) []string {
	list := rapid.SliceOfN(token, 0, 3).Draw(t, "texts")
	if len(list) == 0 {
		return nil
	}
	return list
}

func numbers[T ~int32](t *rapid.T, last int) []T {
	var out []T
	for _, n := range rapid.SliceOfN(rapid.IntRange(1, last), 0, 4).Draw(t, "numbers") {
		out = append(out, T(n))
	}
	return out
}

func FuzzUnmarshal(f *testing.F) {
	for _, r := range releases {
		out, err := fhir.Marshal(active(), r)
		require.NoError(f, err)
		f.Add(out)
	}
	f.Add([]byte(foreign))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, r, err := fhir.Unmarshal(data); err == nil {
			out, err := fhir.Marshal(c, r)
			require.NoError(t, err, "what is read can be written")
			back, _, err := fhir.Unmarshal(out)
			require.NoError(t, err)
			require.Equal(t, c, back)
		}
		draft, _, err := fhir.Import(data)
		if err != nil {
			return
		}
		require.Equal(t, fhir.Draft, draft.Status)
		require.Nil(t, draft.Proof)
	})
}
