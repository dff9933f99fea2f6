package proxy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/gateway/proxy"
)

func TestNew_Refuses(t *testing.T) {
	for _, node := range []string{"", "localhost:26657", "ftp://x", "unix:///x", "://"} {
		_, err := proxy.New(node, http.DefaultClient)
		require.Error(t, err, node)
	}
	_, err := proxy.New("tcp://127.0.0.1:26657", http.DefaultClient)
	require.NoError(t, err)
}

func TestAllowed(t *testing.T) {
	for _, method := range []string{"abci_query", "broadcast_tx_sync", "status", "commit", "validators", "tx", "block"} {
		require.True(t, proxy.Allowed(method), method)
	}
	for _, method := range []string{
		"", "broadcast_tx_commit", "broadcast_tx_async", "broadcast_evidence", "subscribe", "unsubscribe", "unsafe_flush_mempool",
		"dial_seeds", "dial_peers", "dump_consensus_state", "net_info", "unconfirmed_txs", "genesis", "STATUS", "status ",
	} {
		require.False(t, proxy.Allowed(method), method)
	}
}

func TestParse(t *testing.T) {
	calls, err := proxy.Parse(
		[]byte(` [{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":"x","method":"b"}]`),
	)
	require.NoError(t, err)
	require.Len(t, calls, 2)
	one := `{"jsonrpc":"2.0","id":1,"method":"a"}`
	for _, raw := range []string{
		"", "null", "[]", "1", `"x"`, "{}", `{"jsonrpc":"1.0","id":1,"method":"a"}`, `{"jsonrpc":"2.0","method":"a"}`,
		`{"jsonrpc":"2.0","id":1}`, one + one, "[" + one + ",{}]", "[[" + one + "]]",
		"[" + strings.TrimSuffix(strings.Repeat(one+",", 21), ",") + "]",
	} {
		_, err := proxy.Parse([]byte(raw))
		require.ErrorIs(t, err, proxy.ErrCall, raw)
	}
}

// Two methods in one object: what was checked is what is sent.
func TestPost_SendsWhatWasChecked(t *testing.T) {
	var got string
	node := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var call map[string]any
		if json.NewDecoder(r.Body).Decode(&call) == nil {
			got = fmt.Sprint(call["method"], call["Method"], call["extra"])
		}
	}))
	defer node.Close()
	p, err := proxy.New(node.URL, node.Client())
	require.NoError(t, err)
	raw := `{"jsonrpc":"2.0","id":1,"Method":"unsafe_flush_mempool","method":"status","extra":1}`
	err = p.Post(
		httptest.NewRecorder(),
		httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/chain", strings.NewReader(raw)),
		func(int) bool { return false },
	)
	require.NoError(t, err)
	require.Equal(t, "status<nil> <nil>", got)
}

// A batch costs what its calls would cost one by one.
func TestPost_BatchCounts(t *testing.T) {
	asked := 0
	node := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer node.Close()
	p, err := proxy.New(node.URL, node.Client())
	require.NoError(t, err)
	one := `{"jsonrpc":"2.0","id":1,"method":"status"}`
	batch := "[" + strings.TrimSuffix(strings.Repeat(one+",", 10), ",") + "]"
	post := func(raw string, allow func(int) bool) error {
		return p.Post(httptest.NewRecorder(),
			httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/chain", strings.NewReader(raw)), allow)
	}
	l, now := proxy.NewLimiter(1, 15), time.Unix(1000, 0)
	allow := func(calls int) bool { return l.AllowN("10.0.0.1:1", now, calls) }
	require.NoError(t, post(batch, allow))
	require.Equal(t, problem.RateLimit, problem.From(post(batch, allow)).Code)
	require.NoError(t, post(one, allow), "the first call of each was counted before")
	require.Equal(t, 2, asked)
}

// Answers are held in memory: only so many at once, whoever asks.
func TestGet_ManyAtOnce(t *testing.T) {
	arrived, release := make(chan struct{}, 100), make(chan struct{})
	node := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	}))
	defer node.Close()
	p, err := proxy.New(node.URL, node.Client())
	require.NoError(t, err)
	get := func(ctx context.Context) error {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/chain/status", nil)
		return p.Get(httptest.NewRecorder(), r, "status")
	}
	var group sync.WaitGroup
	for range proxy.MaxActive {
		group.Go(func() {
			if err := get(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	for range proxy.MaxActive {
		<-arrived
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, http.StatusServiceUnavailable, problem.From(get(impatient)).Status)
	require.Empty(t, arrived)
	close(release)
	group.Wait()
	require.NoError(t, get(t.Context()))
}

func TestGet_LongQuery(t *testing.T) {
	p, err := proxy.New("http://127.0.0.1:1", http.DefaultClient)
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(
		t.Context(),
		http.MethodGet,
		"/chain/status?x="+strings.Repeat("y", 20_000),
		nil,
	)
	require.Equal(t, http.StatusRequestURITooLong, problem.From(p.Get(httptest.NewRecorder(), r, "status")).Status)
	require.Equal(t, http.StatusNotFound, problem.From(p.Get(httptest.NewRecorder(), r, "subscribe")).Status)
}

func TestLimiter(t *testing.T) {
	now := time.Unix(1000, 0)
	l := proxy.NewLimiter(1, 3)
	for range 3 {
		require.True(t, l.Allow("10.0.0.1:1", now))
	}
	require.False(t, l.Allow("10.0.0.1:2", now), "another port is the same client")
	require.True(t, l.Allow("10.0.0.2:1", now))
	require.True(t, l.Allow("10.0.0.1:1", now.Add(time.Second)))
	require.False(t, l.Allow("10.0.0.1:1", now.Add(time.Second)))
}

// An IPv6 customer has a whole /64: his addresses are one client.
func TestLimiter_IPv6(t *testing.T) {
	now := time.Unix(1000, 0)
	l := proxy.NewLimiter(1, 1)
	require.True(t, l.Allow("[2001:db8::1]:1", now))
	require.False(t, l.Allow("[2001:db8::2%eth0]:1", now))
	require.True(t, l.Allow("[2001:db8:0:1::1]:1", now))
	require.True(t, l.Allow("[::ffff:10.0.0.1]:1", now))
	require.False(t, l.Allow("10.0.0.1:1", now))
	require.True(t, l.Allow("nonsense", now))
	require.False(t, l.Allow("other nonsense", now), "who cannot be told apart shares")
}

// Memory is bounded: new clients wait until old ones are forgotten.
func TestLimiter_Bounded(t *testing.T) {
	now := time.Unix(1000, 0)
	l := proxy.NewLimiter(1, 1)
	for i := range 10_000 {
		require.True(t, l.Allow(fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255), now))
	}
	require.False(t, l.Allow("11.0.0.1:1", now))
	require.True(t, l.Allow("11.0.0.1:1", now.Add(2*time.Second)))
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"status","params":{}}`))
	f.Add([]byte(`[{"jsonrpc":"2.0","id":1,"method":"status"}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		calls, err := proxy.Parse(raw)
		if err != nil {
			return
		}
		require.NotEmpty(t, calls)
		again, err := json.Marshal(calls)
		require.NoError(t, err)
		twice, err := proxy.Parse(again)
		require.NoError(t, err)
		require.Len(t, twice, len(calls))
		for i := range calls {
			require.Equal(t, calls[i].Method, twice[i].Method)
		}
	})
}
