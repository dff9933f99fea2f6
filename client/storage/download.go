package storage

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/drs"
)

// partSuffix ends the name of a file that is not whole yet.
const partSuffix = ".part"

// Download gets an object of at most limit bytes into a file, which appears under its name
// when all bytes are there and have the object's digest. Until then they are in path.part, from which a later
// attempt goes on. Progress, if not nil, is told how many of how many bytes are there.
// Bytes with another digest, and more of them than the limit, are a fault of kind Integrity;
// they are removed.
func (c *Client) Download(
	ctx context.Context, object drs.Digest, limit int64, path string, progress func(done, total int64),
) (err error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	file, err := os.OpenFile(path+partSuffix, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("download: %w", err)
	}
	d := &download{client: c, object: object, limit: limit, file: file, digest: sha256.New(), progress: progress}
	err = d.run(ctx)
	if err = errors.Join(err, file.Close()); err != nil {
		if fault.Is(err, fault.Integrity) {
			return errors.Join(err, os.Remove(path+partSuffix))
		}
		return err
	}
	if err := os.Rename(path+partSuffix, path); err != nil {
		return fmt.Errorf("download: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// download is one object on its way into a file.
type download struct {
	client   *Client
	object   drs.Digest
	limit    int64
	file     *os.File
	digest   hash.Hash
	have     int64
	total    int64 // -1 before it is known
	progress func(done, total int64)
}

func (d *download) run(ctx context.Context) error {
	have, err := io.Copy(d.digest, d.file)
	if err != nil {
		return fmt.Errorf("download: read what is there: %w", err)
	}
	d.have, d.total = have, -1
	var failed error
	for tries := 0; tries < maxTries; tries++ {
		if tries > 0 {
			if err := d.client.wait(ctx, retryAfter(failed)); err != nil {
				return err
			}
		}
		before := d.have
		if failed = d.fetch(ctx); failed == nil {
			return d.check()
		}
		if ctx.Err() != nil || !fault.Is(failed, fault.Unavailable) {
			return failed
		}
		if d.have > before {
			tries = 0
		}
	}
	return failed
}

// fetch gets what is missing.
func (d *download) fetch(ctx context.Context) error {
	if d.total >= 0 && d.have == d.total {
		return nil
	}
	ctx, watch := newWatch(ctx)
	defer watch.stop()
	what := call{method: http.MethodGet, path: objectPath(d.object)}
	if d.have > 0 {
		what.header = []string{"Range", fmt.Sprintf("bytes=%d-", d.have), "If-Range", `"` + d.object.String() + `"`}
	}
	response, err := d.client.do(ctx, what)
	if d.have > 0 && beyond(err) {
		return d.past(ctx)
	}
	if err != nil {
		return err
	}
	err = d.receive(response, watch)
	return errors.Join(err, closeBody(response))
}

func (d *download) receive(response *http.Response, watch *watch) error {
	if response.StatusCode == http.StatusOK && d.have > 0 {
		if err := d.restart(); err != nil {
			return err
		}
	}
	total, err := totalOf(response, d.have)
	if err != nil {
		return err
	}
	if total > d.limit {
		return fault.E(fault.Integrity, "gateway sends %d bytes of an object that has at most %d", total, d.limit)
	}
	d.total = total
	d.progress(d.have, d.total)
	body := &reporting{src: io.LimitReader(response.Body, d.total-d.have), report: func(int, error) { watch.moved() }}
	_, err = io.Copy(d, body)
	var local *fileError
	if errors.As(err, &local) {
		return err
	}
	if err != nil {
		return fault.E(fault.Unavailable, "download broke off at byte %d: %w", d.have, err)
	}
	if d.have < d.total {
		return fault.E(fault.Unavailable, "download ended at byte %d of %d", d.have, d.total)
	}
	return nil
}

// fileError is an error of the file, which trying again does not cure.
type fileError struct{ err error }

func (e *fileError) Error() string { return "download: " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

// Write puts bytes into file and digest.
func (d *download) Write(p []byte) (int, error) {
	n, err := d.file.Write(p)
	d.digest.Write(p[:n])
	d.have += int64(n)
	d.progress(d.have, d.total)
	if err != nil {
		return n, &fileError{err}
	}
	return n, nil
}

// restart throws away what is there.
func (d *download) restart() error {
	if err := d.file.Truncate(0); err != nil {
		return &fileError{err}
	}
	if _, err := d.file.Seek(0, io.SeekStart); err != nil {
		return &fileError{err}
	}
	d.digest.Reset()
	d.have = 0
	return nil
}

// past is called when the file is at least as long as the object: it is whole, or not
// the object's.
func (d *download) past(ctx context.Context) error {
	size, err := d.client.Size(ctx, d.object)
	if err != nil {
		return err
	}
	if size == d.have {
		d.total = size
		d.progress(d.have, d.total)
		return nil
	}
	if err := d.restart(); err != nil {
		return err
	}
	return d.fetch(ctx)
}

// beyond reports whether a range begins behind the end.
func beyond(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Status == http.StatusRequestedRangeNotSatisfiable
}

// check compares the digest, and makes the bytes survive a power cut.
func (d *download) check() error {
	if got := drs.Digest(d.digest.Sum(nil)); got != d.object {
		return fault.E(fault.Integrity, "downloaded bytes have digest %s, not %s", got, d.object)
	}
	if err := d.file.Sync(); err != nil {
		return &fileError{err}
	}
	return nil
}

// totalOf is an object's size by the headers of an answer that begins at an offset.
func totalOf(response *http.Response, from int64) (int64, error) {
	if response.StatusCode == http.StatusOK {
		if response.ContentLength < 0 {
			return 0, fault.E(fault.Internal, "gateway does not tell an object's size")
		}
		return response.ContentLength, nil
	}
	header := response.Header.Get("Content-Range")
	span, size, _ := strings.Cut(strings.TrimPrefix(header, "bytes "), "/")
	first, _, _ := strings.Cut(span, "-")
	total, err := strconv.ParseInt(size, 10, 64)
	if err != nil || first != strconv.FormatInt(from, 10) || total < from {
		return 0, fault.E(fault.Internal, "gateway sends range %q, not from byte %d", header, from)
	}
	return total, nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("download: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("download: %w", err)
	}
	return nil
}

func objectPath(object drs.Digest) string { return "/v1/objects/" + object.String() }
