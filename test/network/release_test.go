package network_test

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/byzantine"
)

// lyingTags must not be in a release, nor any of these words: names of packages and
// functions stand in a program even when its symbols are stripped, and so do the texts of
// variables and crash points.
var lyingTags = []string{"byzantine", "crashpoints"}

func lyingWords() []string {
	out := []string{
		"volens/test/byzantine", "VOLENS_CRASH", "share-renamed", "guard-synced", "release-stored", "journal-synced",
		byzantine.PlanVariable, byzantine.LogVariable, byzantine.DelayVariable,
	}
	for _, lie := range byzantine.Extensions() {
		if len(lie.Name) > 11 { // short ones are words of any program
			out = append(out, lie.Name)
		}
	}
	return out
}

// No program of a release lies or crashes by order: it was built without the tags, and
// nothing of that code is in it. The same search finds it in a program with the tags.
func TestRelease_NeitherLiesNorCrashes(t *testing.T) {
	node := programs(t).Node
	dir := filepath.Dir(node)
	for _, name := range []string{"volensd", "volens-gateway", "volens", "age-plugin-volens"} {
		path := filepath.Join(dir, name)
		info, err := buildinfo.ReadFile(path)
		require.NoError(t, err)
		for _, setting := range info.Settings {
			if setting.Key == "-tags" {
				for _, tag := range lyingTags {
					require.NotContains(t, setting.Value, tag, "%s is built with a tag", name)
				}
			}
		}
		found := words(t, path, lyingWords())
		require.Empty(t, found, "%s", name)
	}
	lying := words(t, tagged(t, "volensd", "byzantine,crashpoints"), lyingWords())
	require.Contains(t, lying, "volens/test/byzantine")
	require.Contains(t, lying, "VOLENS_CRASH")
	require.Contains(t, lying, byzantine.PlanVariable)
	require.Contains(t, lying, "share-of-other-release")
}

// words are those that stand in a file.
func words(t *testing.T, path string, wanted []string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var out []string
	for _, word := range wanted {
		if bytes.Contains(raw, []byte(word)) {
			out = append(out, word)
		}
	}
	return out
}
