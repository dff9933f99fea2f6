package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

// StakingHooks follow a validator that changes its consensus key. Its shares need nothing:
// they belong to its operator. What is counted by consensus address moves with it, so that
// a new key does not wipe out omissions.
type StakingHooks struct {
	stakingtypes.MultiStakingHooks // none: all other hooks do nothing

	keeper *Keeper
}

// StakingHooks are for x/staking.
func (k *Keeper) StakingHooks() StakingHooks { return StakingHooks{keeper: k} }

// AfterValidatorConsKeyUpdated moves the record of a proposer.
func (h StakingHooks) AfterValidatorConsKeyUpdated(
	ctx context.Context, from, to sdk.ConsAddress, _ sdk.ValAddress,
) error {
	record, err := h.keeper.Proposers.Get(ctx, from)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := h.keeper.Proposers.Remove(ctx, from); err != nil {
		return err
	}
	record.ConsensusAddress = to
	return h.keeper.Proposers.Set(ctx, to, record)
}
