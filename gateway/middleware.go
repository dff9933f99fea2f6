package gateway

import (
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/gateway/proxy"
)

const requestIDSize = 8

// accountHandler serves a call of an account that logged in.
type accountHandler func(w http.ResponseWriter, r *http.Request, account string) error

// authenticated asks for a token.
func (g *Gateway) authenticated(h accountHandler) problem.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			return problem.New(http.StatusUnauthorized, problem.Unauthorized, "log in first: POST /v1/challenge")
		}
		account, err := g.doors.Account(token)
		if err != nil {
			return problem.New(http.StatusUnauthorized, problem.Unauthorized, "the token is unknown or has expired").
				Wrap(err)
		}
		return h(w, r, account)
	}
}

// limited refuses calls of a network address that makes too many.
func (g *Gateway) limited(limiter *proxy.Limiter, h problem.Handler) http.Handler {
	return problem.Handler(func(w http.ResponseWriter, r *http.Request) error {
		if !limiter.Allow(g.remote(r), g.deps.Now()) {
			return problem.New(http.StatusTooManyRequests, problem.RateLimit, "too many calls").Retry(1)
		}
		if rec, ok := w.(*recorder); ok {
			rec.route = routeOf(r)
		}
		return h(w, r)
	})
}

// remote is a client's network address.
func (g *Gateway) remote(r *http.Request) string {
	if !g.config.BehindProxy {
		return r.RemoteAddr
	}
	all := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	return strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
}

// routeOf is the pattern that a request met, which names nobody.
func routeOf(r *http.Request) string {
	route := mux.CurrentRoute(r)
	if route == nil {
		return ""
	}
	template, err := route.GetPathTemplate()
	if err != nil {
		return ""
	}
	return template
}

// around is what happens to every call: an id, headers, deadlines, a line in the log, and
// a net under handlers that panic. The line names neither account, address nor token.
func (g *Gateway) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := g.deps.Now()
		id := make([]byte, requestIDSize)
		if _, err := io.ReadFull(g.deps.Rand, id); err != nil {
			problem.Write(w, err)
			return
		}
		rec := &recorder{ResponseWriter: w}
		g.headers(rec.Header(), hex.EncodeToString(id))
		g.deadlines(w, began)
		defer g.finish(rec, r, began)
		next.ServeHTTP(rec, r)
	})
}

func (g *Gateway) headers(h http.Header, requestID string) {
	h.Set("X-Request-Id", requestID)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
	if strings.HasPrefix(g.config.Origin(), "https://") {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// deadlines bound a call; uploads and downloads set their own as bytes move.
func (g *Gateway) deadlines(w http.ResponseWriter, now time.Time) {
	control := http.NewResponseController(w)
	err := errors.Join(control.SetReadDeadline(now.Add(callTimeout)), control.SetWriteDeadline(now.Add(callTimeout)))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		g.deps.Log.Debug("no deadline for a connection", "error", err.Error())
	}
}

// finish logs a call, and answers for a handler that panicked.
func (g *Gateway) finish(rec *recorder, r *http.Request, began time.Time) {
	fault := recover()
	if fault == http.ErrAbortHandler { //nolint:errorlint // a value of panic, compared as net/http does
		g.line(rec, r, began, "cut")
		//nolint:forbidigo // passed on to net/http, which ends the connection
		panic(fault)
	}
	if fault != nil {
		g.deps.Log.Error("handler panicked", "route", rec.route, "request", rec.Header().Get("X-Request-Id"))
		if rec.status == 0 {
			problem.Write(rec, errors.New("panic"))
		}
	}
	g.line(rec, r, began, "done")
}

func (g *Gateway) line(rec *recorder, r *http.Request, began time.Time, how string) {
	attributes := []any{
		"method", methodName(r.Method), "route", rec.route, "status", rec.status, "bytes", rec.bytes,
		"ms", g.deps.Now().Sub(began).Milliseconds(), "request", rec.Header().Get("X-Request-Id"),
	}
	if rec.err == nil {
		g.deps.Log.Info(how, attributes...)
		return
	}
	p := problem.From(rec.err)
	attributes = append(attributes, "problem", string(p.Code))
	if p.Status < http.StatusInternalServerError {
		g.deps.Log.Info(how, attributes...)
		return
	}
	g.deps.Log.Error(how, append(attributes, "error", p.Error())...)
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	route  string
	status int
	bytes  int64
	err    error
}

// Report implements problem.Reporter.
func (r *recorder) Report(err error) { r.err = err }

// Unwrap lets handlers set deadlines on the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts bytes.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}
