package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// takeBond locks the bond that the parameters ask for in the module's account.
func (k *Keeper) takeBond(ctx context.Context, from sdk.AccAddress, bond sdk.Coin) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if !bond.Equal(params.InspectionBond) {
		return errorsmod.Wrapf(custody.ErrBond, "%s: want %s", bond, params.InspectionBond)
	}
	if bond.IsZero() {
		return nil
	}
	return k.left.Bank.SendCoinsFromAccountToModule(ctx, from, custody.ModuleName, sdk.NewCoins(bond))
}

// settle ends an inspection and pays its bond out. The state is written first.
func (k *Keeper) settle(
	ctx context.Context, i custody.Inspection, to custody.InspectionState, receiver sdk.AccAddress,
) error {
	key, err := id.Parse(i.Id)
	if err != nil {
		return err
	}
	if err := k.forgetUnread(ctx, key, i); err != nil {
		return err
	}
	if err := k.Inspections.move(ctx, key, i, to); err != nil {
		return err
	}
	if i.Bond.IsZero() {
		return nil
	}
	return k.left.Bank.SendCoinsFromModuleToAccount(ctx, custody.ModuleName, receiver, sdk.NewCoins(i.Bond))
}

// forgetUnread no longer counts an inspection that ends and was never emitted.
func (k *Keeper) forgetUnread(ctx context.Context, key id.ID, i custody.Inspection) error {
	of, err := id.Parse(i.DatasetId)
	if err != nil {
		return err
	}
	read, err := k.Jobs.Emissions.Has(ctx, collections.Join3(of, key, uint64(0)))
	if err != nil || read {
		return err
	}
	return k.Inspections.ByVersion.Remove(ctx, collections.Join3(of, i.Version, key))
}

// endInspection ends an inspection that led to no verdict by no fault of the
// organisation's: the bond goes back.
func (k *Keeper) endInspection(ctx context.Context, key id.ID, cause custody.Cause) error {
	i, err := k.Inspections.Inspection(ctx, key)
	if err != nil {
		return err
	}
	receiver, err := dataset.ParseAddress(i.Organisation)
	if err != nil {
		return err
	}
	to := custody.INSPECTION_STATE_WITHDRAWN
	if cause == custody.CAUSE_LATE || cause == custody.CAUSE_MIGRATED {
		to = custody.INSPECTION_STATE_EXPIRED
	}
	return k.settle(ctx, i, to, receiver)
}

// endInspections ends all inspections of a dataset behind which no job stands:
// there will be no verdict on a version that is gone.
func (k *Keeper) endInspections(ctx context.Context, of id.ID) error {
	all, err := k.Inspections.list(ctx, collections.NewPrefixedTripleRange[id.ID, uint64, id.ID](of))
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.State != custody.INSPECTION_STATE_REQUESTED && i.State != custody.INSPECTION_STATE_RELEASED {
			continue
		}
		key, err := id.Parse(i.Id)
		if err != nil {
			return err
		}
		if err := k.endInspection(ctx, key, custody.CAUSE_WITHDRAWN); err != nil {
			return err
		}
	}
	return nil
}

// expireInspections ends inspections whose reader stayed silent: the bond goes to
// the dataset's owner.
func (k *Keeper) expireInspections(ctx sdk.Context) error {
	var keys []id.ID
	err := k.Inspections.Deadlines.Walk(ctx, nil, func(at collections.Pair[uint64, id.ID]) (bool, error) {
		if at.K1() >= uint64(ctx.BlockHeight()) { //nolint:gosec // heights are positive
			return true, nil
		}
		keys = append(keys, at.K2())
		return len(keys) >= custody.MaxItems, nil
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		k.quarantine(ctx, "late inspection", func(ctx sdk.Context) error {
			i, err := k.Inspections.Inspection(ctx, key)
			if err != nil {
				return err
			}
			owner, err := dataset.ParseAddress(i.Owner)
			if err != nil {
				return err
			}
			return k.settle(ctx, i, custody.INSPECTION_STATE_EXPIRED, owner)
		})
	}
	return nil
}
