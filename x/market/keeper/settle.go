package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	coremarket "github.com/volens-network/volens/core/market"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// AfterRelease pays for a seat in the transition that stores its key: the patient,
// the committee and the pool at once; attestor and gateways when the fetch window has
// ended. It is x/custody's hook; a seat is settled once.
func (k *Keeper) AfterRelease(ctx context.Context, request id.ID, seat uint64) error {
	r, d, err := k.seated(ctx, request, seat)
	if err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	parts, err := r.Parts()
	if err != nil {
		return err
	}
	patient, err := k.payout(ctx, d)
	if err != nil {
		return err
	}
	for _, p := range []part{
		{seatOf(seat), market.PART_ROLE_PATIENT, patient, whole(parts.Patient)},
		{seatOf(seat), market.PART_ROLE_COMMITTEE, k.committee, whole(parts.Committee)},
		{seatOf(seat), market.PART_ROLE_POOL, k.pool, whole(parts.Pool)},
	} {
		if err := k.pay(ctx, request, p); err != nil {
			return err
		}
	}
	if err := k.holdParts(ctx, r, d, parts, height(ctx)+params.FetchWindow); err != nil {
		return err
	}
	d.Explain(market.DECISION_STATE_RELEASED)
	r.Released++
	return k.settled(ctx, request, r, d)
}

// AfterVoid returns the charge of a seat that ended without a release, and frees its
// gateways. It is x/custody's hook; a seat is settled once.
func (k *Keeper) AfterVoid(ctx context.Context, request id.ID, seat uint64, _ custody.Cause) error {
	r, d, err := k.seated(ctx, request, seat)
	if err != nil {
		return err
	}
	charge, err := r.Charge(1)
	if err != nil {
		return err
	}
	if err := k.refund(ctx, r, seatOf(seat), charge.Amount); err != nil {
		return err
	}
	locks, err := k.Services.locks(ctx, request, seat)
	if err != nil {
		return err
	}
	for _, l := range locks {
		if err := k.unlock(ctx, l); err != nil {
			return err
		}
	}
	d.Explain(market.DECISION_STATE_VOID)
	r.Void++
	return k.settled(ctx, request, r, d)
}

// PendingPrice is what the won seats of a dataset that are neither released nor void
// cost. Custody bounds how many there are. It is x/attestation's hook.
func (k *Keeper) PendingPrice(ctx context.Context, of id.ID) (sdk.Coins, error) {
	sum := sdk.NewCoins()
	span := collections.NewPrefixedPairRange[id.ID, id.ID](of)
	err := k.Decisions.Open.Walk(ctx, span, func(key DecisionKey) (bool, error) {
		r, err := k.Request(ctx, key.K2())
		if err != nil {
			return true, err
		}
		charge, err := r.Charge(1)
		if err != nil {
			return true, err
		}
		sum = sum.Add(charge)
		return false, nil
	})
	return sum, err
}

// seated returns the request and the decision of a seat that is won and not settled.
func (k *Keeper) seated(
	ctx context.Context, request id.ID, seat uint64,
) (market.Request, market.Decision, error) {
	r, err := k.Request(ctx, request)
	if err != nil {
		return r, market.Decision{}, err
	}
	d, err := k.Decisions.ofSeat(ctx, request, seat)
	if err != nil {
		return r, d, err
	}
	if d.State != market.DECISION_STATE_WON {
		return r, d, errorsmod.Wrapf(market.ErrSeat, "%d of %s is %s: settled", seat, request, d.State)
	}
	return r, d, nil
}

// payout is where the patient is paid: the account of her latest consent, the
// community pool when she donates, or her own account if that one takes no coins.
func (k *Keeper) payout(ctx context.Context, d market.Decision) (string, error) {
	_, of, err := d.Keys()
	if err != nil {
		return "", err
	}
	c, err := k.left.Consents.Consent(ctx, of)
	if errors.Is(err, consent.ErrNotFound) {
		return d.Owner, nil
	}
	if err != nil {
		return "", err
	}
	if c.Provision.Donate {
		return k.pool, nil
	}
	to, err := dataset.ParseAddress(c.Provision.Payout)
	if err != nil || k.left.Bank.BlockedAddr(to) {
		return d.Owner, nil //nolint:nilerr // what cannot be read cannot be paid
	}
	return c.Provision.Payout, nil
}

