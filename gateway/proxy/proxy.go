// Package proxy lets web pages and clients talk to the chain through the gateway, so
// that they need one address: reads and broadcasts of the node's CometBFT RPC, and
// nothing else of it.
//
// New makes a Proxy; Serve answers GET /chain/{method} with the method's parameters in
// the query, and POST /chain with JSON-RPC 2.0, single or a few in a batch. Methods are
// an allow-list: no subscription, no mempool dump, nothing unsafe. What the node answers
// goes back as it is; whoever needs certainty checks proofs.
package proxy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/volens-network/volens/gateway/problem"
)

const (
	// maxRequest bounds a request: the largest transaction in base64, and some room.
	maxRequest = 2 << 20
	// maxResponse bounds an answer of the node.
	maxResponse = 32 << 20
	maxQuery    = 16 << 10
	maxBatch    = 10
	timeout     = 30 * time.Second
	// patience is how long a call waits for room.
	patience = 10 * time.Second
)

// MaxActive is how many answers of the node are held in memory at once, of 32 MiB at most
// each. Other calls wait.
const MaxActive = 32

// Methods are those of the CometBFT RPC that pass.
var Methods = []string{
	"abci_info",
	"abci_query",
	"block",
	"block_by_hash",
	"block_results",
	"blockchain",
	"block_search",
	"broadcast_tx_sync",
	"commit",
	"consensus_params",
	"header",
	"header_by_hash",
	"health",
	"status",
	"tx",
	"tx_search",
	"validators",
}

// Proxy passes calls on to one node. It is safe for concurrent use.
type Proxy struct {
	node   *url.URL
	client *http.Client
	active chan struct{}
}

// New makes a proxy to the RPC of a node.
func New(node string, client *http.Client) (*Proxy, error) {
	u, err := url.Parse(strings.Replace(node, "tcp://", "http://", 1))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("node %q is not an http url", node)
	}
	return &Proxy{node: u, client: client, active: make(chan struct{}, MaxActive)}, nil
}

// Allowed reports whether a method passes.
func Allowed(method string) bool { return slices.Contains(Methods, method) }

// Get answers GET /chain/{method}.
func (p *Proxy) Get(w http.ResponseWriter, r *http.Request, method string) error {
	if !Allowed(method) {
		return problem.NotFound(fmt.Errorf("method %q does not pass", method))
	}
	if len(r.URL.RawQuery) > maxQuery {
		return problem.New(http.StatusRequestURITooLong, problem.TooLarge, "the query is too long; use POST")
	}
	to := p.node.JoinPath(method)
	to.RawQuery = r.URL.RawQuery
	return p.pass(r.Context(), w, http.MethodGet, to.String(), nil)
}

// Post answers POST /chain. A batch is as many calls as are in it: allow is asked for those
// beyond the first.
func (p *Proxy) Post(w http.ResponseWriter, r *http.Request, allow func(calls int) bool) error {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return problem.New(http.StatusBadRequest, problem.BadRequest, "the body cannot be read").Wrap(err)
	}
	calls, err := Parse(raw)
	if err != nil {
		return problem.New(http.StatusBadRequest, problem.BadRequest, err.Error())
	}
	for _, call := range calls {
		if !Allowed(call.Method) {
			return problem.New(http.StatusForbidden, problem.Denied, "this method does not pass")
		}
	}
	if more := len(calls) - 1; more > 0 && !allow(more) {
		return problem.New(http.StatusTooManyRequests, problem.RateLimit, "too many calls").Retry(1)
	}
	// What was understood is what is sent: two readers of one text may differ.
	return p.pass(r.Context(), w, http.MethodPost, p.node.String(), encode(raw, calls))
}

// Call is one JSON-RPC 2.0 request.
type Call struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params,omitempty"`
}

// ErrCall is returned for what is not JSON-RPC 2.0.
var ErrCall = errors.New("not a JSON-RPC 2.0 request")

// Parse reads one call or a batch of up to 10, as many as CometBFT takes unless it is told otherwise.
func Parse(raw []byte) ([]Call, error) {
	var calls []Call
	if isBatch(raw) {
		if err := json.Unmarshal(raw, &calls); err != nil {
			return nil, ErrCall
		}
		if len(calls) == 0 || len(calls) > maxBatch {
			return nil, fmt.Errorf("%w: a batch of %d, at most %d pass", ErrCall, len(calls), maxBatch)
		}
	} else {
		var one Call
		if err := json.Unmarshal(raw, &one); err != nil {
			return nil, ErrCall
		}
		calls = []Call{one}
	}
	for _, call := range calls {
		if call.Version != "2.0" || call.Method == "" || len(call.ID) == 0 {
			return nil, ErrCall
		}
	}
	return calls, nil
}

func isBatch(raw []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) }

// encode writes the calls anew, in the form they came in.
func encode(raw []byte, calls []Call) []byte {
	var value any = calls
	if !isBatch(raw) {
		value = calls[0]
	}
	out, err := json.Marshal(value)
	if err != nil {
		return nil // Only what was just read is written; the node refuses an empty body.
	}
	return out
}

// enter waits for room for one more answer.
func (p *Proxy) enter(ctx context.Context) (leave func(), err error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case p.active <- struct{}{}:
		return func() { <-p.active }, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil, problem.New(http.StatusServiceUnavailable, problem.Unavailable, "too many calls at once").Retry(1)
}

// pass sends a request to the node and its answer back.
func (p *Proxy) pass(ctx context.Context, w http.ResponseWriter, method, to string, body []byte) error {
	leave, err := p.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask node: %w", err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := p.client.Do(request)
	if err != nil {
		return problem.New(http.StatusBadGateway, problem.Unavailable, "the node does not answer").Wrap(err).Retry(1)
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxResponse+1))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return problem.New(http.StatusBadGateway, problem.Unavailable, "the node's answer broke off").Wrap(err).Retry(1)
	}
	if len(raw) > maxResponse {
		return problem.New(http.StatusBadGateway, problem.TooLarge, "the node's answer is too large")
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(response.StatusCode)
	if _, err := w.Write(raw); err != nil {
		return fmt.Errorf("send the node's answer: %w", err)
	}
	return nil
}
