// Package worker is what a gateway does on its own: it tells the chain that it holds
// what it was given, beats its heart by anchoring the access log, answers claims that it
// does not serve, and throws away what nobody needs.
//
// Run does all of it until its context ends; Wake makes it look for new parts at once.
// Receipts, Anchor, Answer and Tidy are the single steps. Each can be repeated: what the
// chain knows already is not sent again, and a step that fails is tried at the next turn.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/accesslog"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/upload"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// Chain is what the worker asks.
type Chain interface {
	// Tip returns the latest committed block.
	Tip(ctx context.Context) (access.Tip, error)
	// DatasetReceipts returns a dataset with the receipts of its version, or
	// access.ErrNotFound.
	DatasetReceipts(ctx context.Context, of id.ID) (dataset.Dataset, []dataset.Receipt, error)
	// OwnedBy lists the datasets of an account.
	OwnedBy(ctx context.Context, owner string) ([]dataset.Dataset, error)
	// Releases lists everything ever released of a dataset.
	Releases(ctx context.Context, of id.ID) ([]custody.Release, error)
	// OpenClaims lists the claims against a gateway that wait for its answer.
	OpenClaims(ctx context.Context, gateway string) ([]market.ServiceClaim, error)
	// FetchWindow is T_fetch in blocks.
	FetchWindow(ctx context.Context) (int64, error)
}

// Sender signs messages with the gateway's account and waits until they stand in a block.
type Sender interface {
	Send(ctx context.Context, msgs ...sdk.Msg) error
}

// Vault is where the parts are.
type Vault interface {
	Holdings() []access.Holding
	ByDigest(d drs.Digest) []access.Holding
	HandOver(of id.ID, version uint64, recipient string) ([]byte, error)
	Forget(of id.ID, version uint64) error
}

// Rules decides whether a claim is just.
type Rules interface {
	Seat(ctx context.Context, account string, request id.ID, index uint64) (access.Grant, error)
}

// Objects is where the sealed files are.
type Objects interface {
	Stat(ctx context.Context, d drs.Digest) (blobstore.Object, error)
	Delete(ctx context.Context, d drs.Digest) error
}

// Uploads is where sealed files arrive.
type Uploads interface {
	Claim(ctx context.Context, d drs.Digest) error
	Collect(ctx context.Context, registry upload.Registry) (int, error)
}

// Worker does the gateway's own work. Fill all fields, then call Run.
type Worker struct {
	// Gateway is the gateway's address.
	Gateway string
	Chain   Chain
	Sender  Sender
	Vault   Vault
	Rules   Rules
	Objects Objects
	Uploads Uploads
	Log     *accesslog.Log
	Slog    *slog.Logger
	Now     func() time.Time

	// Turn is how often the chain is looked at, Heartbeat how often the log is anchored,
	// Tidying how often what nobody needs is thrown away.
	Turn, Heartbeat, Tidying time.Duration

	wake               chan struct{}
	told               map[versioned]bool
	answered           map[string]int64
	anchored, tidiedAt time.Time
}

type versioned struct {
	dataset id.ID
	version uint64
}

// Start prepares a worker; call it before Wake and Run.
func (w *Worker) Start() {
	w.wake = make(chan struct{}, 1)
	w.told = map[versioned]bool{}
	w.answered = map[string]int64{}
}

// Wake makes Run look for new parts at once. It never waits.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run works until the context ends.
func (w *Worker) Run(ctx context.Context) {
	ticker := time.NewTicker(w.Turn)
	defer ticker.Stop()
	for {
		w.turn(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-w.wake:
		}
	}
}

// turn does each step that is due. One that fails does not keep the others back.
func (w *Worker) turn(ctx context.Context) {
	now := w.Now()
	if now.Sub(w.anchored) >= w.Heartbeat && w.step(ctx, "anchor", w.Anchor) {
		w.anchored = now
	}
	w.step(ctx, "receipts", w.Receipts)
	w.step(ctx, "claims", w.Answer)
	if now.Sub(w.tidiedAt) >= w.Tidying && w.step(ctx, "tidy", w.Tidy) {
		w.tidiedAt = now
	}
}

func (w *Worker) step(ctx context.Context, name string, do func(context.Context) error) bool {
	err := do(ctx)
	if err != nil && ctx.Err() == nil {
		w.Slog.WarnContext(ctx, "work failed, will be tried again", "step", name, "error", err.Error())
	}
	return err == nil
}

// Anchor puts size and root of the access log on chain: the heartbeat.
func (w *Worker) Anchor(ctx context.Context) error {
	point := w.Log.Checkpoint()
	err := w.Sender.Send(
		ctx,
		&attestation.MsgAnchorLog{Gateway: w.Gateway, Size_: point.Size, Root: point.Root.Bytes()},
	)
	if err != nil {
		return fmt.Errorf("anchor access log: %w", err)
	}
	return nil
}

// Receipts tells the chain of every current version whose file and part are both here.
func (w *Worker) Receipts(ctx context.Context) error {
	var ids []string
	var failed error
	for _, held := range w.Vault.Holdings() {
		if w.told[versioned{held.Dataset, held.Version}] {
			continue
		}
		due, err := w.due(ctx, held)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if due {
			ids = append(ids, held.Dataset.String())
		}
	}
	for len(ids) > 0 {
		n := min(len(ids), dataset.MaxReceipts)
		failed = errors.Join(failed, w.hold(ctx, ids[:n]))
		ids = ids[n:]
	}
	return failed
}

// due reports whether the chain lacks a receipt that the gateway can give.
func (w *Worker) due(ctx context.Context, held access.Holding) (bool, error) {
	if _, err := w.Objects.Stat(ctx, held.SHA256); errors.Is(err, blobstore.ErrNotFound) {
		return false, nil // The file is still on its way.
	} else if err != nil {
		return false, err
	}
	d, receipts, err := w.Chain.DatasetReceipts(ctx, held.Dataset)
	if errors.Is(err, access.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("dataset %s: %w", held.Dataset, err)
	}
	if err := w.Uploads.Claim(ctx, held.SHA256); err != nil {
		return false, err
	}
	key := versioned{held.Dataset, held.Version}
	if d.Version != held.Version || d.Status == dataset.STATUS_WITHDRAWN {
		w.told[key] = true // Nobody asks for this version's receipt any more.
		return false, nil
	}
	for _, r := range receipts {
		if r.Gateway == w.Gateway && r.Version == held.Version {
			w.told[key] = true
			return false, nil
		}
	}
	return true, nil
}

// hold sends receipts together; if that is refused, each alone, so that a bad one does
// not keep the others back.
func (w *Worker) hold(ctx context.Context, ids []string) error {
	err := w.Sender.Send(ctx, &dataset.MsgHoldReceipts{Gateway: w.Gateway, DatasetIds: ids})
	if err == nil {
		return nil
	}
	if len(ids) == 1 {
		return fmt.Errorf("receipt of %s: %w", ids[0], err)
	}
	var failed error
	for _, of := range ids {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		failed = errors.Join(failed, w.hold(ctx, []string{of}))
	}
	return failed
}
