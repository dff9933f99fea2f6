// Package blobstoretest is what every bucket must do: one suite for all drivers.
// Call Run with a function that opens an empty store.
package blobstoretest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/gateway/blobstore"
)

// Run tests a driver. open returns an empty store, which the suite closes.
func Run(t *testing.T, open func(t *testing.T) *blobstore.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, *blobstore.Store){
		"RoundTrip":    roundTrip,
		"Ranges":       ranges,
		"Absent":       absent,
		"FailedWrite":  failedWrite,
		"CancelledPut": cancelledPut,
		"Keys":         keys,
		"BadKeys":      badKeys,
		"Parallel":     parallel,
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			defer func() { require.NoError(t, store.Close()) }()
			test(t, store)
		})
	}
}

func put(t *testing.T, store *blobstore.Store, key, text string) {
	t.Helper()
	require.NoError(t, store.Put(context.Background(), key, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}))
}

func get(t *testing.T, store *blobstore.Store, key string, offset, length int64) string {
	t.Helper()
	r, err := store.Read(context.Background(), key, offset, length)
	require.NoError(t, err)
	raw, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return string(raw)
}

func roundTrip(t *testing.T, store *blobstore.Store) {
	t.Helper()
	big := strings.Repeat("0123456789", 300_000)
	put(t, store, "a/b", "first")
	put(t, store, "a/big", big)
	put(t, store, "a/empty", "")
	require.Equal(t, "first", get(t, store, "a/b", 0, -1))
	require.Equal(t, big, get(t, store, "a/big", 0, -1))
	require.Empty(t, get(t, store, "a/empty", 0, -1))

	put(t, store, "a/b", "2nd")
	require.Equal(t, "2nd", get(t, store, "a/b", 0, -1))
	size, err := store.Size(context.Background(), "a/b")
	require.NoError(t, err)
	require.Equal(t, int64(3), size)
	raw, err := store.ReadAll(context.Background(), "a/b", 3)
	require.NoError(t, err)
	require.Equal(t, "2nd", string(raw))
	_, err = store.ReadAll(context.Background(), "a/b", 2)
	require.ErrorContains(t, err, "more than 2 bytes")
}

func ranges(t *testing.T, store *blobstore.Store) {
	t.Helper()
	put(t, store, "a/b", "0123456789")
	require.Equal(t, "345", get(t, store, "a/b", 3, 3))
	require.Equal(t, "9", get(t, store, "a/b", 9, 1))
	require.Equal(t, "789", get(t, store, "a/b", 7, -1))
	require.Equal(t, "89", get(t, store, "a/b", 8, 100))
	require.Empty(t, get(t, store, "a/b", 4, 0))
}

func absent(t *testing.T, store *blobstore.Store) {
	t.Helper()
	ctx := context.Background()
	_, err := store.Read(ctx, "a/b", 0, -1)
	require.ErrorIs(t, err, blobstore.ErrNotFound)
	_, err = store.Size(ctx, "a/b")
	require.ErrorIs(t, err, blobstore.ErrNotFound)
	_, err = store.ReadAll(ctx, "a/b", 1)
	require.ErrorIs(t, err, blobstore.ErrNotFound)
	require.NoError(t, store.Delete(ctx, "a/b"))

	put(t, store, "a/b", "x")
	require.NoError(t, store.Delete(ctx, "a/b"))
	_, err = store.Size(ctx, "a/b")
	require.ErrorIs(t, err, blobstore.ErrNotFound)
}

// A source that fails leaves what was there, and nothing where there was nothing.
func failedWrite(t *testing.T, store *blobstore.Store) {
	t.Helper()
	broken := errors.New("broken source")
	fail := func(w io.Writer) error {
		if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<20)); err != nil {
			return err
		}
		return broken
	}
	require.ErrorIs(t, store.Put(context.Background(), "a/new", fail), broken)
	_, err := store.Size(context.Background(), "a/new")
	require.ErrorIs(t, err, blobstore.ErrNotFound)

	put(t, store, "a/old", "kept")
	require.ErrorIs(t, store.Put(context.Background(), "a/old", fail), broken)
	require.Equal(t, "kept", get(t, store, "a/old", 0, -1))

	list, err := store.Keys(context.Background(), "")
	require.NoError(t, err)
	require.Equal(t, []string{"a/old"}, list)
}

func cancelledPut(t *testing.T, store *blobstore.Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	err := store.Put(ctx, "a/b", func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		cancel()
		return err
	})
	require.Error(t, err)
	_, err = store.Size(context.Background(), "a/b")
	require.ErrorIs(t, err, blobstore.ErrNotFound)
}

func keys(t *testing.T, store *blobstore.Store) {
	t.Helper()
	for _, key := range []string{"b/2", "a/x/1", "a/x/2", "a/y/1"} {
		put(t, store, key, key)
	}
	list, err := store.Keys(context.Background(), "a/x/")
	require.NoError(t, err)
	require.Equal(t, []string{"a/x/1", "a/x/2"}, list)
	list, err = store.Keys(context.Background(), "c/")
	require.NoError(t, err)
	require.Empty(t, list)
}

func badKeys(t *testing.T, store *blobstore.Store) {
	t.Helper()
	ctx := context.Background()
	for _, key := range []string{
		"", "a", "/a/b", "a/../b", "../a/b", "a//b", "a/b/", "a/..", "a/.", "a/b\x00", "a/B", "a/b.c", `a\b/c`, "a/b%2f",
		"a/" + strings.Repeat("x", 129), "a/b/c/d/e", "a/\u00e4", "a/b\n",
	} {
		require.Error(t, store.Put(ctx, key, func(io.Writer) error { return nil }), key)
		_, err := store.Read(ctx, key, 0, -1)
		require.Error(t, err, key)
		require.NotErrorIs(t, err, blobstore.ErrNotFound, key)
		_, err = store.Size(ctx, key)
		require.Error(t, err, key)
		require.Error(t, store.Delete(ctx, key), key)
	}
}

// Writers of one key race; one of them wins, whole.
func parallel(t *testing.T, store *blobstore.Store) {
	t.Helper()
	texts := []string{strings.Repeat("a", 100_000), strings.Repeat("b", 100_000), strings.Repeat("c", 100_000)}
	var group sync.WaitGroup
	for _, text := range texts {
		group.Go(func() {
			put(t, store, "a/b", text)
		})
	}
	group.Wait()
	require.Contains(t, texts, get(t, store, "a/b", 0, -1))
}
