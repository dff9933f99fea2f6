package deid_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

func load(tb testing.TB, id string) *deid.Profile {
	tb.Helper()
	p, err := deid.LoadProfile(id)
	require.NoError(tb, err)
	return p
}

// variant changes one member of the strict profile's file.
func variant(t *testing.T, change func(map[string]any)) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("profiles", deid.SafeHarborStrict+".json"))
	require.NoError(t, err)
	tree := map[string]any{}
	require.NoError(t, json.Unmarshal(data, &tree))
	change(tree)
	data, err = json.Marshal(tree)
	require.NoError(t, err)
	return data
}

func TestLoadProfile_Both(t *testing.T) {
	strict := load(t, deid.SafeHarborStrict)
	require.Equal(t, "safe_harbor", strict.Basis)
	require.Equal(t, deid.SamplesByOrder, strict.Samples)
	require.Equal(t, deid.DateYear, strict.Dates.Mode)
	shifted := load(t, deid.ResearchShifted)
	require.Equal(t, "expert_determination", shifted.Basis)
	require.Equal(t, deid.SamplesKeyed, shifted.Samples)
	require.Equal(t, deid.DateShift, shifted.Dates.Mode)
	require.Len(t, strict.SHA256(), 64)
	require.NotEqual(t, strict.SHA256(), shifted.SHA256())
	require.Equal(t, strict.VCF, shifted.VCF, "both profiles keep the same of a genome")
	require.Equal(t, strict.BAM, shifted.BAM, "and of its reads")
	require.Equal(t, deid.FHIRForget, strict.FHIR.Types["Identifier"])
	require.Equal(t, deid.FHIRIdentifier, shifted.FHIR.Types["Identifier"])
	for _, p := range []*deid.Profile{strict, shifted} {
		require.Contains(t, p.Patterns, deid.PatternDate)
		require.NotEmpty(t, p.VCF.Info)
	}
}

func TestLoadProfile_Unknown(t *testing.T) {
	for _, id := range []string{"", "none", "../profile", "safe-harbor-strict.json"} {
		_, err := deid.LoadProfile(id)
		require.Error(t, err, id)
	}
}

func TestParseProfile_RefusesWhatItDoesNotUnderstand(t *testing.T) {
	rulesOf := func(format string) func(map[string]any) map[string]any {
		return func(tree map[string]any) map[string]any {
			rules, ok := tree[format].(map[string]any)
			require.True(t, ok)
			return rules
		}
	}
	vcf, fhir, bam := rulesOf("vcf"), rulesOf("fhir"), rulesOf("bam")
	for name, change := range map[string]func(map[string]any){
		"unknown member":       func(m map[string]any) { m["extra"] = true },
		"bad id":               func(m map[string]any) { m["id"] = "A B" },
		"no version":           func(m map[string]any) { m["version"] = "" },
		"unknown basis":        func(m map[string]any) { m["basis"] = "trust_me" },
		"unknown sample rule":  func(m map[string]any) { m["samples"] = "keep" },
		"unknown date mode":    func(m map[string]any) { m["dates"] = map[string]any{"mode": "keep", "max_days": 0} },
		"keyed in safe harbor": func(m map[string]any) { m["samples"] = "keyed" },
		"shift in safe harbor": func(m map[string]any) { m["dates"] = map[string]any{"mode": "shift", "max_days": 9} },
		"unknown pattern":      func(m map[string]any) { m["patterns"] = []string{"horoscope"} },
		"unknown header line":  func(m map[string]any) { vcf(m)["header"] = []string{"SAMPLE"} },
		"odd database":         func(m map[string]any) { vcf(m)["ids"] = []string{"r.*"} },
		"odd assembly":         func(m map[string]any) { vcf(m)["assemblies"] = []string{"a b"} },
		"bad text":             func(m map[string]any) { vcf(m)["texts"] = []string{"("} },
		"unknown action":       func(m map[string]any) { fhir(m)["types"] = map[string]string{"Address": "blur"} },
		"odd path":             func(m map[string]any) { fhir(m)["paths"] = map[string]string{"patient": "drop"} },
		"bad codes": func(m map[string]any) {
			fhir(m)["systems"] = []any{map[string]string{"uri": "urn:x", "codes": "("}}
		},
		"no code system":    func(m map[string]any) { fhir(m)["systems"] = []any{map[string]string{"uri": "x", "codes": "a"}} },
		"header line":       func(m map[string]any) { bam(m)["header"] = map[string]any{"CO": []string{}} },
		"header tag":        func(m map[string]any) { bam(m)["header"] = map[string]any{"RG": []string{"DSX"}} },
		"rule of read name": func(m map[string]any) { bam(m)["read_names"] = "blur" },
		"tag of a record":   func(m map[string]any) { bam(m)["tags"] = []string{"N"} },
		"unknown form": func(m map[string]any) {
			vcf(m)["info"] = []any{map[string]any{"id": "A", "form": "free", "descriptions": []string{}}}
		},
		"field twice": func(m map[string]any) {
			f := map[string]any{"id": "A", "form": "flag", "descriptions": []string{}}
			vcf(m)["format"] = []any{f, f}
		},
	} {
		_, err := deid.ParseProfile(variant(t, change))
		require.Error(t, err, name)
	}
	same := variant(t, func(map[string]any) {})
	_, err := deid.ParseProfile(same)
	require.NoError(t, err)
	_, err = deid.ParseProfile(append(same, '1'))
	require.Error(t, err)
	_, err = deid.ParseProfile([]byte("{"))
	require.Error(t, err)
}

