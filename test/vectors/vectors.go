// Package vectors keeps known answers: JSON files beside this one that the Go
// tests and the TypeScript tests read, so that both sides give the same bytes.
//
// A test computes its answers anew and hands them to Check. With the variable
// VOLENS_UPDATE_VECTORS=1 in the environment Check writes the file instead;
// what changed is then seen, and judged, in the diff.
package vectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const updateVariable = "VOLENS_UPDATE_VECTORS"

// Check compares answers, marshalled as indented JSON, with the file name in
// this folder.
func Check(tb testing.TB, name string, answers any) {
	tb.Helper()
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(tb, enc.Encode(answers))
	path := filepath.Join(root(tb), "test", "vectors", name)
	if os.Getenv(updateVariable) == "1" {
		require.NoError(tb, os.WriteFile(path, got.Bytes(), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(tb, err, "write it with %s=1", updateVariable)
	require.Equal(tb, string(want), got.String(), "%s differs from what the code computes", name)
}

// CreateOnce writes the file name if VOLENS_UPDATE_VECTORS=1 and there is none
// yet. It is for answers that hold true randomness, which are made once and
// only read afterwards.
func CreateOnce(tb testing.TB, name string, answers func() any) {
	tb.Helper()
	_, err := os.Stat(filepath.Join(root(tb), "test", "vectors", name))
	if errors.Is(err, fs.ErrNotExist) && os.Getenv(updateVariable) == "1" {
		Check(tb, name, answers())
		return
	}
	require.NoError(tb, err)
}

// Load reads the file name of this folder into out. Unknown fields are errors.
func Load(tb testing.TB, name string, out any) {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join(root(tb), "test", "vectors", name))
	require.NoError(tb, err)
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	require.NoError(tb, dec.Decode(out))
}

// root is the folder of go.mod above the running test.
func root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(tb, dir, parent, "no go.mod above the test")
		dir = parent
	}
}
