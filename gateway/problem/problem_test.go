package problem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/gateway/problem"
)

func decode(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	require.Equal(t, problem.ContentType, w.Header().Get("Content-Type"))
	var out map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
	return out
}

func TestWrite_Problem(t *testing.T) {
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "abc")
	w.Header().Set("Content-Length", "5")
	problem.Write(w, fmt.Errorf("wrapped: %w", problem.New(http.StatusConflict, problem.Conflict, "twice").Retry(7)))

	require.Equal(t, http.StatusConflict, w.Code)
	require.Equal(t, "7", w.Header().Get("Retry-After"))
	require.Empty(t, w.Header().Get("Content-Length"))
	require.Equal(t, map[string]any{
		"type":       "urn:volens:problem:conflict",
		"title":      "Conflict",
		"status":     409.0,
		"detail":     "twice",
		"request_id": "abc",
	}, decode(t, w))
}

// What went wrong inside is for the log, never for the asker.
func TestWrite_HidesOtherErrors(t *testing.T) {
	w := httptest.NewRecorder()
	problem.Write(w, errors.New("open secret-path: no space"))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.NotContains(t, w.Body.String(), "secret-path")

	w = httptest.NewRecorder()
	problem.Write(w, problem.NotFound(errors.New("seat belongs to volens1xyz")))
	require.Equal(t, http.StatusNotFound, w.Code)
	require.NotContains(t, w.Body.String(), "volens1xyz")
}

// The answer for a thing that is not there is byte for byte that for a thing one may not see.
func TestNotFound_Uniform(t *testing.T) {
	a, b := httptest.NewRecorder(), httptest.NewRecorder()
	problem.Write(a, problem.NotFound(nil))
	problem.Write(b, problem.NotFound(errors.New("forbidden")))
	require.Equal(t, a.Body.String(), b.Body.String())
	require.Equal(t, a.Header(), b.Header())
}

func TestWrite_Unauthorized(t *testing.T) {
	w := httptest.NewRecorder()
	problem.Write(w, problem.New(http.StatusUnauthorized, problem.Unauthorized, "log in"))
	require.Contains(t, w.Header().Get("WWW-Authenticate"), "Bearer")
}

func TestFrom_BodyTooLarge(t *testing.T) {
	p := problem.From(fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 10}))
	require.Equal(t, http.StatusRequestEntityTooLarge, p.Status)
	require.Equal(t, problem.TooLarge, p.Code)
}

func TestProblem_Unwrap(t *testing.T) {
	cause := errors.New("cause")
	err := problem.NotFound(cause)
	require.ErrorIs(t, err, cause)
	require.ErrorContains(t, err, "not-found: there is nothing here for you: cause")
}

type reporter struct {
	*httptest.ResponseRecorder
	err error
}

func (r *reporter) Report(err error) { r.err = err }

func TestHandler_Reports(t *testing.T) {
	cause := errors.New("cause")
	w := &reporter{ResponseRecorder: httptest.NewRecorder()}
	problem.Handler(func(http.ResponseWriter, *http.Request) error { return cause }).
		ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	require.ErrorIs(t, w.err, cause)
	require.Equal(t, http.StatusInternalServerError, w.Code)

	w = &reporter{ResponseRecorder: httptest.NewRecorder()}
	problem.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusTeapot)
		return nil
	}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	require.NoError(t, w.err)
	require.Equal(t, http.StatusTeapot, w.Code)
}
