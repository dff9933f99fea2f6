package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// register derives the id from the signer, so that nobody can take another's,
// and stores version 1.
func (k *Keeper) register(ctx context.Context, msg *dataset.MsgRegisterDataset) (id.ID, error) {
	owner, err := dataset.ParseAddress(msg.Owner)
	if err != nil {
		return id.ID{}, err
	}
	origin, err := k.OriginChainID(ctx)
	if err != nil {
		return id.ID{}, err
	}
	key := id.Dataset(origin, owner, msg.Random)
	if exists, err := k.Datasets.Has(ctx, key); err != nil {
		return key, err
	} else if exists {
		return key, errorsmod.Wrap(dataset.ErrExists, key.String())
	}
	d := dataset.Dataset{
		Id:      key.String(),
		Version: 1,
		Owner:   msg.Owner,
		Payload: msg.Payload,
		Status:  dataset.STATUS_ACTIVE,
		Height:  sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	if err := k.store(ctx, key, d, msg.Proof); err != nil {
		return key, err
	}
	return key, emit(ctx, &dataset.EventDatasetRegistered{
		DatasetId: d.Id, Owner: d.Owner, Kind: d.Payload.Kind,
	})
}

// replace stores the next version of an active dataset. While it is frozen the
// payload stays, or its owner could slip away from a challenge.
func (k *Keeper) replace(
	ctx context.Context, key id.ID, d dataset.Dataset, msg *dataset.MsgReplacePayload,
) (uint64, error) {
	if d.Status != dataset.STATUS_ACTIVE {
		return 0, errorsmod.Wrapf(dataset.ErrStatus, "dataset %s is %s: cannot be sealed anew", key, d.Status)
	}
	old := d.Version
	d.Version++
	d.Payload = msg.Payload
	d.Height = sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := k.store(ctx, key, d, msg.Proof); err != nil {
		return 0, err
	}
	if err := k.forget(ctx, key, old); err != nil {
		return 0, err
	}
	return d.Version, emit(ctx, &dataset.EventPayloadReplaced{DatasetId: d.Id, Version: d.Version})
}

// store asks the hooks before it writes. Without hooks nobody would check the
// capsule, so nothing is stored.
func (k *Keeper) store(ctx context.Context, key id.ID, d dataset.Dataset, proof []byte) error {
	if k.hooks == nil {
		return errorsmod.Wrapf(dataset.ErrNoHooks, "dataset %s", key)
	}
	if err := k.hooks.BeforePayload(ctx, d, proof); err != nil {
		return err
	}
	return k.Datasets.Set(ctx, key, d)
}

// withdraw ends a dataset. Its digests and receipts stay, as what was the case.
func (k *Keeper) withdraw(ctx context.Context, key id.ID, d dataset.Dataset) error {
	if k.hooks == nil {
		return errorsmod.Wrapf(dataset.ErrNoHooks, "dataset %s", key)
	}
	d.Status = dataset.STATUS_WITHDRAWN
	if err := k.Datasets.Set(ctx, key, d); err != nil {
		return err
	}
	if err := k.hooks.AfterWithdraw(ctx, key); err != nil {
		return err
	}
	return emit(ctx, &dataset.EventDatasetWithdrawn{DatasetId: d.Id})
}
