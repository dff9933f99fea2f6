package upload_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/gateway/upload"
)

var limits = upload.Limits{
	MaxSize: 1000, Quota: 2000, Total: 5000, Active: 2, PerAccount: 1, Keep: time.Hour,
}

func service(t *testing.T, dir string) (*upload.Service, *blobstore.Objects) {
	t.Helper()
	store, err := blobstore.Open(context.Background(), "mem://")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	objects := blobstore.NewObjects(store)
	s, err := upload.New(dir, "https://g.example.org/v1/uploads/", limits, objects, time.Now, rand.Reader)
	require.NoError(t, err)
	return s, objects
}

// send calls the service as the account a, and returns the answer with its problem.
func send(
	t *testing.T, call func(w http.ResponseWriter, r *http.Request) error, method, body string, header ...string,
) (*httptest.ResponseRecorder, *problem.Problem) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/v1/uploads", strings.NewReader(body))
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	err := call(w, r)
	if err == nil {
		return w, nil
	}
	return w, problem.From(err)
}

func create(t *testing.T, s *upload.Service, body string, header ...string) (string, *problem.Problem) {
	t.Helper()
	d := drs.Digest(sha256.Sum256([]byte("hello")))
	w, p := send(
		t,
		func(w http.ResponseWriter, r *http.Request) error { return s.Create(w, r, "alice") },
		http.MethodPost,
		body,
		append([]string{"Upload-Length", "5", "Upload-Metadata", "sha256 " + b64(d.String())}, header...)...)
	return strings.TrimPrefix(w.Header().Get("Location"), "https://g.example.org/v1/uploads/"), p
}

// tus lets the first bytes come with the creation.
func TestCreate_WithUpload(t *testing.T) {
	s, objects := service(t, t.TempDir())
	id, p := create(t, s, "hello", "Content-Type", "application/offset+octet-stream", "Content-Length", "5")
	require.Nil(t, p)
	require.Regexp(t, "^"+upload.IDPattern+"$", id)
	o, err := objects.Stat(context.Background(), sha256.Sum256([]byte("hello")))
	require.NoError(t, err)
	require.Equal(t, int64(5), o.Size)
}

func TestService_BadIDs(t *testing.T) {
	dir := t.TempDir()
	s, _ := service(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secret.info"), []byte(`{"ID":"secret"}`), 0o600))
	for _, id := range []string{"", "secret", "../" + filepath.Base(dir) + "/secret", "..", strings.Repeat("A", 32), strings.Repeat("0", 33)} {
		for _, call := range []func(http.ResponseWriter, *http.Request, string, string) error{s.Resume, s.Append, s.Cancel} {
			_, p := send(
				t,
				func(w http.ResponseWriter, r *http.Request) error { return call(w, r, "alice", id) },
				http.MethodHead,
				"",
			)
			require.NotNil(t, p, id)
			require.Equal(t, http.StatusNotFound, p.Status, id)
		}
	}
}

// One account sends one body at a time here, and all accounts two.
func TestService_ActiveLimits(t *testing.T) {
	s, _ := service(t, t.TempDir())
	id, p := create(t, s, "")
	require.Nil(t, p)
	block, release := make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r := httptest.NewRequestWithContext(
			t.Context(),
			http.MethodPatch,
			"/",
			&blocking{block: block, release: release},
		)
		r.Header.Set("Tus-Resumable", "1.0.0")
		r.Header.Set("Content-Type", "application/offset+octet-stream")
		r.Header.Set("Upload-Offset", "0")
		if err := s.Append(httptest.NewRecorder(), r, "alice", id); err == nil {
			t.Error("a body that broke off must be an error")
		}
	}()
	<-block
	_, p = create(t, s, "")
	require.NotNil(t, p)
	require.Equal(t, problem.Unavailable, p.Code)
	require.Equal(t, 1, p.RetryAfter)
	close(release)
	<-ended
	_, p = create(t, s, "")
	require.Nil(t, p)
}

// blocking is a body that says when it is read, and breaks off when it is told.
type blocking struct{ block, release chan struct{} }

func (b *blocking) Read([]byte) (int, error) {
	close(b.block)
	<-b.release
	return 0, errors.New("broke off")
}

// What was cut short while it was created, and files of others, do no harm at the start.
func TestNew_CleansUp(t *testing.T) {
	dir := t.TempDir()
	s, _ := service(t, dir)
	kept, p := create(t, s, "")
	require.Nil(t, p)
	cut := strings.Repeat("0", 32)
	require.NoError(t, os.WriteFile(filepath.Join(dir, cut+".info"), []byte(`{"ID":`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, cut), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "README"), []byte("x"), 0o600))
	again, _ := service(t, dir)
	require.NoFileExists(t, filepath.Join(dir, cut+".info"))
	require.NoFileExists(t, filepath.Join(dir, cut))
	require.FileExists(t, filepath.Join(dir, "README"))
	w, p := send(
		t,
		func(w http.ResponseWriter, r *http.Request) error { return again.Resume(w, r, "alice", kept) },
		http.MethodHead,
		"",
	)
	require.Nil(t, p)
	require.Equal(t, "0", w.Header().Get("Upload-Offset"))
}

