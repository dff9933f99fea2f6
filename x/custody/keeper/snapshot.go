package keeper

import (
	"bytes"
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// endEnrol takes the snapshot when all bonded validators have enrolled, or when the window
// is over and those who have suffice. Otherwise enrolment goes on, and each further window
// tries again.
func (k *Keeper) endEnrol(ctx sdk.Context, run custody.Run, params custody.Params) error {
	stakes, err := k.stakes(ctx)
	if err != nil {
		return err
	}
	all := true
	for _, s := range stakes {
		all = all && s.Enrolled
	}
	window := params.EnrolWindow
	if !all && run.Counted < window || run.Counted > window && run.Counted%window != 0 {
		return nil
	}
	taken, stalled, err := k.snapshot(ctx, run, stakes)
	if err != nil {
		return err
	}
	if stalled != "" {
		return k.Runs.stall(ctx, run, stalled, stakes)
	}
	taken.Stalled = ""
	return k.Runs.enter(ctx, taken, custody.PHASE_DEAL)
}

// stall notes why enrolment goes on, and announces it when that is new.
func (r Runs) stall(ctx sdk.Context, run custody.Run, reason string, stakes []threshold.Stake) error {
	if run.Stalled == reason {
		return nil
	}
	run.Stalled = reason
	if err := r.Run.Set(ctx, run); err != nil {
		return err
	}
	event := custody.EventRunStalled{KeyId: run.KeyId, Epoch: run.Epoch, Run: run.Run, Reason: reason}
	for _, s := range stakes {
		if !s.Enrolled {
			event.Missing = append(event.Missing, s.Operator)
		}
	}
	return ctx.EventManager().EmitTypedEvent(&event)
}

// stakes lists the bonded validators by ascending operator address.
func (k *Keeper) stakes(ctx context.Context) ([]threshold.Stake, error) {
	bonded, err := k.left.Validators.Bonded(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]threshold.Stake, len(bonded))
	for i, v := range bonded {
		enrolled, err := k.Runs.Enrolments.Has(ctx, v.Operator)
		if err != nil {
			return nil, err
		}
		out[i] = threshold.Stake{Operator: v.Operator, Amount: v.Power, Enrolled: enrolled}
	}
	slices.SortFunc(out, func(a, b threshold.Stake) int { return bytes.Compare(a.Operator, b.Operator) })
	return out, nil
}

// The reasons for which enrolment goes on.
const (
	stalledWeights = "weights"
	stalledRoom    = "room"
)

// snapshot fixes who will hold how many shares. It goes without those who were late in the
// run before, if it can. stalled is a reason where no weights are safe and live, or where the
// extensions are too small for the largest holder's shares of one job, or for one deal.
func (k *Keeper) snapshot(
	ctx context.Context, run custody.Run, stakes []threshold.Stake,
) (taken custody.Run, stalled string, err error) {
	budget, err := k.Budget(ctx)
	if err != nil {
		return run, "", err
	}
	without := slices.Clone(stakes)
	for i := range without {
		without[i].Enrolled = without[i].Enrolled && !among(run.Excluded, without[i].Operator)
	}
	weights, none := threshold.Weigh(without)
	if none != nil {
		weights, none = threshold.Weigh(stakes)
	}
	if none != nil {
		return run, stalledWeights, nil //nolint:nilerr // enrolment goes on
	}
	if custody.MaxJobs(budget, slices.Max(weights.Shares)) == 0 ||
		threshold.DealSize(weights.Threshold, weights.Total) > custody.MaxDealBytes(budget) {
		return run, stalledRoom, nil
	}
	run.Owners = weights.Owners(stakes)
	run.Threshold = uint32(weights.Threshold) //nolint:gosec // at most threshold.MaxShares
	run.Validators = uint32(len(stakes))      //nolint:gosec // at most threshold.MaxStakes
	run.SecrecyNum, run.SecrecyDen = weights.Secrecy.Num, weights.Secrecy.Den
	run.Holders = make([]custody.Holder, len(stakes))
	for i, s := range stakes {
		shares := uint32(weights.Shares[i]) //nolint:gosec // at most threshold.MaxShares
		run.Holders[i] = custody.Holder{Operator: s.Operator, Stake: s.Amount, Shares: shares}
	}
	return run, "", nil
}
