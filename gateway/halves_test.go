package gateway_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

func (h *house) half(auth []string, request string) answer {
	h.t.Helper()
	return h.do(http.MethodPost, "/v1/requests/"+request+"/seats/0/half", nil, auth...)
}

func TestPutHalf_Refuses(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	good := h.sealPart(h.keys.Identity.Recipient(), thePart)
	require.Equal(t, http.StatusNotFound, h.putHalf(auth, good).status, "no such dataset")
	_, d := sealed(10)
	h.register(d)

	wrong := bytes.Clone(thePart)
	wrong[31] ^= 1
	got := h.putHalf(auth, h.sealPart(h.keys.Identity.Recipient(), wrong))
	require.Equal(t, http.StatusUnprocessableEntity, got.status)
	require.Equal(t, problem.Commitment, got.problem(t))

	for name, body := range map[string][]byte{
		"empty":       nil,
		"plain":       thePart,
		"for another": h.sealPart(h.delivery.Recipient().String(), thePart),
		"short":       h.sealPart(h.keys.Identity.Recipient(), thePart[:16]),
	} {
		got := h.putHalf(auth, body)
		require.Equal(t, http.StatusBadRequest, got.status, name)
		require.Equal(t, problem.BadRequest, got.problem(t), name)
	}
	got = h.putHalf(auth, append(bytes.Clone(good), make([]byte, 70_000)...))
	require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, got.status)
	require.Equal(t, http.StatusNotFound, h.putHalf(h.login(h.stranger), good).status, "a stranger")
	require.Equal(t, http.StatusUnauthorized, h.putHalf(nil, good).status)
	require.Empty(t, h.files("halves"))
	require.Equal(t, http.StatusNoContent, h.putHalf(auth, good).status)
	require.Equal(t, http.StatusNoContent, h.putHalf(auth, good).status, "again")
}

func TestPutHalf_OldVersion(t *testing.T) {
	h := newHouse(t)
	_, d := sealed(10)
	h.register(d)
	h.chain.Change(func(c *chaintest.Chain) {
		changed := c.Datasets[theDataset]
		changed.Version = 2
		c.Datasets[theDataset] = changed
	})
	got := h.putHalf(h.login(h.owner), h.sealPart(h.keys.Identity.Recipient(), thePart))
	require.Equal(t, http.StatusUnprocessableEntity, got.status)
}

func TestGetHalf_ReaderOpensIt(t *testing.T) {
	h, _, _ := stocked(t, 1000)
	for _, row := range []struct {
		who     chaintest.Account
		request string
	}{{h.reader, theRequest.String()}, {h.judge, theLook.String()}} {
		before := h.accessLines()
		got := h.half(h.login(row.who), row.request)
		require.Equal(t, http.StatusOK, got.status, string(got.body))
		plain, err := age.Decrypt(bytes.NewReader(got.body), h.delivery)
		require.NoError(t, err)
		part, err := io.ReadAll(plain)
		require.NoError(t, err)
		require.Equal(t, thePart, part)
		require.Equal(t, before+1, h.accessLines())
	}
}

func TestGetHalf_Strangers(t *testing.T) {
	h, _, _ := stocked(t, 1000)
	for _, who := range []chaintest.Account{h.stranger, h.owner, h.judge} {
		got := h.half(h.login(who), theRequest.String())
		require.Equal(t, http.StatusNotFound, got.status)
		require.Equal(t, problem.Missing, got.problem(t))
	}
	absent := h.half(h.login(h.stranger), strings.Repeat("0", 32))
	denied := h.half(h.login(h.stranger), theRequest.String())
	require.Len(t, denied.body, len(absent.body), "one answer for both")
	require.Equal(t, http.StatusUnauthorized, h.half(nil, theRequest.String()).status)
	require.Zero(t, h.accessLines())
}

func TestGetHalf_BeforeRelease(t *testing.T) {
	h, _, _ := stocked(t, 1000)
	key := chaintest.SeatKey{Request: theRequest}
	auth := h.login(h.reader)
	for _, state := range []custody.SeatState{
		custody.SEAT_STATE_FREE, custody.SEAT_STATE_ASSIGNED, custody.SEAT_STATE_EMITTED, custody.SEAT_STATE_REVOKING,
		custody.SEAT_STATE_VOID,
	} {
		h.chain.Change(func(c *chaintest.Chain) {
			seat := c.Seats[key]
			seat.State = state
			c.Seats[key] = seat
		})
		require.Equal(t, http.StatusNotFound, h.half(auth, theRequest.String()).status, state)
	}
	h.chain.Change(func(c *chaintest.Chain) {
		seat := c.Seats[key]
		seat.State = custody.SEAT_STATE_RELEASED
		c.Seats[key] = seat
		c.Now.Height--
	})
	got := h.half(auth, theRequest.String())
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.Equal(t, problem.TooEarly, got.problem(t))
	require.Equal(t, "1", got.header.Get("Retry-After"))
	require.Zero(t, h.accessLines())
}

