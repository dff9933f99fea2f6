package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// firstEpoch is the epoch that a fresh run makes.
const firstEpoch = 1

// advanceRun begins the first run when there are validators, ends a phase when
// everything expected is in or its window is over, and starts anew what failed.
func (k *Keeper) advanceRun(ctx sdk.Context) error {
	run, err := k.Runs.Run.Get(ctx)
	if isNotFound(err) {
		return k.beginRun(ctx)
	}
	if err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if run.Finished {
		return k.watchPending(ctx, run, params)
	}
	if ctx.BlockHeight()-run.Started > params.RunBlocks() {
		return k.restart(ctx, run)
	}
	switch run.Phase {
	case custody.PHASE_ENROL:
		return k.endEnrol(ctx, run, params)
	case custody.PHASE_DEAL:
		return k.endDeal(ctx, run, params)
	case custody.PHASE_DISPUTE:
		if run.Counted < params.DisputeWindow {
			return nil
		}
		return k.finish(ctx, run)
	case custody.PHASE_CONFIRM:
		return k.endConfirm(ctx, run, params)
	default:
		return errorsmod.Wrapf(custody.ErrInvalid, "run in phase %s", run.Phase)
	}
}

// beginRun starts the first run of the first key, unless a key is there already,
// imported by genesis.
func (k *Keeper) beginRun(ctx sdk.Context) error {
	exists, err := k.Committees.Keys.Has(ctx, custody.FirstKeyID)
	if err != nil || exists {
		return err
	}
	bonded, err := k.left.Validators.Bonded(ctx)
	if err != nil || len(bonded) == 0 {
		return err
	}
	return k.Runs.begin(ctx, custody.Run{
		KeyId: custody.FirstKeyID, Epoch: firstEpoch, Run: 1, Started: ctx.BlockHeight(),
	})
}

// restart gives a run up and begins the next.
func (k *Keeper) restart(ctx sdk.Context, run custody.Run) error {
	return k.Runs.begin(ctx, custody.Run{
		KeyId: run.KeyId, Epoch: run.Epoch, Run: run.Run + 1, Started: ctx.BlockHeight(),
	})
}

// endEnrol takes the snapshot when all bonded validators have enrolled, or when
// the window is over and those who have suffice. Otherwise enrolment goes on.
func (k *Keeper) endEnrol(ctx sdk.Context, run custody.Run, params custody.Params) error {
	bonded, err := k.left.Validators.Bonded(ctx)
	if err != nil {
		return err
	}
	var enrolled [][]byte
	for _, operator := range bonded {
		has, err := k.Runs.Enrolments.Has(ctx, operator)
		if err != nil {
			return err
		}
		if has {
			enrolled = append(enrolled, operator)
		}
	}
	if len(enrolled) < len(bonded) && run.Counted < params.EnrolWindow {
		return nil
	}
	owners, t, ok := assign(len(bonded), enrolled)
	budget, err := k.Budget(ctx)
	if err != nil {
		return err
	}
	if !ok || custody.MaxJobs(budget, 1) == 0 || threshold.DealSize(t, len(owners)) > custody.MaxDealBytes(budget) {
		return nil
	}
	run.Owners, run.Threshold = owners, uint32(t) //nolint:gosec // at most threshold.MaxShares
	run.Validators = uint32(len(bonded))          //nolint:gosec // a validator set is small
	return k.Runs.enter(ctx, run, custody.PHASE_DEAL)
}

// assign gives one share to each enrolled operator, every bonded validator having
// an equal part of the stake. T is the fewest shares that any set with more than
// 2/3 of the stake holds; T shares must need more than 1/2 of the stake, and more
// than one holder. Where that cannot be, ok is false.
func assign(bonded int, enrolled [][]byte) (owners [][]byte, t int, ok bool) {
	owners, _, err := threshold.EqualAssignment(enrolled)
	if err != nil || len(owners) > bonded {
		return nil, 0, false
	}
	t = 2*bonded/3 + 1 - (bonded - len(owners))
	return owners, t, t > 1 && 2*t > bonded
}

// endDeal goes on to disputes when everybody has dealt or the window is over. If
// too few have dealt, the run has failed.
func (k *Keeper) endDeal(ctx sdk.Context, run custody.Run, params custody.Params) error {
	deals, err := k.Runs.dealt(ctx)
	if err != nil {
		return err
	}
	if len(deals) < len(run.Owners) && run.Counted < params.DealWindow {
		return nil
	}
	if !enoughDealers(run, len(deals)) {
		return k.restart(ctx, run)
	}
	return k.Runs.enter(ctx, run, custody.PHASE_DISPUTE)
}

