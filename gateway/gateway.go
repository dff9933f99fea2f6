// Package gateway is a storage gateway: it keeps patients' sealed files and its part of
// the second half of their keys, and hands them to those whom the chain names.
//
// Init makes a home with keys, Open opens it, Handler serves the API of
// docs/spec/gateway.md, Run serves and does the gateway's own work until its context ends.
// Each call is a file of this package; what it rests on is a package below: access (who
// may), upload, drs, halves, accesslog, blobstore, sponsor, proxy, worker, node, problem.
//
// A gateway cannot open a file. It holds ciphertext and a part that says nothing without
// the committee's key, and it does not link the code that opens: packages core/envelope,
// core/threshold and core/deid are out of its reach, which a test holds.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/accesslog"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/drs"
	"github.com/volens-network/volens/gateway/halves"
	"github.com/volens-network/volens/gateway/proxy"
	"github.com/volens-network/volens/gateway/shelf"
	"github.com/volens-network/volens/gateway/sponsor"
	"github.com/volens-network/volens/gateway/upload"
	"github.com/volens-network/volens/gateway/worker"
)

const (
	headerTimeout = 10 * time.Second
	callTimeout   = time.Minute
	idleTimeout   = 2 * time.Minute
	graceTimeout  = 20 * time.Second
	maxHeader     = 32 << 10
	tidying       = 10 * time.Minute
)

// Chain is the node as the whole gateway asks it; package node has one.
type Chain interface {
	access.Chain
	worker.Chain
	worker.Catalogue
	sponsor.Ledger // and worker.Sender
	Directory
}

// Directory tells where gateways are.
type Directory interface {
	// Gateways are the base URLs of all gateways that are accredited and active.
	Gateways(ctx context.Context) ([]string, error)
}

// Deps are what a gateway takes from its program.
type Deps struct {
	Chain Chain
	Now   func() time.Time
	// Rand must be safe for concurrent use.
	Rand io.Reader
	Log  *slog.Logger
	// Site is the web application, nil if it was not built.
	Site fs.FS
	// Version of the program.
	Version string
	// HTTP asks the node for the proxy.
	HTTP *http.Client
}

// Gateway is an open gateway.
type Gateway struct {
	config Config
	deps   Deps
	keys   Keys

	store   *blobstore.Store
	objects *blobstore.Objects
	vault   *halves.Vault
	shelf   *shelf.Shelf
	log     *accesslog.Log
	doors   *access.Doors
	rules   *access.Rules
	uploads *upload.Service
	drs     *drs.Service
	proxy   *proxy.Proxy
	sponsor *sponsor.Sponsor
	worker  *worker.Worker

	calls, chain, logins, grants *proxy.Limiter
}

// Open opens the home of a gateway. Call Close at the end.
func Open(ctx context.Context, home string, c Config, deps Deps) (*Gateway, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.ChainID == "" {
		return nil, errors.New("chain_id is not set")
	}
	keys, err := LoadKeys(home)
	if err != nil {
		return nil, err
	}
	g := &Gateway{config: c, deps: deps, keys: keys}
	if err := g.openStores(ctx, home); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	if err := g.openServices(home); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	return g, nil
}

func (g *Gateway) openStores(ctx context.Context, home string) error {
	var err error
	if g.config.Bucket == "" {
		g.store, err = blobstore.OpenDir(filepath.Join(home, "objects"))
	} else {
		g.store, err = blobstore.Open(ctx, g.config.Bucket)
	}
	if err != nil {
		return err
	}
	g.objects = blobstore.NewObjects(g.store)
	if g.vault, err = halves.Open(filepath.Join(home, "halves"), g.keys.Identity); err != nil {
		return err
	}
	others := &others{directory: g.deps.Chain, self: g.config.Origin(), chainID: g.config.ChainID, http: g.deps.HTTP}
	if g.shelf, err = shelf.Open(filepath.Join(home, "papers"), others, g.deps.Now); err != nil {
		return err
	}
	g.log, err = accesslog.Open(filepath.Join(home, "access.log"), g.deps.Rand)
	return err
}

func (g *Gateway) openServices(home string) error {
	c, d := g.config, g.deps
	var err error
	if g.doors, err = access.NewDoors(c.Origin(), c.ChainID, d.Now, d.Rand); err != nil {
		return err
	}
	g.rules = access.NewRules(d.Chain, g.vault, c.ChainID, c.MaxLag, d.Now)
	limits := upload.Limits{
		MaxSize: c.Uploads.MaxBytes, Quota: c.Uploads.QuotaBytes, Total: c.Uploads.StagingBytes,
		Active: c.Uploads.Active, PerAccount: c.Uploads.PerAccount, Keep: c.Uploads.Keep,
	}
	g.uploads, err = upload.New(
		filepath.Join(home, "staging"), c.Origin()+uploadsPath+"/", limits, g.objects, d.Now, d.Rand,
	)
	if err != nil {
		return err
	}
	g.drs = &drs.Service{
		Rules: g.rules, Objects: g.objects, Log: g.log, BaseURL: c.Origin(), Host: c.host(), Now: d.Now,
	}
	if g.proxy, err = proxy.New(c.Node, d.HTTP); err != nil {
		return err
	}
	g.calls = proxy.NewLimiter(c.Rates.Calls, c.Rates.CallsBurst)
	g.chain = proxy.NewLimiter(c.Rates.Chain, c.Rates.ChainBurst)
	g.logins = proxy.NewLimiter(c.Rates.Login, c.Rates.LoginBurst)
	spend, err := c.Sponsor.coins()
	if err != nil {
		return fmt.Errorf("sponsor: %w", err)
	}
	g.grants = proxy.NewLimiter(float64(c.Sponsor.PerAddress)/sponsor.Period.Seconds(), max(c.Sponsor.PerAddress, 1))
	g.sponsor = sponsor.New(
		g.keys.Address, g.rules, d.Chain, sponsor.Limits{PerDay: c.Sponsor.PerDay, Spend: spend},
	)
	g.worker = &worker.Worker{
		Gateway: g.keys.Address, Chain: d.Chain, Catalogue: d.Chain, Sender: d.Chain, Vault: g.vault, Rules: g.rules,
		Objects: g.objects, Uploads: g.uploads, Log: g.log, Slog: d.Log, Now: d.Now,
		Turn: c.Turn, Heartbeat: c.Heartbeat, Tidying: tidying,
	}
	g.worker.Start()
	return nil
}

// Close ends the use of the home.
func (g *Gateway) Close() error {
	var err error
	if g.log != nil {
		err = g.log.Close()
	}
	if g.store != nil {
		err = errors.Join(err, g.store.Close())
	}
	return err
}

// Worker is the gateway's own work, for programs and tests that do it step by step.
func (g *Gateway) Worker() *worker.Worker { return g.worker }

// Run serves on a listener and works until the context ends; then it finishes the calls
// under way.
func (g *Gateway) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           g.Handler(),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(g.deps.Log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	var group sync.WaitGroup
	group.Go(func() { g.worker.Run(working) })
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	g.deps.Log.InfoContext(ctx, "gateway serves", "origin", g.config.Origin(), "chain", g.config.ChainID)

	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTimeout)
		err = server.Shutdown(grace)
		cancel()
	}
	stop()
	group.Wait()
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
