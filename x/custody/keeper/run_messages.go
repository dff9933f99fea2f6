package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/internal/quarantine"
)

// ApplyRunMessages takes the run messages of one operator's vote extension. The
// pre-blocker calls it for every vote of the commit, in commit order, before
// CountInjection. A message that is out of place or does not verify is ignored; of
// enrolments and confirmations the first of each in a call is looked at, of deals as many as
// are the operator's part of what a block may check, and of disputes one about each dealer.
func (k *Keeper) ApplyRunMessages(ctx context.Context, operator []byte, msgs []custody.RunMessage) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if len(operator) != custody.OperatorSize {
		return
	}
	var enrolled, confirmed bool
	var deals []custody.Deal
	var disputes []custody.Dispute
	for i := range msgs {
		var apply func(sdk.Context) error
		switch m := msgs[i].Message.(type) {
		case *custody.RunMessage_Enrolment:
			if !enrolled && m.Enrolment != nil {
				apply = func(ctx sdk.Context) error { return k.applyEnrolment(ctx, operator, *m.Enrolment) }
			}
			enrolled = true
		case *custody.RunMessage_Deal:
			if m.Deal != nil {
				deals = append(deals, *m.Deal)
			}
		case *custody.RunMessage_Dispute:
			if m.Dispute != nil {
				disputes = append(disputes, *m.Dispute)
			}
		case *custody.RunMessage_Confirmation:
			if !confirmed && m.Confirmation != nil {
				apply = func(ctx sdk.Context) error { return k.applyConfirmation(ctx, operator, *m.Confirmation) }
			}
			confirmed = true
		}
		if apply != nil {
			tryMessage(sdkCtx, apply)
		}
	}
	if len(deals) > 0 {
		tryMessage(sdkCtx, func(ctx sdk.Context) error { return k.applyDeals(ctx, operator, deals) })
	}
	if len(disputes) > 0 {
		tryMessage(sdkCtx, func(ctx sdk.Context) error { return k.applyDisputes(ctx, operator, disputes) })
	}
}

// tryMessage keeps what a message writes, if it is in place. That it is not is nothing
// unusual: messages are repeated until they are seen.
func tryMessage(ctx sdk.Context, apply func(sdk.Context) error) {
	if err := quarantine.Run(ctx, apply); err != nil {
		ctx.Logger().Debug("run message ignored", "height", ctx.BlockHeight(), "reason", err.Error())
	}
}

// inPhase returns the run if it is in a phase.
func (k *Keeper) inPhase(ctx context.Context, phase custody.Phase) (RunView, error) {
	run, err := k.Runs.Run.Get(ctx)
	if err != nil {
		return RunView{}, found(err, "run")
	}
	if run.Phase != phase || run.Finished {
		return RunView{}, errorsmod.Wrapf(custody.ErrInvalid, "run %d is in phase %s", run.Run, run.Phase)
	}
	return k.viewOf(ctx, run)
}

func (k *Keeper) applyEnrolment(ctx sdk.Context, operator []byte, e custody.Enrolment) error {
	v, err := k.inPhase(ctx, custody.PHASE_ENROL)
	if err != nil {
		return err
	}
	if v.Enrolled(operator) || !bytes.Equal(e.Operator, operator) {
		return errorsmod.Wrapf(custody.ErrInvalid, "enrolment of %x by %x", e.Operator, operator)
	}
	enrolment := threshold.Enrolment{Operator: e.Operator, EK: e.Ek, Proof: e.Proof}
	if err := threshold.VerifyEnrolment(v.Context(), enrolment); err != nil {
		return err
	}
	return k.Runs.Enrolments.Set(ctx, operator, e)
}

