package gateway_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/gateway"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

func TestInfo(t *testing.T) {
	h := newHouse(t)
	got := h.do(http.MethodGet, "/v1/info", nil)
	require.Equal(t, http.StatusOK, got.status)
	var info gateway.Info
	require.NoError(t, json.Unmarshal(got.body, &info))
	require.Equal(t, gateway.Info{
		Address: h.keys.Address, Recipient: h.keys.Identity.Recipient(), ChainID: chaintest.ChainID, Origin: theOrigin,
		Version: "test", Limits: gateway.Limits{
			MaxObjectBytes: 8 << 20, QuotaBytes: 16 << 20, KeepSeconds: 86400, LeafBytes: 1 << 20,
		},
	}, info)
	var health gateway.Health
	require.NoError(t, json.Unmarshal(h.do(http.MethodGet, "/healthz", nil).body, &health))
	require.Equal(t, gateway.Health{OK: true, Height: 100}, health)
}

func TestHeaders(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/v1/info", "/nothing/here.txt", "/v1/nothing", "/"} {
		got := h.do(http.MethodGet, path, nil)
		require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"), path)
		require.Equal(t, "DENY", got.header.Get("X-Frame-Options"), path)
		require.Equal(t, "no-referrer", got.header.Get("Referrer-Policy"), path)
		require.Contains(t, got.header.Get("Content-Security-Policy"), "default-src 'none'", path)
		require.NotEmpty(t, got.header.Get("Strict-Transport-Security"), path)
		require.Len(t, got.header.Get("X-Request-Id"), 16, path)
	}
	got := h.do(http.MethodGet, "/v1/info", nil, "Origin", "https://evil.example.org")
	require.Empty(t, got.header.Get("Access-Control-Allow-Origin"))
}

func TestUnknownPaths(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/v1", "/v1/", "/v1/x", "/ga4gh/x", "/chain/unsafe_flush_mempool", "/chain/x/y", "/a.js"} {
		got := h.do(http.MethodGet, path, nil)
		require.Equal(t, http.StatusNotFound, got.status, path)
		require.Equal(t, problem.Missing, got.problem(t), path)
	}
	got := h.do("BREW", "/v1/info", nil)
	require.Equal(t, http.StatusMethodNotAllowed, got.status)
	require.Equal(t, problem.Method, got.problem(t))
	require.NotContains(t, string(got.body), "BREW")
}

func TestSite_NotBuilt(t *testing.T) {
	h := newHouse(t)
	got := h.do(http.MethodGet, "/", nil)
	require.Equal(t, http.StatusOK, got.status)
	require.Contains(t, string(got.body), "make web")
	require.Contains(t, got.header.Get("Content-Type"), "text/html")
}

func TestSite_Built(t *testing.T) {
	h := newHouse(t)
	require.NoError(t, h.g.Close())
	h.server.Close()
	g, err := gateway.Open(context.Background(), h.home, h.config, gateway.Deps{
		Chain: h.chain, Now: h.now, Rand: rand.Reader, HTTP: &http.Client{}, Log: slog.New(slog.DiscardHandler),
		Site: fstest.MapFS{"index.html": {Data: []byte("<app>")}, "assets/a.js": {Data: []byte("js")}},
	})
	require.NoError(t, err)
	h.g, h.server = g, httptest.NewServer(g.Handler())
	for path, want := range map[string]string{"/": "<app>", "/patient/consents": "<app>", "/assets/a.js": "js"} {
		got := h.do(http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, got.status, path)
		require.Equal(t, want, string(got.body), path)
		require.Contains(t, got.header.Get("Content-Security-Policy"), "connect-src 'self'")
		require.NotContains(t, got.header.Get("Content-Security-Policy"), "script-src 'unsafe")
	}
	for _, path := range []string{"/assets/b.js", "/..%2fwallet.txt", "/assets/..%2f..%2fwallet.txt", "/v1/x"} {
		require.Equal(t, http.StatusNotFound, h.do(http.MethodGet, path, nil).status, path)
	}
}

