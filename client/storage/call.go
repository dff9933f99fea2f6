package storage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/volens-network/volens/client/fault"
)

// problemType starts the type of a gateway's problem.
const problemType = "urn:volens:problem:"

// Error is what a gateway told instead of serving.
type Error struct {
	Status int
	// Code names the problem, as docs/spec/gateway.md lists them; empty if the answer was
	// no problem of a gateway.
	Code   string
	Detail string
	// RequestID finds the call in the gateway's log.
	RequestID string
	// RetryAfter is when to try again, zero if the gateway did not say.
	RetryAfter time.Duration
	path       string
}

// Error says what the gateway said.
func (e *Error) Error() string {
	detail := e.Detail
	if detail == "" {
		detail = http.StatusText(e.Status)
	}
	text := fmt.Sprintf("gateway refuses %s: %s", e.path, detail)
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// FaultKind is the kind of the status.
func (e *Error) FaultKind() fault.Kind { return fault.OfStatus(e.Status) }

// Reasons is the code of a refusal, spelled as reasons are: RIGHT_ENDED.
func (e *Error) Reasons() []string {
	if e.FaultKind() != fault.Refused || e.Code == "" {
		return nil
	}
	return []string{strings.ToUpper(strings.ReplaceAll(e.Code, "-", "_"))}
}

// call is a request to a gateway.
type call struct {
	method, path string
	// header pairs.
	header []string
	// body is JSON unless content is set.
	body any
	// content returns the body, anew for each try.
	content func() io.Reader
	length  int64
	// open calls need no login.
	open bool
}

// do sends a request, logs in where that is needed, and returns an answer below 300. The
// caller closes its body.
func (c *Client) do(ctx context.Context, what call) (*http.Response, error) {
	if what.open {
		return c.try(ctx, what, "")
	}
	token, err := c.authorise(ctx, "")
	if err != nil {
		return nil, err
	}
	response, err := c.try(ctx, what, token)
	var refused *Error
	if !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
		return response, err
	}
	if token, err = c.authorise(ctx, token); err != nil {
		return nil, err
	}
	return c.try(ctx, what, token)
}

func (c *Client) try(ctx context.Context, what call, token string) (*http.Response, error) {
	request, err := c.request(ctx, what)
	if err != nil {
		return nil, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fault.E(fault.Unavailable, "gateway: %w", err)
	}
	if response.StatusCode < http.StatusMultipleChoices {
		return response, nil
	}
	return nil, errors.Join(c.refusal(what, response), response.Body.Close())
}

func (c *Client) request(ctx context.Context, what call) (*http.Request, error) {
	var body io.Reader = http.NoBody
	switch {
	case what.content != nil:
		body = what.content()
	case what.body != nil:
		raw, err := json.Marshal(what.body)
		if err != nil {
			return nil, fault.E(fault.Internal, "ask gateway %s: %w", what.path, err)
		}
		body = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, what.method, c.origin+what.path, body)
	if err != nil {
		return nil, fault.E(fault.Internal, "ask gateway %s: %w", what.path, err)
	}
	if what.content != nil {
		request.ContentLength = what.length
	}
	if what.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(what.header); i += 2 {
		request.Header.Set(what.header[i], what.header[i+1])
	}
	return request, nil
}

// refusal reads a problem.
func (c *Client) refusal(what call, response *http.Response) error {
	e := &Error{Status: response.StatusCode, RequestID: response.Header.Get("X-Request-Id"), path: what.path}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 && seconds < 3600 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return e
	}
	var told struct {
		Type   string `json:"type"`
		Detail string `json:"detail"`
	}
	if json.Unmarshal(raw, &told) == nil && strings.HasPrefix(told.Type, problemType) {
		e.Code, e.Detail = strings.TrimPrefix(told.Type, problemType), told.Detail
	}
	return e
}

// retryAfter is how long a gateway asked to wait.
func retryAfter(err error) time.Duration {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.RetryAfter
	}
	return 0
}

// watch ends a context when nothing moves for a while.
type watch struct {
	timer  *time.Timer
	cancel context.CancelFunc
}

func newWatch(ctx context.Context) (context.Context, *watch) {
	ctx, cancel := context.WithCancel(ctx)
	return ctx, &watch{timer: time.AfterFunc(stallTimeout, cancel), cancel: cancel}
}

func (w *watch) moved() { w.timer.Reset(stallTimeout) }

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel()
}
