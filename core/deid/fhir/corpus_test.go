package fhir_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/fhir"
	"github.com/volens-network/volens/test/corpus"
)

// refused says which files of the corpus are refused, and why. Every other one
// must come out clean.
var refused = map[string]deid.Code{
	"awkward/broken_line.ndjson": deid.CodeTruncated,
	"awkward/fhir_named.vcf.gz":  deid.CodeTruncated,
	"awkward/deep.json":          deid.CodeTooDeep,
	"awkward/dup_keys.json":      deid.CodeDuplicateKey,
	"awkward/utf16.json":         deid.CodeUTF16,
	"awkward/random.bin":         deid.CodeNotThisFormat,
	"awkward/study.zip":          deid.CodeNotThisFormat,
	"awkward/empty.vcf":          deid.CodeEmpty,
	"awkward/vcf_named.dcm":      deid.CodeNotThisFormat,
	"awkward/double_gz.vcf.gz":   deid.CodeDoubleGzip,
	"awkward/dicom_named.vcf":    deid.CodeNotThisFormat,
	"awkward/no_newline_end.vcf": deid.CodeNotThisFormat,
}

func corpusFiles(t *testing.T) []string {
	t.Helper()
	return corpus.Files(
		t,
		"fhir/*",
		"awkward/*json",
		"awkward/fhir_named*",
		"awkward/*.bin",
		"awkward/*.zip",
		"awkward/empty.vcf",
		"awkward/vcf_named.dcm",
		"awkward/double_gz*",
		"awkward/dicom_named*",
		"awkward/no_newline*",
	)
}

func TestScrub_EveryFileOfTheCorpus(t *testing.T) {
	files := corpusFiles(t)
	secrets := corpus.Truth(t)
	for _, name := range files {
		for _, profile := range deid.Profiles() {
			t.Run(name+"/"+profile, func(t *testing.T) {
				data := corpus.Read(t, name)
				out, result, err := scrub(t, profile, data, fhir.Options{AllSamples: true})
				if code, ok := refused[name]; ok {
					corpus.RequireRefused(t, code, err)
					return
				}
				require.NoError(t, err)
				for _, secret := range secrets[name] {
					require.NotContains(t, string(out), secret)
				}
				requireClean(t, data, out)
				requireResolves(t, data, out)
				requireVerified(t, profile, result, out)
				if profile == deid.SafeHarborStrict {
					again, _, err := scrub(t, profile, out, fhir.Options{AllSamples: true})
					require.NoError(t, err)
					require.True(t, bytes.Equal(out, again), "scrubbing twice must be scrubbing once")
				}
			})
		}
	}
}

// values decodes every resource of a text by the standard library.
func values(t *testing.T, text []byte) []any {
	t.Helper()
	var all []any
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	for {
		var v any
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, v)
	}
}

// visit calls see for each string with the names of the members above it.
func visit(v any, path []string, see func(path []string, text string)) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			visit(member, append(path[:len(path):len(path)], name), see)
		}
	case []any:
		for _, item := range v {
			visit(item, path, see)
		}
	case string:
		see(path, v)
	}
}

// identifying are members whose texts must be in no output.
var identifying = map[string]bool{
	"family": true, "given": true, "line": true, "city": true, "postalCode": true, "div": true, "title": true,
	"display": true, "description": true, "comment": true, "note": true, "text": true,
}

// requireClean holds the output against the original: no removed member, none of
// the texts of identifying members, and no id.
func requireClean(t *testing.T, original, output []byte) {
	t.Helper()
	texts := map[string]bool{}
	for _, v := range values(t, output) {
		visit(v, nil, func(path []string, text string) {
			name := path[len(path)-1]
			require.False(t, identifying[name] && name != "line", "%v stayed", path)
			texts[text] = true
			if name == "id" {
				require.True(t, strings.HasPrefix(text, deid.SurrogatePrefix), "%v: %s", path, text)
			}
		})
	}
	for _, v := range values(t, original) {
		visit(v, nil, func(path []string, text string) {
			name := path[len(path)-1]
			// A code of LOINC is the id of a Questionnaire, and stays where it is a code.
			if (identifying[name] || name == "id") && len(text) > 3 && !loinc.MatchString(text) &&
				strings.ContainsAny(text, "0123456789 ") {
				require.False(t, texts[text], "%v stayed: %s", path, text)
			}
		})
	}
}

var loinc = regexp.MustCompile(`^[0-9]{1,5}-[0-9]$`)

// requireResolves demands that each reference that found its resource in the
// original finds it in the output.
func requireResolves(t *testing.T, original, output []byte) {
	t.Helper()
	require.GreaterOrEqual(t, resolved(values(t, output)), resolved(values(t, original)))
}

// resolved counts the references that find a resource by type and id, or the
// entry of a Bundle by its urn.
func resolved(all []any) int {
	known, references := map[string]bool{}, []string{}
	for _, v := range all {
		visit(v, nil, func(path []string, text string) {
			switch path[len(path)-1] {
			case "fullUrl":
				known[text] = strings.HasPrefix(text, "urn:")
			case "reference":
				references = append(references, text)
			}
		})
		collect(v, known)
	}
	n := 0
	for _, reference := range references {
		if known[reference] {
			n++
		}
	}
	return n
}

func collect(v any, known map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		kind, hasKind := v["resourceType"].(string)
		id, hasID := v["id"].(string)
		known[kind+"/"+id] = hasKind && hasID
		for _, member := range v {
			collect(member, known)
		}
	case []any:
		for _, item := range v {
			collect(item, known)
		}
	}
}

func TestScrub_BoundedMemory(t *testing.T) {
	corpus.RequireBounded(t, corpusFiles(t), func(ctx context.Context, src io.Reader) error {
		_, err := fhir.Scrub(ctx, io.Discard, src, options(t, deid.SafeHarborStrict, fhir.Options{AllSamples: true}))
		return err
	})
}
