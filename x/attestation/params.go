package attestation

import (
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// BondDenom is the denomination of bonds unless genesis names another.
	BondDenom = "uusd"
	// Unit is what prices and bonds are counted in, in the smallest denomination.
	Unit = 1_000_000
)

// MainnetParams are the parameters for blocks of one second and real money.
func MainnetParams() Params {
	return Params{
		HeartbeatWindow:  86_400,
		ChallengeBond:    sdk.NewInt64Coin(BondDenom, 100*Unit),
		ChallengeFreeze:  100,
		OrganisationBond: sdk.NewInt64Coin(BondDenom, 1_000*Unit),
	}
}

// DevnetParams are the parameters of a network for trying things out, where
// organisations need no bond.
func DevnetParams() Params {
	return Params{
		HeartbeatWindow:  500,
		ChallengeBond:    sdk.NewInt64Coin(BondDenom, Unit),
		ChallengeFreeze:  20,
		OrganisationBond: sdk.NewInt64Coin(BondDenom, 0),
	}
}

// Validate reports the first parameter that the module cannot run with.
func (p Params) Validate() error {
	if p.HeartbeatWindow < 1 {
		return errorsmod.Wrapf(ErrInvalid, "heartbeat_window %d: want at least 1", p.HeartbeatWindow)
	}
	if p.ChallengeFreeze < 1 {
		return errorsmod.Wrapf(ErrInvalid, "challenge_freeze %d: want at least 1", p.ChallengeFreeze)
	}
	if err := validateCoin("challenge_bond", p.ChallengeBond); err != nil {
		return err
	}
	if !p.ChallengeBond.IsPositive() {
		return errorsmod.Wrap(ErrInvalid, "challenge_bond is zero")
	}
	if err := validateCoin("organisation_bond", p.OrganisationBond); err != nil {
		return err
	}
	if p.OrganisationBond.Denom != p.ChallengeBond.Denom {
		return errorsmod.Wrapf(
			ErrInvalid,
			"organisation_bond %s is not in %s",
			p.OrganisationBond,
			p.ChallengeBond.Denom,
		)
	}
	return nil
}
