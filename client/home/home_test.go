package home_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
)

const pass = "correct horse battery staple"

// openHome opens a home in a folder of the test, with cheap seals.
func openHome(t *testing.T, dir string) *home.Home {
	t.Helper()
	h, err := home.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.Close()) })
	require.NoError(t, h.SetWorkFactor(1))
	return h
}

func TestDefault(t *testing.T) {
	t.Setenv("HOME", "/somewhere")
	dir, err := home.Default()
	require.NoError(t, err)
	require.Equal(t, filepath.Join("/somewhere", ".volens"), dir)

	t.Setenv("HOME", "")
	_, err = home.Default()
	require.Equal(t, fault.Usage, fault.KindOf(err))
}

func TestOpen_NothingForOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "home")
	h := openHome(t, dir)
	require.NoError(t, h.SetConfig(home.Config{Node: "http://127.0.0.1:26657"}))
	_, err := h.Create("alice", pass, letters("a"))
	require.NoError(t, err)
	j, err := h.Journal("ingest-1")
	require.NoError(t, err)
	require.NoError(t, j.Close())

	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := entry.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, "%s is open to others", path)
		if !entry.IsDir() {
			files++
		}
		return nil
	}))
	require.Equal(t, 4, files, "config, wallet, accounts, journal and no leftovers")
}

func TestOpen_NotAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := home.Open(file)
	require.Error(t, err)
}

func TestConfig(t *testing.T) {
	dir := t.TempDir()
	h := openHome(t, dir)
	c, err := h.Config()
	require.NoError(t, err)
	require.Zero(t, c)

	want := home.Config{Node: "http://n:1", Gateway: "http://g:2", ChainID: "volens-1", Trust: "7:AB"}
	require.NoError(t, h.SetConfig(want))
	want.Gateway = "http://g:3"
	require.NoError(t, h.SetConfig(want))
	c, err = openHome(t, dir).Config()
	require.NoError(t, err)
	require.Equal(t, want, c)
}

func TestConfig_Malformed(t *testing.T) {
	dir := t.TempDir()
	h := openHome(t, dir)
	for name, text := range map[string]string{
		"no JSON": "node = 1", "unknown field": `{"nodes":"x"}`, "wrong type": `{"node":1}`, "empty": "",
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600))
			_, err := h.Config()
			require.Equal(t, fault.Usage, fault.KindOf(err))
		})
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), make([]byte, 1<<16+1), 0o600))
	_, err := h.Config()
	require.Equal(t, fault.Integrity, fault.KindOf(err))
}

func TestSetConfig_LeavesTheOldOneOnFailure(t *testing.T) {
	dir := t.TempDir()
	h := openHome(t, dir)
	// A folder in the place of the file: the rename fails after the new file was written.
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "config.json", "x"), 0o700))
	require.Error(t, h.SetConfig(home.Config{Node: "n"}))
	left, err := filepath.Glob(filepath.Join(dir, "*.part"))
	require.NoError(t, err)
	require.Empty(t, left)
}
