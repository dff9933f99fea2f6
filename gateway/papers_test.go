package gateway_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/papers"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/x/market"
)

func theWords() papers.Papers {
	return papers.Papers{
		Title: "Hearts <b>&</b>", LaySummary: "What we do.", Contact: "me@example.org",
		ProtocolSHA256: strings.Repeat("ab", papers.DigestSize), Criteria: map[string]string{"sex": "any"},
		Salt: strings.Repeat("5a", papers.DigestSize),
	}
}

// asked puts a request with the words' digests on chain.
func (h *house) asked(p papers.Papers) {
	h.t.Helper()
	d, err := p.Digests()
	require.NoError(h.t, err)
	h.chain.Change(func(c *chaintest.Chain) {
		c.Requests[theRequest] = market.Request{
			Id: theRequest.String(), Researcher: h.reader.Address,
			Spec: market.Spec{CriteriaSha256: d.Criteria, Digests: market.Digests{
				Title: d.Title, LaySummary: d.LaySummary, Protocol: d.Protocol, Contact: d.Contact,
			}},
		}
	})
}

func (h *house) putPapers(who chaintest.Account, raw []byte) answer {
	return h.do(http.MethodPut, papersPath, bytes.NewReader(raw), h.login(who)...)
}

var papersPath = "/v1/requests/" + theRequest.String() + "/papers"

func encoded(t *testing.T, p papers.Papers) []byte {
	t.Helper()
	raw, err := p.Encode()
	require.NoError(t, err)
	return raw
}

// The researcher hands papers over, and everybody reads them without a login.
func TestPapers(t *testing.T) {
	h := newHouse(t)
	h.asked(theWords())
	require.Equal(t, problem.Missing, h.do(http.MethodGet, papersPath, nil).problem(t))
	for range 2 {
		require.Equal(t, http.StatusNoContent, h.putPapers(h.reader, encoded(t, theWords())).status)
	}
	h.restart()
	got := h.do(http.MethodGet, papersPath, nil)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, encoded(t, theWords()), got.body)
	require.Equal(t, "application/json", got.header.Get("Content-Type"))
	require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
	require.NotContains(t, h.logs.String(), "Hearts")
}

func TestPapers_Refuses(t *testing.T) {
	h := newHouse(t)
	good := encoded(t, theWords())
	require.Equal(t, problem.Missing, h.putPapers(h.reader, good).problem(t), "no such request")
	h.asked(theWords())
	require.Equal(t, problem.Unauthorized, h.do(http.MethodPut, papersPath, bytes.NewReader(good)).problem(t))
	require.Equal(t, problem.Missing, h.putPapers(h.stranger, good).problem(t), "not its researcher")
	other := theWords()
	other.Title = "Minds"
	require.Equal(t, problem.Digest, h.putPapers(h.reader, encoded(t, other)).problem(t))
	require.Equal(t, problem.BadRequest, h.putPapers(h.reader, good[1:]).problem(t))
	require.Equal(t, problem.TooLarge, h.putPapers(h.reader, make([]byte, papers.MaxSize+1)).problem(t))
	require.Equal(t, problem.Missing, h.do(http.MethodGet, papersPath, nil).problem(t), "nothing was kept")

	h.chain.Change(func(c *chaintest.Chain) { c.Now.Height, c.Now.ChainID = 0, "another" })
	require.Equal(t, problem.Stale, h.putPapers(h.reader, good).problem(t))
	require.Equal(t, problem.Stale, h.do(http.MethodGet, papersPath, nil).problem(t))
}

// A gateway that was not given papers fetches them from one that was, and asks nobody when
// it is asked by another gateway.
func TestPapers_FromAnotherGateway(t *testing.T) {
	calls := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		if r.URL.Path != papersPath || !r.URL.Query().Has("own") || r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		raw, err := theWords().Encode()
		if err == nil {
			_, err = w.Write(raw)
		}
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer other.Close()
	h := newHouse(t)
	h.asked(theWords())
	h.chain.Change(func(c *chaintest.Chain) { c.Origins = []string{theOrigin, other.URL} })
	require.Equal(t, http.StatusNotFound, h.do(http.MethodGet, papersPath+"?own", nil).status)
	require.Zero(t, calls)
	for range 2 {
		got := h.do(http.MethodGet, papersPath, nil)
		require.Equal(t, http.StatusOK, got.status, string(got.body))
		require.Equal(t, encoded(t, theWords()), got.body)
	}
	require.Equal(t, 1, calls)
	require.Equal(t, http.StatusOK, h.do(http.MethodGet, papersPath+"?own", nil).status)
}