// applyDeals looks at as many new deals of one operator as are its part.
func (k *Keeper) applyDeals(ctx sdk.Context, operator []byte, deals []custody.Deal) error {
	v, err := k.inPhase(ctx, custody.PHASE_DEAL)
	if err != nil {
		return err
	}
	places := map[uint64]bool{}
	for _, d := range v.Dealers(operator) {
		places[d.OldShare] = true
	}
	checks := dealChecks(v, len(places))
	for _, d := range deals {
		// Only dealers deal, each of their shares once, so nobody else uses up the block's checks.
		if !places[uint64(d.Share)] || !bytes.Equal(d.Operator, operator) {
			continue
		}
		known, err := k.Runs.Deals.Has(ctx, collections.Join(operator, uint64(d.Share)))
		if err != nil {
			return err
		}
		if known {
			continue
		}
		if checks == 0 {
			return nil
		}
		within, err := k.spend(ctx, true)
		if err != nil || !within {
			return err
		}
		checks--
		tryMessage(ctx, func(ctx sdk.Context) error { return k.applyDeal(ctx, v, d) })
	}
	return nil
}

// dealChecks is how many deals of an operator a block checks: its part, by shares, of what a
// block may check in all, and one at least. So nobody can keep others from dealing.
func dealChecks(v RunView, places int) int {
	all, operators := len(v.Run.Owners), len(v.Run.Holders)
	if v.Old != nil {
		all, operators = v.Old.Size(), v.Old.Operators()
	}
	return max(1, max(custody.MaxDealsABlock-operators, 0)*places/max(all, 1))
}

func (k *Keeper) applyDeal(ctx sdk.Context, v RunView, d custody.Deal) error {
	deal, err := threshold.UnmarshalDeal(d.Data)
	if err != nil {
		return err
	}
	if !bytes.Equal(deal.Dealer.Operator, d.Operator) || deal.Dealer.OldShare != uint64(d.Share) {
		return errorsmod.Wrapf(custody.ErrInvalid, "deal names dealer %x", deal.Dealer.Operator)
	}
	run, err := v.Threshold()
	if err != nil {
		return err
	}
	if err := run.VerifyDeal(deal); err != nil {
		return err
	}
	return k.Runs.Deals.Set(ctx, collections.Join(d.Operator, uint64(d.Share)), d)
}

// applyDisputes judges what one operator says against dealers: the first dispute about each,
// for one convicts or is false, and a false one ends the accuser's say. The run is read once,
// and a dispute counts before its deal is read: an extension holds some 240 of them.
func (k *Keeper) applyDisputes(ctx sdk.Context, operator []byte, disputes []custody.Dispute) error {
	v, err := k.inPhase(ctx, custody.PHASE_DISPUTE)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, x := range disputes {
		if v.Convicted(operator) {
			return nil
		}
		if named[string(x.Dealer)] || v.Convicted(x.Dealer) {
			continue
		}
		dispute, err := readDispute(v, operator, x)
		if err != nil {
			continue // it is not in place, and harms nobody
		}
		named[string(x.Dealer)] = true
		dealt, err := k.Runs.Deals.Has(ctx, collections.Join(x.Dealer, uint64(x.DealerShare)))
		if err != nil {
			return err
		}
		if !dealt {
			continue
		}
		within, err := k.spend(ctx, false)
		if err != nil || !within {
			return err
		}
		k.quarantine(ctx, "dispute", func(ctx sdk.Context) error { return k.judge(ctx, v, operator, x, dispute) })
		if v.Run, err = k.Runs.Run.Get(ctx); err != nil {
			return err
		}
	}
	return nil
}

// readDispute reads a dispute that threshold.Run.Judge decides: it is signed by its accuser,
// about a share that is the accuser's own, and by the dealer that it names.
func readDispute(v RunView, operator []byte, x custody.Dispute) (*threshold.Dispute, error) {
	dispute, err := threshold.UnmarshalDispute(x.Data)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(x.Accuser, operator) || dispute.K < 1 || dispute.K > uint64(len(v.Run.Owners)) ||
		!bytes.Equal(v.Run.Owners[dispute.K-1], operator) ||
		!bytes.Equal(dispute.Dealer.Operator, x.Dealer) || dispute.Dealer.OldShare != uint64(x.DealerShare) {
		return nil, errorsmod.Wrapf(
			custody.ErrInvalid,
			"dispute of %x about share %d by %x",
			x.Dealer,
			dispute.K,
			operator,
		)
	}
	return dispute, nil
}