func revoke(c *chaintest.Chain) {
	given := c.Consents[theDataset]
	given.Status = consent.STATUS_INACTIVE
	c.Consents[theDataset] = given
}

func TestGetHalf_FetchWindow(t *testing.T) {
	h, raw, d := stocked(t, 1000)
	auth := h.login(h.reader)
	object := "/v1/objects/" + d.String()
	h.chain.Change(revoke)
	require.Equal(t, http.StatusOK, h.half(auth, theRequest.String()).status, "paid for, inside T_fetch")
	require.Equal(t, raw, h.do(http.MethodGet, object, nil, auth...).body)

	h.chain.Change(func(c *chaintest.Chain) { c.Now.Height += c.Window })
	got := h.half(auth, theRequest.String())
	require.Equal(t, http.StatusForbidden, got.status, "after T_fetch, revoked")
	require.Equal(t, problem.Ended, got.problem(t))
	require.Equal(t, problem.Ended, h.do(http.MethodGet, object, nil, auth...).problem(t))

	h.chain.Change(func(c *chaintest.Chain) {
		given := c.Consents[theDataset]
		given.Status = consent.STATUS_ACTIVE
		c.Consents[theDataset] = given
	})
	require.Equal(t, http.StatusOK, h.half(auth, theRequest.String()).status, "after T_fetch, active")
	require.Equal(t, raw, h.do(http.MethodGet, object, nil, auth...).body)
}

// Within seconds of a node that stops following, nothing is decided any more.
func TestGetHalf_StaleNode(t *testing.T) {
	h, _, d := stocked(t, 1000)
	auth := h.login(h.reader)
	h.ahead.Add(int64(h.config.MaxLag + time.Second))
	for _, got := range []answer{
		h.half(auth, theRequest.String()), h.do(http.MethodGet, "/v1/objects/"+d.String(), nil, auth...),
		h.do(http.MethodGet, "/healthz", nil), h.half(h.login(h.stranger), theRequest.String()),
	} {
		require.Equal(t, http.StatusServiceUnavailable, got.status)
		require.Equal(t, problem.Stale, got.problem(t))
	}
	require.Zero(t, h.accessLines())
}

func TestGetHalf_NotHeldOrBadKey(t *testing.T) {
	h, _, _ := stocked(t, 1000)
	auth := h.login(h.reader)
	h.chain.Change(func(c *chaintest.Chain) {
		request := c.Requests[theRequest]
		request.Spec.DeliveryKey = "age1qqqq"
		c.Requests[theRequest] = request
	})
	require.Equal(t, http.StatusUnprocessableEntity, h.half(auth, theRequest.String()).status)
	h.chain.Change(func(c *chaintest.Chain) {
		key := chaintest.SeatKey{Request: theRequest}
		seat, release := c.Seats[key], c.Released[key]
		seat.Version, release.Version = 2, 2
		c.Seats[key], c.Released[key] = seat, release
	})
	got := h.half(auth, theRequest.String())
	require.NotEqual(t, http.StatusOK, got.status)
	require.Zero(t, h.accessLines())
}

func TestHalf_PathTricks(t *testing.T) {
	h, _, _ := stocked(t, 1000)
	auth := h.login(h.reader)
	request := theRequest.String()
	for _, path := range []string{
		"/v1/requests/" + request + "/seats/-1/half", "/v1/requests/" + request + "/seats/00/half",
		"/v1/requests/" + request + "/seats/9999999999/half", "/v1/requests/" + request + "/seats/x/half",
		"/v1/requests/" + strings.ToUpper(request) + "/seats/0/half", "/v1/requests/..%2f..%2fetc/seats/0/half",
		"/v1/requests/" + request + "%00/seats/0/half", "/v1/requests/" + request + "/seats/0/half/",
		"/v1/requests//" + request + "/seats/0/half", "/v1/requests/x/../" + request + "/seats/0/half",
	} {
		require.Equal(t, http.StatusNotFound, h.do(http.MethodPost, path, nil, auth...).status, path)
	}
}

// The status of a withdrawn dataset says nothing about what was paid for.
func TestGetHalf_Withdrawn(t *testing.T) {
	h, _, _ := stocked(t, 1000)
	h.chain.Change(func(c *chaintest.Chain) {
		d := c.Datasets[theDataset]
		d.Status = dataset.STATUS_WITHDRAWN
		c.Datasets[theDataset] = d
	})
	require.Equal(t, http.StatusOK, h.half(h.login(h.reader), theRequest.String()).status)
	h.chain.Change(func(c *chaintest.Chain) { c.Now.Height += c.Window })
	require.Equal(t, http.StatusForbidden, h.half(h.login(h.reader), theRequest.String()).status)
}