// enoughDealers reports whether a number of dealers, each with one share and one
// part of the stake, owns T shares and more than 2/3 of the stake.
func enoughDealers(run custody.Run, dealers int) bool {
	return dealers >= int(run.Threshold) && 3*dealers > 2*int(run.Validators)
}

// finish sums the deals of those who were not convicted.
func (k *Keeper) finish(ctx sdk.Context, run custody.Run) error {
	v, err := k.RunView(ctx)
	if err != nil {
		return err
	}
	qualified, err := v.Qualified()
	if err != nil {
		return err
	}
	if !enoughDealers(run, len(qualified)) {
		return k.restart(ctx, run)
	}
	public, err := v.Threshold()
	if err != nil {
		return err
	}
	committee, err := public.FinishPublic(qualified)
	if err != nil {
		ctx.Logger().Error("custody: run failed", "run", run.Run, "reason", err.Error())
		return k.restart(ctx, run)
	}
	run.Y, run.PublicShares = committee.Key().Y(), committee.ShareKeys()
	return k.Runs.enter(ctx, run, custody.PHASE_CONFIRM)
}

// endConfirm makes the epoch when all owners have confirmed, or, at the end of the
// window, the holders of at least T + floor((W-T)/2) shares have.
func (k *Keeper) endConfirm(ctx sdk.Context, run custody.Run, params custody.Params) error {
	confirmed, err := k.Runs.confirmed(ctx)
	if err != nil {
		return err
	}
	shares := 0
	for _, owner := range run.Owners {
		if among(confirmed, owner) {
			shares++
		}
	}
	w, t := len(run.Owners), int(run.Threshold)
	if shares < w && run.Counted < params.ConfirmWindow {
		return nil
	}
	if shares < t+(w-t)/2 {
		return k.restart(ctx, run)
	}
	return k.activate(ctx, run)
}

// activate stores key and epoch. The key is PENDING until its first canary.
func (k *Keeper) activate(ctx sdk.Context, run custody.Run) error {
	budget, err := k.Budget(ctx)
	if err != nil {
		return err
	}
	epoch := custody.Epoch{
		KeyId: run.KeyId, Epoch: run.Epoch, Threshold: run.Threshold, Owners: run.Owners,
		PublicShares: run.PublicShares, Height: ctx.BlockHeight(), Run: run.Run,
		MaxJobs: uint32(custody.MaxJobs(budget, largestHolder(run.Owners))), //nolint:gosec // at most MaxBatch
	}
	if err := k.Committees.Epochs.Set(ctx, collections.Join(run.KeyId, run.Epoch), epoch); err != nil {
		return err
	}
	key := custody.Key{KeyId: run.KeyId, Y: run.Y, Status: custody.KEY_STATUS_PENDING, Epoch: run.Epoch}
	if err := k.Committees.Keys.Set(ctx, run.KeyId, key); err != nil {
		return err
	}
	run.Finished = true
	return k.Runs.Run.Set(ctx, run)
}

// watchPending gives up a key whose first canary does not come within the release
// window: nothing can be sealed to it yet.
func (k *Keeper) watchPending(ctx sdk.Context, run custody.Run, params custody.Params) error {
	key, err := k.Committees.Keys.Get(ctx, run.KeyId)
	if err != nil {
		return err
	}
	if key.Status != custody.KEY_STATUS_PENDING {
		return nil
	}
	epoch, err := k.Committees.Epoch(ctx, run.KeyId, run.Epoch)
	if err != nil {
		return err
	}
	if ctx.BlockHeight() < epoch.Height+params.ReleaseWindow {
		return nil
	}
	if err := k.Committees.Keys.Remove(ctx, run.KeyId); err != nil {
		return err
	}
	if err := k.Committees.Epochs.Remove(ctx, collections.Join(run.KeyId, run.Epoch)); err != nil {
		return err
	}
	return k.restart(ctx, run)
}

// RunOpen reports whether a run is going on: then every block is expected to
// carry an injection.
func (k *Keeper) RunOpen(ctx context.Context) (bool, error) {
	run, err := k.Runs.Run.Get(ctx)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil && !run.Finished, err
}
