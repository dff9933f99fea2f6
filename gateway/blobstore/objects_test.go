package blobstore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/gateway/blobstore"
)

var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func objects(t *testing.T) *blobstore.Objects {
	t.Helper()
	store := open(t, "mem://")
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return blobstore.NewObjects(store)
}

func sealed(n int) ([]byte, drs.Digest) {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(i * 31 >> 3)
	}
	return raw, sha256.Sum256(raw)
}

func TestPlace_ReadsBack(t *testing.T) {
	o := objects(t)
	raw, d := sealed(2*blobstore.LeafSize + 5)
	info, err := o.Place(context.Background(), d, int64(len(raw)), bytes.NewReader(raw), "alice", now)
	require.NoError(t, err)

	hashes, err := merkle.Leaves(bytes.NewReader(raw), blobstore.LeafSize, 10)
	require.NoError(t, err)
	require.Len(t, hashes, 3)
	require.Equal(t, merkle.Root(hashes), info.TreeRoot)

	again, err := o.Stat(context.Background(), d)
	require.NoError(t, err)
	require.Equal(t, info, again)
	require.Equal(t, now, again.Created)

	leaves, err := o.Leaves(context.Background(), d)
	require.NoError(t, err)
	require.Len(t, leaves, 3*merkle.HashSize)
	require.Equal(t, hashes[2].Bytes(), leaves[2*merkle.HashSize:])

	r, err := o.Read(context.Background(), info, blobstore.LeafSize, 7)
	require.NoError(t, err)
	part, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.Equal(t, raw[blobstore.LeafSize:][:7], part)
}

// Bytes that are not those announced leave nothing behind.
func TestPlace_Lies(t *testing.T) {
	raw, d := sealed(1000)
	_, other := sealed(1001)
	for name, c := range map[string]struct {
		want drs.Digest
		size int64
		src  io.Reader
		err  error
	}{
		"another digest": {other, 1000, bytes.NewReader(raw), blobstore.ErrDigest},
		"too short":      {d, 1000, bytes.NewReader(raw[:999]), blobstore.ErrDigest},
		"too long":       {d, 1000, bytes.NewReader(append(bytes.Clone(raw), 0)), blobstore.ErrDigest},
		"size lies":      {d, 999, bytes.NewReader(raw), blobstore.ErrDigest},
		"source fails":   {d, 1000, io.MultiReader(bytes.NewReader(raw[:500]), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF},
	} {
		store := open(t, "mem://")
		o := blobstore.NewObjects(store)
		_, err := o.Place(context.Background(), c.want, c.size, c.src, "alice", now)
		require.ErrorIs(t, err, c.err, name)
		_, err = o.Stat(context.Background(), c.want)
		require.ErrorIs(t, err, blobstore.ErrNotFound, name)
		keys, err := store.Keys(context.Background(), "")
		require.NoError(t, err)
		require.Empty(t, keys, name)
	}
}

// asking asks something when it is read.
type asking struct {
	io.Reader
	ask func()
}

func (a asking) Read(p []byte) (int, error) {
	a.ask()
	return a.Reader.Read(p)
}

// What a process that was killed while it placed an object has written is found, and goes
// when nobody wants it.
func TestPlace_NotedBeforeItIsThere(t *testing.T) {
	store := open(t, "mem://")
	o := blobstore.NewObjects(store)
	ctx := context.Background()
	raw, d := sealed(1000)
	var noted []blobstore.Pending
	src := asking{bytes.NewReader(raw), func() {
		var err error
		noted, err = o.Pending(ctx)
		require.NoError(t, err)
		_, err = o.Stat(ctx, d)
		require.ErrorIs(t, err, blobstore.ErrNotFound)
	}}
	_, err := o.Place(ctx, d, 1000, src, "alice", now)
	require.NoError(t, err)
	require.Equal(t, []blobstore.Pending{{SHA256: d, Account: "alice", Size: 1000, Since: now}}, noted)

	require.NoError(t, store.Delete(ctx, "info/"+d.String()[:2]+"/"+d.String())) // Killed before the last step.
	require.NoError(t, o.Drop(ctx, noted[0], false))
	keys, err := store.Keys(ctx, "")
	require.NoError(t, err)
	require.Empty(t, keys)
}

// A liar cannot spoil what is stored under the digest already.
func TestPlace_LieKeepsWhatIsThere(t *testing.T) {
	o := objects(t)
	raw, d := sealed(100)
	info, err := o.Place(context.Background(), d, 100, bytes.NewReader(raw), "alice", now)
	require.NoError(t, err)
	_, err = o.Place(context.Background(), d, 100, bytes.NewReader(make([]byte, 100)), "mallory", now.Add(time.Hour))
	require.ErrorIs(t, err, blobstore.ErrDigest)
	again, err := o.Stat(context.Background(), d)
	require.NoError(t, err)
	require.Equal(t, info, again)
	r, err := o.Read(context.Background(), again, 0, -1)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, errors.Join(err, r.Close()))
	require.Equal(t, raw, got)
}

func TestPlace_BadAccount(t *testing.T) {
	raw, d := sealed(1)
	for _, account := range []string{"", "../x", "A", "a/b"} {
		_, err := objects(t).Place(context.Background(), d, 1, bytes.NewReader(raw), account, now)
		require.ErrorContains(t, err, "account")
	}
}

func TestPending_LastOneDeletes(t *testing.T) {
	o := objects(t)
	ctx := context.Background()
	raw, d := sealed(10)
	for _, account := range []string{"alice", "bob"} {
		_, err := o.Place(ctx, d, 10, bytes.NewReader(raw), account, now)
		require.NoError(t, err)
	}
	list, err := o.Pending(ctx)
	require.NoError(t, err)
	require.Equal(t, []blobstore.Pending{
		{SHA256: d, Account: "alice", Size: 10, Since: now}, {SHA256: d, Account: "bob", Size: 10, Since: now},
	}, list)

	require.NoError(t, o.Drop(ctx, list[0], false))
	_, err = o.Stat(ctx, d)
	require.NoError(t, err)
	require.NoError(t, o.Drop(ctx, list[1], true))
	_, err = o.Stat(ctx, d)
	require.NoError(t, err)
	require.NoError(t, o.Drop(ctx, list[1], false))
	_, err = o.Stat(ctx, d)
	require.ErrorIs(t, err, blobstore.ErrNotFound)
}

func TestClaim_EndsPending(t *testing.T) {
	o := objects(t)
	ctx := context.Background()
	raw, d := sealed(10)
	_, err := o.Place(ctx, d, 10, bytes.NewReader(raw), "alice", now)
	require.NoError(t, err)
	require.NoError(t, o.Claim(ctx, d))
	list, err := o.Pending(ctx)
	require.NoError(t, err)
	require.Empty(t, list)
	_, err = o.Stat(ctx, d)
	require.NoError(t, err)
}
