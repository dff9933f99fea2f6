package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	coremarket "github.com/volens-network/volens/core/market"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// SubmitRequest locks the seats' money, the process fee and the bond together and
// gives custody the terms. Nothing is stored if one of them fails.
func (s msgServer) SubmitRequest(
	ctx context.Context, msg *market.MsgSubmitRequest,
) (*market.MsgSubmitRequestResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	k := s.keeper
	researcher, err := dataset.ParseAddress(msg.Researcher)
	if err != nil {
		return nil, err
	}
	key, err := k.newID(ctx, researcher, msg.Random)
	if err != nil {
		return nil, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if err := k.checkSpec(ctx, msg.Spec, params); err != nil {
		return nil, err
	}
	cost, err := params.Cost(msg.Spec.Price, msg.Spec.NMax)
	if err != nil {
		return nil, err
	}
	if !msg.Escrow.Equal(cost.Escrow) {
		return nil, errorsmod.Wrapf(market.ErrEscrow, "%s: the request costs %s", msg.Escrow, cost.Escrow)
	}
	request := market.Request{
		Id: key.String(), Researcher: msg.Researcher, Spec: msg.Spec, Height: height(ctx), Split: params.Split,
	}
	if err := k.open(ctx, key, request, market.NewEscrow(request.Id, msg.Escrow, cost.Bond.Amount)); err != nil {
		return nil, err
	}
	return &market.MsgSubmitRequestResponse{RequestId: request.Id}, nil
}

// newID recomputes the id from its signer, so that one seen in the mempool cannot be
// taken.
func (k *Keeper) newID(ctx context.Context, researcher sdk.AccAddress, random []byte) (id.ID, error) {
	origin, err := k.left.Datasets.OriginChainID(ctx)
	if err != nil {
		return id.ID{}, err
	}
	key := id.Request(origin, researcher, random)
	taken, err := k.Requests.Has(ctx, key)
	if err != nil {
		return key, err
	}
	if taken {
		return key, errorsmod.Wrapf(market.ErrExists, "request %s", key)
	}
	return key, nil
}

// checkSpec checks what only the chain knows.
func (k *Keeper) checkSpec(ctx context.Context, spec market.Spec, params market.Params) error {
	if spec.NMax > params.MaxSeats {
		return errorsmod.Wrapf(market.ErrCohort, "%d seats, more than %d", spec.NMax, params.MaxSeats)
	}
	now := height(ctx)
	if spec.Deadline <= now || spec.Deadline > now+params.MaxDuration {
		return errorsmod.Wrapf(
			market.ErrDeadline,
			"%d is not in %d to %d",
			spec.Deadline,
			now+1,
			now+params.MaxDuration,
		)
	}
	o, err := k.left.Attestations.Organisation(ctx, spec.Use.Organisation)
	if err != nil {
		return errorsmod.Wrap(err, "spec.use.organisation")
	}
	if !o.Active() {
		return errorsmod.Wrapf(market.ErrOrganisation, "%s is not active", spec.Use.Organisation)
	}
	return nil
}

// open takes the money and stores the request.
func (k *Keeper) open(ctx context.Context, key id.ID, r market.Request, e market.Escrow) error {
	researcher, err := dataset.ParseAddress(r.Researcher)
	if err != nil {
		return err
	}
	coins := sdk.NewCoins(e.Locked())
	if err := k.left.Bank.SendCoinsFromAccountToModule(ctx, researcher, market.ModuleName, coins); err != nil {
		return err
	}
	terms := custody.Terms{RequestId: r.Id, KeyId: r.Spec.KeyId, Researcher: r.Researcher, Use: r.Spec.Use}
	if err := k.left.Custody.OpenTerms(ctx, terms); err != nil {
		return err
	}
	if err := k.Money.Escrows.Set(ctx, key, e); err != nil {
		return err
	}
	if err := k.Agenda.add(ctx, r.Spec.Deadline, item{task: taskLook, request: key}); err != nil {
		return err
	}
	err = emit(ctx, &market.EventRequestSubmitted{
		RequestId: r.Id, Researcher: r.Researcher, Escrow: e.Locked().String(),
	})
	if err != nil {
		return err
	}
	return k.moveTo(ctx, key, r, market.STATE_SUBMITTED)
}

// PostSeats gives custody the next seats; with the last of them patients may decide.
func (s msgServer) PostSeats(
	ctx context.Context, msg *market.MsgPostSeats,
) (*market.MsgPostSeatsResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	k := s.keeper
	key, r, err := k.asked(ctx, msg.RequestId, msg.Researcher)
	if err != nil {
		return nil, err
	}
	if r.State != market.STATE_SUBMITTED || height(ctx) > r.Spec.Deadline {
		return nil, errorsmod.Wrapf(market.ErrState, "%s takes seats until height %d", r.State, r.Spec.Deadline)
	}
	count, nMax := uint64(len(msg.Seats)), uint64(r.Spec.NMax)
	if msg.First != r.Seats || count > nMax-r.Seats {
		return nil, errorsmod.Wrapf(
			market.ErrSeat,
			"%d seats from %d: %d of %d are posted",
			count,
			msg.First,
			r.Seats,
			nMax,
		)
	}
	researcher, err := dataset.ParseAddress(msg.Researcher)
	if err != nil {
		return nil, err
	}
	posts := make([]custody.SeatPost, len(msg.Seats))
	for i, seat := range msg.Seats {
		posts[i] = custody.SeatPost{Q: seat.Q, Proof: seat.Proof}
	}
	if err := k.left.Custody.AddSeats(ctx, key, researcher, msg.First, posts); err != nil {
		return nil, err
	}
	r.Seats += count
	if r.Seats < nMax {
		return &market.MsgPostSeatsResponse{}, k.Requests.Set(ctx, key, r)
	}
	r.OpenedHeight = height(ctx)
	return &market.MsgPostSeatsResponse{}, k.moveTo(ctx, key, r, market.STATE_OPEN)
}

// CancelRequest ends a request that has not cleared. The process fee and a small part
// of the seats' money go to the community pool.
func (s msgServer) CancelRequest(
	ctx context.Context, msg *market.MsgCancelRequest,
) (*market.MsgCancelRequestResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	k := s.keeper
	key, r, err := k.asked(ctx, msg.RequestId, msg.Researcher)
	if err != nil {
		return nil, err
	}
	if !r.Undecided() {
		return nil, errorsmod.Wrapf(market.ErrState, "%s cannot be cancelled", r.State)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	seats, err := r.Charge(uint64(r.Spec.NMax))
	if err != nil {
		return nil, err
	}
	fee := seats.Amount.MulRaw(int64(params.CancelBps)).QuoRaw(coremarket.BasisPoints)
	if err := k.charge(ctx, key, market.PART_ROLE_CANCEL_FEE, fee); err != nil {
		return nil, err
	}
	return &market.MsgCancelRequestResponse{}, k.end(ctx, key, r, market.STATE_CANCELLED)
}
