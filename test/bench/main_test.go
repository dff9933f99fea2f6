package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	main "github.com/volens-network/volens/test/bench"
	"github.com/volens-network/volens/test/bench/measure"
)

func run(args ...string) (code int, stdout, stderr string) {
	var out, words bytes.Buffer
	code = main.Run(args, &out, &words)
	return code, out.String(), words.String()
}

func TestRun_Usage(t *testing.T) {
	for _, args := range [][]string{
		nil, {"-out", "a", "-check", "b"}, {"-out", "a", "more"}, {"-fast"}, {"-out", "a", "-run", "("},
	} {
		code, _, words := run(args...)
		require.Equal(t, 2, code, args)
		require.NotEmpty(t, words)
	}
}

func TestRun_MeasuresAndChecks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bench.jsonl")
	code, table, words := run("-out", file, "-run", "^(capsule-verify|walk)$", "-build", t.TempDir())
	require.Zero(t, code, words)
	require.Contains(t, table, "capsule-verify")

	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	rows, err := measure.ReadRows(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.NotNil(t, rows[0].Ours)
	require.Equal(t, "ours <= 150", rows[0].Target)
	require.Nil(t, rows[1].Ours, "no program to walk with")

	code, _, words = run("-check", file)
	require.Equal(t, 1, code)
	require.Contains(t, words, "capsule-create (no row")
}

func TestRun_Check(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bench.jsonl")
	write := func(ours string) {
		var text strings.Builder
		for _, name := range main.Names() {
			text.WriteString(`{"name":"` + name + `","ours":` + ours + `,"target":"ours <= 10"}` + "\n")
		}
		require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
	}
	write("20")
	code, table, words := run("-check", file)
	require.Zero(t, code, words)
	require.Contains(t, table, "missed")
	write("20.1")
	code, table, _ = run("-check", file)
	require.Equal(t, 1, code)
	require.Contains(t, table, "FAILED")

	code, _, _ = run("-check", filepath.Join(t.TempDir(), "none"))
	require.Equal(t, 1, code)
}

func TestNames_Unique(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range main.Names() {
		require.False(t, seen[name], name)
		seen[name] = true
	}
	require.Contains(t, seen, "walk")
}

// The peer must do the same work: same records, without the key that ours removes, under the same header.
func TestBcftools_SameRecords(t *testing.T) {
	ours, peer, err := main.ScrubBoth(t.TempDir())
	require.NoError(t, err)
	if peer == nil {
		t.Skip("bcftools is not installed")
	}
	a, b := strings.Split(string(ours), "\n"), strings.Split(string(peer), "\n")
	require.Len(t, b, len(a))
	for i := range a {
		if strings.HasPrefix(a[i], "#") || a[i] == "" {
			require.Equal(t, a[i], b[i])
			continue
		}
		x, y := strings.Split(a[i], "\t"), strings.Split(b[i], "\t")
		x[2], y[2] = "", "" // The peer keeps every id.
		x[5], y[5] = "", "" // It writes numbers anew: QUAL, and in INFO.
		require.Equal(t, keys(x[7]), keys(y[7]))
		x[7], y[7] = "", ""
		require.Equal(t, x, y)
	}
}

// keys lists the keys of an INFO column.
func keys(info string) []string {
	var out []string
	for field := range strings.SplitSeq(info, ";") {
		key, _, _ := strings.Cut(field, "=")
		out = append(out, key)
	}
	return out
}
