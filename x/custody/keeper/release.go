package keeper

import (
	"bytes"
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// BatchAt returns the batch that the vote extensions of a height answer; it has
// no jobs if there is none. Batches are kept for a few blocks.
func (k *Keeper) BatchAt(ctx context.Context, height int64) (custody.Batch, error) {
	return k.Jobs.batch(ctx, height)
}

// StoreReleases stores what the committee opened of the batch of a height. The
// pre-blocker of height+1 has verified it. Permission is not asked again: a job
// whose S verifies is stored and paid. A job that is no longer open is passed
// over, and one that fails is left as it was, to be offered again.
func (k *Keeper) StoreReleases(ctx context.Context, height int64, done []threshold.Combined) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	batch, err := k.Jobs.batch(ctx, height)
	if err != nil {
		sdkCtx.Logger().Error("custody: batch", "height", height, "reason", err.Error())
		return
	}
	for _, c := range done {
		if c.JobIndex < 0 || c.JobIndex >= len(batch.Jobs) {
			continue
		}
		k.quarantine(sdkCtx, "release", func(ctx sdk.Context) error {
			name := batch.Jobs[c.JobIndex].Id
			if err := k.storeRelease(ctx, batch, name, c.S); err != nil {
				return err
			}
			return k.Kept.drop(ctx, name)
		})
	}
}

func (k *Keeper) storeRelease(ctx sdk.Context, batch custody.Batch, name, s []byte) error {
	job, err := k.Jobs.Jobs.Get(ctx, name)
	if isNotFound(err) {
		if bytes.Equal(name, canaryJob(ctx, batch.KeyId).Id) {
			return k.storeCanary(ctx, batch, s)
		}
		return nil
	}
	if err != nil {
		return err
	}
	key, err := jobSeat(job)
	if err != nil {
		return err
	}
	seat, err := k.Seats.Seats.Get(ctx, key)
	if err != nil {
		return err
	}
	if err := seat.Step(custody.SEAT_STATE_RELEASED); err != nil {
		return err
	}
	seat.Cause = custody.CAUSE_UNSPECIFIED
	if err := k.Seats.end(ctx, seat); err != nil {
		return err
	}
	if err := k.Jobs.remove(ctx, job); err != nil {
		return err
	}
	release := custody.Release{
		RequestId: job.RequestId, Seat: job.Seat, Kind: job.Kind, DatasetId: job.DatasetId, Version: job.Version,
		S: s, KeyId: batch.KeyId, Epoch: batch.Epoch, ReadyHeight: job.ReadyHeight, Height: ctx.BlockHeight(),
		ConsentVersion: job.ConsentVersion, Reader: seat.Reader,
	}
	if err := k.Jobs.Releases.Set(ctx, key, release); err != nil {
		return err
	}
	err = ctx.EventManager().EmitTypedEvent(&custody.EventReleased{
		RequestId:   job.RequestId,
		Seat:        job.Seat,
		DatasetId:   job.DatasetId,
		Kind:        job.Kind,
		S:           s,
		ReadyHeight: job.ReadyHeight,
	})
	if err != nil {
		return err
	}
	if job.Kind == custody.JOB_KIND_INSPECTION {
		return k.inspectionReleased(ctx, key.K1())
	}
	if k.hooks == nil {
		return nil
	}
	return k.hooks.AfterRelease(ctx, key.K1(), key.K2())
}

// RecordBad announces a vote extension whose proof failed singly.
func (k *Keeper) RecordBad(ctx context.Context, height int64, operator []byte) {
	k.quarantine(sdk.UnwrapSDKContext(ctx), "bad extension", func(ctx sdk.Context) error {
		return ctx.EventManager().EmitTypedEvent(&custody.EventBadExtension{Height: height, Operator: operator})
	})
}
