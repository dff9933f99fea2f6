package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/halves"
	"github.com/volens-network/volens/x/dataset"
)

// Retract takes back the receipts of what is not here any more: a version whose file or
// part was lost must not win a seat by this gateway's word. Each call looks at one page of
// the chain's datasets, so that also what was lost with its record is found; the next call
// goes on with the next page.
func (w *Worker) Retract(ctx context.Context) error {
	if w.next == nil {
		w.retracted = w.Now()
	}
	page, next, err := w.Catalogue.Listed(ctx, w.next)
	if err != nil {
		return fmt.Errorf("look for lost files: %w", err)
	}
	w.next = next
	var failed error
	for _, d := range page {
		if d.Status == dataset.STATUS_WITHDRAWN || !d.Payload.Gateway(w.Gateway) {
			continue
		}
		failed = errors.Join(failed, w.retract(ctx, d))
	}
	return failed
}

// retract drops the receipt of a dataset's current version if the gateway cannot keep it.
func (w *Worker) retract(ctx context.Context, d dataset.Dataset) error {
	of, err := d.ID()
	if err != nil {
		return err
	}
	here, err := w.here(ctx, of, d)
	if err != nil || here {
		return err
	}
	now, receipts, err := w.Chain.DatasetReceipts(ctx, of)
	if err != nil {
		return fmt.Errorf("dataset %s: %w", of, err)
	}
	// Replaced since the page was read: the receipt would be another version's.
	if now.Version != d.Version || !w.receipted(receipts, d.Version) {
		return nil
	}
	if err := w.dropHold(ctx, of, d.Version); err != nil {
		return err
	}
	w.Slog.ErrorContext(ctx, "file or part of a dataset is gone, its receipt was taken back",
		"dataset", of.String(), "version", d.Version)
	return nil
}

// here reports whether file and part of the current version are here. A store that does
// not answer is no loss.
func (w *Worker) here(ctx context.Context, of id.ID, d dataset.Dataset) (bool, error) {
	if err := w.Vault.Check(of, d.Version); errors.Is(err, halves.ErrUnknown) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("part of %s: %w", of, err)
	}
	if len(d.Payload.Sha256) != len(drs.Digest{}) {
		return false, fmt.Errorf("dataset %s: digest of %d bytes", of, len(d.Payload.Sha256))
	}
	_, err := w.Objects.Stat(ctx, drs.Digest(d.Payload.Sha256))
	if errors.Is(err, blobstore.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("file of %s: %w", of, err)
	}
	return true, nil
}

func (w *Worker) receipted(receipts []dataset.Receipt, version uint64) bool {
	for _, r := range receipts {
		if r.Gateway == w.Gateway && r.Version == version {
			return true
		}
	}
	return false
}

// dropHold takes back the receipt of the current version, which must be this one.
func (w *Worker) dropHold(ctx context.Context, of id.ID, version uint64) error {
	err := w.Sender.Send(ctx, &dataset.MsgDropHold{Gateway: w.Gateway, DatasetId: of.String()})
	if err != nil && !errors.Is(err, dataset.ErrReceipt) {
		return fmt.Errorf("take back receipt of %s: %w", of, err)
	}
	w.unsettle(of, version)
	return nil
}
