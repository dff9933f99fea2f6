package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// spentAfter is for how many blocks the shares of an old epoch are kept once the next is
// active: the batch of the block that stored the canary is still the old epoch's.
const spentAfter = 2

// canaryJob is the test that a committee is alive and has the key.
func canaryJob(ctx sdk.Context, keyID uint64) custody.BatchJob {
	b := threshold.CanaryPoint(keyID)
	name := threshold.JobID(threshold.JobCanary, keyID, ctx.ChainID(), id.ID{}, 0, id.ID{}, 0, b)
	return custody.BatchJob{Id: name[:], B: b}
}

// storeCanary makes the epoch active that a key waits for: T holders are alive and have its
// shares. After the first epoch the point must be the one that the first epoch gave: the
// key is the same.
func (k *Keeper) storeCanary(ctx sdk.Context, batch custody.Batch, s []byte) error {
	key, err := k.Committees.Keys.Get(ctx, batch.KeyId)
	if err != nil {
		return err
	}
	if awaited, waits := key.Awaits(); !waits || awaited != batch.Epoch {
		return errorsmod.Wrapf(custody.ErrKey, "canary of key %d epoch %d", batch.KeyId, batch.Epoch)
	}
	if key.Status == custody.KEY_STATUS_PENDING {
		key.Canary = s
		if err := k.supersede(ctx, key.KeyId); err != nil {
			return err
		}
		key.Status = custody.KEY_STATUS_ACTIVE
	} else if !bytes.Equal(s, key.Canary) {
		ctx.Logger().Error("custody: canary of another key", "key", key.KeyId, "epoch", batch.Epoch)
		return k.giveUp(ctx, key, batch.Epoch)
	}
	return k.switchEpoch(ctx, key, batch.Epoch)
}

// switchEpoch lets an epoch release. The one before it is kept: its last batch is on its way.
func (k *Keeper) switchEpoch(ctx sdk.Context, key custody.Key, to uint64) error {
	epoch, err := k.Committees.Epoch(ctx, key.KeyId, to)
	if err != nil {
		return err
	}
	epoch.ActiveHeight = ctx.BlockHeight()
	if err := k.Committees.Epochs.Set(ctx, collections.Join(key.KeyId, to), epoch); err != nil {
		return err
	}
	if to != key.Epoch {
		k.quarantine(ctx, "reward", func(ctx sdk.Context) error { return k.reward(ctx, key) })
		if err := k.Committees.forgetAbsences(ctx, key.KeyId); err != nil {
			return err
		}
	}
	older := collections.NewPrefixedPairRange[uint64, uint64](key.KeyId).EndExclusive(key.Epoch)
	if err := k.Committees.Epochs.Clear(ctx, older); err != nil {
		return err
	}
	key.Epoch, key.PendingEpoch, key.Failures, key.Excluded = to, 0, 0, nil
	if err := k.Committees.Keys.Set(ctx, key.KeyId, key); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&custody.EventKeyActive{KeyId: key.KeyId, Epoch: to})
}

// supersede ends the taking of new datasets for every key before one.
func (k *Keeper) supersede(ctx context.Context, keyID uint64) error {
	keys, err := k.Committees.all(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if key.KeyId >= keyID || key.Status != custody.KEY_STATUS_ACTIVE {
			continue
		}
		key.Status, key.Next = custody.KEY_STATUS_SUPERSEDED, nil
		if err := k.Committees.Keys.Set(ctx, key.KeyId, key); err != nil {
			return err
		}
	}
	return nil
}

// watchPending gives an epoch up whose canary does not come within the release window.
func (k *Keeper) watchPending(ctx sdk.Context, key custody.Key, awaited uint64, params custody.Params) error {
	epoch, err := k.Committees.Epoch(ctx, key.KeyId, awaited)
	if err != nil {
		return err
	}
	if ctx.BlockHeight() < epoch.Height+params.ReleaseWindow {
		return nil
	}
	return k.giveUp(ctx, key, awaited)
}

// giveUp forgets an epoch that is not active yet, and the key with it if it is the first:
// nothing was sealed to it. Then the run starts anew.
func (k *Keeper) giveUp(ctx sdk.Context, key custody.Key, awaited uint64) error {
	run, err := k.Runs.Run.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.forget(ctx, key, awaited); err != nil {
		return err
	}
	return k.fail(ctx, run, failedCanary)
}

// forget removes an epoch that is not active yet, with the batch that it was answering.
func (k *Keeper) forget(ctx sdk.Context, key custody.Key, awaited uint64) error {
	if err := k.Committees.Epochs.Remove(ctx, collections.Join(key.KeyId, awaited)); err != nil {
		return err
	}
	batch, err := k.Jobs.batch(ctx, ctx.BlockHeight())
	if err != nil {
		return err
	}
	if batch.KeyId == key.KeyId && batch.Epoch == awaited {
		if err := k.Jobs.Batches.Remove(ctx, uint64(batch.Height)); err != nil { //nolint:gosec // positive
			return err
		}
	}
	if key.Status == custody.KEY_STATUS_PENDING {
		return k.Committees.Keys.Remove(ctx, key.KeyId)
	}
	key.PendingEpoch = 0
	return k.Committees.Keys.Set(ctx, key.KeyId, key)
}

// Spent reports whether the shares of an epoch open nothing any more, so that their holders
// must erase them: a later epoch of the key has been active for a while.
func (k *Keeper) Spent(ctx context.Context, keyID, epoch uint64) (bool, error) {
	key, err := k.Committees.Keys.Get(ctx, keyID)
	if isNotFound(err) {
		return false, nil
	}
	if err != nil || epoch >= key.Epoch {
		return false, err
	}
	now, err := k.Committees.Epoch(ctx, keyID, key.Epoch)
	if err != nil {
		return false, err
	}
	return sdk.UnwrapSDKContext(ctx).BlockHeight() >= now.ActiveHeight+spentAfter, nil
}
