package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// NoService obliges a gateway of a released seat to post its part before a deadline.
// One claim is heard for a seat and gateway.
func (s msgServer) NoService(
	ctx context.Context, msg *market.MsgNoService,
) (*market.MsgNoServiceResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	k := s.keeper
	request, r, err := k.asked(ctx, msg.RequestId, msg.Researcher)
	if err != nil {
		return nil, err
	}
	key, err := serviceKey(msg.RequestId, msg.Seat, msg.Gateway)
	if err != nil {
		return nil, err
	}
	if err := k.checkClaimable(ctx, key); err != nil {
		return nil, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	c := market.ServiceClaim{
		RequestId: r.Id, Seat: msg.Seat, Gateway: msg.Gateway, Researcher: msg.Researcher,
		Bond:     sdk.Coin{Denom: r.Spec.Price.Denom, Amount: params.ServiceBond},
		Deadline: height(ctx) + params.ServiceWindow, State: market.SERVICE_STATE_OPEN,
	}
	if err := k.takeBond(ctx, request, c); err != nil {
		return nil, err
	}
	return &market.MsgNoServiceResponse{}, k.await(ctx, key, c)
}

// checkClaimable refuses a claim against a gateway that is not bound to a released
// seat, after the fetch window, and a second one.
func (k *Keeper) checkClaimable(ctx context.Context, key ServiceKey) error {
	l, err := k.Services.Locks.Get(ctx, key)
	if err != nil {
		return found(err, "gateway bound to seat %d of %s", key.K2(), key.K1())
	}
	if l.Until == 0 || height(ctx) > l.Until {
		return errorsmod.Wrapf(market.ErrClaim, "seat %d of %s is served until height %d", key.K2(), key.K1(), l.Until)
	}
	known, err := k.Services.Claims.Has(ctx, key)
	if err != nil {
		return err
	}
	if known {
		return errorsmod.Wrapf(market.ErrClaim, "on seat %d of %s by %s was made", key.K2(), key.K1(), l.Gateway)
	}
	return nil
}

// takeBond adds a claim's bond to the request's ledger, held.
func (k *Keeper) takeBond(ctx context.Context, request id.ID, c market.ServiceClaim) error {
	if c.Bond.IsZero() {
		return nil
	}
	from, err := dataset.ParseAddress(c.Researcher)
	if err != nil {
		return err
	}
	if err := k.left.Bank.SendCoinsFromAccountToModule(ctx, from, market.ModuleName, sdk.NewCoins(c.Bond)); err != nil {
		return err
	}
	e, err := k.Money.Escrows.Get(ctx, request)
	if err != nil {
		return found(err, "escrow of %s", request)
	}
	if err := e.Deposit(c.Bond.Amount); err != nil {
		return err
	}
	if err := k.Money.Escrows.Set(ctx, request, e); err != nil {
		return err
	}
	bond := part{seatOf(c.Seat), market.PART_ROLE_CLAIM_BOND, c.Gateway, c.Bond.Amount}
	return k.hold(ctx, request, bond, c.Deadline)
}

// await stores a claim that awaits a step, and announces it.
func (k *Keeper) await(ctx context.Context, key ServiceKey, c market.ServiceClaim) error {
	if c.Live() {
		i := item{task: taskClaim, request: key.K1(), seat: key.K2(), gateway: key.K3()}
		if err := k.Agenda.add(ctx, c.Deadline, i); err != nil {
			return err
		}
	}
	if err := k.Services.Claims.Set(ctx, key, c); err != nil {
		return err
	}
	return emit(ctx, &market.EventService{
		RequestId: c.RequestId, Seat: c.Seat, Gateway: c.Gateway, State: c.State,
	})
}

// awaited returns a claim that is in a state and before its deadline.
func (k *Keeper) awaited(
	ctx context.Context, request string, seat uint64, gateway string, state market.ServiceState,
) (ServiceKey, market.ServiceClaim, error) {
	key, err := serviceKey(request, seat, gateway)
	if err != nil {
		return key, market.ServiceClaim{}, errorsmod.Wrap(market.ErrInvalid, err.Error())
	}
	c, err := k.Services.Claims.Get(ctx, key)
	if err != nil {
		return key, c, found(err, "claim on seat %d of %s", seat, request)
	}
	if c.State != state || height(ctx) > c.Deadline {
		return key, c, errorsmod.Wrapf(market.ErrClaim, "on seat %d of %s is %s until height %d",
			seat, request, c.State, c.Deadline)
	}
	return key, c, nil
}

// AnswerService posts a gateway's part, encrypted to the request's delivery key. The
// researcher may dispute it for as long again.
func (s msgServer) AnswerService(
	ctx context.Context, msg *market.MsgAnswerService,
) (*market.MsgAnswerServiceResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	k := s.keeper
	key, c, err := k.awaited(ctx, msg.RequestId, msg.Seat, msg.Gateway, market.SERVICE_STATE_OPEN)
	if err != nil {
		return nil, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	c.State, c.Answer, c.Deadline = market.SERVICE_STATE_ANSWERED, msg.Part, height(ctx)+params.ServiceWindow
	return &market.MsgAnswerServiceResponse{}, k.await(ctx, key, c)
}

// DisputeAnswer brings a posted part before an arbiter.
func (s msgServer) DisputeAnswer(
	ctx context.Context, msg *market.MsgDisputeAnswer,
) (*market.MsgDisputeAnswerResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	k := s.keeper
	if _, _, err := k.asked(ctx, msg.RequestId, msg.Researcher); err != nil {
		return nil, err
	}
	key, c, err := k.awaited(ctx, msg.RequestId, msg.Seat, msg.Gateway, market.SERVICE_STATE_ANSWERED)
	if err != nil {
		return nil, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	c.State, c.EvidenceSha256 = market.SERVICE_STATE_DISPUTED, msg.EvidenceSha256
	c.Deadline = height(ctx) + params.ReferralWindow
	return &market.MsgDisputeAnswerResponse{}, k.await(ctx, key, c)
}

// JudgeAnswer decides a dispute: the gateway pays, or it gets the claim's bond.
func (s msgServer) JudgeAnswer(
	ctx context.Context, msg *market.MsgJudgeAnswer,
) (*market.MsgJudgeAnswerResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	k := s.keeper
	request, r, err := k.named(ctx, msg.RequestId)
	if err != nil {
		return nil, err
	}
	key, c, err := k.awaited(ctx, msg.RequestId, msg.Seat, msg.Gateway, market.SERVICE_STATE_DISPUTED)
	if err != nil {
		return nil, err
	}
	if err := k.checkArbiter(ctx, request, r, msg); err != nil {
		return nil, err
	}
	if msg.Uphold {
		err = k.slash(ctx, key, c)
	} else {
		err = k.conclude(ctx, key, c, market.SERVICE_STATE_DISMISSED)
	}
	if err != nil {
		return nil, err
	}
	return &market.MsgJudgeAnswerResponse{}, nil
}

// checkArbiter refuses who is not an arbiter, or is a party.
func (k *Keeper) checkArbiter(
	ctx context.Context, request id.ID, r market.Request, msg *market.MsgJudgeAnswer,
) error {
	if err := k.speaks(ctx, msg.Arbiter, attestation.ROLE_ARBITER); err != nil {
		return err
	}
	d, err := k.Decisions.ofSeat(ctx, request, msg.Seat)
	if err != nil {
		return err
	}
	if msg.Arbiter == msg.Gateway || msg.Arbiter == d.Owner || msg.Arbiter == d.Attestor || r.Party(msg.Arbiter) {
		return errorsmod.Wrapf(market.ErrOrganisation, "%s is a party to request %s", msg.Arbiter, r.Id)
	}
	return nil
}

// expireClaim settles a claim whose deadline passed. A gateway that posted nothing
// pays. An answer that nobody disputed, or on which no arbiter spoke, stands; the
// claim's bond goes back.
func (k *Keeper) expireClaim(ctx sdk.Context, request id.ID, seat uint64, gateway sdk.AccAddress) error {
	key := collections.Join3(request, seat, gateway)
	c, err := k.Services.Claims.Get(ctx, key)
	if err != nil {
		return err
	}
	if !c.Live() || c.Deadline > ctx.BlockHeight() {
		return nil
	}
	if c.State == market.SERVICE_STATE_OPEN {
		return k.slash(ctx, key, c)
	}
	return k.conclude(ctx, key, c, market.SERVICE_STATE_ANSWERED)
}

// slash makes a silent gateway pay: its held part goes back to the researcher, and its
// bond pays the refund of the seat's charge. What was paid stays with the patient.
func (k *Keeper) slash(ctx context.Context, key ServiceKey, c market.ServiceClaim) error {
	l, err := k.Services.Locks.Get(ctx, key)
	if err != nil {
		return found(err, "bond of %s for seat %d of %s", c.Gateway, c.Seat, c.RequestId)
	}
	if err := k.payRefund(ctx, key, l, c.Researcher); err != nil {
		return err
	}
	parts, err := k.heldFor(ctx, key.K1(), c.Seat, market.PART_ROLE_GATEWAY, c.Gateway)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := k.release(ctx, key.K1(), p, market.PART_ROLE_REFUND, c.Researcher); err != nil {
			return err
		}
	}
	return k.conclude(ctx, key, c, market.SERVICE_STATE_SLASHED)
}

// payRefund takes the refund from a gateway's bond. It is paid once for a seat: the
// second silent gateway pays the first its half, the third both of them a third less
// what they bear, and so on, so that all bear the same.
func (k *Keeper) payRefund(ctx context.Context, key ServiceKey, l market.BondLock, researcher string) error {
	before, err := k.Services.slashed(ctx, key.K1(), key.K2())
	if err != nil {
		return err
	}
	to, share := before, l.Amount.Amount
	if len(before) == 0 {
		receiver, err := dataset.ParseAddress(researcher)
		if err != nil {
			return err
		}
		to = []sdk.AccAddress{receiver}
	} else {
		n := int64(len(before))
		share = share.QuoRaw(n * (n + 1))
	}
	left := l.Amount.Amount
	for _, receiver := range to {
		if share.IsZero() {
			break
		}
		taken, err := k.left.Attestations.SlashBond(
			ctx,
			l.Gateway,
			sdk.Coin{Denom: l.Amount.Denom, Amount: share},
			receiver,
		)
		if err != nil {
			return err
		}
		left = left.Sub(taken.Amount)
	}
	l.Amount.Amount = left
	return k.unlock(ctx, l)
}

// conclude settles a claim: its bond goes to the gateway when the claim failed, else
// back. A gateway whose fetch window has ended meanwhile is paid.
func (k *Keeper) conclude(
	ctx context.Context, key ServiceKey, c market.ServiceClaim, state market.ServiceState,
) error {
	bonds, err := k.heldFor(ctx, key.K1(), c.Seat, market.PART_ROLE_CLAIM_BOND, c.Gateway)
	if err != nil {
		return err
	}
	role, to := market.PART_ROLE_REFUND, c.Researcher
	if state == market.SERVICE_STATE_DISMISSED {
		role, to = market.PART_ROLE_CLAIM_BOND, c.Gateway
	}
	for _, p := range bonds {
		if err := k.release(ctx, key.K1(), p, role, to); err != nil {
			return err
		}
	}
	c.State, c.Deadline = state, 0
	if err := k.await(ctx, key, c); err != nil {
		return err
	}
	l, err := k.Services.Locks.Get(ctx, key)
	if err != nil && !isNotFound(err) {
		return err
	}
	if err == nil {
		if err := k.endService(ctx, key.K1(), l); err != nil {
			return err
		}
	}
	return k.close(ctx, key.K1())
}
