package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
)

// CheckWithdrawInspection returns nil if the owner could withdraw an inspection now.
// The zero-fee lane asks before it carries a withdrawal for nothing.
func (k *Keeper) CheckWithdrawInspection(ctx context.Context, inspection id.ID, owner string) error {
	i, err := k.Inspections.Inspection(ctx, inspection)
	if err != nil {
		return err
	}
	if i.Owner != owner {
		return errorsmod.Wrapf(custody.ErrNotOwner, "%s of inspection %s", owner, inspection)
	}
	if i.State != custody.INSPECTION_STATE_REQUESTED && i.State != custody.INSPECTION_STATE_ACCEPTED {
		return errorsmod.Wrapf(custody.ErrInspection, "%s is %s", inspection, i.State)
	}
	return nil
}