func TestPseudonymizer_ByOrder(t *testing.T) {
	p, err := deid.NewPseudonymizer(load(t, deid.SafeHarborStrict), nil)
	require.NoError(t, err)
	require.Equal(t, "volens-1", p.Name("sample", "Jane"))
	require.Equal(t, "volens-2", p.Name("sample", "John"))
	require.Equal(t, "volens-1", p.Name("sample", "Jane"), "the same name in another file")
	require.Equal(t, "volens-3", p.Name("study", "Jane"), "another kind of name")
	other, err := deid.NewPseudonymizer(load(t, deid.SafeHarborStrict), nil)
	require.NoError(t, err)
	require.Equal(t, "volens-1", other.Name("sample", "John"), "nothing of the name is in it")
}

func TestPseudonymizer_Keyed(t *testing.T) {
	profile := load(t, deid.ResearchShifted)
	key := []byte("0123456789abcdef")
	name := func(key []byte, domain, text string) string {
		p, err := deid.NewPseudonymizer(profile, key)
		require.NoError(t, err)
		return p.Name(domain, text)
	}
	first := name(key, "sample", "Jane")
	require.True(t, deid.IsSurrogate(deid.SamplesKeyed, first), first)
	require.Equal(t, first, name(key, "sample", "Jane"))
	require.NotEqual(t, first, name(key, "sample", "Jane "))
	require.NotEqual(t, first, name(key, "study", "Jane"))
	require.NotEqual(t, first, name([]byte("fedcba9876543210"), "sample", "Jane"), "another dataset")
}

func TestPseudonymizer_KeyRules(t *testing.T) {
	_, err := deid.NewPseudonymizer(load(t, deid.ResearchShifted), nil)
	require.Error(t, err)
	_, err = deid.NewPseudonymizer(load(t, deid.ResearchShifted), []byte("short"))
	require.Error(t, err)
	_, err = deid.NewPseudonymizer(load(t, deid.SafeHarborStrict), []byte("0123456789abcdef"))
	require.Error(t, err)
}

func TestKeepingPseudonymizer(t *testing.T) {
	p := deid.KeepingPseudonymizer(load(t, deid.SafeHarborStrict))
	require.Equal(t, "volens-7", p.Name("sample", "volens-7"))
	require.NotEqual(t, "Jane", p.Name("sample", "Jane"))
	for _, bad := range []string{"volens-0", "volens-", "volens-12345678", "volens-1 ", "Volens-1", "volens-jane"} {
		require.False(t, deid.IsSurrogate(deid.SamplesByOrder, bad), bad)
	}
	for _, bad := range []string{"volens-1", "volens-abcdefghijklmno", "volens-abcdefghijklmno1", "volens-ABCDEFGHIJKLMNOP"} {
		require.False(t, deid.IsSurrogate(deid.SamplesKeyed, bad), bad)
	}
}

func TestShiftDays(t *testing.T) {
	seen := map[int]bool{}
	for i := range 400 {
		key := []byte(strings.Repeat("k", 16) + string(rune('a'+i%26)) + string(rune('a'+i/26)))
		days, err := deid.ShiftDays(key, 365)
		require.NoError(t, err)
		require.GreaterOrEqual(t, days, -365)
		require.LessOrEqual(t, days, -1)
		again, err := deid.ShiftDays(key, 365)
		require.NoError(t, err)
		require.Equal(t, days, again)
		seen[days] = true
	}
	require.Greater(t, len(seen), 150, "shifts must differ between datasets")
	_, err := deid.ShiftDays([]byte("short"), 365)
	require.Error(t, err)
	_, err = deid.ShiftDays([]byte("0123456789abcdef"), 0)
	require.Error(t, err)
}

func TestRefusal_Words(t *testing.T) {
	require.Equal(t, "nothing", deid.Refuse(deid.CodeEmpty, "nothing").Error())
	require.Equal(t, "x (line 3)", deid.RefuseAt(deid.CodeNUL, 3, "x").Error())
	several := &deid.RefusalError{Code: deid.CodeSeveralPersons, Detail: "2 samples", Count: 2}
	require.Equal(t, "2 samples", several.Error())
}
