package gateway_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/login"
	"github.com/volens-network/volens/gateway"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/gateway/problem"
)

// lockedWriter lets a server's goroutines share a buffer.
type lockedWriter struct {
	mu sync.Mutex
	to io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}

func (h *house) challenge(a chaintest.Account) login.Challenge {
	h.t.Helper()
	got := h.post("/v1/challenge", map[string]string{"address": a.Address})
	require.Equal(h.t, http.StatusOK, got.status, string(got.body))
	var c login.Challenge
	require.NoError(h.t, json.Unmarshal(got.body, &c))
	return c
}

func (h *house) session(a chaintest.Account) (login.Answer, gateway.Session) {
	h.t.Helper()
	signed, err := a.Answer(h.challenge(a))
	require.NoError(h.t, err)
	got := h.post("/v1/login", signed)
	require.Equal(h.t, http.StatusOK, got.status, string(got.body))
	var s gateway.Session
	require.NoError(h.t, json.Unmarshal(got.body, &s))
	return signed, s
}

func TestChallenge(t *testing.T) {
	h := newHouse(t)
	c := h.challenge(h.owner)
	require.Equal(t, theOrigin, c.Origin)
	require.Equal(t, chaintest.ChainID, c.ChainID)
	require.Equal(t, h.owner.Address, c.Address)
	require.LessOrEqual(t, c.Expires.Sub(h.now()), 5*time.Minute)
	require.NotEqual(t, c.Nonce, h.challenge(h.owner).Nonce)
}

func TestChallenge_Refuses(t *testing.T) {
	h := newHouse(t)
	for name, body := range map[string]string{
		"empty":     "",
		"no json":   "x",
		"array":     "[]",
		"unknown":   `{"address":"` + h.owner.Address + `","more":1}`,
		"two":       `{"address":"` + h.owner.Address + `"}{}`,
		"address":   `{"address":"volens1x"}`,
		"other hrp": `{"address":"cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a"}`,
	} {
		got := h.do(http.MethodPost, "/v1/challenge", strings.NewReader(body))
		require.Equal(t, http.StatusBadRequest, got.status, name)
		require.Equal(t, problem.BadRequest, got.problem(t), name)
	}
	got := h.do(http.MethodPost, "/v1/challenge", strings.NewReader(`{"address":"`+strings.Repeat("x", 10_000)+`"}`))
	require.Equal(t, http.StatusRequestEntityTooLarge, got.status)
	require.Equal(t, http.StatusMethodNotAllowed, h.do(http.MethodGet, "/v1/challenge", nil).status)
}

func TestLogin_ReplayedOrForeign(t *testing.T) {
	h := newHouse(t)
	signed, _ := h.session(h.owner)
	refuse := func(name string, a login.Answer) {
		got := h.post("/v1/login", a)
		require.Equal(t, http.StatusUnauthorized, got.status, name)
		require.Equal(t, problem.Unauthorized, got.problem(t), name)
	}
	refuse("replayed", signed)

	sign := func(change func(c *login.Challenge)) login.Answer {
		c := h.challenge(h.owner)
		change(&c)
		a, err := h.owner.Answer(c)
		require.NoError(t, err)
		return a
	}
	refuse("foreign origin", sign(func(c *login.Challenge) { c.Origin = "https://evil.example.org" }))
	refuse("other chain", sign(func(c *login.Challenge) { c.ChainID = "volens-other-1" }))
	refuse("own nonce", sign(func(c *login.Challenge) { c.Nonce = strings.Repeat("ab", 48) }))
	late := sign(func(*login.Challenge) {})
	h.advance(access.ChallengeAge)
	refuse("expired", late)
}

func TestLogin_Malformed(t *testing.T) {
	h := newHouse(t)
	for _, body := range []string{"", "{", "null", `{"nonce":1}`, `{"expires":"yesterday"}`, `{"public_key":"%%"}`} {
		got := h.do(http.MethodPost, "/v1/login", strings.NewReader(body))
		require.Contains(t, []int{http.StatusBadRequest, http.StatusUnauthorized}, got.status, body)
	}
	got := h.do(http.MethodPost, "/v1/login", bytes.NewReader(make([]byte, 10_000)))
	require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, got.status)
}

// A token opens doors for 15 minutes and not longer, and nothing opens without one.
func TestToken(t *testing.T) {
	h := newHouse(t)
	path := "/v1/objects/" + strings.Repeat("0", 64)
	auth := h.login(h.owner)
	require.Equal(t, http.StatusNotFound, h.do(http.MethodGet, path, nil, auth...).status)
	h.advance(access.TokenAge)
	got := h.do(http.MethodGet, path, nil, auth...)
	require.Equal(t, http.StatusUnauthorized, got.status)
	require.Equal(t, problem.Unauthorized, got.problem(t))
	require.Contains(t, got.header.Get("WWW-Authenticate"), "Bearer")
	for _, value := range []string{"", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", strings.TrimPrefix(auth[1], "Bearer ")} {
		require.Equal(t, http.StatusUnauthorized, h.do(http.MethodGet, path, nil, "Authorization", value).status, value)
	}
}

// A restart ends every session and every challenge: nothing can be replayed across it.
func TestToken_RestartEndsSessions(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	signed, err := h.owner.Answer(h.challenge(h.owner))
	require.NoError(t, err)
	h.restart()
	require.Equal(
		t,
		http.StatusUnauthorized,
		h.do(http.MethodHead, "/v1/uploads/"+strings.Repeat("0", 32), nil, auth...).status,
	)
	require.Equal(t, http.StatusUnauthorized, h.post("/v1/login", signed).status)
}

func TestLogin_RateLimit(t *testing.T) {
	h := newHouse(t, func(c *gateway.Config) { c.Rates.LoginBurst, c.Rates.Login = 3, 0.001 })
	for range 3 {
		h.challenge(h.owner)
	}
	got := h.post("/v1/challenge", map[string]string{"address": h.owner.Address})
	require.Equal(t, http.StatusTooManyRequests, got.status)
	require.Equal(t, problem.RateLimit, got.problem(t))
	require.Equal(t, "1", got.header.Get("Retry-After"))
	require.Equal(t, http.StatusOK, h.do(http.MethodGet, "/v1/info", nil).status)
}
