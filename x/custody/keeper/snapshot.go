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
	taken, ok, err := k.snapshot(ctx, run, stakes)
	if err != nil || !ok {
		return err
	}
	return k.Runs.enter(ctx, taken, custody.PHASE_DEAL)
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

// snapshot fixes who will hold how many shares. It goes without those who were late in the
// run before, if it can. ok is false where no weights are safe and live, or where the
// extensions are too small for the largest holder's shares of one job, or for one deal.
func (k *Keeper) snapshot(
	ctx context.Context, run custody.Run, stakes []threshold.Stake,
) (taken custody.Run, ok bool, err error) {
	budget, err := k.Budget(ctx)
	if err != nil {
		return run, false, err
	}
	without := slices.Clone(stakes)
	for i := range without {
		without[i].Enrolled = without[i].Enrolled && !among(run.Excluded, without[i].Operator)
	}
	weights, none := threshold.Weigh(without)
	if none != nil {
		weights, none = threshold.Weigh(stakes)
	}
	if none != nil || custody.MaxJobs(budget, slices.Max(weights.Shares)) == 0 ||
		threshold.DealSize(weights.Threshold, weights.Total) > custody.MaxDealBytes(budget) {
		return run, false, nil //nolint:nilerr // enrolment goes on
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
	return run, true, nil
}
