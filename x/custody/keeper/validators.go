package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/core/address"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/x/custody"
)

// StakingKeeper is what NewValidatorSet needs of x/staking.
type StakingKeeper interface {
	GetBondedValidatorsByPower(ctx context.Context) ([]stakingtypes.Validator, error)
	GetValidator(ctx context.Context, operator sdk.ValAddress) (stakingtypes.Validator, error)
	ValidatorAddressCodec() address.Codec
}

// SlashingKeeper is what NewValidatorSet needs of x/slashing.
type SlashingKeeper interface {
	Jail(ctx context.Context, consensus sdk.ConsAddress) error
}

type validatorSet struct {
	staking  StakingKeeper
	slashing SlashingKeeper
}

// NewValidatorSet makes a custody.ValidatorSet of the keepers of x/staking and
// x/slashing.
func NewValidatorSet(staking StakingKeeper, slashing SlashingKeeper) custody.ValidatorSet {
	return validatorSet{staking: staking, slashing: slashing}
}

// Bonded implements custody.ValidatorSet.
func (s validatorSet) Bonded(ctx context.Context) ([][]byte, error) {
	validators, err := s.staking.GetBondedValidatorsByPower(ctx)
	if err != nil {
		return nil, err
	}
	out := make([][]byte, len(validators))
	for i, v := range validators {
		if out[i], err = s.staking.ValidatorAddressCodec().StringToBytes(v.OperatorAddress); err != nil {
			return nil, fmt.Errorf("operator address of validator %d: %w", i, err)
		}
	}
	return out, nil
}

// Jail implements custody.ValidatorSet.
func (s validatorSet) Jail(ctx context.Context, consensus sdk.ConsAddress) error {
	return s.slashing.Jail(ctx, consensus)
}

// JailOperator implements custody.ValidatorSet.
func (s validatorSet) JailOperator(ctx context.Context, operator []byte) error {
	v, err := s.staking.GetValidator(ctx, operator)
	if err != nil {
		return err
	}
	if v.Jailed {
		return nil
	}
	consensus, err := v.GetConsAddr()
	if err != nil {
		return err
	}
	return s.slashing.Jail(ctx, consensus)
}
