package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// OpenTerms stores what a request asks for, once. The key that it names must
// release. The errors are custody.ErrInvalid, ErrExists and ErrKey.
func (k *Keeper) OpenTerms(ctx context.Context, terms custody.Terms) error {
	request, err := id.Parse(terms.RequestId)
	if err != nil {
		return errorsmod.Wrapf(custody.ErrInvalid, "request_id: %v", err)
	}
	if _, err := dataset.ParseAddress(terms.Researcher); err != nil {
		return errorsmod.Wrapf(custody.ErrInvalid, "researcher: %v", err)
	}
	if _, err := terms.Use.DUO(); err != nil {
		return errorsmod.Wrapf(custody.ErrInvalid, "use: %v", err)
	}
	if _, err := k.Committees.serving(ctx, terms.KeyId); err != nil {
		return err
	}
	taken, err := k.Seats.Terms.Has(ctx, request)
	if err != nil {
		return err
	}
	if taken {
		return errorsmod.Wrapf(custody.ErrExists, "terms of %s", request)
	}
	return k.Seats.Terms.Set(ctx, request, terms)
}

// AddSeats stores free seats of a request, from index first, which must follow
// the last one. All proofs are checked together; one that fails, or one Q that
// was ever seen, refuses them all. The Q are remembered for ever.
func (k *Keeper) AddSeats(
	ctx context.Context, request id.ID, researcher sdk.AccAddress, first uint64, posts []custody.SeatPost,
) error {
	terms, err := k.openTerms(ctx, request)
	if err != nil {
		return err
	}
	reader, err := dataset.ParseAddress(terms.Researcher)
	if err != nil {
		return err
	}
	if !reader.Equals(researcher) {
		return errorsmod.Wrapf(custody.ErrNotOwner, "seats of %s", request)
	}
	if len(posts) == 0 || len(posts) > custody.MaxSeatsAMessage {
		return errorsmod.Wrapf(custody.ErrInvalid, "%d seats: want 1 to %d", len(posts), custody.MaxSeatsAMessage)
	}
	next, err := k.Seats.next(ctx, request)
	if err != nil {
		return err
	}
	if first != next {
		return errorsmod.Wrapf(custody.ErrInvalid, "first seat is %d, not %d", first, next)
	}
	if err := k.verifySeats(ctx, terms.KeyId, request, reader, first, posts); err != nil {
		return err
	}
	for i, post := range posts {
		seat := custody.Seat{
			RequestId: terms.RequestId,
			Index:     first + uint64(i),
			Reader:    terms.Researcher,
			Q:         post.Q,
			State:     custody.SEAT_STATE_FREE,
		}
		if err := k.Seats.see(ctx, post.Q); err != nil {
			return errorsmod.Wrapf(err, "q of seat %d", seat.Index)
		}
		if err := k.Seats.Seats.Set(ctx, collections.Join(request, seat.Index), seat); err != nil {
			return err
		}
	}
	return nil
}

// verifySeats checks the proofs of seats under the live chain id.
func (k *Keeper) verifySeats(
	ctx context.Context, keyID uint64, request id.ID, reader sdk.AccAddress, first uint64, posts []custody.SeatPost,
) error {
	stored, err := k.Committees.serving(ctx, keyID)
	if err != nil {
		return err
	}
	key, err := k.thresholdKey(ctx, stored)
	if err != nil {
		return err
	}
	live := sdk.UnwrapSDKContext(ctx).ChainID()
	proofs := make([]threshold.SeatProof, len(posts))
	for i, post := range posts {
		proofs[i] = threshold.SeatProof{
			Context: threshold.SeatContext{
				LiveChain: live, RequestID: request, Index: first + uint64(i),
				Researcher: reader, Q: post.Q,
			},
			Proof: post.Proof,
		}
	}
	if err := key.VerifySeats(proofs); err != nil {
		return errorsmod.Wrapf(custody.ErrProof, "seats of %s: %v", request, err)
	}
	return nil
}

// openTerms returns the terms of a request that is not closed.
func (k *Keeper) openTerms(ctx context.Context, request id.ID) (custody.Terms, error) {
	terms, err := k.Seats.Terms.Get(ctx, request)
	if err != nil {
		return custody.Terms{}, found(err, "terms of %s", request)
	}
	closed, err := k.Seats.Closed.Has(ctx, request)
	if err != nil {
		return custody.Terms{}, err
	}
	if closed {
		return custody.Terms{}, errorsmod.Wrap(custody.ErrClosed, request.String())
	}
	return terms, nil
}

