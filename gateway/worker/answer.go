package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/accesslog"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// answerAgain is after how many blocks an answer that had no effect, or that the chain
// refused, is sent again.
const answerAgain = 5

// Answer posts the part for every just claim that this gateway does not serve.
func (w *Worker) Answer(ctx context.Context) error {
	claims, err := w.Chain.OpenClaims(ctx, w.Gateway)
	if err != nil {
		return fmt.Errorf("look for claims: %w", err)
	}
	if len(claims) == 0 {
		return nil
	}
	tip, err := w.Chain.Tip(ctx)
	if err != nil {
		return fmt.Errorf("look for claims: %w", err)
	}
	var failed error
	for _, claim := range claims {
		key := fmt.Sprintf("%s/%d", claim.RequestId, claim.Seat)
		if sent, ok := w.answered[key]; ok && tip.Height < sent+answerAgain {
			continue
		}
		msg, err := w.answer(ctx, claim)
		if err == nil {
			// A line of the log for each try: also one that the chain refuses has to wait.
			w.answered[key] = tip.Height
			err = w.Sender.Send(ctx, msg)
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("claim on seat %s: %w", key, err))
		}
	}
	return failed
}

// answer makes the answer to a just claim. When it returns, the line of the log is
// written.
func (w *Worker) answer(ctx context.Context, claim market.ServiceClaim) (*market.MsgAnswerService, error) {
	request, err := id.Parse(claim.RequestId)
	if err != nil {
		return nil, err
	}
	grant, err := w.Rules.Seat(ctx, claim.Researcher, request, claim.Seat)
	if err != nil {
		return nil, err
	}
	part, err := w.Vault.HandOver(grant.Dataset, grant.Version, grant.DeliveryKey)
	if err != nil {
		return nil, err
	}
	err = w.Log.Append(accesslog.Entry{
		Time: w.Now(), What: accesslog.Answer, Account: claim.Researcher,
		Dataset: grant.Dataset.String(), Version: grant.Version, Request: claim.RequestId, Seat: claim.Seat,
	})
	if err != nil {
		return nil, err
	}
	return &market.MsgAnswerService{
		Gateway: w.Gateway, RequestId: claim.RequestId, Seat: claim.Seat, Part: part,
	}, nil
}

// Tidy ends stale uploads and objects that no registration names, and erases the parts
// and files of versions that can never be asked for again.
func (w *Worker) Tidy(ctx context.Context) error {
	_, err := w.Uploads.Collect(ctx, registry{w})
	return errors.Join(err, w.erase(ctx))
}

// erase shreds versions that were withdrawn or replaced, once every paid download right
// has ended.
func (w *Worker) erase(ctx context.Context) error {
	tip, err := w.Chain.Tip(ctx)
	if err != nil {
		return fmt.Errorf("look for what to erase: %w", err)
	}
	window, err := w.Chain.FetchWindow(ctx)
	if err != nil {
		return fmt.Errorf("look for what to erase: %w", err)
	}
	var failed error
	for _, held := range w.Vault.Holdings() {
		over, err := w.over(ctx, held, tip.Height-window)
		if err == nil && over {
			err = w.shred(ctx, held)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// over reports whether no right to a version is left or on its way: it is not the
// dataset's current one, was last released before a height, and the committee gives
// nothing of it out now.
func (w *Worker) over(ctx context.Context, held access.Holding, before int64) (bool, error) {
	d, _, err := w.Chain.DatasetReceipts(ctx, held.Dataset)
	if errors.Is(err, access.ErrNotFound) {
		return false, nil // A node that knows nothing is no reason to erase anything.
	}
	if err != nil {
		return false, err
	}
	if d.Version <= held.Version && d.Status != dataset.STATUS_WITHDRAWN {
		return false, nil
	}
	releases, err := w.Chain.Releases(ctx, held.Dataset)
	if err != nil {
		return false, err
	}
	for _, r := range releases {
		if r.Version == held.Version && r.Kind == custody.JOB_KIND_RELEASE && r.Height >= before {
			return false, nil
		}
	}
	emitted, err := w.Chain.Emitted(ctx, held.Dataset)
	if err != nil {
		return false, err
	}
	for _, seat := range emitted {
		if seat.Version == held.Version {
			return false, nil
		}
	}
	return true, nil
}

// shred erases part and file of a version. What the chain still has as a promise about it
// is taken back first.
func (w *Worker) shred(ctx context.Context, held access.Holding) error {
	d, receipts, err := w.Chain.DatasetReceipts(ctx, held.Dataset)
	if err != nil {
		return fmt.Errorf("dataset %s: %w", held.Dataset, err)
	}
	if d.Version == held.Version && w.receipted(receipts, held.Version) {
		if err := w.dropHold(ctx, held.Dataset, held.Version); err != nil {
			return err
		}
	}
	// The part last: while it is here, a file that could not be erased is found again.
	if len(w.Vault.ByDigest(held.SHA256)) == 1 {
		if err := w.Objects.Delete(ctx, held.SHA256); err != nil {
			return err
		}
	}
	return w.Vault.Forget(held.Dataset, held.Version)
}

// registry tells uploads what the chain says about an object.
type registry struct{ w *Worker }

// Registered implements upload.Registry.
func (r registry) Registered(ctx context.Context, account string, d drs.Digest) (bool, error) {
	datasets, err := r.w.Catalogue.OwnedBy(ctx, account)
	if err != nil {
		return false, err
	}
	for _, candidate := range datasets {
		if string(candidate.Payload.Sha256) == string(d[:]) && candidate.Payload.Gateway(r.w.Gateway) &&
			candidate.Status != dataset.STATUS_WITHDRAWN {
			return true, nil
		}
	}
	return false, nil
}

// Held implements upload.Registry.
func (r registry) Held(d drs.Digest) bool { return len(r.w.Vault.ByDigest(d)) > 0 }
