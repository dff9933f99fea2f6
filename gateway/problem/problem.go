// Package problem is how a gateway says no: problem details for HTTP (RFC 9457).
//
// A handler is a Handler, which returns an error; Handler.ServeHTTP writes it. An
// error that is, or wraps, a *Problem is sent as it is. Any other error is sent as
// 500 without its text, for it may name paths or accounts, and given to Report.
//
// NotFound is one answer for what does not exist and for what the asker may not
// see, so that nobody learns what is there.
package problem

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// ContentType is the media type of a problem.
const ContentType = "application/problem+json"

// typePrefix starts the URI reference that names a problem; docs/spec/gateway.md lists them.
const typePrefix = "urn:volens:problem:"

// Code is the last part of a problem's type, which programs branch on.
type Code string

// The codes that gateways use.
const (
	BadRequest   Code = "bad-request"
	Unauthorized Code = "unauthorized"
	Denied       Code = "denied"
	Missing      Code = "not-found"
	Method       Code = "method-not-allowed"
	Ended        Code = "right-ended"
	Conflict     Code = "conflict"
	TooLarge     Code = "too-large"
	Digest       Code = "digest-mismatch"
	Commitment   Code = "commitment-mismatch"
	Range        Code = "range"
	Quota        Code = "quota"
	RateLimit    Code = "rate-limit"
	Internal     Code = "internal"
	Stale        Code = "stale-node"
	TooEarly     Code = "too-early"
	Unavailable  Code = "unavailable"
)

// Problem is an error with what the asker is told.
type Problem struct { //nolint:errname // the word of RFC 9457
	// Status is the HTTP status code.
	Status int
	// Code names the problem.
	Code Code
	// Detail is a sentence for people, without secrets, paths or addresses.
	Detail string
	// RetryAfter is the number of seconds after which to try again, 0 for none.
	RetryAfter int
	// ContentRange is the header that a 416 must have, empty for none.
	ContentRange string
	// Err is the cause; it is not sent.
	Err error
}

// body is the JSON of a problem.
type body struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// New makes a problem.
func New(status int, code Code, detail string) *Problem {
	return &Problem{Status: status, Code: code, Detail: detail}
}

// NotFound is the uniform answer for what does not exist or may not be seen. The
// cause is for the log only.
func NotFound(cause error) *Problem {
	return &Problem{Status: http.StatusNotFound, Code: Missing, Detail: "there is nothing here for you", Err: cause}
}

// Wrap returns a copy of the problem with a cause.
func (p *Problem) Wrap(cause error) *Problem {
	out := *p
	out.Err = cause
	return &out
}

// Retry returns a copy of the problem that asks to try again after some seconds.
func (p *Problem) Retry(seconds int) *Problem {
	out := *p
	out.RetryAfter = seconds
	return &out
}

// Error names code, detail and cause.
func (p *Problem) Error() string {
	text := string(p.Code) + ": " + p.Detail
	if p.Err != nil {
		text += ": " + p.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// From returns the problem that err is or wraps, else an internal one.
func From(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		limit := strconv.FormatInt(tooLarge.Limit, 10)
		return New(http.StatusRequestEntityTooLarge, TooLarge, "the body has more than "+limit+" bytes").Wrap(err)
	}
	return New(http.StatusInternalServerError, Internal, "the gateway failed; its log says why").Wrap(err)
}

// Write answers with the problem that err is or wraps. It must come before any
// other write to w. The request's id is taken from the response's header.
func Write(w http.ResponseWriter, err error) {
	p := From(err)
	raw := p.JSON(w.Header().Get("X-Request-Id"))
	h := w.Header()
	for _, name := range []string{"Content-Length", "Content-Range", "Content-Disposition", "Etag"} {
		h.Del(name)
	}
	h.Set("Content-Type", ContentType)
	h.Set("Cache-Control", "no-store")
	if p.ContentRange != "" {
		h.Set("Content-Range", p.ContentRange)
	}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="volens"`)
	}
	w.WriteHeader(p.Status)
	//nolint:errcheck,gosec // if it fails the asker is gone; there is nobody left to tell
	w.Write(raw)
}

// JSON is the body of the problem.
func (p *Problem) JSON(requestID string) []byte {
	raw, err := json.Marshal(body{
		Type:      typePrefix + string(p.Code),
		Title:     http.StatusText(p.Status),
		Status:    p.Status,
		Detail:    p.Detail,
		RequestID: requestID,
	})
	if err != nil {
		return []byte(`{"type":"about:blank","status":500}`)
	}
	return append(raw, '\n')
}

// Handler serves a request or returns why not, before it has written anything.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Reporter is a response writer that keeps an error for the log.
type Reporter interface{ Report(err error) }

// ServeHTTP writes the error, if any, and reports it.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h(w, r)
	if err == nil {
		return
	}
	if reporter, ok := w.(Reporter); ok {
		reporter.Report(err)
	}
	Write(w, err)
}
