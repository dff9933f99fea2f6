package home_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
)

type upload struct {
	Offset int64 `json:"offset"`
}

// openJournal opens a journal and closes it at the end of the test.
func openJournal(t *testing.T, dir, id string) *home.Journal {
	t.Helper()
	j, err := home.OpenJournal(dir, id)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.Close()) })
	return j
}

func TestJournal_GoesOn(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir, "ingest-1")
	_, some := j.Last()
	require.False(t, some)
	require.NoError(t, j.Record("drawn", nil))
	require.NoError(t, j.Record("uploaded", upload{5}))
	require.NoError(t, j.Record("uploaded", upload{9}))

	again := openJournal(t, dir, "ingest-1")
	require.Equal(t, j.Entries(), again.Entries())
	require.Len(t, again.Entries(), 3)
	last, some := again.Last()
	require.True(t, some)
	require.Equal(t, "uploaded", last.Step)

	var u upload
	found, err := again.Find("uploaded", &u)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, upload{9}, u, "the newest counts")
	found, err = again.Find("drawn", nil)
	require.NoError(t, err)
	require.True(t, found)
	found, err = again.Find("registered", &u)
	require.NoError(t, err)
	require.False(t, found)
	_, err = again.Find("drawn", &u)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "a step without data has none to read")
}

// Whatever a crash left of the last line, the lines before it are there and the next
// one is whole.
func TestJournal_TornLine(t *testing.T) {
	whole := `{"step":"one"}` + "\n" + `{"step":"two","data":{"offset":7}}` + "\n"
	for cut := len(`{"step":"one"}` + "\n"); cut < len(whole); cut++ {
		dir := t.TempDir()
		file := filepath.Join(dir, "op.jsonl")
		require.NoError(t, os.WriteFile(file, []byte(whole[:cut]), 0o600))
		j := openJournal(t, dir, "op")
		require.Len(t, j.Entries(), 1, "cut at %d", cut)
		require.NoError(t, j.Record("three", nil))
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, []string{`{"step":"one"}`, `{"step":"three"}`, ""}, strings.Split(string(raw), "\n"))
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "op.jsonl"), []byte(`{"step":"one"}`+"\n\x00\x00\n"), 0o600))
	require.Len(t, openJournal(t, dir, "op").Entries(), 1, "a last line of zeros")
}

func TestJournal_BrokenLine(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON": "x\n{\"step\":\"two\"}\n", "no step": "{}\n{\"step\":\"two\"}\n", "empty": "\n{\"step\":\"two\"}\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "op.jsonl")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			_, err := home.OpenJournal(dir, "op")
			require.Equal(t, fault.Integrity, fault.KindOf(err))
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, text, string(raw), "nothing is repaired by deleting")
		})
	}
}

func TestJournal_Names(t *testing.T) {
	for _, id := range []string{"", "../x", "a/b", "A", ".x", "-x", "a b"} {
		_, err := home.OpenJournal(t.TempDir(), id)
		require.Equal(t, fault.Usage, fault.KindOf(err), "id %q", id)
	}
	_, err := home.OpenJournal(filepath.Join(t.TempDir(), "none"), "op")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestJournal_Record_Refuses(t *testing.T) {
	j := openJournal(t, t.TempDir(), "op")
	require.Error(t, j.Record("", nil))
	require.Error(t, j.Record("step", func() {}))
	require.Empty(t, j.Entries())
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"step":"one"}` + "\n" + `{"step":"two","data":{"offset":7}}` + "\n"))
	f.Add([]byte(`{"step":"one"}` + "\n" + `{"st`))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "op.jsonl"), raw, 0o600))
		j, err := home.OpenJournal(dir, "op")
		if err != nil {
			return
		}
		before := len(j.Entries())
		require.NoError(t, j.Record("next", nil))
		require.NoError(t, j.Close())
		again, err := home.OpenJournal(dir, "op")
		require.NoError(t, err)
		require.Len(t, again.Entries(), before+1)
		require.NoError(t, again.Close())
	})
}