// judge convicts the dealer or the accuser.
func (k *Keeper) judge(
	ctx sdk.Context, v RunView, operator []byte, x custody.Dispute, dispute *threshold.Dispute,
) error {
	stored, err := k.Runs.Deals.Get(ctx, collections.Join(x.Dealer, uint64(x.DealerShare)))
	if err != nil {
		return err
	}
	deal, err := threshold.UnmarshalDeal(stored.Data)
	if err != nil {
		return err
	}
	run, err := v.Threshold()
	if err != nil {
		return err
	}
	fault := custody.Fault{Deal: stored, Dispute: x}
	switch run.Judge(deal, dispute, operator) {
	case threshold.VerdictDealer:
		fault.Operator = x.Dealer
	case threshold.VerdictComplainer:
		fault.Operator, fault.Accuser = operator, true
	default:
		return nil
	}
	accuser, _ := v.enrolment(operator)
	fault.Ek = accuser.Ek
	return k.convict(ctx, fault)
}

func (k *Keeper) applyConfirmation(ctx sdk.Context, operator []byte, c custody.Confirmation) error {
	v, err := k.inPhase(ctx, custody.PHASE_CONFIRM)
	if err != nil {
		return err
	}
	known, err := k.Runs.Confirmations.Has(ctx, operator)
	if err != nil {
		return err
	}
	if known || !bytes.Equal(c.Operator, operator) {
		return errorsmod.Wrapf(custody.ErrInvalid, "confirmation of %x by %x", c.Operator, operator)
	}
	run, err := v.Threshold()
	if err != nil {
		return err
	}
	committee, err := v.Committee()
	if err != nil {
		return err
	}
	confirmation := threshold.Confirmation{Operator: c.Operator, Proof: c.Proof}
	if err := run.VerifyConfirmation(confirmation, committee); err != nil {
		return err
	}
	return k.Runs.Confirmations.Set(ctx, operator, c)
}

// spend takes one of the deals or disputes that a block may check. It reports
// false when they are used up; what is left over comes again in a later block.
func (k *Keeper) spend(ctx sdk.Context, deal bool) (bool, error) {
	run, err := k.Runs.Run.Get(ctx)
	if err != nil {
		return false, err
	}
	if run.CheckedHeight != ctx.BlockHeight() {
		run.CheckedHeight, run.DealsChecked, run.DisputesJudged = ctx.BlockHeight(), 0, 0
	}
	used, most := &run.DisputesJudged, uint32(custody.MaxDisputesABlock)
	if deal {
		used, most = &run.DealsChecked, custody.MaxDealsABlock
	}
	if *used >= most {
		return false, nil
	}
	*used++
	return true, k.Runs.Run.Set(ctx, run)
}

// convict excludes an operator's deals from the run, jails its validator and keeps the
// evidence. It does not slash: what a first mistake costs is the time in jail.
func (k *Keeper) convict(ctx sdk.Context, fault custody.Fault) error {
	run, err := k.Runs.Run.Get(ctx)
	if err != nil {
		return err
	}
	run.Convicted = append(run.Convicted, bytes.Clone(fault.Operator))
	if err := k.Runs.Run.Set(ctx, run); err != nil {
		return err
	}
	fault.KeyId, fault.Epoch, fault.Run, fault.Height = run.KeyId, run.Epoch, run.Run, ctx.BlockHeight()
	if err := k.Runs.record(ctx, fault); err != nil {
		return err
	}
	k.quarantine(ctx, "jail", func(ctx sdk.Context) error {
		return k.left.Validators.JailOperator(ctx, fault.Operator)
	})
	return ctx.EventManager().EmitTypedEvent(&custody.EventRunFault{
		KeyId: run.KeyId, Run: run.Run, Operator: fault.Operator, Accuser: fault.Accuser,
	})
}
