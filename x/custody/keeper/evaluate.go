package keeper

import (
	"context"
	"errors"
	"slices"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// Evaluate decides whether a dataset may be released to a request now:
// duo.Permits over everything on chain, and DENY besides with
// custody.ReasonIncomplete while fewer than k gateways are ready, and with
// custody.ReasonAttestor when the attestor would be the buyer. It returns the
// consent version that it read, 0 without one. What does not exist denies; an
// error is only returned for state that cannot be read.
func (k *Keeper) Evaluate(
	ctx context.Context, request, of id.ID, referralApproved bool,
) (duo.Decision, uint64, error) {
	terms, err := k.Seats.Terms.Get(ctx, request)
	if err != nil {
		return duo.Decision{}, 0, found(err, "terms of %s", request)
	}
	d, err := k.left.Datasets.Dataset(ctx, of)
	if err != nil && !errors.Is(err, dataset.ErrNotFound) {
		return duo.Decision{}, 0, err
	}
	f := &inquiry{keeper: k, ctx: ctx, terms: terms, dataset: d, id: of}
	facts, err := f.assemble()
	if err != nil {
		return duo.Decision{}, 0, err
	}
	facts.ReferralApproved = referralApproved
	decision := duo.Permits(f.policy, f.use, facts)
	further, err := k.furtherReasons(ctx, f)
	if err != nil {
		return duo.Decision{}, 0, err
	}
	return withReasons(decision, further), f.consentVersion, nil
}

// furtherReasons are custody's own reasons to deny.
func (k *Keeper) furtherReasons(ctx context.Context, f *inquiry) ([]duo.Reason, error) {
	var out []duo.Reason
	if f.attestor != "" && (f.attestor == f.use.Organisation || f.attestor == f.use.BeneficialOwner ||
		slices.Contains(f.use.Recipients, f.attestor)) {
		out = append(out, custody.ReasonAttestor)
	}
	complete, err := k.complete(ctx, f.dataset)
	if err != nil {
		return nil, err
	}
	if !complete {
		out = append(out, custody.ReasonIncomplete)
	}
	return out, nil
}

// withReasons makes a decision a denial if there are further reasons.
func withReasons(d duo.Decision, further []duo.Reason) duo.Decision {
	if len(further) == 0 {
		return d
	}
	if d.Verdict == duo.Deny {
		further = append(further, d.Reasons...)
	}
	slices.Sort(further)
	return duo.Decision{Verdict: duo.Deny, Reasons: slices.Compact(further)}
}

// complete reports whether k gateways hold the dataset's version and were heard
// of lately.
func (k *Keeper) complete(ctx context.Context, d dataset.Dataset) (bool, error) {
	of, err := d.ID()
	if err != nil {
		return false, nil //nolint:nilerr // no such dataset: not complete
	}
	receipts, err := k.left.Datasets.Receipts(ctx, of, d.Version)
	if err != nil {
		return false, err
	}
	ready := map[string]bool{}
	for _, r := range receipts {
		if r.Version != d.Version || !d.Payload.Gateway(r.Gateway) {
			continue
		}
		fresh, err := k.left.Attestations.GatewayFresh(ctx, r.Gateway)
		if err != nil && !errors.Is(err, attestation.ErrNotFound) {
			return false, err
		}
		if fresh {
			ready[r.Gateway] = true
		}
	}
	return d.Payload.Threshold > 0 && len(ready) >= int(d.Payload.Threshold), nil
}
