package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
)

// AfterRevoke ends the open RELEASE jobs of a dataset whose owner revoked the
// consent: those that stand in this block's batch, whose shares are on their way,
// become REVOKING and the next block settles them; all others are void at once.
// It is x/consent's hook. Inspections have a consent of their own.
func (k *Keeper) AfterRevoke(ctx context.Context, dataset id.ID) error {
	return k.revokeAll(ctx, dataset, custody.CAUSE_REVOKED, func(j custody.Job) bool {
		return j.Kind == custody.JOB_KIND_RELEASE
	})
}

// AfterWithdraw ends every open job of a withdrawn dataset by the rule of
// AfterRevoke, and all its inspections. It is x/dataset's hook.
func (k *Keeper) AfterWithdraw(ctx context.Context, dataset id.ID) error {
	if err := k.revokeAll(ctx, dataset, custody.CAUSE_WITHDRAWN, func(custody.Job) bool { return true }); err != nil {
		return err
	}
	return k.endInspections(ctx, dataset)
}

func (k *Keeper) revokeAll(
	ctx context.Context,
	dataset id.ID,
	cause custody.Cause,
	which func(custody.Job) bool,
) error {
	open, err := k.Seats.openOf(ctx, dataset)
	if err != nil {
		return err
	}
	for _, key := range open {
		job, err := k.Jobs.ofSeat(ctx, key)
		if err != nil {
			return err
		}
		if !which(job) {
			continue
		}
		if err := k.revoke(ctx, key, job, cause); err != nil {
			return err
		}
	}
	return nil
}

// revoke is the owner's word against one open job.
func (k *Keeper) revoke(ctx context.Context, key SeatKey, job custody.Job, cause custody.Cause) error {
	seat, err := k.Seats.Seats.Get(ctx, key)
	if err != nil {
		return err
	}
	if seat.State == custody.SEAT_STATE_REVOKING {
		return nil
	}
	batch, err := k.Jobs.batch(ctx, sdk.UnwrapSDKContext(ctx).BlockHeight())
	if err != nil {
		return err
	}
	if seat.State != custody.SEAT_STATE_EMITTED || !contains(batch, job.Id) {
		return k.void(ctx, seat, job, cause)
	}
	if err := seat.Step(custody.SEAT_STATE_REVOKING); err != nil {
		return err
	}
	seat.Cause = cause
	// Unlisted, the job is offered no more; the batch still knows it.
	if err := k.Jobs.unlist(ctx, job); err != nil {
		return err
	}
	if err := k.Seats.Revoking.Set(ctx, key); err != nil {
		return err
	}
	return k.Seats.Seats.Set(ctx, key, seat)
}

// SettleRevoking makes every seat void that was revoked while its job stood in
// the batch of a height and whose S did not complete. The pre-blocker of
// height+1 calls it after StoreReleases.
func (k *Keeper) SettleRevoking(ctx context.Context, height int64) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	var keys []SeatKey
	err := k.Seats.Revoking.Walk(ctx, nil, func(key SeatKey) (bool, error) {
		keys = append(keys, key)
		return len(keys) >= custody.MaxItems, nil
	})
	if err != nil {
		sdkCtx.Logger().Error("custody: revoking seats", "height", height, "reason", err.Error())
		return
	}
	for _, key := range keys {
		k.quarantine(sdkCtx, "revoking seat", func(ctx sdk.Context) error {
			seat, err := k.Seats.Seats.Get(ctx, key)
			if err != nil {
				return err
			}
			job, err := k.Jobs.ofSeat(ctx, key)
			if err != nil {
				return err
			}
			return k.void(ctx, seat, job, seat.Cause)
		})
	}
}

// void ends an open seat without a release. The market is told of RELEASE jobs;
// whatever it answers, the seat is void.
func (k *Keeper) void(ctx context.Context, seat custody.Seat, job custody.Job, cause custody.Cause) error {
	if err := seat.Step(custody.SEAT_STATE_VOID); err != nil {
		return err
	}
	seat.Cause = cause
	if err := k.Seats.end(ctx, seat); err != nil {
		return err
	}
	if err := k.Jobs.remove(ctx, job); err != nil {
		return err
	}
	if err := k.Kept.drop(ctx, job.Id); err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	err := sdkCtx.EventManager().EmitTypedEvent(&custody.EventSeatVoid{
		RequestId: seat.RequestId, Seat: seat.Index, Cause: cause, PossiblyOpened: job.EmittedHeight > 0,
	})
	if err != nil {
		return err
	}
	key, err := jobSeat(job)
	if err != nil {
		return err
	}
	if job.Kind == custody.JOB_KIND_INSPECTION {
		return k.endInspection(ctx, key.K1(), cause)
	}
	if k.hooks != nil {
		k.quarantine(sdkCtx, "after void", func(ctx sdk.Context) error {
			return k.hooks.AfterVoid(ctx, key.K1(), key.K2(), cause)
		})
	}
	return nil
}
