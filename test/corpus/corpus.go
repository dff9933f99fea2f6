// Package corpus opens the files that others wrote, which lie beside the
// repository: real and awkward variants, images, records and reads, and the strings
// that must be in no output made from them. A test that needs them is skipped where
// they are not; CI has them.
//
// It also has what the tests of every format do with them, and with the profiles.
package corpus

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

// root finds the folder of the corpus above the running test.
func root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "corpus")
		}
		parent := filepath.Dir(dir)
		require.NotEqual(tb, dir, parent, "no go.mod above the test")
		dir = parent
	}
}

// Path is where a file of the corpus lies, by its name with slashes.
func Path(tb testing.TB, name string) string {
	tb.Helper()
	return filepath.Join(root(tb), filepath.FromSlash(name))
}

// Read returns a file of the corpus.
func Read(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(Path(tb, name))
	require.NoError(tb, err)
	return data
}

// Files lists the names that match any of the patterns. It skips the test where
// there is no corpus.
func Files(tb testing.TB, patterns ...string) []string {
	tb.Helper()
	dir := root(tb)
	if _, err := os.Stat(dir); err != nil {
		tb.Skip("the shared corpus is not beside the repository")
	}
	var names []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		require.NoError(tb, err)
		for _, path := range found {
			name, err := filepath.Rel(dir, path)
			require.NoError(tb, err)
			names = append(names, filepath.ToSlash(name))
		}
	}
	require.NotEmpty(tb, names)
	return names
}

// Truth lists for each file the strings that must be in no output made from it.
func Truth(tb testing.TB) map[string][]string {
	tb.Helper()
	raw := map[string]json.RawMessage{}
	require.NoError(tb, json.Unmarshal(Read(tb, "TRUTH.json"), &raw))
	all := map[string][]string{}
	for name, value := range raw {
		var list []string
		if json.Unmarshal(value, &list) == nil {
			all[name] = list
		}
	}
	return all
}

// RequireRefused demands a refusal with this code and a reason.
func RequireRefused(tb testing.TB, code deid.Code, err error) {
	tb.Helper()
	var refusal *deid.RefusalError
	require.ErrorAs(tb, err, &refusal)
	require.Equal(tb, code, refusal.Code, refusal.Detail)
	require.NotEmpty(tb, refusal.Detail)
}

// growth is how much memory a scrub may take from the system.
const growth = 64 << 20

// RequireBounded runs a scrub over each file and demands that memory does not grow
// with it, and that whatever is not taken is refused.
func RequireBounded(tb testing.TB, names []string, scrub func(ctx context.Context, src io.Reader) error) {
	tb.Helper()
	for _, name := range names {
		file, err := os.Open(Path(tb, name))
		require.NoError(tb, err)
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err = scrub(context.Background(), file)
		var refusal *deid.RefusalError
		require.True(tb, err == nil || errors.As(err, &refusal), "%s: %v", name, err)
		runtime.ReadMemStats(&after)
		require.NoError(tb, file.Close())
		require.Less(tb, after.Sys-before.Sys, uint64(growth), name)
	}
}

// RequireClean demands that an attestor finds no fault.
func RequireClean(tb testing.TB, verdict *deid.Verdict, err error) {
	tb.Helper()
	require.NoError(tb, err)
	require.True(tb, verdict.OK(), "%+v", verdict.Findings)
}

// Failed lists the checks that did not pass.
func Failed(verdict *deid.Verdict) []deid.Check {
	var list []deid.Check
	for _, f := range verdict.Findings {
		if !f.OK {
			list = append(list, f.Check)
		}
	}
	return list
}

var loaded = sync.OnceValue(func() map[string]*deid.Profile {
	all := map[string]*deid.Profile{}
	for _, id := range deid.Profiles() {
		if p, err := deid.LoadProfile(id); err == nil {
			all[id] = p
		}
	}
	return all
})

// Profile is a profile of the program, read once.
func Profile(tb testing.TB, id string) *deid.Profile {
	tb.Helper()
	require.NotNil(tb, loaded()[id])
	return loaded()[id]
}

// Pseudonyms are new ones for a profile, under a fixed key where it needs one.
func Pseudonyms(tb testing.TB, id string) *deid.Pseudonymizer {
	tb.Helper()
	var key []byte
	if Profile(tb, id).Samples == deid.SamplesKeyed {
		key = []byte("a key of some length for tests")
	}
	p, err := deid.NewPseudonymizer(Profile(tb, id), key)
	require.NoError(tb, err)
	return p
}
