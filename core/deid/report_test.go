package deid_test

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

const someDigest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func sampleReport(t *testing.T) *deid.Report {
	t.Helper()
	r := deid.NewReport(load(t, deid.SafeHarborStrict), "1.2.3")
	entry := r.Add(&deid.FileResult{
		Entry:    deid.Entry{Kind: "vcf.gz", Bytes: 10, SHA256: someDigest, Subjects: 1, Records: 5},
		Actions:  []deid.Action{{Format: "vcf", Rule: "header:SAMPLE", Action: "drop", Count: 2}},
		Recheck:  deid.Recheck{Patterns: load(t, deid.SafeHarborStrict).Patterns},
		Warnings: []string{"trailing_tab_repaired"},
	})
	require.Equal(t, "1.vcf.gz", entry.Name)
	return r
}

func TestReport_CanonicalFormIsFixed(t *testing.T) {
	data, err := sampleReport(t).Canonical()
	require.NoError(t, err)
	want := `{"actions":[{"action":"drop","count":2,"format":"vcf","rule":"header:SAMPLE"}],"dates":"year",` +
		`"limits":["a genome identifies by its nature: direct identifiers were removed, nothing more is claimed"],` +
		`"payload":[{"bytes":10,"kind":"vcf.gz","name":"1.vcf.gz","records":5,"sha256":"` + someDigest + `","subjects":1}],` +
		`"profile":{"basis":"safe_harbor","id":"safe-harbor-strict","sha256":"` + load(t, deid.SafeHarborStrict).SHA256() +
		`","version":"3"},"recheck":[{"hits":0,"patterns":["email","url","ip",` +
		`"ssn","phone","date","path","nhs","iban"],"searched":0,"skipped":0,"weak":0}],` +
		`"schema":"deid-report/1","tool":{"name":"volens","version":"1.2.3"},"warnings":["trailing_tab_repaired"]}`
	require.Equal(t, want, string(data))
	sum, err := sampleReport(t).Sum256()
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256([]byte(want)), sum)
}

func TestReport_RoundTrip(t *testing.T) {
	data, err := sampleReport(t).Canonical()
	require.NoError(t, err)
	back, err := deid.ParseReport(data)
	require.NoError(t, err)
	again, err := back.Canonical()
	require.NoError(t, err)
	require.Equal(t, data, again)
	p, err := back.KnownProfile()
	require.NoError(t, err)
	require.Equal(t, deid.SafeHarborStrict, p.ID)
}

func TestReport_AddSumsUp(t *testing.T) {
	r := sampleReport(t)
	entry := r.Add(&deid.FileResult{
		Entry: deid.Entry{Kind: "vcf", SHA256: someDigest},
		Actions: []deid.Action{
			{Format: "vcf", Rule: "header:SAMPLE", Action: "drop", Count: 3},
			{Format: "vcf", Rule: "header:META", Action: "drop", Count: 1},
		},
		Warnings: []string{"trailing_tab_repaired", "crlf_normalised"},
	})
	require.Equal(t, "2.vcf", entry.Name)
	require.Equal(t, []deid.Action{
		{Format: "vcf", Rule: "header:META", Action: "drop", Count: 1},
		{Format: "vcf", Rule: "header:SAMPLE", Action: "drop", Count: 5},
	}, r.Actions)
	require.Equal(t, []string{"crlf_normalised", "trailing_tab_repaired"}, r.Warnings)
}

func TestParseReport_OneFormOnly(t *testing.T) {
	data, err := sampleReport(t).Canonical()
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"empty":          nil,
		"not JSON":       []byte("{"),
		"space":          append([]byte(" "), data...),
		"line end":       append(bytes.Clone(data), '\n'),
		"second value":   append(bytes.Clone(data), data...),
		"unknown member": bytes.Replace(data, []byte(`"dates"`), []byte(`"date"`), 1),
		"schema":         bytes.Replace(data, []byte("deid-report/1"), []byte("deid-report/2"), 1),
		"digest":         bytes.Replace(data, []byte(someDigest), []byte(strings.ToUpper(someDigest)), 1),
		"short digest":   bytes.Replace(data, []byte(someDigest), []byte(someDigest[2:]), 1),
		"name":           bytes.Replace(data, []byte("1.vcf.gz"), []byte("jane.vcf.gz"), 1),
		"negative":       bytes.Replace(data, []byte(`"bytes":10`), []byte(`"bytes":-1`), 1),
		"fraction":       bytes.Replace(data, []byte(`"bytes":10`), []byte(`"bytes":1.5`), 1),
		"too large":      bytes.Replace(data, []byte(`"bytes":10`), []byte(`"bytes":9007199254740993`), 1),
		"hits":           bytes.Replace(data, []byte(`"hits":0`), []byte(`"hits":1`), 1),
		"tool":           bytes.Replace(data, []byte(`"1.2.3"`), []byte(`"by Jane Doe"`), 1),
		"rule":           bytes.Replace(data, []byte("header:SAMPLE"), []byte("Jane Doe"), 1),
		"year":           bytes.ReplaceAll(data, []byte("vcf.gz"), []byte("fhir.json.gz")),
		"warning":        bytes.Replace(data, []byte("trailing_tab_repaired"), []byte("Jane Doe"), 1),
		"duplicate key":  bytes.Replace(data, []byte(`"dates":"year"`), []byte(`"dates":"year","dates":"year"`), 1),
	} {
		_, err := deid.ParseReport(bad)
		require.Error(t, err, name)
	}
}

func TestReport_KnownProfile(t *testing.T) {
	for name, change := range map[string]func(*deid.Report){
		"id":     func(r *deid.Report) { r.Profile.ID = "my-own" },
		"digest": func(r *deid.Report) { r.Profile.SHA256 = someDigest },
		"basis":  func(r *deid.Report) { r.Profile.Basis = "expert_determination" },
		"dates":  func(r *deid.Report) { r.Dates = deid.DateShift },
		"look":   func(r *deid.Report) { r.Recheck[0].Patterns = r.Recheck[0].Patterns[1:] },
	} {
		r := sampleReport(t)
		change(r)
		_, err := r.KnownProfile()
		require.ErrorIs(t, err, deid.ErrUnknownProfile, name)
	}
}

func FuzzParseReport(f *testing.F) {
	r := deid.NewReport(load(f, deid.SafeHarborStrict), "1")
	data, err := r.Canonical()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"schema":"deid-report/1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := deid.ParseReport(data)
		if err != nil {
			return
		}
		again, err := r.Canonical()
		require.NoError(t, err)
		require.Equal(t, data, again)
	})
}