// holdParts holds what is paid after the fetch window: the attestor's part and the
// gateways', in equal parts. What does not divide goes back to the researcher.
func (k *Keeper) holdParts(
	ctx context.Context, r market.Request, d market.Decision, parts coremarket.Parts, until int64,
) error {
	request, err := r.ID()
	if err != nil {
		return err
	}
	locks, err := k.Services.locks(ctx, request, d.Seat)
	if err != nil {
		return err
	}
	seat := seatOf(d.Seat)
	err = k.hold(ctx, request, part{seat, market.PART_ROLE_ATTESTOR, d.Attestor, whole(parts.Attestor)}, until)
	if err != nil {
		return err
	}
	each, rest := coremarket.Divide(parts.Gateways, uint64(len(locks)))
	for _, l := range locks {
		if err := k.hold(
			ctx,
			request,
			part{seat, market.PART_ROLE_GATEWAY, l.Gateway, whole(each)},
			until,
		); err != nil {
			return err
		}
		key, err := serviceKey(l.RequestId, l.Seat, l.Gateway)
		if err != nil {
			return err
		}
		l.Until = until
		if err := k.Services.Locks.Set(ctx, key, l); err != nil {
			return err
		}
	}
	if err := k.refund(ctx, r, seat, whole(rest)); err != nil {
		return err
	}
	return k.Agenda.add(ctx, until, item{task: taskFetch, request: request, seat: d.Seat})
}

// settled stores a settled seat. With the last one the researcher's bond goes back.
func (k *Keeper) settled(ctx context.Context, request id.ID, r market.Request, d market.Decision) error {
	if err := k.Decisions.set(ctx, d); err != nil {
		return err
	}
	if r.Released+r.Void < r.Won {
		return k.Requests.Set(ctx, request, r)
	}
	if err := k.refundAll(ctx, request, r); err != nil {
		return err
	}
	if err := k.moveTo(ctx, request, r, market.STATE_SETTLED); err != nil {
		return err
	}
	return k.close(ctx, request)
}

// endFetch pays what was held for a seat and frees its gateways, but those against
// whom a claim awaits a step: their claim ends it. It may run again.
func (k *Keeper) endFetch(ctx context.Context, request id.ID, seat uint64) error {
	attestor, err := k.heldFor(ctx, request, seat, market.PART_ROLE_ATTESTOR, "")
	if err != nil {
		return err
	}
	for _, p := range attestor {
		if err := k.release(ctx, request, p, p.Role, p.Address); err != nil {
			return err
		}
	}
	locks, err := k.Services.locks(ctx, request, seat)
	if err != nil {
		return err
	}
	for _, l := range locks {
		if err := k.endService(ctx, request, l); err != nil {
			return err
		}
	}
	return k.close(ctx, request)
}

// endService pays a gateway's part and frees its bond, if its fetch window has ended
// and no claim against it awaits a step.
func (k *Keeper) endService(ctx context.Context, request id.ID, l market.BondLock) error {
	key, err := serviceKey(l.RequestId, l.Seat, l.Gateway)
	if err != nil {
		return err
	}
	live, err := k.Services.live(ctx, key)
	if err != nil || live || l.Until > height(ctx) {
		return err
	}
	parts, err := k.heldFor(ctx, request, l.Seat, market.PART_ROLE_GATEWAY, l.Gateway)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := k.release(ctx, request, p, p.Role, p.Address); err != nil {
			return err
		}
	}
	return k.unlock(ctx, l)
}

// close closes a settled request for which nothing is held and nobody is bound.
func (k *Keeper) close(ctx context.Context, request id.ID) error {
	r, err := k.Request(ctx, request)
	if err != nil || r.State != market.STATE_SETTLED {
		return err
	}
	e, err := k.Money.Escrows.Get(ctx, request)
	if err != nil || !e.Done() {
		return err
	}
	bound, err := k.Services.bound(ctx, request)
	if err != nil || bound {
		return err
	}
	return k.moveTo(ctx, request, r, market.STATE_CLOSED)
}

func whole(amount uint64) sdkmath.Int { return sdkmath.NewIntFromUint64(amount) }

func seatOf(seat uint64) int64 { return int64(seat) } //nolint:gosec // at most market.MaxSeats
