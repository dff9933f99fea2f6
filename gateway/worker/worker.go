// Package worker is what a gateway does on its own: it tells the chain that it holds
// what it was given, beats its heart by anchoring the access log, answers claims that it
// does not serve, and throws away what nobody needs.
//
// Run does all of it until its context ends; Wake makes it look for new parts at once.
// Receipts, Retract, Anchor, Answer and Tidy are the single steps. Each can be repeated: what the
// chain knows already is not sent again, and a step that fails is tried at the next turn.
package worker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
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
	// Releases lists everything ever released of a dataset.
	Releases(ctx context.Context, of id.ID) ([]custody.Release, error)
	// Emitted lists the seats of a dataset whose key the committee is giving out now:
	// nothing can stop their release.
	Emitted(ctx context.Context, of id.ID) ([]custody.Seat, error)
	// OpenClaims lists the claims against a gateway that wait for its answer.
	OpenClaims(ctx context.Context, gateway string) ([]market.ServiceClaim, error)
	// FetchWindow is T_fetch in blocks.
	FetchWindow(ctx context.Context) (int64, error)
}

// Catalogue lists datasets.
type Catalogue interface {
	// OwnedBy lists the datasets of an account.
	OwnedBy(ctx context.Context, owner string) ([]dataset.Dataset, error)
	// Listed returns one page of all datasets, and where the next one begins: nil at the
	// end. The first page begins at nil.
	Listed(ctx context.Context, from []byte) (page []dataset.Dataset, next []byte, err error)
}

// Sender signs messages with the gateway's account and waits until they stand in a block.
type Sender interface {
	Send(ctx context.Context, msgs ...sdk.Msg) error
}

// Vault is where the parts are.
type Vault interface {
	Holdings() []access.Holding
	// Check returns halves.ErrUnknown if the file of a part is gone.
	Check(of id.ID, version uint64) error
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
	Gateway   string
	Chain     Chain
	Catalogue Catalogue
	Sender    Sender
	Vault     Vault
	Rules     Rules
	Objects   Objects
	Uploads   Uploads
	Log       *accesslog.Log
	Slog      *slog.Logger
	Now       func() time.Time

	// Turn is how often the chain is looked at, Heartbeat how often the log is anchored,
	// Tidying how often what nobody needs is thrown away.
	Turn, Heartbeat, Tidying time.Duration

	wake               chan struct{}
	answered           map[string]int64
	anchored, tidiedAt time.Time
	retracted          time.Time // when the last look at all datasets began
	next               []byte    // where that look goes on; nil between two

	mu      sync.Mutex
	settled map[versioned]settlement
}

type versioned struct {
	dataset id.ID
	version uint64
}

// Start prepares a worker; call it before Wake and Run.
func (w *Worker) Start() {
	w.wake = make(chan struct{}, 1)
	w.settled = map[versioned]settlement{}
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
	if w.next != nil || now.Sub(w.retracted) >= w.Tidying {
		w.step(ctx, "retract", w.Retract)
	}
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
