package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/market"
)

// look clears a request when n_max decisions have matured, or at its deadline with
// at least n_min of them. Every one is permitted anew; those that are not drop out.
// At the deadline a request with fewer fails, and one without its seats is cancelled.
func (k *Keeper) look(ctx sdk.Context, request id.ID, evaluated *int) error {
	r, err := k.Request(ctx, request)
	if err != nil || !r.Undecided() {
		return err
	}
	last := ctx.BlockHeight() >= r.Spec.Deadline
	if r.State == market.STATE_SUBMITTED {
		if last {
			return k.end(ctx, request, r, market.STATE_CANCELLED)
		}
		return nil
	}
	list, err := k.Decisions.standing(ctx, request, min(ctx.BlockHeight(), r.Spec.Deadline), market.MaxItems)
	if err != nil {
		return err
	}
	nMax := int(r.Spec.NMax)
	if len(list) < nMax && !last {
		return nil
	}
	more := len(list) == market.MaxItems
	least := nMax
	if last && !more {
		least = int(r.Spec.NMin)
	}
	won, dropped, err := k.try(ctx, r, list, least)
	*evaluated += won + len(dropped)
	if err != nil {
		return err
	}
	if err := k.drop(ctx, request, dropped); err != nil {
		return err
	}
	switch {
	case won > 0:
		return nil
	case more:
		return k.Agenda.add(ctx, ctx.BlockHeight()+1, item{task: taskLook, request: request})
	case last:
		return k.fail(ctx, request)
	default:
		return nil
	}
}

// dropout is a decision that wins no seat, and why.
type dropout struct {
	decision market.Decision
	reasons  []duo.Reason
}

// try gives seats in order to those who may have one. It keeps what it did only if at
// least so many were given, and returns how many that are, or 0, and who dropped out.
func (k *Keeper) try(
	ctx sdk.Context, r market.Request, list []market.Decision, least int,
) (won int, dropped []dropout, err error) {
	cached, write := ctx.CacheContext()
	for _, d := range list {
		if won == int(r.Spec.NMax) {
			break
		}
		reasons, err := k.award(cached, r, d, uint64(won))
		if err != nil {
			return 0, nil, err
		}
		if len(reasons) > 0 {
			dropped = append(dropped, dropout{d, reasons})
			continue
		}
		won++
	}
	if won < least {
		return 0, dropped, nil
	}
	if err := k.cleared(cached, r, uint64(won)); err != nil {
		return 0, nil, err
	}
	write()
	return won, dropped, nil
}

// award gives a seat to a decision if it is permitted, k gateways can be bound and
// the job opens; otherwise it returns the reasons and leaves no trace.
func (k *Keeper) award(
	ctx sdk.Context, r market.Request, d market.Decision, seat uint64,
) ([]duo.Reason, error) {
	request, of, err := d.Keys()
	if err != nil {
		return nil, err
	}
	decision, version, err := k.evaluate(ctx, r, d)
	if err != nil {
		return nil, err
	}
	if !decision.Allowed() {
		return decision.Reasons, nil
	}
	cached, write := ctx.CacheContext()
	attestor, bound, err := k.bind(cached, r, of, seat)
	if err != nil {
		return nil, err
	}
	if !bound {
		return []duo.Reason{market.ReasonBond}, nil
	}
	if err := k.left.Custody.OpenJob(cached, request, seat, of, d.ReferralApproved); err != nil {
		ctx.Logger().Info("market job", "request", r.Id, "dataset", d.DatasetId, "reason", err.Error())
		return []duo.Reason{market.ReasonJob}, nil
	}
	d.Seat, d.ConsentVersion, d.Attestor = seat, version, attestor
	d.Explain(market.DECISION_STATE_WON)
	if err := k.Decisions.set(cached, d); err != nil {
		return nil, err
	}
	write()
	return nil, nil
}

// bind locks the seat's charge of the bonds of as many gateways as the dataset needs:
// the first in its payload's order that hold the file, were heard of lately and have
// enough free. These are the seat's gateways: they are paid, and must serve. It also
// returns who signed the live attestation.
func (k *Keeper) bind(
	ctx sdk.Context, r market.Request, of id.ID, seat uint64,
) (attestor string, bound bool, err error) {
	d, err := k.left.Datasets.Dataset(ctx, of)
	if err != nil {
		return "", false, err
	}
	statement, _, err := k.left.Attestations.Deidentification(ctx, of, d.Version)
	if err != nil {
		return "", false, err
	}
	receipts, err := k.left.Datasets.Receipts(ctx, of, d.Version)
	if err != nil {
		return "", false, err
	}
	holders := make(map[string]bool, len(receipts))
	for _, receipt := range receipts {
		holders[receipt.Gateway] = true
	}
	charge, err := r.Charge(1)
	if err != nil {
		return "", false, err
	}
	locked := uint32(0)
	for _, part := range d.Payload.Gateways {
		if locked == d.Payload.Threshold {
			break
		}
		if !holders[part.Gateway] {
			continue
		}
		lock := market.BondLock{RequestId: r.Id, Seat: seat, Gateway: part.Gateway, Amount: charge}
		ok, err := k.lock(ctx, lock)
		if err != nil {
			return "", false, err
		}
		if ok {
			locked++
		}
	}
	return statement.Attestor, locked == d.Payload.Threshold && locked > 0, nil
}

