package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

// The reasons for which a run fails.
const (
	failedAbandoned     = "abandoned"
	failedDeals         = "deals"
	failedConfirmations = "confirmations"
	failedCanary        = "canary"
	failedKey           = "key"
)

// advanceRun begins a run when one is due, ends a phase when everything expected is in or
// its window is over, and starts anew what failed.
func (k *Keeper) advanceRun(ctx sdk.Context) error {
	run, err := k.Runs.Run.Get(ctx)
	if err != nil && !isNotFound(err) {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if run.Run == 0 || run.Finished {
		return k.nextRun(ctx, run, params)
	}
	if ctx.BlockHeight()-run.Started > params.RunBlocks() {
		return k.fail(ctx, run, failedAbandoned)
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

// endDeal goes on to disputes when everybody who can has dealt, or the window is over. If
// too few have dealt, the run has failed.
func (k *Keeper) endDeal(ctx sdk.Context, run custody.Run, params custody.Params) error {
	v, err := k.RunView(ctx)
	if err != nil {
		return err
	}
	expected, err := k.expectedDeals(ctx, v)
	if err != nil {
		return err
	}
	if len(v.Deals) < expected && run.Counted < params.DealWindow {
		return nil
	}
	if !enoughDeals(v) {
		return k.fail(ctx, run, failedDeals)
	}
	return k.Runs.enter(ctx, run, custody.PHASE_DISPUTE)
}

// expectedDeals counts the deals of operators that can speak, as they are bonded.
func (k *Keeper) expectedDeals(ctx context.Context, v RunView) (int, error) {
	bonded, err := k.left.Validators.Bonded(ctx)
	if err != nil {
		return 0, err
	}
	expected := 0
	for _, b := range bonded {
		expected += len(v.Dealers(b.Operator))
	}
	return expected, nil
}

// enoughDeals reports whether the deals of those who were not convicted make a key: in a
// reshare T old shares; in a fresh run the dealers own T shares and more than 2/3 of the
// stake at the snapshot, for one dealer alone would know the key.
func enoughDeals(v RunView) bool {
	deals, dealers := 0, map[string]bool{}
	for _, d := range v.Deals {
		if !v.Convicted(d.Operator) {
			deals++
			dealers[string(d.Operator)] = true
		}
	}
	if !v.Run.Fresh() {
		return v.Old != nil && deals >= v.Old.Threshold()
	}
	var stake uint64
	shares := uint32(0)
	for _, h := range v.Run.Holders {
		if dealers[string(h.Operator)] {
			stake, shares = stake+h.Stake, shares+h.Shares
		}
	}
	return shares >= v.Run.Threshold && 3*stake > 2*v.Run.TotalStake()
}

// finish makes the new shares of the deals of those who were not convicted: it sums them in
// a fresh run, and in a reshare interpolates those of the T lowest old shares, which must
// make the same key.
func (k *Keeper) finish(ctx sdk.Context, run custody.Run) error {
	v, err := k.RunView(ctx)
	if err != nil {
		return err
	}
	if !enoughDeals(v) {
		return k.fail(ctx, run, failedDeals)
	}
	qualified, err := v.Qualified()
	if err != nil {
		return err
	}
	public, err := v.Threshold()
	if err != nil {
		return err
	}
	committee, err := public.FinishPublic(qualified)
	if err != nil {
		ctx.Logger().Error("custody: run failed", "run", run.Run, "reason", err.Error())
		return k.fail(ctx, run, failedKey)
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
		return k.fail(ctx, run, failedConfirmations)
	}
	return k.await(ctx, run)
}

// await stores the epoch that a run made. It is active with its canary: until then a fresh
// key is PENDING, and an older epoch goes on releasing.
func (k *Keeper) await(ctx sdk.Context, run custody.Run) error {
	budget, err := k.Budget(ctx)
	if err != nil {
		return err
	}
	epoch := custody.Epoch{
		KeyId: run.KeyId, Epoch: run.Epoch, Threshold: run.Threshold, Owners: run.Owners,
		PublicShares: run.PublicShares, Height: ctx.BlockHeight(), Run: run.Run,
		SecrecyNum: run.SecrecyNum, SecrecyDen: run.SecrecyDen,
	}
	epoch.MaxJobs = uint32(custody.MaxJobs(budget, epoch.LargestHolder())) //nolint:gosec // at most MaxBatch
	if err := k.Committees.Epochs.Set(ctx, collections.Join(run.KeyId, run.Epoch), epoch); err != nil {
		return err
	}
	key := custody.Key{
		KeyId: run.KeyId, Y: run.Y, Status: custody.KEY_STATUS_PENDING, Epoch: run.Epoch, TriedHeight: run.Started,
	}
	if !run.Fresh() {
		if key, err = k.Committees.Keys.Get(ctx, run.KeyId); err != nil {
			return err
		}
		key.PendingEpoch = run.Epoch
	}
	if err := k.Committees.Keys.Set(ctx, run.KeyId, key); err != nil {
		return err
	}
	run.Finished = true
	return k.Runs.Run.Set(ctx, run)
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
