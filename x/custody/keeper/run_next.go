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
// up in time; then it begins the run that is due: the first key's, the next epoch of a key
// whose epoch has aged, or has lost more than 10 % of its shares, or a key that is wanted.
func (k *Keeper) nextRun(ctx sdk.Context, last custody.Run, params custody.Params) error {
	keys, err := k.Committees.all(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if awaited, waits := key.Awaits(); waits {
			return k.watchPending(ctx, key, awaited, params)
		}
	}
	return k.beginDue(ctx, keys, last, nil, params)
}

// beginDue begins the run that is due and was tried the longest ago: the next epoch of a
// key, or the next key. So they take turns while they fail, and none can hold up another
// for longer than one run. Until there is a key, it is the first key's; excluded are those
// who were late in the attempt before.
func (k *Keeper) beginDue(
	ctx sdk.Context, keys []custody.Key, last custody.Run, excluded [][]byte, params custody.Params,
) error {
	if len(keys) == 0 {
		return k.beginFresh(ctx, custody.FirstKeyID, last, excluded)
	}
	var aged, wants *custody.Key
	for i := range keys {
		due, err := k.due(ctx, keys[i], params)
		if err != nil {
			return err
		}
		if due && (aged == nil || keys[i].TriedHeight < aged.TriedHeight) {
			aged = &keys[i]
		}
		if keys[i].Next != nil {
			wants = &keys[i]
		}
	}
	switch {
	case wants != nil && (aged == nil || wants.Next.TriedHeight < aged.TriedHeight):
		return k.beginNextKey(ctx, *wants, last)
	case aged != nil:
		return k.beginReshare(ctx, *aged, last)
	case !last.Finished: // it failed, and was not needed any more
		last.Finished = true
		return k.Runs.Run.Set(ctx, last)
	default:
		return nil
	}
}

// beginReshare starts a run for the next epoch of a key.
func (k *Keeper) beginReshare(ctx sdk.Context, key custody.Key, last custody.Run) error {
	key.TriedHeight = ctx.BlockHeight()
	if err := k.Committees.Keys.Set(ctx, key.KeyId, key); err != nil {
		return err
	}
	return k.Runs.begin(ctx, custody.Run{
		KeyId: key.KeyId, Epoch: key.Epoch + 1, OldEpoch: key.Epoch, Run: last.Run + 1,
		Started: ctx.BlockHeight(), Excluded: key.Excluded,
	})
}

// beginNextKey starts a run for the key that is to follow one.
func (k *Keeper) beginNextKey(ctx sdk.Context, key custody.Key, last custody.Run) error {
	key.Next.TriedHeight = ctx.BlockHeight()
	if err := k.Committees.Keys.Set(ctx, key.KeyId, key); err != nil {
		return err
	}
	return k.beginFresh(ctx, key.KeyId+1, last, key.Next.Excluded)
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

// fail gives a run up and begins the one that is due, without those who were late or guilty
// when this was last tried. A key whose old shares were too few so often that they must be
// lost is to be followed by a new one.
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
	if err := k.remember(ctx, run, reason, excluded); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	keys, err := k.Committees.all(ctx)
	if err != nil {
		return err
	}
	return k.beginDue(ctx, keys, run, excluded, params)
}

// remember notes with the key that a failed run was for, or was to follow, who was late in it,
// and counts the reshares in a row in which too few old shares were dealt.
func (k *Keeper) remember(ctx context.Context, run custody.Run, reason string, late [][]byte) error {
	of := run.KeyId
	if run.Fresh() {
		of--
	}
	key, err := k.Committees.Keys.Get(ctx, of)
	if isNotFound(err) { // the first key's
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case !run.Fresh():
		key.Excluded = late
		if reason == failedDeals {
			key.Failures++
		}
		if key.Failures >= lostAfter && key.Status == custody.KEY_STATUS_ACTIVE && key.Next == nil {
			key.Next = &custody.NextKey{}
		}
	case key.Next != nil:
		key.Next.Excluded = late
	}
	return k.Committees.Keys.Set(ctx, of, key)
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

// rotate begins a run for the key after the newest, if that is the one named and its successor
// is not wanted already. An open run and an epoch that waits for its canary give way: they are
// tried again later.
func (k *Keeper) rotate(ctx sdk.Context, keyID uint64) error {
	newest, err := k.Committees.newest(ctx)
	if err != nil {
		return err
	}
	run, err := k.Runs.Run.Get(ctx)
	if err != nil {
		return err
	}
	if newest.KeyId != keyID || newest.Status != custody.KEY_STATUS_ACTIVE || newest.Next != nil {
		return errorsmod.Wrapf(custody.ErrKey, "key %d cannot be followed: key %d is %s, wanted after it: %t",
			keyID, newest.KeyId, newest.Status, newest.Next != nil)
	}
	keys, err := k.Committees.all(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if awaited, waits := key.Awaits(); waits {
			if err := k.forget(ctx, key, awaited); err != nil {
				return err
			}
		}
	}
	if newest, err = k.Committees.Keys.Get(ctx, keyID); err != nil {
		return err
	}
	newest.Next = &custody.NextKey{}
	return k.beginNextKey(ctx, newest, run)
}
