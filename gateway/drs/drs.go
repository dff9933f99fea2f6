// Package drs serves sealed files to those who may have them: their bytes with ranges,
// the hashes of their leaves, and their description by the GA4GH Data Repository
// Service 1.4.
//
// Service has one method for each call; every one asks the rules first, and writes to
// the access log before the first byte goes out. What does not exist and what an account
// may not see are one answer.
package drs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/accesslog"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/problem"
)

// IDPattern is what an object's id looks like: the SHA-256 of its bytes.
const IDPattern = `[0-9a-f]{64}`

// AccessID names the only way to the bytes.
const AccessID = "https"

// stall is how long a reader may take for one piece before the connection is closed.
const stall = time.Minute

// Rules decides who may read.
type Rules interface {
	Object(ctx context.Context, account string, d drs.Digest) (access.Grant, error)
}

// Objects is where the bytes are.
type Objects interface {
	Stat(ctx context.Context, d drs.Digest) (blobstore.Object, error)
	Read(ctx context.Context, object blobstore.Object, offset, length int64) (io.ReadCloser, error)
	Leaves(ctx context.Context, d drs.Digest) ([]byte, error)
}

// Log is told before anything is handed over.
type Log interface {
	Append(e accesslog.Entry) error
}

// Service serves objects. It is safe for concurrent use.
type Service struct {
	Rules   Rules
	Objects Objects
	Log     Log
	// BaseURL is where the gateway is reached, Host the host in drs:// URIs.
	BaseURL, Host string
	Now           func() time.Time
}

// Problem turns a refusal of the rules into what the asker is told.
func Problem(err error) error {
	switch {
	case errors.Is(err, access.ErrStale):
		return problem.New(http.StatusServiceUnavailable, problem.Stale,
			"the gateway's node is not at the chain's tip; nothing can be decided now").Wrap(err).Retry(5)
	case errors.Is(err, access.ErrTooEarly):
		return problem.New(http.StatusServiceUnavailable, problem.TooEarly,
			"the release must be one block old").Wrap(err).Retry(1)
	case errors.Is(err, access.ErrEnded):
		return problem.New(http.StatusForbidden, problem.Ended, "the right to download has ended").Wrap(err)
	case errors.Is(err, access.ErrForbidden), errors.Is(err, blobstore.ErrNotFound):
		return problem.NotFound(err)
	default:
		return err
	}
}

// find returns an object to an account that may have it.
func (s *Service) find(ctx context.Context, account, id string) (blobstore.Object, access.Grant, error) {
	d, err := drs.ParseDigest(id)
	if err != nil {
		return blobstore.Object{}, access.Grant{}, problem.NotFound(err)
	}
	grant, err := s.Rules.Object(ctx, account, d)
	if err != nil {
		return blobstore.Object{}, access.Grant{}, Problem(err)
	}
	object, err := s.Objects.Stat(ctx, d)
	if err != nil {
		return blobstore.Object{}, access.Grant{}, Problem(err)
	}
	return object, grant, nil
}

func (s *Service) log(what accesslog.What, account string, g access.Grant, from, length int64) error {
	e := accesslog.Entry{
		Time: s.Now(), What: what, Account: account, Dataset: g.Dataset.String(), Version: g.Version,
		Seat: g.Seat, From: from, Length: length,
	}
	if !g.Owner {
		e.Request = g.Request.String()
	}
	return s.Log.Append(e)
}

// Download sends an object's bytes, or the range that is asked for (GET and HEAD).
func (s *Service) Download(w http.ResponseWriter, r *http.Request, account, id string) error {
	object, grant, err := s.find(r.Context(), account, id)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Accept-Ranges", "bytes")
	h.Set("Etag", `"`+id+`"`)
	part := span{length: object.Size}
	status := http.StatusOK
	if header := r.Header.Get("Range"); header != "" && ifRange(r, id) {
		if part, err = parseRange(header, object.Size); err != nil {
			return err
		}
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.from, part.from+part.length-1, object.Size))
	}
	h.Set("Content-Length", strconv.FormatInt(part.length, 10))
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+id+`.age"`)
	h.Set("Cache-Control", "private, no-store")
	if r.Method == http.MethodHead {
		w.WriteHeader(status)
		return nil
	}
	if err := s.log(accesslog.Object, account, grant, part.from, part.length); err != nil {
		return err
	}
	return s.send(w, r, object, part, status)
}

// send copies bytes; once the first is out, an error can only end the connection.
func (s *Service) send(w http.ResponseWriter, r *http.Request, object blobstore.Object, part span, status int) error {
	src, err := s.Objects.Read(r.Context(), object, part.from, part.length)
	if err != nil {
		return Problem(err)
	}
	w.WriteHeader(status)
	n, err := io.Copy(&slow{w: w, control: http.NewResponseController(w), now: s.Now}, src)
	if err == nil && n != part.length {
		err = fmt.Errorf("object %s: %d bytes of %d", object.SHA256, n, part.length)
	}
	if err := errors.Join(err, src.Close()); err != nil {
		//nolint:forbidigo // the one way of net/http to cut a response that has begun; the server recovers it
		panic(http.ErrAbortHandler)
	}
	return nil
}

// slow gives the reader time for each piece, however long the whole takes.
type slow struct {
	w       io.Writer
	control *http.ResponseController
	now     func() time.Time
}

func (s *slow) Write(p []byte) (int, error) {
	if err := s.control.SetWriteDeadline(s.now().Add(stall)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return s.w.Write(p)
}

// LeafHashes sends the hashes of an object's 1 MiB leaves, 32 bytes each, by which a
// range can be checked against tree_root (GET).
func (s *Service) LeafHashes(w http.ResponseWriter, r *http.Request, account, id string) error {
	object, grant, err := s.find(r.Context(), account, id)
	if err != nil {
		return err
	}
	leaves, err := s.Objects.Leaves(r.Context(), object.SHA256)
	if err != nil {
		return Problem(err)
	}
	if err := s.log(accesslog.Leaves, account, grant, 0, 0); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.Itoa(len(leaves)))
	h.Set("Content-Disposition", `attachment; filename="`+id+`.leaves"`)
	h.Set("Cache-Control", "private, no-store")
	if _, err := w.Write(leaves); err != nil {
		return fmt.Errorf("send leaves: %w", err)
	}
	return nil
}