// cleared books a request whose seats are given: the process fee is due and the money
// of seats that nobody took goes back.
func (k *Keeper) cleared(ctx context.Context, r market.Request, won uint64) error {
	request, err := r.ID()
	if err != nil {
		return err
	}
	unused, err := r.Charge(uint64(r.Spec.NMax) - won)
	if err != nil {
		return err
	}
	if err := k.payFee(ctx, request, r); err != nil {
		return err
	}
	if err := k.refund(ctx, r, wide, unused.Amount); err != nil {
		return err
	}
	r.Won, r.Yes, r.ClearedHeight = won, r.Yes-won, height(ctx)
	return k.finish(ctx, request, r, market.STATE_RELEASING)
}

// payFee pays the process fee of the day of submission: what was deposited beside
// the seats' money and the bond.
func (k *Keeper) payFee(ctx context.Context, request id.ID, r market.Request) error {
	e, err := k.Money.Escrows.Get(ctx, request)
	if err != nil {
		return found(err, "escrow of %s", request)
	}
	seats, err := r.Charge(uint64(r.Spec.NMax))
	if err != nil {
		return err
	}
	return k.charge(ctx, request, market.PART_ROLE_PROCESS_FEE, e.Deposited.Sub(seats.Amount).Sub(e.Bond))
}

// fail ends a request that found too few.
func (k *Keeper) fail(ctx context.Context, request id.ID) error {
	r, err := k.Request(ctx, request)
	if err != nil {
		return err
	}
	return k.end(ctx, request, r, market.STATE_FAILED_SHORT)
}

// end ends a request that never cleared: everything that is pending goes back, less
// the process fee.
func (k *Keeper) end(ctx context.Context, request id.ID, r market.Request, to market.State) error {
	if err := k.payFee(ctx, request, r); err != nil {
		return err
	}
	if err := k.refundAll(ctx, request, r); err != nil {
		return err
	}
	return k.finish(ctx, request, r, to)
}

// refundAll returns whatever is pending.
func (k *Keeper) refundAll(ctx context.Context, request id.ID, r market.Request) error {
	e, err := k.Money.Escrows.Get(ctx, request)
	if err != nil {
		return found(err, "escrow of %s", request)
	}
	return k.refund(ctx, r, wide, e.Pending)
}

// finish leaves OPEN: custody opens no more jobs, and those who won no seat are told.
func (k *Keeper) finish(ctx context.Context, request id.ID, r market.Request, to market.State) error {
	if err := k.left.Custody.CloseRequest(ctx, request); err != nil {
		return errorsmod.Wrapf(err, "close %s", request)
	}
	if err := k.Agenda.add(ctx, height(ctx), item{task: taskSweep, request: request}); err != nil {
		return err
	}
	return k.moveTo(ctx, request, r, to)
}

// drop denies those that dropped out.
func (k *Keeper) drop(ctx context.Context, request id.ID, dropped []dropout) error {
	for _, out := range dropped {
		out.decision.Explain(market.DECISION_STATE_DENIED, out.reasons...)
		if err := k.Decisions.set(ctx, out.decision); err != nil {
			return err
		}
	}
	return k.lessYes(ctx, request, len(dropped))
}

// lessYes counts decisions that no longer stand at yes.
func (k *Keeper) lessYes(ctx context.Context, request id.ID, n int) error {
	if n == 0 {
		return nil
	}
	r, err := k.Request(ctx, request)
	if err != nil {
		return err
	}
	r.Yes -= min(uint64(n), r.Yes) //nolint:gosec // not negative
	return k.Requests.Set(ctx, request, r)
}

// sweep tells those who stood at yes when the request left OPEN that no seat was left.
func (k *Keeper) sweep(ctx sdk.Context, request id.ID) error {
	list, err := k.Decisions.standing(ctx, request, maxHeight, market.MaxItems)
	if err != nil {
		return err
	}
	for _, d := range list {
		d.Explain(market.DECISION_STATE_LOST)
		if err := k.Decisions.set(ctx, d); err != nil {
			return err
		}
	}
	if len(list) == market.MaxItems {
		if err := k.Agenda.add(ctx, ctx.BlockHeight()+1, item{task: taskSweep, request: request}); err != nil {
			return err
		}
	}
	return k.lessYes(ctx, request, len(list))
}
