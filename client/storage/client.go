// Package storage talks to a storage gateway: it uploads sealed files, hands over and
// fetches parts of keys, and downloads what the chain gives a right to.
//
// New makes a Client of one gateway for one account; nothing is sent before the first
// call, and the account logs in by itself when it must. Upload and Download go on where
// an earlier attempt stopped, also in another process. A downloaded file appears under
// its name when its digest is right, never before.
//
// What a gateway refuses is an *Error with the problem that it told (RFC 9457); all
// errors have a kind of package fault. The package reads no clock and believes no
// gateway: digests are checked here, leaves against the chain by the caller. It never
// follows a redirect, so that a token goes nowhere else, and speaks plain HTTP with this
// machine only. The API is docs/spec/gateway.md.
package storage

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/login"
	"github.com/volens-network/volens/x/dataset"
)

const (
	defaultPause = 500 * time.Millisecond
	// callTimeout bounds calls with small bodies.
	callTimeout = time.Minute
	// stallTimeout ends a transfer in which no byte moves.
	stallTimeout = time.Minute
	// maxTries is how often a transfer is begun anew that made no progress.
	maxTries  = 6
	maxAnswer = 1 << 20
)

// Signer is an account that can sign. Those of package client/chain are.
type Signer interface {
	// Address is the account's address.
	Address() sdk.AccAddress
	// PubKey is the key that belongs to the address.
	PubKey() cryptotypes.PubKey
	// Sign signs a document: ECDSA over its SHA-256, 64 bytes.
	Sign(ctx context.Context, document []byte) ([]byte, error)
}

// Options are what a client is made with.
type Options struct {
	// URL of the gateway: scheme, host and port, as it stands on chain.
	URL string
	// ChainID is the live chain id that logins are bound to.
	ChainID string
	// Signer logs in. Nil can only call Info and Health.
	Signer Signer
	// HTTP sends requests; a client with defaults if nil.
	HTTP *http.Client
	// Pause is the time between two tries; half a second if zero.
	Pause time.Duration
}

// Client is one account at one gateway. It is safe for concurrent use.
type Client struct {
	origin  string
	chainID string
	signer  Signer
	http    *http.Client
	pause   time.Duration

	mu    sync.Mutex
	token string
}

// New makes a client. It sends nothing yet.
func New(o Options) (*Client, error) {
	u, err := url.Parse(strings.TrimSuffix(o.URL, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.E(fault.Usage, "gateway %q is not scheme, host and port", o.URL)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fault.E(fault.Usage, "gateway %q: https is needed, except on this machine", o.URL)
	}
	c := &Client{
		origin: u.Scheme + "://" + u.Host, chainID: o.ChainID, signer: o.Signer, http: &http.Client{}, pause: o.Pause,
	}
	if o.HTTP != nil {
		*c.http = *o.HTTP
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.pause == 0 {
		c.pause = defaultPause
	}
	return c, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// Info is what a gateway says of itself.
type Info struct {
	Address   string `json:"address"`
	Recipient string `json:"recipient"`
	ChainID   string `json:"chain_id"`
	Origin    string `json:"origin"`
	Version   string `json:"version"`
	Limits    struct {
		MaxObjectBytes int64 `json:"max_object_bytes"`
		QuotaBytes     int64 `json:"quota_bytes"`
		KeepSeconds    int64 `json:"keep_seconds"`
		LeafBytes      int64 `json:"leaf_bytes"`
	} `json:"limits"`
}

// Health is whether a gateway can decide anything.
type Health struct {
	OK      bool   `json:"ok"`
	Height  int64  `json:"height"`
	LogSize uint64 `json:"log_size"`
	// Refused is how many receipts the chain refused for good.
	Refused int `json:"receipts_refused"`
}

// Info asks who the gateway is.
func (c *Client) Info(ctx context.Context) (Info, error) {
	var out Info
	return out, c.json(ctx, call{method: http.MethodGet, path: "/v1/info", open: true}, &out)
}

// Health asks whether the gateway's node is at the tip of the chain.
func (c *Client) Health(ctx context.Context) (Health, error) {
	var out Health
	return out, c.json(ctx, call{method: http.MethodGet, path: "/healthz", open: true}, &out)
}

// Login makes sure that the account is logged in. Other calls do so by themselves.
func (c *Client) Login(ctx context.Context) error {
	_, err := c.authorise(ctx, "")
	return err
}

// authorise returns a token other than a stale one.
func (c *Client) authorise(ctx context.Context, stale string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && c.token != stale {
		return c.token, nil
	}
	if c.signer == nil {
		return "", fault.E(fault.Usage, "log in to gateway %s: no account", c.origin)
	}
	answer, err := c.answer(ctx)
	if err != nil {
		return "", err
	}
	var session struct {
		Token string `json:"token"`
	}
	if err := c.json(
		ctx,
		call{method: http.MethodPost, path: "/v1/login", body: answer, open: true},
		&session,
	); err != nil {
		return "", err
	}
	if session.Token == "" || strings.ContainsAny(session.Token, "\r\n ") {
		return "", fault.E(fault.Internal, "gateway %s gave no token", c.origin)
	}
	c.token = session.Token
	return c.token, nil
}

// answer asks for a challenge and signs it, if it is what the account wants to sign: for
// this gateway, this chain and itself.
func (c *Client) answer(ctx context.Context) (login.Answer, error) {
	address, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(c.signer.Address())
	if err != nil {
		return login.Answer{}, fault.E(fault.Usage, "log in: %w", err)
	}
	ask := map[string]string{"address": address}
	var challenge login.Challenge
	err = c.json(ctx, call{method: http.MethodPost, path: "/v1/challenge", body: ask, open: true}, &challenge)
	if err != nil {
		return login.Answer{}, err
	}
	if err := challenge.Validate(); err != nil {
		return login.Answer{}, fault.E(fault.Integrity, "log in to gateway %s: %w", c.origin, err)
	}
	for _, check := range []struct{ name, got, want string }{
		{"origin", challenge.Origin, c.origin},
		{"chain", challenge.ChainID, c.chainID},
		{"account", challenge.Address, address},
	} {
		if check.got != check.want {
			return login.Answer{}, fault.E(fault.Integrity, "log in to gateway %s: its challenge is for %s %q, not %q",
				c.origin, check.name, check.got, check.want)
		}
	}
	signature, err := c.signer.Sign(ctx, challenge.SignBytes())
	if err != nil {
		return login.Answer{}, err
	}
	return login.Answer{Challenge: challenge, PublicKey: c.signer.PubKey().Bytes(), Signature: signature}, nil
}

// json calls and reads the answer.
func (c *Client) json(ctx context.Context, what call, into any) error {
	raw, err := c.bytes(ctx, what, maxAnswer)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fault.E(fault.Internal, "answer of gateway to %s: %w", what.path, err)
	}
	return nil
}

// bytes calls and returns the whole answer, which may have limit bytes.
func (c *Client) bytes(ctx context.Context, what call, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	response, err := c.do(ctx, what)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, fault.E(fault.Unavailable, "answer of gateway to %s: %w", what.path, err)
	}
	if int64(len(raw)) > limit {
		return nil, fault.E(fault.Internal, "answer of gateway to %s has more than %d bytes", what.path, limit)
	}
	return raw, nil
}

// wait pauses between two tries.
func (c *Client) wait(ctx context.Context, after time.Duration) error {
	timer := time.NewTimer(max(c.pause, after))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, ctx.Err())
	}
}
