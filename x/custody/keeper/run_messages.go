package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// ApplyRunMessages takes the run messages of one operator's vote extension. The
// pre-blocker calls it for every vote of the commit, in commit order, before
// CountInjection. A message that is out of place or does not verify is ignored;
// of enrolments, deals and confirmations the first of each in a call is looked at.
func (k *Keeper) ApplyRunMessages(ctx context.Context, operator []byte, msgs []custody.RunMessage) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if len(operator) != custody.OperatorSize {
		return
	}
	var enrolled, dealt, confirmed bool
	for i := range msgs {
		var apply func(sdk.Context) error
		switch m := msgs[i].Message.(type) {
		case *custody.RunMessage_Enrolment:
			if !enrolled && m.Enrolment != nil {
				apply = func(ctx sdk.Context) error { return k.applyEnrolment(ctx, operator, *m.Enrolment) }
			}
			enrolled = true
		case *custody.RunMessage_Deal:
			if !dealt && m.Deal != nil {
				apply = func(ctx sdk.Context) error { return k.applyDeal(ctx, operator, *m.Deal) }
			}
			dealt = true
		case *custody.RunMessage_Dispute:
			if m.Dispute != nil {
				apply = func(ctx sdk.Context) error { return k.applyDispute(ctx, operator, *m.Dispute) }
			}
		case *custody.RunMessage_Confirmation:
			if !confirmed && m.Confirmation != nil {
				apply = func(ctx sdk.Context) error { return k.applyConfirmation(ctx, operator, *m.Confirmation) }
			}
			confirmed = true
		}
		if apply == nil {
			continue
		}
		if err := attempt(sdkCtx, apply); err != nil { // nothing unusual: messages are repeated until they are seen
			sdkCtx.Logger().Debug("run message ignored", "height", sdkCtx.BlockHeight(), "reason", err.Error())
		}
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
	origin, err := k.left.Datasets.OriginChainID(ctx)
	if err != nil {
		return RunView{}, err
	}
	enrolments, err := k.Runs.enrolled(ctx)
	return RunView{Origin: origin, Exists: true, Run: run, Enrolments: enrolments}, err
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

func (k *Keeper) applyDeal(ctx sdk.Context, operator []byte, d custody.Deal) error {
	v, err := k.inPhase(ctx, custody.PHASE_DEAL)
	if err != nil {
		return err
	}
	key := collections.Join(operator, uint64(d.Share))
	known, err := k.Runs.Deals.Has(ctx, key)
	if err != nil {
		return err
	}
	// Only owners deal, so nobody else uses up the block's checks.
	if known || d.Share != 0 || !bytes.Equal(d.Operator, operator) || !v.Owner(operator) {
		return errorsmod.Wrapf(custody.ErrInvalid, "deal of %x share %d by %x", d.Operator, d.Share, operator)
	}
	within, err := k.spend(ctx, v.Run, true)
	if err != nil || !within {
		return err
	}
	k.quarantine(ctx, "deal", func(ctx sdk.Context) error {
		deal, err := threshold.UnmarshalDeal(d.Data)
		if err != nil {
			return err
		}
		if !bytes.Equal(deal.Dealer.Operator, operator) || deal.Dealer.OldShare != uint64(d.Share) {
			return errorsmod.Wrapf(custody.ErrInvalid, "deal names dealer %x", deal.Dealer.Operator)
		}
		run, err := v.Threshold()
		if err != nil {
			return err
		}
		if err := run.VerifyDeal(deal); err != nil {
			return err
		}
		return k.Runs.Deals.Set(ctx, key, d)
	})
	return nil
}

func (k *Keeper) applyDispute(ctx sdk.Context, operator []byte, x custody.Dispute) error {
	v, err := k.inPhase(ctx, custody.PHASE_DISPUTE)
	if err != nil {
		return err
	}
	if !bytes.Equal(x.Accuser, operator) || !v.Owner(operator) || v.Convicted(operator) || v.Convicted(x.Dealer) {
		return errorsmod.Wrapf(custody.ErrInvalid, "dispute of %x by %x", x.Dealer, operator)
	}
	stored, err := k.Runs.Deals.Get(ctx, collections.Join(x.Dealer, uint64(x.DealerShare)))
	if err != nil {
		return found(err, "deal of %x", x.Dealer)
	}
	dispute, err := threshold.UnmarshalDispute(x.Data)
	if err != nil {
		return err
	}
	// A share that is not the accuser's own is ignored by Judge: find out before it counts.
	if dispute.K < 1 || dispute.K > uint64(len(v.Run.Owners)) || !bytes.Equal(v.Run.Owners[dispute.K-1], operator) {
		return errorsmod.Wrapf(custody.ErrInvalid, "dispute about share %d by %x", dispute.K, operator)
	}
	within, err := k.spend(ctx, v.Run, false)
	if err != nil || !within {
		return err
	}
	k.quarantine(ctx, "dispute", func(ctx sdk.Context) error {
		deal, err := threshold.UnmarshalDeal(stored.Data)
		if err != nil {
			return err
		}
		run, err := v.Threshold()
		if err != nil {
			return err
		}
		switch run.Judge(deal, dispute, operator) {
		case threshold.VerdictDealer:
			return k.convict(ctx, x.Dealer, false)
		case threshold.VerdictComplainer:
			return k.convict(ctx, operator, true)
		default:
			return nil
		}
	})
	return nil
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
func (k *Keeper) spend(ctx sdk.Context, run custody.Run, deal bool) (bool, error) {
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

// convict excludes an operator's deals from the run and jails its validator.
func (k *Keeper) convict(ctx sdk.Context, operator []byte, accuser bool) error {
	run, err := k.Runs.Run.Get(ctx)
	if err != nil {
		return err
	}
	run.Convicted = append(run.Convicted, bytes.Clone(operator))
	if err := k.Runs.Run.Set(ctx, run); err != nil {
		return err
	}
	k.quarantine(ctx, "jail", func(ctx sdk.Context) error { return k.left.Validators.JailOperator(ctx, operator) })
	return ctx.EventManager().EmitTypedEvent(&custody.EventRunFault{
		KeyId: run.KeyId, Run: run.Run, Operator: operator, Accuser: accuser,
	})
}
