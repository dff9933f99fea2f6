package blobstore_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/blobstore/blobstoretest"
)

func open(t *testing.T, url string) *blobstore.Store {
	t.Helper()
	store, err := blobstore.Open(context.Background(), url)
	require.NoError(t, err)
	return store
}

func TestStore_Memory(t *testing.T) {
	blobstoretest.Run(t, func(t *testing.T) *blobstore.Store {
		t.Helper()
		return open(t, "mem://")
	})
}

func TestStore_File(t *testing.T) {
	blobstoretest.Run(t, func(t *testing.T) *blobstore.Store {
		t.Helper()
		return open(t, "file://"+filepath.ToSlash(filepath.Join(t.TempDir(), "new", "bucket")))
	})
}

func TestOpen_Refuses(t *testing.T) {
	for _, url := range []string{"", "folder", "nothing://x", "::", "file:///x?unknown=1"} {
		_, err := blobstore.Open(context.Background(), url)
		require.Error(t, err, url)
	}
}

// What a killed process was writing is not listed, and swept once it is old.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	store := open(t, "file://"+filepath.ToSlash(dir))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "objects", "ab"), 0o700))
	stray := filepath.Join(dir, "objects", "ab", "abcd.18a.tmp")
	require.NoError(t, os.WriteFile(stray, []byte("half"), 0o600))
	keys, err := store.Keys(context.Background(), "")
	require.NoError(t, err)
	require.Empty(t, keys)

	info, err := os.Stat(stray)
	require.NoError(t, err)
	removed, err := store.Sweep(context.Background(), info.ModTime())
	require.NoError(t, err)
	require.Zero(t, removed)
	require.FileExists(t, stray)
	removed, err = store.Sweep(context.Background(), info.ModTime().Add(time.Second))
	require.NoError(t, err)
	require.Equal(t, 1, removed)
	require.NoFileExists(t, stray)
}
