package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/x/dataset"
)

// Receipts tells the chain of every current version whose file and part are both here.
func (w *Worker) Receipts(ctx context.Context) error {
	var waiting []access.Holding
	var failed error
	for _, held := range w.Vault.Holdings() {
		if w.isSettled(held) {
			continue
		}
		due, err := w.due(ctx, held)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if due {
			waiting = append(waiting, held)
		}
	}
	for len(waiting) > 0 {
		n := min(len(waiting), dataset.MaxReceipts)
		failed = errors.Join(failed, w.hold(ctx, waiting[:n]))
		waiting = waiting[n:]
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
	if d.Version != held.Version || d.Status == dataset.STATUS_WITHDRAWN {
		w.settle(held, settledAside) // Nobody asks for this version's receipt any more.
		return false, nil
	}
	for _, r := range receipts {
		if r.Gateway == w.Gateway && r.Version == held.Version {
			w.settle(held, settledTold)
			return false, nil
		}
	}
	return true, nil
}

// hold sends receipts together; if that is refused, each alone, so that a bad one does
// not keep the others back. One that the chain refuses for good is not sent again.
func (w *Worker) hold(ctx context.Context, waiting []access.Holding) error {
	msg := &dataset.MsgHoldReceipts{Gateway: w.Gateway}
	for _, held := range waiting {
		msg.DatasetIds = append(msg.DatasetIds, held.Dataset.String())
	}
	err := w.Sender.Send(ctx, msg)
	switch {
	case err == nil:
		return nil
	case len(waiting) == 1 && forGood(err):
		w.settle(waiting[0], settledRefused)
		w.Slog.WarnContext(ctx, "the chain refuses a receipt for good, it is not sent again",
			"dataset", waiting[0].Dataset.String(), "version", waiting[0].Version, "error", err.Error())
		return nil
	case len(waiting) == 1:
		return fmt.Errorf("receipt of %s: %w", waiting[0].Dataset, err)
	}
	var failed error
	for i := range waiting {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		failed = errors.Join(failed, w.hold(ctx, waiting[i:i+1]))
	}
	return failed
}

// forGood reports whether the chain will refuse the same receipt for ever: what a version
// lists does not change. Everything else, such as a lack of coins or a silent node, passes.
func forGood(err error) bool {
	return errors.Is(err, dataset.ErrNotGateway) || errors.Is(err, dataset.ErrStatus) ||
		errors.Is(err, dataset.ErrInvalid)
}

// settlement is why a version needs no receipt from this gateway any more.
type settlement int

const (
	settledTold    settlement = iota // the chain has it
	settledAside                     // the version was replaced or withdrawn
	settledRefused                   // the chain refuses it for good
)

func (w *Worker) settle(held access.Holding, how settlement) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settled[versioned{held.Dataset, held.Version}] = how
}

// unsettle makes a version's receipt due again, as soon as file and part are here.
func (w *Worker) unsettle(of id.ID, version uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.settled, versioned{of, version})
}

func (w *Worker) isSettled(held access.Holding) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.settled[versioned{held.Dataset, held.Version}]
	return ok
}

// Refused is how many receipts the chain refused for good since the start. It may be
// called while Run works.
func (w *Worker) Refused() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	count := 0
	for _, how := range w.settled {
		if how == settledRefused {
			count++
		}
	}
	return count
}
