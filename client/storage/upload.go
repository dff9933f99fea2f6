package storage

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"time"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/drs"
)

// piece is how many bytes one request sends: what is lost at most when a connection ends.
const piece = 16 << 20

// placeTimeout bounds the call by which a gateway may place what it was sent.
const placeTimeout = 15 * time.Minute

const uploadsPath = "/v1/uploads"

var uploadPattern = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Upload sends an object of this size and digest, and returns when the gateway has
// checked the digest and placed it. It goes on where an earlier attempt of the account
// stopped, in this process or another; done, if not nil, is told how many bytes the
// gateway has. Bytes with another digest are a fault of kind Integrity.
func (c *Client) Upload(
	ctx context.Context, src io.ReaderAt, size int64, object drs.Digest, done func(int64),
) error {
	if done == nil {
		done = func(int64) {}
	}
	u := &upload{client: c, src: src, size: size, object: object, done: done}
	var failed error
	for tries := 0; tries < maxTries; tries++ {
		if tries > 0 {
			if err := c.wait(ctx, retryAfter(failed)); err != nil {
				return err
			}
		}
		before := u.offset
		failed = u.run(ctx)
		if failed == nil {
			return nil
		}
		if ctx.Err() != nil || !u.again(failed) {
			return failed
		}
		if u.offset > before {
			tries = 0
		}
	}
	return failed
}

// upload is one object on its way.
type upload struct {
	client *Client
	src    io.ReaderAt
	size   int64
	object drs.Digest
	done   func(int64)

	path   string // Of the upload at the gateway; empty before it is known.
	offset int64
}

// again reports whether an error may pass by itself. An upload that the gateway forgot is
// begun anew.
func (u *upload) again(err error) bool {
	var refused *Error
	if errors.As(err, &refused) {
		switch refused.Status {
		case http.StatusNotFound, http.StatusGone:
			forgot := u.path != ""
			u.path, u.offset = "", 0
			return forgot
		case http.StatusConflict:
			return u.path != ""
		}
	}
	return fault.Is(err, fault.Unavailable)
}

// run finds the upload and sends what is missing.
func (u *upload) run(ctx context.Context) error {
	if u.path == "" {
		placed, err := u.create(ctx)
		if err != nil || placed {
			return err
		}
	}
	if err := u.head(ctx); err != nil {
		return err
	}
	u.done(u.offset)
	for u.offset < u.size {
		if err := u.send(ctx); err != nil {
			return err
		}
	}
	return nil
}

// create begins the upload, or finds the one under way; placed says that there is nothing
// left to send.
func (u *upload) create(ctx context.Context) (placed bool, err error) {
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	size := strconv.FormatInt(u.size, 10)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	response, err := u.client.do(ctx, call{
		method: http.MethodPost, path: uploadsPath,
		header: []string{
			"Tus-Resumable", "1.0.0", "Upload-Length", size, "Volens-Resume", "1",
			"Upload-Metadata", "sha256 " + encode(u.object.String()) + ",size " + encode(size),
		},
	})
	if err != nil {
		return false, err
	}
	if err := response.Body.Close(); err != nil {
		return false, fault.E(fault.Unavailable, "begin upload: %w", err)
	}
	if response.StatusCode == http.StatusOK && response.Header.Get("Upload-Offset") == size {
		u.done(u.size)
		return true, nil
	}
	location, err := url.Parse(response.Header.Get("Location"))
	if err != nil || !uploadPattern.MatchString(path.Base(location.Path)) {
		return false, fault.E(fault.Internal, "gateway told no place for the upload")
	}
	u.path = uploadsPath + "/" + path.Base(location.Path)
	return false, nil
}

// head asks how much the gateway has.
func (u *upload) head(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, placeTimeout)
	defer cancel()
	response, err := u.client.do(ctx, call{
		method: http.MethodHead, path: u.path, header: []string{"Tus-Resumable", "1.0.0"},
	})
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return fault.E(fault.Unavailable, "resume upload: %w", err)
	}
	offset, err := strconv.ParseInt(response.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 || offset > u.size {
		return fault.E(fault.Internal, "gateway is at offset %q of an upload of %d bytes",
			response.Header.Get("Upload-Offset"), u.size)
	}
	u.offset = offset
	return nil
}

// send sends one piece.
func (u *upload) send(ctx context.Context) error {
	length := min(piece, u.size-u.offset)
	ctx, watch := newWatch(ctx)
	defer watch.stop()
	from := u.offset
	var source error
	response, err := u.client.do(ctx, call{
		method: http.MethodPatch, path: u.path, length: length,
		header: []string{
			"Tus-Resumable", "1.0.0", "Content-Type", "application/offset+octet-stream",
			"Upload-Offset", strconv.FormatInt(from, 10),
		},
		content: func() io.Reader {
			sent := from
			return &reporting{src: io.NewSectionReader(u.src, from, length), report: func(n int, err error) {
				watch.moved()
				if err != nil {
					source = err
				}
				sent += int64(n)
				u.done(sent)
			}}
		},
	})
	if source != nil {
		return errors.Join(fault.E(fault.Internal, "read what is uploaded: %w", source), closeBody(response))
	}
	if err != nil {
		return err
	}
	offset := response.Header.Get("Upload-Offset")
	if err := closeBody(response); err != nil {
		return err
	}
	if offset != strconv.FormatInt(from+length, 10) {
		return fault.E(fault.Internal, "gateway is at offset %q, not %d", offset, from+length)
	}
	u.offset = from + length
	return nil
}

func closeBody(response *http.Response) error {
	if response == nil {
		return nil
	}
	if err := response.Body.Close(); err != nil {
		return fault.E(fault.Unavailable, "gateway: %w", err)
	}
	return nil
}

// reporting tells about each read; the end of the source is no error.
type reporting struct {
	src    io.Reader
	report func(n int, err error)
}

func (r *reporting) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	if errors.Is(err, io.EOF) {
		r.report(n, nil)
	} else {
		r.report(n, err)
	}
	return n, err
}
