package client_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
)

func TestReadFile_SaysWhichAndWhy(t *testing.T) {
	dir := t.TempDir()
	put := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), mode))
		return path
	}
	missing := filepath.Join(dir, "missing")
	for name, row := range map[string]struct {
		path, says string
		kind       fault.Kind
	}{
		"missing":      {missing, "there is no such file", fault.NotFound},
		"folder":       {dir, "is a folder: name a file", fault.Usage},
		"empty":        {put("empty", "", 0o600), "is empty", fault.Usage},
		"long":         {put("long", "12345", 0o600), "has more than 4 bytes", fault.Usage},
		"below a file": {filepath.Join(put("file", "1", 0o600), "x"), "not a directory", fault.Usage},
	} {
		_, err := client.ReadFile("report", row.path, 4)
		require.Equal(t, row.kind, fault.KindOf(err), name)
		require.ErrorContains(t, err, `report "`+row.path+`"`, name)
		require.ErrorContains(t, err, row.says, name)
		require.NotContains(t, err.Error(), "open ", name)
	}
	_, err := client.ReadFile("report", missing, 4)
	require.ErrorIs(t, err, fs.ErrNotExist, "callers branch on it")
	data, err := client.ReadFile("report", put("good", "1234", 0o600), 4)
	require.NoError(t, err)
	require.Equal(t, "1234", string(data))
	if os.Getuid() == 0 {
		t.Skip("SKIPPED: root may read every file: what others are told is not tested here")
	}
	_, err = client.ReadFile("report", put("closed", "1", 0), 4)
	require.Equal(t, fault.Usage, fault.KindOf(err))
	require.ErrorContains(t, err, "permission denied")
}

func TestInputs_NamesWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	here := filepath.Join(dir, "here")
	require.NoError(t, os.WriteFile(here, []byte("x"), 0o600))
	missing, hollow := filepath.Join(dir, "missing"), filepath.Join(dir, "hollow")
	require.NoError(t, os.Mkdir(hollow, 0o700))
	_, err := client.Inputs([]string{here, missing})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.ErrorContains(t, err, missing, "of several files the one that is meant")
	_, err = client.Inputs([]string{hollow})
	require.Equal(t, fault.Usage, fault.KindOf(err))
	require.ErrorContains(t, err, hollow)
}
