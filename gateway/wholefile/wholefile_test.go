package wholefile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/gateway/wholefile"
)

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	for _, text := range []string{"a longer text", "short"} {
		require.NoError(t, wholefile.Write(path, []byte(text)))
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(raw))
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoFileExists(t, path+wholefile.NewSuffix)
}

// What was there stays when the new file cannot be put in its place.
func TestWrite_KeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	require.NoError(t, wholefile.Write(path, []byte("old")))
	require.NoError(t, os.Mkdir(path+wholefile.NewSuffix, 0o700))
	require.Error(t, wholefile.Write(path, []byte("new")))
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(raw))
	require.Error(t, wholefile.Write(filepath.Join(path, "below"), nil))
	require.Error(t, wholefile.SyncDir(path+"-none"))
}
