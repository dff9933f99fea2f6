package keeper

import (
	"context"
	"errors"
	"slices"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
)

// EndBlock moves the run on, judges proposers, ends what is late and writes the
// batch of the next height. It never fails for what is in the state: an item
// that fails is left out and logged. x/market's EndBlock runs before it.
func (k *Keeper) EndBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	for _, step := range []struct {
		name string
		run  func(sdk.Context) error
	}{
		{"run", k.advanceRun},
		{"kept shares", k.sweepKept},
		{"proposers", k.judgeProposers},
		{"late jobs", k.expireJobs},
		{"late inspections", k.expireInspections},
		{"batch", k.writeBatch},
	} {
		k.quarantine(sdkCtx, step.name, step.run)
	}
	return nil
}

// expireJobs ends jobs after all their windows. One that stands in this block's
// batch waits for the next block, which may bring its S.
func (k *Keeper) expireJobs(ctx sdk.Context) error {
	due, err := k.Jobs.due(ctx, ctx.BlockHeight(), custody.MaxItems)
	if err != nil {
		return err
	}
	batch, err := k.Jobs.batch(ctx, ctx.BlockHeight())
	if err != nil {
		return err
	}
	for _, job := range due {
		if contains(batch, job.Id) {
			continue
		}
		k.quarantine(ctx, "late job", func(ctx sdk.Context) error {
			return k.voidJob(ctx, job, custody.CAUSE_LATE)
		})
	}
	return nil
}

func (k *Keeper) voidJob(ctx sdk.Context, job custody.Job, cause custody.Cause) error {
	key, err := jobSeat(job)
	if err != nil {
		return err
	}
	seat, err := k.Seats.Seats.Get(ctx, key)
	if err != nil {
		return err
	}
	return k.void(ctx, seat, job, cause)
}

// writeBatch writes the batch that the vote extensions of the next height answer.
func (k *Keeper) writeBatch(ctx sdk.Context) error {
	h := ctx.BlockHeight()
	if h > 2 {
		if err := k.Jobs.Batches.Remove(ctx, uint64(h-2)); err != nil {
			return err
		}
	}
	current, err := k.Jobs.batch(ctx, h)
	if err != nil {
		return err
	}
	next, err := k.nextBatch(ctx, current)
	if err != nil || len(next.Jobs) == 0 {
		return err
	}
	next.Height = h + 1
	return k.Jobs.Batches.Set(ctx, uint64(h+1), next) //nolint:gosec // positive
}

// nextBatch is the canary of an epoch that waits for it, at every second height, or jobs of
// one key. Keys with jobs that may open take turns.
func (k *Keeper) nextBatch(ctx sdk.Context, current custody.Batch) (custody.Batch, error) {
	keys, err := k.Committees.all(ctx)
	if err != nil {
		return custody.Batch{}, err
	}
	for _, key := range keys {
		canary := canaryJob(ctx, key.KeyId)
		if awaited, waits := key.Awaits(); waits && !contains(current, canary.Id) {
			return custody.Batch{KeyId: key.KeyId, Epoch: awaited, Jobs: []custody.BatchJob{canary}}, nil
		}
	}
	turn, err := k.turn(ctx, keys, current)
	if err != nil {
		return custody.Batch{}, err
	}
	for i := range keys {
		key := keys[(turn+i)%len(keys)]
		if !key.Serves() {
			continue
		}
		jobs, err := k.chooseJobs(ctx, key, current)
		if err != nil {
			return custody.Batch{}, err
		}
		if len(jobs) > 0 {
			return custody.Batch{KeyId: key.KeyId, Epoch: key.Epoch, Jobs: jobs}, nil
		}
	}
	return custody.Batch{}, nil
}

// turn is the place of the key that follows the one which had jobs last.
func (k *Keeper) turn(ctx sdk.Context, keys []custody.Key, current custody.Batch) (int, error) {
	before, err := k.Jobs.batch(ctx, ctx.BlockHeight()-1)
	if err != nil {
		return 0, err
	}
	for _, batch := range []custody.Batch{current, before} {
		for i, key := range keys {
			if len(batch.Jobs) > 0 && batch.KeyId == key.KeyId && !contains(batch, canaryJob(ctx, key.KeyId).Id) {
				return (i + 1) % len(keys), nil
			}
		}
	}
	return 0, nil
}

// chooseJobs offers jobs from the head of the queue: the least offered, then the
// longest ready, then by id, none that stands in the current batch.
func (k *Keeper) chooseJobs(ctx sdk.Context, key custody.Key, current custody.Batch) ([]custody.BatchJob, error) {
	limit, err := k.maxJobs(ctx, key)
	if err != nil {
		return nil, err
	}
	candidates, err := k.Jobs.head(ctx, key.KeyId, custody.MaxItems)
	if err != nil {
		return nil, err
	}
	var out []custody.BatchJob
	for _, job := range candidates {
		if len(out) >= limit {
			break
		}
		if contains(current, job.Id) || job.Deadline <= ctx.BlockHeight() {
			continue
		}
		var offered *custody.BatchJob
		kept := k.quarantine(ctx, "offer", func(ctx sdk.Context) error {
			var err error
			offered, err = k.offer(ctx, job)
			return err
		})
		if !kept {
			k.quarantine(ctx, "put back", func(ctx sdk.Context) error { return k.putBack(ctx, job) })
			continue
		}
		if offered != nil {
			out = append(out, *offered)
		}
	}
	return out, nil
}