// What was packed when the site was built is sent packed, with the type of what it is, and only to whoever takes it.
func TestSite_Packed(t *testing.T) {
	h := newHouse(t)
	require.NoError(t, h.g.Close())
	h.server.Close()
	g, err := gateway.Open(context.Background(), h.home, h.config, gateway.Deps{
		Chain: h.chain, Now: h.now, Rand: rand.Reader, HTTP: &http.Client{}, Log: slog.New(slog.DiscardHandler),
		Site: fstest.MapFS{
			"index.html":     {Data: []byte("<app>")},
			"assets/a.js":    {Data: []byte("js")},
			"assets/a.js.gz": {Data: []byte("packed")},
		},
	})
	require.NoError(t, err)
	h.g, h.server = g, httptest.NewServer(g.Handler())
	for codings, want := range map[string]string{
		"gzip": "packed", "br, gzip;q=0.5": "packed", "*": "packed", "GZIP ;q=1.0, br": "packed",
		"identity": "js", "br": "js", "gzip;q=0": "js", "gzip;q=0.000": "js", "xgzip": "js", "gzipped": "js",
	} {
		got := h.do(http.MethodGet, "/assets/a.js", nil, "Accept-Encoding", codings)
		require.Equal(t, want, string(got.body), codings)
		require.Equal(t, want == "packed", got.header.Get("Content-Encoding") == "gzip", codings)
		require.Contains(t, got.header.Get("Content-Type"), "javascript", codings)
		require.Equal(t, "Accept-Encoding", got.header.Get("Vary"), codings)
		require.Contains(t, got.header.Get("Cache-Control"), "immutable", codings)
	}
	part := h.do(http.MethodGet, "/assets/a.js", nil, "Accept-Encoding", "gzip", "Range", "bytes=0-0")
	require.Equal(t, http.StatusPartialContent, part.status)
	require.Equal(t, "j", string(part.body))
	require.Equal(t, "no-cache", h.do(http.MethodGet, "/", nil, "Accept-Encoding", "gzip").header.Get("Cache-Control"))
}

// The log says what happened and never who: no address, token, digest or network address.
func TestLog_NamesNobody(t *testing.T) {
	h, _, d := stocked(t, 1000)
	auth := h.login(h.reader)
	h.half(auth, theRequest.String())
	h.do(http.MethodGet, "/v1/objects/"+d.String(), nil, auth...)
	h.do(http.MethodGet, "/v1/objects/"+d.String()+"?token=xyzzy", nil, h.login(h.stranger)...)
	h.server.Close()
	text := h.logs.String()
	require.Contains(t, text, `"route":"/v1/objects/{object:[0-9a-f]{64}}"`)
	for name, secret := range map[string]string{
		"token": strings.TrimPrefix(auth[1], "Bearer "), "reader": h.reader.Address, "owner": h.owner.Address,
		"object": d.String(), "request": theRequest.String(), "dataset": theDataset.String(), "host": "127.0.0.1", "query": "xyzzy",
	} {
		require.NotContains(t, text, secret, name)
	}
}

