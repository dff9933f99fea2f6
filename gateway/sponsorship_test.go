package gateway_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/volens-network/volens/gateway"
	"github.com/volens-network/volens/gateway/problem"
)

func (h *house) sponsor(auth []string) answer {
	h.t.Helper()
	return h.do(http.MethodPost, "/v1/sponsorship", http.NoBody, auth...)
}

func TestSponsorship(t *testing.T) {
	h := newHouse(t)
	require.Equal(t, http.StatusUnauthorized, h.sponsor(nil).status)
	require.Empty(t, h.chain.Messages())

	auth := h.login(h.owner)
	for range 2 { // Asking again is harmless.
		got := h.sponsor(auth)
		require.Equal(t, http.StatusOK, got.status, string(got.body))
		var s gateway.Sponsorship
		require.NoError(t, json.Unmarshal(got.body, &s))
		require.Equal(t, h.keys.Address, s.Granter)
	}
	require.Len(t, h.chain.Messages(), 1)
	grant, ok := h.chain.Messages()[0].(*feegrant.MsgGrantAllowance)
	require.True(t, ok)
	require.Equal(t, h.owner.Address, grant.Grantee, "who logged in, and nobody else")
}

func TestSponsorship_Limits(t *testing.T) {
	h := newHouse(t, func(c *gateway.Config) { c.Sponsor.PerDay = 1 })
	require.Equal(t, http.StatusOK, h.sponsor(h.login(h.owner)).status)
	got := h.sponsor(h.login(h.stranger))
	require.Equal(t, http.StatusTooManyRequests, got.status)
	require.Equal(t, problem.RateLimit, got.problem(t))
	require.NotEmpty(t, got.header.Get("Retry-After"))
	h.ahead.Add(int64(time.Hour))
	require.Equal(t, http.StatusServiceUnavailable, h.sponsor(h.login(h.stranger)).status, "a node that is not fresh")

	house := newHouse(t, func(c *gateway.Config) { c.Sponsor.PerAddress = 2 })
	require.Equal(t, http.StatusOK, house.sponsor(house.login(house.owner)).status)
	require.Equal(t, http.StatusOK, house.sponsor(house.login(house.reader)).status)
	require.Equal(t, http.StatusTooManyRequests, house.sponsor(house.login(house.judge)).status, "one network address")

	off := newHouse(t, func(c *gateway.Config) { c.Sponsor.PerDay = 0 })
	require.Equal(t, http.StatusNotFound, off.sponsor(off.login(off.owner)).status)
}
