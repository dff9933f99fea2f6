package main_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/test/sample"
)

const (
	version = "9.9-test"
	year    = 2026
)

var key = bytes.Repeat([]byte{3}, 32)

// set is a dataset for node: the originals, and the payload and the report that the native
// library makes of them.
type set struct {
	Name    string         `json:"name"`
	Options map[string]any `json:"options"`
	Files   []string       `json:"files"`
	Payload []string       `json:"payload"`
	Report  string         `json:"report"`
}

// TestNode builds the module and runs deid.test.mjs over it.
func TestNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("node is needed here")
		}
		t.Skip("NO NODE HERE: the WebAssembly module was NOT TESTED")
	}
	watch(t, "*.go", "*.mjs", "session/*.go", "../../scripts/web-wasm.sh")
	dir := t.TempDir()
	run(t, []string{"VERSION=" + version}, "../../scripts/web-wasm.sh", dir)

	var packed, plain, several, mapped bytes.Buffer
	for dst, o := range map[*bytes.Buffer]sample.Options{
		&plain: {Seed: 1, Records: 3000}, &packed: {Seed: 2, Records: 3000, Packed: true},
		&several: {Seed: 3, Records: 100, Samples: 3}, &mapped: {Seed: 4, Records: 100},
	} {
		require.NoError(t, sample.VCF(dst, o))
	}
	scan := sample.DICOM(sample.DICOMOptions{
		Encoding: sample.ExplicitLittle, Picture: sample.NewPicture(1, 600, 600, 200), Bits: 16,
	})
	sets := []set{
		native(t, dir, "vcf", deid.SafeHarborStrict, plain.Bytes()),
		native(t, dir, "vcf-bgzf", deid.SafeHarborStrict, packed.Bytes()),
		native(t, dir, "dicom", deid.SafeHarborStrict, scan),
		native(t, dir, "fhir", deid.SafeHarborStrict, sample.FHIR()),
		native(t, dir, "several-samples", deid.SafeHarborStrict, several.Bytes()),
		native(t, dir, "shifted", deid.ResearchShifted, scan, sample.FHIR(), mapped.Bytes()),
		native(t, dir, "two-of-one", deid.SafeHarborStrict, plain.Bytes(), plain.Bytes()),
	}
	text, err := json.Marshal(sets)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sets.json"), text, 0o600))
	run(t, []string{"VOLENS_WASM=" + dir}, node, "--test", "deid.test.mjs")
}

// native runs the library of this process over the files of a dataset, and leaves all in dir.
func native(t *testing.T, dir, name, id string, files ...[]byte) set {
	t.Helper()
	profile, err := deid.LoadProfile(id)
	require.NoError(t, err)
	out := set{Name: name, Options: map[string]any{"profile": id, "year": year, "allSamples": true}}
	var secret []byte
	if profile.Samples == deid.SamplesKeyed {
		secret = key
		out.Options["key"] = key
	}
	pseudonyms, err := deid.NewPseudonymizer(profile, secret)
	require.NoError(t, err)
	scope := bytes.Repeat([]byte{8}, 16)
	out.Options["scope"] = scope
	pseudonyms.Scope(scope)
	rules := formats.Rules{
		Profile: profile, Pseudonyms: pseudonyms, AllSamples: true, Workers: 2, Year: year, Rand: rand.Reader,
	}
	report := deid.NewReport(profile, version)
	save := func(part string, data []byte) string {
		path := filepath.Join(dir, name+"-"+part)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	for i, data := range files {
		found, src, err := formats.Detect(bytes.NewReader(data))
		require.NoError(t, err)
		var payload bytes.Buffer
		result, err := rules.Scrub(context.Background(), &payload, src, int64(len(data)), found)
		require.NoError(t, err)
		report.Add(result)
		number := string(rune('1' + i))
		out.Files = append(out.Files, save("original-"+number, data))
		out.Payload = append(out.Payload, save("payload-"+number, payload.Bytes()))
	}
	canonical, err := report.Canonical()
	require.NoError(t, err)
	out.Report = save("report", canonical)
	return out
}

// watch reads what only other programs use, so that the go command does not take the result of a test from its cache
// when that has changed.
func watch(t *testing.T, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, paths, pattern)
		for _, path := range paths {
			_, err := os.ReadFile(path)
			require.NoError(t, err)
		}
	}
}

func run(t *testing.T, env []string, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// TestModule_LinksCoreOnly holds for the whole program what the linter holds for each file.
func TestModule_LinksCoreOnly(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", ".")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	require.NoError(t, err)
	const ours = "github.com/volens-network/volens/"
	for dep := range strings.FieldsSeq(string(out)) {
		for _, never := range []string{"cosmossdk.io", "github.com/cosmos", "github.com/cometbft", "net/http"} {
			require.False(t, dep == never || strings.HasPrefix(dep, never+"/"), "it links %s", dep)
		}
		if below, mine := strings.CutPrefix(dep, ours); mine {
			require.Regexp(t, "^(core/|web/wasm)", below)
		}
	}
}