// Whatever headers come, an upload is created under an id of ours or refused with a problem below 500.
func FuzzCreate(f *testing.F) {
	store, err := blobstore.Open(context.Background(), "mem://")
	require.NoError(f, err)
	s, err := upload.New(f.TempDir(), "https://g.example.org/v1/uploads/", upload.Limits{
		MaxSize: 1000, Quota: 1 << 40, Total: 1 << 40, Active: 2, PerAccount: 2, Keep: time.Hour,
	}, blobstore.NewObjects(store), time.Now, rand.Reader)
	require.NoError(f, err)
	f.Add("5", "sha256 "+b64(digest), "application/offset+octet-stream", "1.0.0", "", []byte("hello"))
	f.Add("5", "sha256 "+b64(digest), "", "1.0.0", "PATCH", []byte(nil))
	f.Add("-5", "", "", "", "1", []byte(nil))
	f.Fuzz(func(t *testing.T, length, metadata, kind, version, other string, body []byte) {
		r := httptest.NewRequestWithContext(
			t.Context(),
			http.MethodPost,
			"/v1/uploads",
			strings.NewReader(string(body)),
		)
		for name, value := range map[string]string{
			"Upload-Length": length, "Upload-Metadata": metadata, "Content-Type": kind, "Tus-Resumable": version,
			"X-HTTP-Method-Override": other, "Upload-Draft-Interop-Version": other, "Upload-Complete": other,
		} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		if err := s.Create(w, r, "alice"); err != nil {
			require.Less(t, problem.From(err).Status, http.StatusInternalServerError, strconv.Quote(err.Error()))
			return
		}
		require.Equal(t, http.StatusCreated, w.Code)
		require.Regexp(t, "^https://g.example.org/v1/uploads/"+upload.IDPattern+"$", w.Header().Get("Location"))
	})
}

// Who takes an upload over, because the first connection hangs, ends the first request; that
// one may come late and end the second. Neither is a mistake of the client: both may go on.
func TestAppend_TakenOver(t *testing.T) {
	s, _ := service(t, t.TempDir())
	id, p := create(t, s, "")
	require.Nil(t, p)
	body, writer := io.Pipe()
	began, ended := make(chan struct{}), make(chan *problem.Problem, 1)
	go func() {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPatch, "/v1/uploads/"+id, body)
		r.Header.Set("Tus-Resumable", "1.0.0")
		r.Header.Set("Content-Type", "application/offset+octet-stream")
		r.Header.Set("Upload-Offset", "0")
		close(began)
		if err := s.Append(httptest.NewRecorder(), r, "alice", id); err != nil {
			ended <- problem.From(err)
			return
		}
		ended <- nil
	}()
	<-began
	_, err := writer.Write([]byte("he")) // Returns when the first request reads: it has the lock.
	require.NoError(t, err)
	_, second := send(t, func(w http.ResponseWriter, r *http.Request) error { return s.Resume(w, r, "alice", id) },
		http.MethodHead, "")
	require.Nil(t, second)
	first := <-ended
	require.NotNil(t, first)
	require.Equal(t, problem.Conflict, first.Code)
	require.Equal(t, http.StatusConflict, first.Status)
	require.NoError(t, writer.Close())
}

// Uploads of one byte would fill the disk with files long before they fill a quota.
func TestCreate_TooMany(t *testing.T) {
	s, _ := service(t, t.TempDir())
	for range 256 {
		_, p := create(t, s, "")
		require.Nil(t, p)
	}
	_, p := create(t, s, "")
	require.NotNil(t, p)
	require.Equal(t, problem.Quota, p.Code)
}

// An object that was being placed when the gateway was killed is not there: who asks for it
// must not be told that all bytes have come.
func TestCreate_AfterAKillWhilePlacing(t *testing.T) {
	dir := t.TempDir()
	store, err := blobstore.Open(context.Background(), "mem://")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	objects := blobstore.NewObjects(store)
	d := drs.Digest(sha256.Sum256([]byte("hello")))
	_, err = objects.Place(context.Background(), d, 5, strings.NewReader("hello"), "alice", time.Now())
	require.NoError(t, err)
	open := func() *upload.Service {
		s, err := upload.New(dir, "https://g.example.org/v1/uploads/", limits, objects, time.Now, rand.Reader)
		require.NoError(t, err)
		return s
	}
	again := []string{upload.ResumeHeader, "1"}
	id, p := create(t, open(), "", again...)
	require.Nil(t, p)
	require.Empty(t, id, "it is here: there is nothing to send")
	require.NoError(t, store.Delete(context.Background(), "info/"+d.String()[:2]+"/"+d.String()))
	id, p = create(t, open(), "", again...)
	require.Nil(t, p)
	require.Regexp(t, "^"+upload.IDPattern+"$", id)
}
