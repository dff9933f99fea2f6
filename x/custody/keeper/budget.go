package keeper

import (
	"context"

	"github.com/volens-network/volens/x/custody"
)

// Budget is b: how many bytes of content a validator puts into a vote extension now.
func (k *Keeper) Budget(ctx context.Context) (int, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	return custody.ExtensionBudget(blockBytes(ctx), int(params.MaxValidators)), nil
}