// maxJobs is m_max now: the block size may have changed since the snapshot. While deals are
// due, room is left for one of them beside the shares, or every second block to them alone:
// shares come first in an extension, and endless jobs would keep a run from its end.
func (k *Keeper) maxJobs(ctx sdk.Context, key custody.Key) (int, error) {
	epoch, err := k.Committees.Epoch(ctx, key.KeyId, key.Epoch)
	if err != nil {
		return 0, err
	}
	budget, err := k.Budget(ctx)
	if err != nil {
		return 0, err
	}
	most := custody.MaxJobs(budget, epoch.LargestHolder())
	run, err := k.Runs.Run.Get(ctx)
	if err != nil && !isNotFound(err) {
		return 0, err
	}
	if run.Finished || run.Phase != custody.PHASE_DEAL {
		return most, nil
	}
	beside := custody.MaxJobs(
		budget-threshold.DealSize(int(run.Threshold), len(run.Owners)),
		epoch.LargestHolder(),
	)
	if beside > 0 || ctx.BlockHeight()%2 == 0 {
		return beside, nil
	}
	return most, nil
}

// offer returns a job as it stands in the next batch, or nil. One that was emitted
// is offered whatever happened since; another is asked for permission for the
// last time: it becomes EMITTED, waits, or is void.
func (k *Keeper) offer(ctx sdk.Context, job custody.Job) (*custody.BatchJob, error) {
	key, err := jobSeat(job)
	if err != nil {
		return nil, err
	}
	seat, err := k.Seats.Seats.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	offered := &custody.BatchJob{Id: job.Id, B: job.B, Q: seat.Q}
	if job.EmittedHeight > 0 {
		return offered, k.putBack(ctx, job)
	}
	look, version, err := k.look(ctx, job)
	if err != nil {
		return nil, err
	}
	switch look {
	case mayOpen:
		return offered, k.emit(ctx, seat, job, version)
	case mustWait:
		return nil, k.putBack(ctx, job)
	default:
		return nil, k.void(ctx, seat, job, custody.CAUSE_DENIED)
	}
}

// putBack counts an offer, so that others go first.
func (k *Keeper) putBack(ctx sdk.Context, job custody.Job) error {
	changed := job
	changed.Offers++
	return k.Jobs.change(ctx, job, changed)
}

// emit is the point of no return.
func (k *Keeper) emit(ctx sdk.Context, seat custody.Seat, job custody.Job, consentVersion uint64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	key, err := jobSeat(job)
	if err != nil {
		return err
	}
	if err := seat.Step(custody.SEAT_STATE_EMITTED); err != nil {
		return err
	}
	if err := k.Seats.Seats.Set(ctx, key, seat); err != nil {
		return err
	}
	changed := job
	if job.Offers > 0 { // it had to wait: it became ready now
		changed.ReadyHeight = ctx.BlockHeight()
	}
	changed.Offers++
	changed.EmittedHeight = ctx.BlockHeight() + 1
	changed.Deadline = changed.EmittedHeight + params.JobBlocks()
	changed.ConsentVersion = consentVersion
	if err := k.Jobs.change(ctx, job, changed); err != nil {
		return err
	}
	if err := k.Jobs.emit(ctx, changed); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&custody.EventEmitted{
		RequestId: job.RequestId, Seat: job.Seat, DatasetId: job.DatasetId, Kind: job.Kind,
		BatchHeight: changed.EmittedHeight,
	})
}

// answer is what the last look at a job's permission comes to.
type answer int

const (
	mayNotOpen answer = iota
	mustWait
	mayOpen
)

// look asks for permission. A job whose dataset changed is not permitted; one
// that lacks nothing but gateways waits.
func (k *Keeper) look(ctx sdk.Context, job custody.Job) (answer, uint64, error) {
	key, err := jobSeat(job)
	if err != nil {
		return mayNotOpen, 0, err
	}
	of, err := id.Parse(job.DatasetId)
	if err != nil {
		return mayNotOpen, 0, err
	}
	d, err := k.left.Datasets.Dataset(ctx, of)
	if err != nil {
		return mayNotOpen, 0, err
	}
	if d.Version != job.Version {
		return mayNotOpen, 0, nil
	}
	switch job.Kind {
	case custody.JOB_KIND_INSPECTION:
		out, err := k.lookInspection(ctx, key.K1(), d)
		return out, 0, err
	case custody.JOB_KIND_RELEASE:
	default:
		return mayNotOpen, 0, errorsmod.Wrapf(custody.ErrInvalid, "job of kind %s", job.Kind)
	}
	approved, err := k.stillApproved(ctx, of, job)
	if err != nil {
		return mayNotOpen, 0, err
	}
	decision, version, err := k.Evaluate(ctx, key.K1(), of, approved)
	if err != nil {
		return mayNotOpen, 0, err
	}
	switch {
	case decision.Allowed():
		return mayOpen, version, nil
	case decision.Verdict == duo.Deny && slices.Equal(decision.Reasons, []duo.Reason{custody.ReasonIncomplete}):
		return mustWait, version, nil
	default:
		return mayNotOpen, version, nil
	}
}

// stillApproved reports whether what an ethics organisation approved counts: only for the
// consent that the job was opened under. An amended one may name another organisation.
func (k *Keeper) stillApproved(ctx context.Context, of id.ID, job custody.Job) (bool, error) {
	if !job.ReferralApproved {
		return false, nil
	}
	version, err := k.consentVersion(ctx, of)
	return version == job.ConsentVersion, err
}

// consentVersion is the latest version of a dataset's consent, 0 without one.
func (k *Keeper) consentVersion(ctx context.Context, of id.ID) (uint64, error) {
	c, err := k.left.Consents.Consent(ctx, of)
	if errors.Is(err, consent.ErrNotFound) {
		return 0, nil
	}
	return c.Version, err
}
