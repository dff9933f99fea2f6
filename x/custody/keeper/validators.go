package keeper

import (
	"context"
	"fmt"
	"time"

	"cosmossdk.io/core/address"
	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/x/custody"
)

// StakingKeeper is what NewValidatorSet needs of x/staking.
type StakingKeeper interface {
	GetBondedValidatorsByPower(ctx context.Context) ([]stakingtypes.Validator, error)
	GetValidator(ctx context.Context, operator sdk.ValAddress) (stakingtypes.Validator, error)
	ValidatorAddressCodec() address.Codec
	PowerReduction(ctx context.Context) sdkmath.Int
}

// SlashingKeeper is what NewValidatorSet needs of x/slashing.
type SlashingKeeper interface {
	Jail(ctx context.Context, consensus sdk.ConsAddress) error
	JailUntil(ctx context.Context, consensus sdk.ConsAddress, until time.Time) error
	DowntimeJailDuration(ctx context.Context) (time.Duration, error)
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
func (s validatorSet) Bonded(ctx context.Context) ([]custody.Bonded, error) {
	validators, err := s.staking.GetBondedValidatorsByPower(ctx)
	if err != nil {
		return nil, err
	}
	reduction := s.staking.PowerReduction(ctx)
	out := make([]custody.Bonded, len(validators))
	for i, v := range validators {
		if out[i].Operator, err = s.staking.ValidatorAddressCodec().StringToBytes(v.OperatorAddress); err != nil {
			return nil, fmt.Errorf("operator address of validator %d: %w", i, err)
		}
		out[i].Power = uint64(max(v.ConsensusPower(reduction), 0))
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
	if err := s.slashing.Jail(ctx, consensus); err != nil {
		return err
	}
	duration, err := s.slashing.DowntimeJailDuration(ctx)
	if err != nil {
		return err
	}
	return s.slashing.JailUntil(ctx, consensus, sdk.UnwrapSDKContext(ctx).BlockTime().Add(duration))
}
