package keeper

import (
	"bytes"
	"context"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

const (
	// firstEpoch is the epoch that a fresh run makes.
	firstEpoch = 1
	// lostAfter is how many runs in a row may find too few old shares before these count
	// as lost for good, and the next key is made.
	lostAfter = 10
)

// nextRun looks after a finished run: it waits for a canary that is awaited, and gives it
// up in time; then it begins the run that is due: the first key's, or the next epoch of a
// key whose epoch has aged, or has lost more than 10 % of its shares.
func (k *Keeper) nextRun(ctx sdk.Context, last custody.Run, params custody.Params) error {
	keys, err := k.Committees.all(ctx)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return k.beginFresh(ctx, custody.FirstKeyID, last, nil)
	}
	for _, key := range keys {
		if awaited, waits := key.Awaits(); waits {
			return k.watchPending(ctx, key, awaited, params)
		}
	}
	return k.beginDue(ctx, keys, last, nil, params)
}

// beginDue begins the next epoch of the key that is due and was tried the longest ago.
func (k *Keeper) beginDue(
	ctx sdk.Context, keys []custody.Key, last custody.Run, excluded [][]byte, params custody.Params,
) error {
	var next *custody.Key
	for i := range keys {
		due, err := k.due(ctx, keys[i], params)
		if err != nil {
			return err
		}
		if due && (next == nil || keys[i].TriedHeight < next.TriedHeight) {
			next = &keys[i]
		}
	}
	if next == nil {
		if !last.Finished { // it failed, and was not needed any more
			last.Finished = true
			return k.Runs.Run.Set(ctx, last)
		}
		return nil
	}
	if next.KeyId != last.KeyId {
		excluded = nil
	}
	next.TriedHeight = ctx.BlockHeight()
	if err := k.Committees.Keys.Set(ctx, next.KeyId, *next); err != nil {
		return err
	}
	return k.Runs.begin(ctx, custody.Run{
		KeyId: next.KeyId, Epoch: next.Epoch + 1, OldEpoch: next.Epoch, Run: last.Run + 1,
		Started: ctx.BlockHeight(), Excluded: excluded,
	})
}

// due reports whether a key's epoch is to be followed by another.
func (k *Keeper) due(ctx context.Context, key custody.Key, params custody.Params) (bool, error) {
	epoch, err := k.Committees.Epoch(ctx, key.KeyId, key.Epoch)
	if err != nil {
		return false, err
	}
	// A chain that starts anew from an export may count its heights from 1 again.
	if age := sdk.UnwrapSDKContext(ctx).BlockHeight() - epoch.Since(); age < 0 || age >= params.EpochLength {
		return true, nil
	}
	bonded, err := k.left.Validators.Bonded(ctx)
	if err != nil {
		return false, err
	}
	here := make(map[string]bool, len(bonded))
	for _, v := range bonded {
		here[string(v.Operator)] = true
	}
	gone := 0
	for _, owner := range epoch.Owners {
		if !here[string(owner)] {
			gone++
		}
	}
	return 10*gone > len(epoch.Owners), nil
}

// beginFresh starts a run for a new key, once there are validators.
func (k *Keeper) beginFresh(ctx sdk.Context, keyID uint64, last custody.Run, excluded [][]byte) error {
	bonded, err := k.left.Validators.Bonded(ctx)
	if err != nil || len(bonded) == 0 {
		return err
	}
	return k.Runs.begin(ctx, custody.Run{
		KeyId: keyID, Epoch: firstEpoch, Run: last.Run + 1, Started: ctx.BlockHeight(), Excluded: excluded,
	})
}

// fail gives a run up and begins the next, without those who were late or guilty. A run for
// a new key is tried again; otherwise the key that was tried the longest ago comes first. A
// key whose old shares were too few so often that they must be lost is followed by a new one.
func (k *Keeper) fail(ctx sdk.Context, run custody.Run, reason string) error {
	err := ctx.EventManager().EmitTypedEvent(&custody.EventRunFailed{
		KeyId: run.KeyId, Epoch: run.Epoch, Run: run.Run, Reason: reason,
	})
	if err != nil {
		return err
	}
	excluded, err := k.late(ctx, run)
	if err != nil {
		return err
	}
	if run.Fresh() {
		return k.beginFresh(ctx, run.KeyId, run, excluded)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	lost, err := k.countFailure(ctx, run, reason)
	if err != nil {
		return err
	}
	if lost {
		return k.beginFresh(ctx, run.KeyId+1, run, nil)
	}
	keys, err := k.Committees.all(ctx)
	if err != nil {
		return err
	}
	return k.beginDue(ctx, keys, run, excluded, params)
}

// countFailure counts the runs in a row in which too few old shares were dealt, and reports
// whether they are lost and the key is the newest.
func (k *Keeper) countFailure(ctx context.Context, run custody.Run, reason string) (bool, error) {
	if reason != failedDeals {
		return false, nil
	}
	key, err := k.Committees.Keys.Get(ctx, run.KeyId)
	if err != nil {
		return false, err
	}
	key.Failures++
	if err := k.Committees.Keys.Set(ctx, key.KeyId, key); err != nil {
		return false, err
	}
	return key.Failures >= lostAfter && key.Status == custody.KEY_STATUS_ACTIVE, nil
}

// late lists the holders that did not do their part in a run, and those who were convicted.
func (k *Keeper) late(ctx context.Context, run custody.Run) ([][]byte, error) {
	v, err := k.RunView(ctx)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, h := range run.Holders {
		if h.Shares == 0 {
			continue
		}
		guilty := v.Convicted(h.Operator) ||
			run.Phase == custody.PHASE_CONFIRM && !v.HasConfirmed(h.Operator)
		for _, d := range v.Dealers(h.Operator) {
			guilty = guilty || !v.Dealt(d)
		}
		if guilty {
			out = append(out, bytes.Clone(h.Operator))
		}
	}
	return out, nil
}

// rotate begins a run for the key after the newest, if that is the one named. An open run
// and an epoch that waits for its canary give way: they are tried again later.
func (k *Keeper) rotate(ctx sdk.Context, keyID uint64) error {
	newest, err := k.Committees.newest(ctx)
	if err != nil {
		return err
	}
	run, err := k.Runs.Run.Get(ctx)
	if err != nil {
		return err
	}
	keys, err := k.Committees.all(ctx)
	if err != nil {
		return err
	}
	if newest.KeyId != keyID || newest.Status != custody.KEY_STATUS_ACTIVE || run.KeyId > keyID {
		return errorsmod.Wrapf(custody.ErrKey, "key %d cannot be followed: key %d is %s, the newest run is for key %d",
			keyID, newest.KeyId, newest.Status, run.KeyId)
	}
	for _, key := range keys {
		if awaited, waits := key.Awaits(); waits {
			if err := k.forget(ctx, key, awaited); err != nil {
				return err
			}
		}
	}
	return k.beginFresh(ctx, keyID+1, run, nil)
}