func TestProxy_ToNode(t *testing.T) {
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Set-Cookie", "a=b")
		_, err = io.WriteString(w, r.Method+" "+r.URL.RequestURI()+" "+string(body)+r.Header.Get("Authorization"))
		if err != nil {
			return
		}
	}))
	defer node.Close()
	h := newHouse(t, func(c *gateway.Config) { c.Node, c.Rates.ChainBurst, c.Rates.Chain = node.URL, 6, 0.001 })
	got := h.do(http.MethodGet, "/chain/status?height=5", nil, "Authorization", "Bearer secret")
	require.Equal(t, "GET /status?height=5 ", string(got.body))
	require.Empty(t, got.header.Get("Set-Cookie"))
	call := `{"jsonrpc":"2.0","id":1,"method":"abci_query","params":{"path":"/x"}}`
	for _, path := range []string{"/chain", "/chain/"} {
		got = h.do(http.MethodPost, path, strings.NewReader(call))
		require.Equal(t, "POST / "+call, string(got.body))
	}
	got = h.do(http.MethodPost, "/chain", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"unsafe_flush_mempool"}`))
	require.Equal(t, http.StatusForbidden, got.status)
	require.Equal(t, problem.Denied, got.problem(t))
	require.Equal(t, http.StatusRequestEntityTooLarge,
		h.do(http.MethodPost, "/chain", strings.NewReader(strings.Repeat(" ", 3<<20))).status)
	node.Close()
	require.Equal(t, http.StatusBadGateway, h.do(http.MethodGet, "/chain/health", nil).status)
	require.Equal(t, http.StatusTooManyRequests, h.do(http.MethodGet, "/chain/health", nil).status)
}

// The worker tells the chain what it holds, once, and beats its heart.
func TestWorker_WithTheHouse(t *testing.T) {
	h, _, _ := stocked(t, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- h.g.Run(ctx, listener) }()
	require.Eventually(t, func() bool { return len(h.chain.Messages()) >= 2 }, 20*time.Second, 5*time.Millisecond)
	messages := h.chain.Messages()
	require.IsType(t, &attestation.MsgAnchorLog{}, messages[0])
	require.Equal(t, &dataset.MsgHoldReceipts{
		Gateway: h.keys.Address, DatasetIds: []string{theDataset.String()},
	}, messages[1])
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listener.Addr().String()+"/healthz", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	cancel()
	require.NoError(t, <-ended)
}

// A claim that the gateway does not serve is answered with the part, under the delivery key.
func TestWorker_AnswersClaims(t *testing.T) {
	h, _, _ := stocked(t, 1000)
	h.chain.Change(func(c *chaintest.Chain) {
		c.Claims = []market.ServiceClaim{{
			RequestId: theRequest.String(), Gateway: h.keys.Address, Researcher: h.reader.Address,
			State: market.SERVICE_STATE_OPEN,
		}}
	})
	require.NoError(t, h.g.Worker().Answer(t.Context()))
	require.NoError(t, h.g.Worker().Answer(t.Context()), "not twice")
	sent := h.chain.Messages()
	require.Len(t, sent, 1)
	answer, ok := sent[0].(*market.MsgAnswerService)
	require.True(t, ok)
	require.LessOrEqual(t, len(answer.Part), 4<<10)
	require.Equal(t, 1, h.accessLines())
}

func TestInit(t *testing.T) {
	home := filepath.Join(t.TempDir(), "gw")
	keys, err := gateway.Init(home, gateway.Default(), rand.Reader)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(keys.Address, "volens1"))
	again, err := gateway.LoadKeys(home)
	require.NoError(t, err)
	require.Equal(t, keys.Address, again.Address)
	require.Equal(t, keys.Identity.Recipient(), again.Identity.Recipient())
	for _, name := range []string{gateway.WalletFile, gateway.IdentityFile, gateway.ConfigFile} {
		info, err := os.Stat(filepath.Join(home, name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
	config, err := gateway.LoadConfig(home)
	require.NoError(t, err)
	require.Equal(t, gateway.Default(), config)

	_, err = gateway.Init(home, gateway.Default(), rand.Reader)
	require.ErrorIs(t, err, gateway.ErrExists)
	require.NoError(t, os.Chmod(filepath.Join(home, gateway.WalletFile), 0o644))
	_, err = gateway.LoadKeys(home)
	require.ErrorContains(t, err, "0600")
}

func TestLoadKeys_Broken(t *testing.T) {
	for _, name := range []string{gateway.WalletFile, gateway.IdentityFile} {
		home := filepath.Join(t.TempDir(), "gw")
		_, err := gateway.Init(home, gateway.Default(), rand.Reader)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(home, name), []byte("secret words\n"), 0o600))
		_, err = gateway.LoadKeys(home)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret words")
		require.NoError(t, os.Remove(filepath.Join(home, name)))
		_, err = gateway.LoadKeys(home)
		require.ErrorIs(t, err, os.ErrNotExist)
	}
}

func TestConfig_Validate(t *testing.T) {
	require.NoError(t, gateway.Default().Validate())
	require.Equal(t, "http://127.0.0.1:8080", gateway.Default().Origin())
	for name, change := range map[string]func(c *gateway.Config){
		"listen":      func(c *gateway.Config) { c.Listen = "8080" },
		"public url":  func(c *gateway.Config) { c.PublicURL = "gateway.example.org" },
		"with a path": func(c *gateway.Config) { c.PublicURL = "https://a/b" },
		"lag":         func(c *gateway.Config) { c.MaxLag = 0 },
		"turn":        func(c *gateway.Config) { c.Turn = -1 },
		"heartbeat":   func(c *gateway.Config) { c.Heartbeat = 0 },
		"keep":        func(c *gateway.Config) { c.Uploads.Keep = 0 },
		"size":        func(c *gateway.Config) { c.Uploads.MaxBytes = 0 },
		"quota":       func(c *gateway.Config) { c.Uploads.QuotaBytes = 1 },
		"staging":     func(c *gateway.Config) { c.Uploads.StagingBytes = 1 },
		"active":      func(c *gateway.Config) { c.Uploads.Active = 1 },
		"per account": func(c *gateway.Config) { c.Uploads.PerAccount = 0 },
		"rates":       func(c *gateway.Config) { c.Rates.Login = 0 },
		"sponsor":     func(c *gateway.Config) { c.Sponsor.PerDay = -1 },
		"per address": func(c *gateway.Config) { c.Sponsor.PerAddress = 0 },
		"spend":       func(c *gateway.Config) { c.Sponsor.Spend = "much" },
		"no spend":    func(c *gateway.Config) { c.Sponsor.Spend = "0uvol" },
	} {
		c := gateway.Default()
		change(&c)
		require.Error(t, c.Validate(), name)
	}
}

func TestLoadConfig_Refuses(t *testing.T) {
	home := t.TempDir()
	_, err := gateway.LoadConfig(home)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(filepath.Join(home, gateway.ConfigFile), []byte("nodee: x\n"), 0o600))
	_, err = gateway.LoadConfig(home)
	require.ErrorContains(t, err, "nodee")
	require.NoError(t, os.WriteFile(filepath.Join(home, gateway.ConfigFile), []byte("max_lag: 3s\n"), 0o600))
	c, err := gateway.LoadConfig(home)
	require.NoError(t, err)
	require.Equal(t, 3*time.Second, c.MaxLag)
	require.Equal(t, gateway.Default().Listen, c.Listen)
}
