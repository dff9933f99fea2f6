package market

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
)

// Standing reports whether the decision is a yes that awaits clearing or ethics.
func (d Decision) Standing() bool {
	return d.State == DECISION_STATE_YES || d.State == DECISION_STATE_REFERRED
}

// Seated reports whether the decision won a seat, whatever became of it.
func (d Decision) Seated() bool {
	return d.State == DECISION_STATE_WON || d.State == DECISION_STATE_RELEASED || d.State == DECISION_STATE_VOID
}

// Refused reports whether the ethics organisation said no, or nothing in time.
func (d Decision) Refused() bool {
	return d.State == DECISION_STATE_DENIED && d.ReferTo != "" && !d.ReferralApproved
}

// Keys returns the ids of request and dataset.
func (d Decision) Keys() (request, dataset id.ID, err error) {
	if request, err = id.Parse(d.RequestId); err != nil {
		return request, dataset, errorsmod.Wrapf(ErrInvalid, "decision: request_id: %v", err)
	}
	if dataset, err = id.Parse(d.DatasetId); err != nil {
		return request, dataset, errorsmod.Wrapf(ErrInvalid, "decision: dataset_id: %v", err)
	}
	return request, dataset, nil
}

// Validate reports the first field that no stored decision can have.
func (d Decision) Validate() error {
	if _, _, err := d.Keys(); err != nil {
		return err
	}
	if !validAddress(d.Owner) {
		return errorsmod.Wrapf(ErrInvalid, "decision on %s for %s: owner %q", d.RequestId, d.DatasetId, d.Owner)
	}
	if d.State < DECISION_STATE_NO || d.State > DECISION_STATE_VOID {
		return errorsmod.Wrapf(ErrInvalid, "decision on %s for %s: state %d", d.RequestId, d.DatasetId, d.State)
	}
	if d.Height < 0 || d.Matures < 0 || d.ReferralDeadline < 0 {
		return errorsmod.Wrapf(ErrInvalid, "decision on %s for %s: negative height", d.RequestId, d.DatasetId)
	}
	if d.State == DECISION_STATE_REFERRED && (d.ReferTo == "" || d.ReferralDeadline == 0) {
		return errorsmod.Wrapf(ErrInvalid, "decision on %s for %s is referred to nobody", d.RequestId, d.DatasetId)
	}
	return nil
}

// reasonTexts are reasons as they are stored.
func reasonTexts(reasons []duo.Reason) []string {
	out := make([]string, len(reasons))
	for i, r := range reasons {
		out[i] = string(r)
	}
	return out
}

// Explain sets the state and the reasons for it.
func (d *Decision) Explain(state DecisionState, reasons ...duo.Reason) {
	d.State, d.Reasons = state, reasonTexts(reasons)
}
