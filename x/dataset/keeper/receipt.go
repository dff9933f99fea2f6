package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// hold records that a gateway of the current version holds it, once.
func (k *Keeper) hold(ctx context.Context, gateway sdk.AccAddress, text string) error {
	key, d, err := k.named(ctx, text)
	if err != nil {
		return err
	}
	if d.Status == dataset.STATUS_WITHDRAWN {
		return errorsmod.Wrapf(dataset.ErrStatus, "dataset %s is withdrawn", text)
	}
	address, err := gatewayOf(d, gateway)
	if err != nil {
		return err
	}
	place := collections.Join3(key, d.Version, gateway)
	if held, err := k.Held.Has(ctx, place); err != nil {
		return err
	} else if held {
		return errorsmod.Wrapf(dataset.ErrReceipt, "dataset %s version %d is held already", text, d.Version)
	}
	r := dataset.Receipt{
		DatasetId: d.Id,
		Version:   d.Version,
		Gateway:   address,
		Height:    sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	if err := k.Held.Set(ctx, place, r); err != nil {
		return err
	}
	return emit(ctx, &dataset.EventReceiptHeld{DatasetId: d.Id, Version: d.Version, Gateway: address})
}

// drop removes a gateway's receipt of the current version. A withdrawn dataset's
// receipt may be dropped as well: the gateway then says that it kept nothing.
func (k *Keeper) drop(ctx context.Context, gateway sdk.AccAddress, text string) error {
	key, d, err := k.named(ctx, text)
	if err != nil {
		return err
	}
	address, err := gatewayOf(d, gateway)
	if err != nil {
		return err
	}
	place := collections.Join3(key, d.Version, gateway)
	if held, err := k.Held.Has(ctx, place); err != nil {
		return err
	} else if !held {
		return errorsmod.Wrapf(dataset.ErrReceipt, "dataset %s version %d is not held", text, d.Version)
	}
	if err := k.Held.Remove(ctx, place); err != nil {
		return err
	}
	return emit(ctx, &dataset.EventReceiptDropped{DatasetId: d.Id, Version: d.Version, Gateway: address})
}

// forget removes all receipts of a version; there are at most as many as gateways.
func (k *Keeper) forget(ctx context.Context, key id.ID, version uint64) error {
	return k.Held.Clear(ctx, collections.NewSuperPrefixedTripleRange[id.ID, uint64, sdk.AccAddress](key, version))
}

// gatewayOf returns the text of an address that the current version lists.
func gatewayOf(d dataset.Dataset, gateway sdk.AccAddress) (string, error) {
	for _, part := range d.Payload.Gateways {
		listed, err := dataset.ParseAddress(part.Gateway)
		if err != nil {
			return "", err
		}
		if listed.Equals(gateway) {
			return part.Gateway, nil
		}
	}
	return "", errorsmod.Wrapf(dataset.ErrNotGateway, "dataset %s version %d", d.Id, d.Version)
}
