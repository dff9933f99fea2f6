package deid_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/genomeindex"
)

// schema is the part of JSON Schema (2020-12) that the published file uses.
type schema struct {
	Meta                 string             `json:"$schema"`
	ID                   string             `json:"$id"`
	Title                string             `json:"title"`
	Description          string             `json:"description"`
	Type                 any                `json:"type"`
	Const                any                `json:"const"`
	Enum                 []any              `json:"enum"`
	Pattern              string             `json:"pattern"`
	Minimum              *float64           `json:"minimum"`
	Maximum              *float64           `json:"maximum"`
	Items                *schema            `json:"items"`
	Required             []string           `json:"required"`
	Properties           map[string]*schema `json:"properties"`
	AdditionalProperties *bool              `json:"additionalProperties"`
}

func readSchema(t *testing.T) *schema {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "docs", "spec", "deid-report.schema.json"))
	require.NoError(t, err)
	dec := json.NewDecoder(file)
	dec.DisallowUnknownFields()
	s := &schema{}
	require.NoError(t, dec.Decode(s), "a keyword that this test does not understand")
	require.NoError(t, file.Close())
	return s
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	}
	return "boolean"
}

// check returns the first fault of a value, or "".
func (s *schema) check(at string, v any) string {
	kind := kindOf(v)
	types, several := s.Type.([]any)
	if !several && s.Type != nil {
		types = []any{s.Type}
	}
	switch {
	case len(types) > 0 && !slices.Contains(types, any(kind)):
		return fmt.Sprintf("%s is %s", at, kind)
	case s.Const != nil && s.Const != v, len(s.Enum) > 0 && !slices.Contains(s.Enum, v):
		return at + " has another value"
	}
	switch v := v.(type) {
	case string:
		if s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(v) {
			return at + " has another form"
		}
	case float64:
		if s.Minimum != nil && v < *s.Minimum || s.Maximum != nil && v > *s.Maximum {
			return at + " is out of range"
		}
	case []any:
		for i, item := range v {
			if fault := s.Items.check(fmt.Sprintf("%s[%d]", at, i), item); fault != "" {
				return fault
			}
		}
	case map[string]any:
		return s.object(at, v)
	}
	return ""
}

func (s *schema) object(at string, v map[string]any) string {
	for _, name := range s.Required {
		if _, has := v[name]; !has {
			return at + " lacks " + name
		}
	}
	for name, member := range v {
		if s.Properties[name] == nil {
			return at + " has " + name
		}
		if fault := s.Properties[name].check(at+"."+name, member); fault != "" {
			return fault
		}
	}
	return ""
}

// everything is a report with all that a report can have.
func everything(t *testing.T) *deid.Report {
	t.Helper()
	r := sampleReport(t)
	for _, kind := range []string{"fhir.ndjson.gz", "dcm", "bam"} {
		r.Add(&deid.FileResult{
			Entry: deid.Entry{
				Kind: kind, SHA256: someDigest, ReferenceYear: 2026,
				Index: &deid.IndexEntry{Kind: genomeindex.BAI, Bytes: 8, SHA256: someDigest},
			},
			Actions: []deid.Action{{Format: "fhir", Rule: "HumanName", Action: "drop", Count: 1}},
			Recheck: deid.Recheck{Patterns: append(load(t, deid.SafeHarborStrict).Patterns, deid.PatternDateText)},
		})
	}
	return r
}

func TestSchema_IsTheReports(t *testing.T) {
	s := readSchema(t)
	require.NotNil(t, s.AdditionalProperties)
	require.False(t, *s.AdditionalProperties)
	for _, r := range []*deid.Report{sampleReport(t), everything(t)} {
		data, err := r.Canonical()
		require.NoError(t, err)
		var v any
		require.NoError(t, json.Unmarshal(data, &v))
		require.Empty(t, s.check("report", v))
	}
}

// What the schema does not allow, the program does not read either.
func TestSchema_AllowsNoMoreThanTheProgram(t *testing.T) {
	s := readSchema(t)
	for name, change := range map[string]func(*deid.Report){
		"limit":           func(r *deid.Report) { r.Limits = []string{"Jane Doe"} },
		"dates":           func(r *deid.Report) { r.Dates = "1962-03-17" },
		"pattern":         func(r *deid.Report) { r.Recheck[0].Patterns = []deid.Pattern{"Jane Doe"} },
		"profile version": func(r *deid.Report) { r.Profile.Version = "of Jane Doe" },
		"basis":           func(r *deid.Report) { r.Profile.Basis = "trust me" },
		"kind":            func(r *deid.Report) { r.Payload[0].Kind, r.Payload[0].Name = "Jane", "1.Jane" },
		"year":            func(r *deid.Report) { r.Payload[1].ReferenceYear = 1962 },
		"index":           func(r *deid.Report) { r.Payload[1].Index.Kind = "jane" },
		"index size":      func(r *deid.Report) { r.Payload[1].Index.Bytes = -1 },
		"index digest":    func(r *deid.Report) { r.Payload[1].Index.SHA256 = "jane" },
		"count":           func(r *deid.Report) { r.Actions[0].Count = 0 },
		"hits":            func(r *deid.Report) { r.Recheck[0].Hits = 1 },
		"negative":        func(r *deid.Report) { r.Recheck[0].Weak = -1 },
	} {
		r := everything(t)
		change(r)
		_, err := r.Canonical()
		require.Error(t, err, name)
		data, err := json.Marshal(r)
		require.NoError(t, err)
		var v any
		require.NoError(t, json.Unmarshal(data, &v))
		require.NotEmpty(t, s.check("report", v), name)
	}
}
