// Package blobstore keeps what patients upload: sealed files, by the digest of
// their bytes.
//
// Open opens a bucket by its URL (gocloud.dev): file:///folder by default, mem://
// in tests, any other whose driver the program links. Store writes and reads whole
// blobs by key. Objects, on top of it, places an upload under its SHA-256 if
// and only if its bytes have that digest, with the hashes of its 1 MiB leaves, and
// remembers who placed it until a registration on chain claims it.
//
// Everything here is ciphertext. The package cannot open it and never looks inside.
package blobstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // Bucket URL azblob://.
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/gcsblob" // Bucket URL gs://.
	_ "gocloud.dev/blob/memblob" // Bucket URL mem://.
	_ "gocloud.dev/blob/s3blob"  // Bucket URL s3://.
	"gocloud.dev/gcerrors"
)

// ErrNotFound is returned for a key under which nothing is stored.
var ErrNotFound = errors.New("no such blob")

// keyPattern leaves no room for a path trick: words of letters and digits.
var keyPattern = regexp.MustCompile(`^[a-z]+(/[0-9a-z]{1,128}){1,3}$`)

// straySuffix ends the names of files that fileblob was writing when it was killed.
const straySuffix = ".tmp"

// Store is a bucket with keys of our making.
type Store struct {
	bucket *blob.Bucket
	// dir is the folder of a file bucket, which is synced; empty for others.
	dir string
}

// Open opens a bucket by URL. The folder of a file bucket is made if need be.
func Open(ctx context.Context, rawURL string) (*Store, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme == "" {
		return nil, fmt.Errorf("bucket url %q is not scheme://place", rawURL)
	}
	if u.Scheme == fileblob.Scheme && u.RawQuery == "" && (u.Host == "" || u.Host == "localhost") {
		return OpenDir(filepath.FromSlash(u.Path))
	}
	bucket, err := blob.OpenBucket(ctx, rawURL)
	if err != nil {
		return nil, fmt.Errorf("open bucket of scheme %q: %w", u.Scheme, err)
	}
	return &Store{bucket: bucket}, nil
}

// OpenDir opens a folder as a bucket, and makes it if need be.
func OpenDir(dir string) (*Store, error) {
	bucket, err := fileblob.OpenBucket(dir, &fileblob.Options{
		CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, fmt.Errorf("open folder as bucket: %w", err)
	}
	return &Store{bucket: bucket, dir: dir}, nil
}

// Close ends the use of the bucket.
func (s *Store) Close() error { return s.bucket.Close() }

// Put stores what write writes under key, whole or not at all: if write fails,
// what was there before is still there.
func (s *Store) Put(ctx context.Context, key string, write func(io.Writer) error) error {
	if err := checkKey(key); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := s.bucket.NewWriter(ctx, key, &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	if err := write(w); err != nil {
		cancel() // A writer that is closed after its context ended throws its bytes away.
		if closeErr := w.Close(); closeErr == nil {
			return fmt.Errorf("put %s: the bucket kept a broken write: %w", key, err)
		}
		return err
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	return s.sync(key)
}

// sync makes a file and its name survive a power cut, where files are ours.
func (s *Store) sync(key string) error {
	if s.dir == "" {
		return nil
	}
	path := filepath.Join(s.dir, filepath.FromSlash(key))
	for _, name := range []string{path, filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		if err := syncFile(name); err != nil {
			return fmt.Errorf("sync %s: %w", key, err)
		}
	}
	return nil
}

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Read opens length bytes from offset; length -1 means to the end.
func (s *Store) Read(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	r, err := s.bucket.NewRangeReader(ctx, key, offset, length, nil)
	if err != nil {
		return nil, s.wrap("read", key, err)
	}
	return r, nil
}

// ReadAll returns a blob of at most limit bytes.
func (s *Store) ReadAll(ctx context.Context, key string, limit int64) ([]byte, error) {
	r, err := s.Read(ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("read %s: more than %d bytes", key, limit)
	}
	return raw, nil
}

// Size returns a blob's length in bytes.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	if err := checkKey(key); err != nil {
		return 0, err
	}
	attributes, err := s.bucket.Attributes(ctx, key)
	if err != nil {
		return 0, s.wrap("stat", key, err)
	}
	return attributes.Size, nil
}

// Delete removes a blob. It is no error if there is none.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := s.bucket.Delete(ctx, key)
	if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return s.wrap("delete", key, err)
	}
	return nil
}

// Keys lists the keys below a prefix, in order.
func (s *Store) Keys(ctx context.Context, prefix string) ([]string, error) {
	var keys []string
	err := s.each(ctx, prefix, func(o *blob.ListObject) error {
		if checkKey(o.Key) == nil {
			keys = append(keys, o.Key)
		}
		return nil
	})
	return keys, err
}

// Sweep removes what a killed process left half written before a moment, and
// returns how many such files there were.
func (s *Store) Sweep(ctx context.Context, before time.Time) (int, error) {
	removed := 0
	if s.dir == "" {
		return 0, nil
	}
	err := s.each(ctx, "", func(o *blob.ListObject) error {
		if !stray(o.Key) || !o.ModTime.Before(before) {
			return nil
		}
		removed++
		return s.bucket.Delete(ctx, o.Key)
	})
	return removed, err
}

func (s *Store) each(ctx context.Context, prefix string, visit func(*blob.ListObject) error) error {
	list := s.bucket.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list %q: %w", prefix, err)
		}
		if err := visit(o); err != nil {
			return err
		}
	}
}

func (s *Store) wrap(verb, key string, err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return fmt.Errorf("%s %s: %w", verb, key, ErrNotFound)
	}
	return fmt.Errorf("%s %s: %w", verb, key, err)
}

func stray(key string) bool { return strings.HasSuffix(key, straySuffix) }

func checkKey(key string) error {
	if !keyPattern.MatchString(key) {
		return fmt.Errorf("key %q is not made of words", key)
	}
	return nil
}
