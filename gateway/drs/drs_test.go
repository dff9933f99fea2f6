package drs_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/accesslog"
	"github.com/volens-network/volens/gateway/blobstore"
	service "github.com/volens-network/volens/gateway/drs"
	"github.com/volens-network/volens/gateway/problem"
)

// The whole calls are tested with the gateway around them; here stand what no client can
// bring about, and the ranges.

var errOdd = errors.New("odd")

type rules struct{ err error }

func (r rules) Object(context.Context, string, drs.Digest) (access.Grant, error) {
	return access.Grant{}, r.err
}

type objects struct{ stat, read, leaves error }

func (o objects) Stat(_ context.Context, d drs.Digest) (blobstore.Object, error) {
	return blobstore.Object{SHA256: d, Size: 10}, o.stat
}

func (o objects) Read(context.Context, blobstore.Object, int64, int64) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("0123456789")), o.read
}

func (o objects) Leaves(context.Context, drs.Digest) ([]byte, error) { return nil, o.leaves }

type log struct{ err error }

func (l log) Append(accesslog.Entry) error { return l.err }

func TestProblem(t *testing.T) {
	for _, row := range []struct {
		err    error
		status int
		code   problem.Code
	}{
		{access.ErrStale, http.StatusServiceUnavailable, problem.Stale},
		{access.ErrTooEarly, http.StatusServiceUnavailable, problem.TooEarly},
		{access.ErrEnded, http.StatusForbidden, problem.Ended},
		{access.ErrForbidden, http.StatusNotFound, problem.Missing},
		{blobstore.ErrNotFound, http.StatusNotFound, problem.Missing},
		{errOdd, http.StatusInternalServerError, problem.Internal},
	} {
		p := problem.From(service.Problem(row.err))
		require.Equal(t, row.status, p.Status, row.err)
		require.Equal(t, row.code, p.Code, row.err)
		require.ErrorIs(t, p, row.err)
	}
}

func TestService_Failures(t *testing.T) {
	id := strings.Repeat("0", 64)
	good := service.Service{
		Rules:   rules{},
		Objects: objects{},
		Log:     log{},
		BaseURL: "https://a.example.org",
		Host:    "a.example.org",
		Now:     time.Now,
	}
	for name, row := range map[string]struct {
		change func(s *service.Service)
		status int
	}{
		"rules fail": {func(s *service.Service) { s.Rules = rules{errOdd} }, 500},
		"stat fails": {func(s *service.Service) { s.Objects = objects{stat: errOdd} }, 500},
		"no object":  {func(s *service.Service) { s.Objects = objects{stat: blobstore.ErrNotFound} }, 404},
		"read fails": {func(s *service.Service) { s.Objects = objects{read: errOdd, leaves: errOdd} }, 500},
		"no bytes": {func(s *service.Service) {
			s.Objects = objects{read: blobstore.ErrNotFound, leaves: blobstore.ErrNotFound}
		}, 404},
		"log is full":  {func(s *service.Service) { s.Log = log{errOdd} }, 500},
		"stranger":     {func(s *service.Service) { s.Rules = rules{access.ErrForbidden} }, 404},
		"no clear tip": {func(s *service.Service) { s.Rules = rules{access.ErrStale} }, 503},
	} {
		s := good
		row.change(&s)
		for _, call := range []func(http.ResponseWriter, *http.Request, string, string) error{s.Download, s.LeafHashes} {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			err := call(w, r, "volens1reader", id)
			require.Error(t, err, name)
			require.Equal(t, row.status, problem.From(err).Status, name)
			require.Zero(t, w.Body.Len(), name)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	require.Equal(t, 404, problem.From(good.Download(httptest.NewRecorder(), r, "volens1reader", "../x")).Status)
	bad := good
	bad.Host = "-"
	require.ErrorContains(t, bad.Object(httptest.NewRecorder(), r, "volens1reader", id), "describe object")
}

// Whatever a Range header says, what is read lies inside the object, or nothing is.
func FuzzParseRange(f *testing.F) {
	for _, seed := range []string{"bytes=0-0", "bytes=-5", "bytes=5-", "bytes=5-4", "bytes=0-1,2-3", "", "bytes=999999999999999999-"} {
		f.Add(seed, int64(10))
	}
	f.Add("bytes=-1", int64(0))
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		from, length, err := service.ParseRange(header, size)
		if err != nil {
			require.Equal(t, http.StatusRequestedRangeNotSatisfiable, problem.From(err).Status)
			return
		}
		require.GreaterOrEqual(t, from, int64(0))
		require.Positive(t, length)
		require.LessOrEqual(t, from+length, size)
	})
}
