package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
)

// DepositBond adds to the signer's bond, also while it is suspended.
func (s msgServer) DepositBond(
	ctx context.Context, msg *attestation.MsgDepositBond,
) (*attestation.MsgDepositBondResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	o, err := s.keeper.bonded(ctx, msg.Organisation, msg.Amount)
	if err != nil {
		return nil, err
	}
	from, err := parse("organisation", msg.Organisation)
	if err != nil {
		return nil, err
	}
	err = s.keeper.bank.SendCoinsFromAccountToModule(ctx, from, attestation.ModuleName, sdk.NewCoins(msg.Amount))
	if err != nil {
		return nil, err
	}
	o.Bond = o.Bond.Add(msg.Amount)
	return &attestation.MsgDepositBondResponse{}, s.keeper.setBond(ctx, o)
}

// WithdrawBond takes from what is not locked. While the organisation is active
// it keeps the least bond; when suspended it may take all that is free.
func (s msgServer) WithdrawBond(
	ctx context.Context, msg *attestation.MsgWithdrawBond,
) (*attestation.MsgWithdrawBondResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	o, err := s.keeper.bonded(ctx, msg.Organisation, msg.Amount)
	if err != nil {
		return nil, err
	}
	if o.Free().IsLT(msg.Amount) {
		return nil, errorsmod.Wrapf(
			attestation.ErrBond,
			"organisation %s has %s free, not %s",
			o.Address,
			o.Free(),
			msg.Amount,
		)
	}
	o.Bond = o.Bond.Sub(msg.Amount)
	params, err := s.keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if o.Active() && o.Bond.IsLT(params.OrganisationBond) {
		return nil, errorsmod.Wrapf(
			attestation.ErrBond,
			"organisation %s must keep %s",
			o.Address,
			params.OrganisationBond,
		)
	}
	if err := s.keeper.setBond(ctx, o); err != nil {
		return nil, err
	}
	return &attestation.MsgWithdrawBondResponse{}, s.keeper.pay(ctx, o.Address, msg.Amount)
}

// LockBond sets aside a part of an organisation's free bond for an obligation;
// the error is attestation.ErrBond if less is free.
func (k *Keeper) LockBond(ctx context.Context, organisation string, amount sdk.Coin) error {
	o, err := k.bonded(ctx, organisation, amount)
	if err != nil {
		return err
	}
	if o.Free().IsLT(amount) {
		return errorsmod.Wrapf(
			attestation.ErrBond,
			"organisation %s has %s free, not %s",
			organisation,
			o.Free(),
			amount,
		)
	}
	o.Locked = o.Locked.Add(amount)
	return k.setBond(ctx, o)
}

// UnlockBond frees what LockBond set aside; the error is attestation.ErrBond if
// less is locked.
func (k *Keeper) UnlockBond(ctx context.Context, organisation string, amount sdk.Coin) error {
	o, err := k.bonded(ctx, organisation, amount)
	if err != nil {
		return err
	}
	if o.Locked.IsLT(amount) {
		return errorsmod.Wrapf(
			attestation.ErrBond,
			"organisation %s has %s locked, not %s",
			organisation,
			o.Locked,
			amount,
		)
	}
	o.Locked = o.Locked.Sub(amount)
	return k.setBond(ctx, o)
}

// SlashBond pays from what is locked, and returns what was paid: the amount, or
// all that is locked if that is less.
func (k *Keeper) SlashBond(
	ctx context.Context, organisation string, amount sdk.Coin, to sdk.AccAddress,
) (sdk.Coin, error) {
	o, err := k.bonded(ctx, organisation, amount)
	if err != nil {
		return sdk.Coin{}, err
	}
	taken := least(amount, o.Locked)
	if taken.IsZero() {
		return taken, nil
	}
	o.Locked, o.Bond = o.Locked.Sub(taken), o.Bond.Sub(taken)
	if err := k.setBond(ctx, o); err != nil {
		return sdk.Coin{}, err
	}
	return taken, k.bank.SendCoinsFromModuleToAccount(ctx, attestation.ModuleName, to, sdk.NewCoins(taken))
}

// Held is what the module's account must hold: all bonds of organisations and
// the bonds of challenges that are not decided. It walks over both.
func (k *Keeper) Held(ctx context.Context) (sdk.Coin, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return sdk.Coin{}, err
	}
	sum := sdk.NewInt64Coin(params.OrganisationBond.Denom, 0)
	err = k.Organisations.Walk(ctx, nil, func(_ sdk.AccAddress, o attestation.Organisation) (bool, error) {
		sum = sum.Add(o.Bond)
		return false, nil
	})
	if err != nil {
		return sum, err
	}
	err = k.Challenges.Walk(ctx, nil, func(_ VersionKey, c attestation.Challenge) (bool, error) {
		if c.Open() {
			sum = sum.Add(c.Bond)
		}
		return false, nil
	})
	return sum, err
}

// bonded returns an organisation whose bond is in the amount's denomination.
func (k *Keeper) bonded(ctx context.Context, text string, amount sdk.Coin) (attestation.Organisation, error) {
	o, err := k.Organisation(ctx, text)
	if err != nil {
		return o, err
	}
	if amount.Denom != o.Bond.Denom || amount.Amount.IsNil() || amount.IsNegative() {
		return o, errorsmod.Wrapf(
			attestation.ErrBond,
			"organisation %s: %s is not an amount of %s",
			text,
			amount,
			o.Bond.Denom,
		)
	}
	return o, nil
}

func (k *Keeper) setBond(ctx context.Context, o attestation.Organisation) error {
	if err := k.setOrganisation(ctx, o); err != nil {
		return err
	}
	return emit(ctx, &attestation.EventBondChanged{
		Address: o.Address, Bond: o.Bond.String(), Locked: o.Locked.String(),
	})
}

// pay sends from the module's account.
func (k *Keeper) pay(ctx context.Context, text string, amount sdk.Coin) error {
	to, err := parse("recipient", text)
	if err != nil {
		return err
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, attestation.ModuleName, to, sdk.NewCoins(amount))
}

func least(a, b sdk.Coin) sdk.Coin {
	if b.IsLT(a) {
		return b
	}
	return a
}