// OpenJob assigns a free seat to a dataset, for ever, and queues the job. The
// caller has the seat's money locked. B = U + Q is fixed here; custody.ErrProof
// is returned where it would be the identity.
func (k *Keeper) OpenJob(
	ctx context.Context, request id.ID, seat uint64, of id.ID, referralApproved bool,
) error {
	terms, err := k.openTerms(ctx, request)
	if err != nil {
		return err
	}
	stored, err := k.Seats.Seat(ctx, request, seat)
	if err != nil {
		return err
	}
	d, err := k.left.Datasets.Dataset(ctx, of)
	if err != nil {
		return err
	}
	if d.Payload.KeyId != terms.KeyId {
		return errorsmod.Wrapf(
			custody.ErrKey,
			"dataset %s has key %d, the request key %d",
			of,
			d.Payload.KeyId,
			terms.KeyId,
		)
	}
	version, err := k.consentVersion(ctx, of)
	if err != nil {
		return err
	}
	return k.openJob(ctx, stored, d, custody.Job{
		Kind: custody.JOB_KIND_RELEASE, ReferralApproved: referralApproved, ConsentVersion: version,
	})
}

// openJob assigns a seat and queues its job, of which kind, approval and consent are given.
func (k *Keeper) openJob(ctx context.Context, seat custody.Seat, d dataset.Dataset, job custody.Job) error {
	if d.Status != dataset.STATUS_ACTIVE {
		return errorsmod.Wrapf(custody.ErrDataset, "%s is %s", d.Id, d.Status)
	}
	if _, err := k.Committees.serving(ctx, d.Payload.KeyId); err != nil {
		return err
	}
	b, err := threshold.AddPoints(d.Payload.U, seat.Q)
	if err != nil {
		return errorsmod.Wrapf(
			custody.ErrProof,
			"seat %d of %s with dataset %s: %v",
			seat.Index,
			seat.RequestId,
			d.Id,
			err,
		)
	}
	if err := k.Seats.open(ctx, seat, d, b); err != nil {
		return err
	}
	if job, err = k.fillJob(ctx, seat, d, b, job); err != nil {
		return err
	}
	if err := k.Jobs.add(ctx, job); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&custody.EventSeatAssigned{
		RequestId: seat.RequestId, Seat: seat.Index, DatasetId: d.Id, Version: d.Version,
	})
}

// fillJob names a job and gives it its heights.
func (k *Keeper) fillJob(
	ctx context.Context, seat custody.Seat, d dataset.Dataset, b []byte, job custody.Job,
) (custody.Job, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return custody.Job{}, err
	}
	request, err := id.Parse(seat.RequestId)
	if err != nil {
		return custody.Job{}, err
	}
	of, err := d.ID()
	if err != nil {
		return custody.Job{}, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	kind := threshold.JobKind(job.Kind) //nolint:gosec // the numbers are the same, and small
	name := threshold.JobID(kind, d.Payload.KeyId, sdkCtx.ChainID(), request, seat.Index, of, d.Version, b)
	job.Id, job.KeyId, job.B = name[:], d.Payload.KeyId, b
	job.RequestId, job.Seat, job.DatasetId, job.Version = seat.RequestId, seat.Index, d.Id, d.Version
	job.OpenedHeight, job.ReadyHeight = sdkCtx.BlockHeight(), sdkCtx.BlockHeight()
	job.Deadline = sdkCtx.BlockHeight() + params.JobBlocks()
	return job, nil
}

// CloseRequest ends the opening of jobs for a request: its free seats read as
// void from now on. Jobs that are open go on.
func (k *Keeper) CloseRequest(ctx context.Context, request id.ID) error {
	if _, err := k.openTerms(ctx, request); err != nil {
		return err
	}
	return k.Seats.Closed.Set(ctx, request)
}

// Seat returns a seat as it reads now, or custody.ErrNotFound.
func (k *Keeper) Seat(ctx context.Context, request id.ID, seat uint64) (custody.Seat, error) {
	return k.Seats.Seat(ctx, request, seat)
}

// Release returns what was opened for a seat, or custody.ErrNotFound.
func (k *Keeper) Release(ctx context.Context, request id.ID, seat uint64) (custody.Release, error) {
	out, err := k.Jobs.Releases.Get(ctx, collections.Join(request, seat))
	return out, found(err, "release of seat %d of %s", seat, request)
}
