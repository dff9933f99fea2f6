package upload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	tus "github.com/tus/tusd/v2/pkg/handler"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/problem"
)

// call travels with a request through tus: who asks, and what went wrong on the way.
type call struct {
	account string
	upload  string
	digest  drs.Digest
	err     error
}

type callKey struct{}

// serve hands a request to tus. Its errors are turned into problems.
func (s *Service) serve(w http.ResponseWriter, r *http.Request, c *call) error {
	if r.Method == http.MethodPost || r.Method == http.MethodPatch {
		if err := s.ledger.begin(c.account, s.limits.PerAccount, s.limits.Active); err != nil {
			return err
		}
		defer s.ledger.end(c.account)
	}
	r = r.Clone(context.WithValue(r.Context(), callKey{}, c))
	r.Header.Del("X-HTTP-Method-Override") // The method was routed already.
	r.URL.Path, r.URL.RawPath = "/"+c.upload, ""
	rewriter := &rewriter{ResponseWriter: w}
	s.routes.ServeHTTP(rewriter, r)
	if rewriter.status == 0 {
		return nil
	}
	if c.err != nil {
		return c.err
	}
	return rewriter.problem()
}

// rewriter holds back the plain-text errors of tus.
type rewriter struct {
	http.ResponseWriter
	status int
	code   string // such as ERR_UPLOAD_INTERRUPTED
}

// Unwrap lets tus set deadlines on the connection.
func (w *rewriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader passes successes on and keeps failures.
func (w *rewriter) WriteHeader(status int) {
	if status >= http.StatusBadRequest {
		w.status = status
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write drops the text of a failure, but for the code that it begins with.
func (w *rewriter) Write(p []byte) (int, error) {
	if w.status != 0 {
		if w.code == "" {
			code, _, _ := strings.Cut(string(p), ":")
			w.code = code
		}
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}

// passing are failures that pass by themselves, whatever their status: another request
// took the upload over, or the connection broke.
func (w *rewriter) passing() error {
	switch w.code {
	case tus.ErrUploadInterrupted.ErrorCode, tus.ErrLockTimeout.ErrorCode:
		return problem.New(http.StatusConflict, problem.Conflict, "another request writes to this upload").Retry(1)
	case tus.ErrReadTimeout.ErrorCode, tus.ErrConnectionReset.ErrorCode, tus.ErrUnexpectedEOF.ErrorCode,
		tus.ErrServerShutdown.ErrorCode:
		return problem.New(http.StatusServiceUnavailable, problem.Unavailable, "the upload broke off").Retry(1)
	default:
		return nil
	}
}

func (w *rewriter) problem() error {
	if err := w.passing(); err != nil {
		return err
	}
	switch w.status {
	case http.StatusNotFound, http.StatusGone:
		return problem.NotFound(nil)
	case http.StatusConflict:
		return problem.New(w.status, problem.Conflict, "Upload-Offset is not where the upload stands; ask with HEAD")
	case http.StatusLocked:
		return problem.New(w.status, problem.Conflict, "another request writes to this upload").Retry(1)
	case http.StatusRequestEntityTooLarge:
		return problem.New(w.status, problem.TooLarge, "more bytes than announced")
	case http.StatusPreconditionFailed:
		return problem.New(w.status, problem.BadRequest, "Tus-Resumable must be 1.0.0")
	case http.StatusInternalServerError:
		return problem.New(w.status, problem.Internal, "the gateway could not write the upload")
	default:
		return problem.New(w.status, problem.BadRequest, "tus refuses the request")
	}
}

// preCreate gives a new upload its id and its owner.
func (s *Service) preCreate(hook tus.HookEvent) (tus.HTTPResponse, tus.FileInfoChanges, error) {
	c, ok := hook.Context.Value(callKey{}).(*call)
	if !ok {
		return tus.HTTPResponse{}, tus.FileInfoChanges{}, errors.New("upload without an account")
	}
	upload, err := s.newID()
	if err == nil {
		err = s.ledger.reserve(upload, entry{account: c.account, digest: c.digest, size: hook.Upload.Size})
	}
	if err != nil {
		c.err = err
		return tus.HTTPResponse{}, tus.FileInfoChanges{}, err
	}
	return tus.HTTPResponse{}, tus.FileInfoChanges{
		ID:       upload,
		MetaData: tus.MetaData{metaSHA256: c.digest.String(), metaAccount: c.account},
	}, nil
}

// preFinish places an upload whose last byte has come, before the client is told.
func (s *Service) preFinish(hook tus.HookEvent) (tus.HTTPResponse, error) {
	err := s.finish(hook.Context, hook.Upload)
	if c, ok := hook.Context.Value(callKey{}).(*call); ok {
		c.err = err
	}
	return tus.HTTPResponse{}, err
}

// finish checks the digest of a whole upload and places it; an upload that lied is
// thrown away. Finishing twice is harmless.
//
// It goes on when the asker has gone: to place a large object takes longer than many a
// client waits, and who asks again then finds it placed.
func (s *Service) finish(ctx context.Context, info tus.FileInfo) error {
	ctx = context.WithoutCancel(ctx)
	unlock := s.lock(info.ID)
	defer unlock()
	if _, err := s.finished(info.ID); err == nil {
		return nil
	}
	want, err := digestOf(info)
	if err != nil {
		return fmt.Errorf("upload %s: %w", info.ID, err)
	}
	account := info.MetaData[metaAccount]
	err = s.place(ctx, info, want, account)
	if errors.Is(err, blobstore.ErrDigest) {
		refusal := problem.New(http.StatusUnprocessableEntity, problem.Digest,
			"the bytes do not have the announced digest; nothing was kept").Wrap(err)
		return errors.Join(refusal, s.discard(ctx, info.ID))
	}
	if err != nil {
		return err
	}
	s.ledger.place(want, account, info.Size)
	raw, err := json.Marshal(done{Account: account, Size: info.Size, SHA256: want.String(), At: s.now().UTC()})
	if err != nil {
		return fmt.Errorf("upload %s: %w", info.ID, err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, info.ID+doneSuffix), raw, 0o600); err != nil {
		return fmt.Errorf("upload %s: %w", info.ID, err)
	}
	return s.discard(ctx, info.ID)
}

func (s *Service) place(ctx context.Context, info tus.FileInfo, want drs.Digest, account string) error {
	file, err := os.Open(filepath.Join(s.dir, info.ID))
	if err != nil {
		return fmt.Errorf("place upload: %w", err)
	}
	_, err = s.objects.Place(ctx, want, info.Size, file, account, s.now())
	return errors.Join(err, file.Close())
}

// discard removes what was staged of an upload.
func (s *Service) discard(ctx context.Context, upload string) error {
	u, err := s.store.GetUpload(ctx, upload)
	if errors.Is(err, tus.ErrNotFound) {
		s.ledger.leave(upload)
		return nil
	}
	if err != nil {
		return fmt.Errorf("discard upload: %w", err)
	}
	if err := s.store.AsTerminatableUpload(u).Terminate(ctx); err != nil {
		return fmt.Errorf("discard upload: %w", err)
	}
	s.ledger.leave(upload)
	return nil
}

// lock makes sure that one upload is finished once at a time.
func (s *Service) lock(upload string) (unlock func()) {
	s.mu.Lock()
	m, ok := s.finishing[upload]
	if !ok {
		m = &sync.Mutex{}
		s.finishing[upload] = m
	}
	s.mu.Unlock()
	m.Lock()
	return func() {
		s.mu.Lock()
		delete(s.finishing, upload)
		s.mu.Unlock()
		m.Unlock()
	}
}
