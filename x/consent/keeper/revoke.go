package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

// RevokeConsent ends the active version that the signer saw, with a version that
// keeps its provision. It asks nothing of the dataset: revoking always works.
func (m msgServer) RevokeConsent(
	ctx context.Context, msg *consent.MsgRevokeConsent,
) (*consent.MsgRevokeConsentResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	key, err := id.Parse(msg.DatasetId)
	if err != nil {
		return nil, err
	}
	latest, err := m.k.revocable(ctx, key, msg.Version, msg.Signer)
	if err != nil {
		return nil, err
	}
	version, err := m.k.append(ctx, key, latest, consent.STATUS_INACTIVE)
	if err != nil {
		return nil, err
	}
	if err := m.k.afterRevoke(ctx, key); err != nil {
		return nil, err
	}
	if err := emit(ctx, &consent.EventConsentRevoked{DatasetId: key.String(), Version: version}); err != nil {
		return nil, err
	}
	return &consent.MsgRevokeConsentResponse{Version: version}, nil
}

// afterRevoke calls the hook, on the house: what it ends grows with the seats that the
// dataset has won, and no number of them may make a revocation run out of gas.
func (k *Keeper) afterRevoke(ctx context.Context, key id.ID) error {
	if k.hooks == nil {
		return nil
	}
	return k.hooks.AfterRevoke(sdk.UnwrapSDKContext(ctx).WithGasMeter(storetypes.NewInfiniteGasMeter()), key)
}

// SetRevoker names or removes the carer, in the latest version and without a new one.
func (m msgServer) SetRevoker(
	ctx context.Context, msg *consent.MsgSetRevoker,
) (*consent.MsgSetRevokerResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	key, err := id.Parse(msg.DatasetId)
	if err != nil {
		return nil, err
	}
	latest, err := m.k.Consent(ctx, key)
	if err != nil {
		return nil, err
	}
	if latest.Owner != msg.Owner {
		return nil, errorsmod.Wrapf(consent.ErrNotOwner, "dataset %s, signer %s", key, msg.Owner)
	}
	latest.Revoker = msg.Revoker
	if err := m.k.Consents.Set(ctx, collections.Join(key, latest.Version), latest); err != nil {
		return nil, err
	}
	if err := m.k.welcome(ctx, msg.Revoker); err != nil {
		return nil, err
	}
	event := &consent.EventRevokerSet{DatasetId: key.String(), Version: latest.Version}
	return &consent.MsgSetRevokerResponse{}, emit(ctx, event)
}

// welcome makes an account for a revoker without one: without it she could sign
// nothing, and getting one would cost her what the zero-fee lane saves.
func (k *Keeper) welcome(ctx context.Context, revoker string) error {
	if revoker == "" {
		return nil
	}
	account, err := dataset.ParseAddress(revoker)
	if err != nil {
		return err
	}
	if !k.left.Accounts.HasAccount(ctx, account) {
		k.left.Accounts.SetAccount(ctx, k.left.Accounts.NewAccountWithAddress(ctx, account))
	}
	return nil
}

// CheckRevoke reports whether MsgRevokeConsent with these fields would be accepted now.
func (k *Keeper) CheckRevoke(ctx context.Context, key id.ID, version uint64, signer string) error {
	_, err := k.revocable(ctx, key, version, signer)
	return err
}

// UseLane takes a place in the zero-fee lane of this block for a dataset or an
// inspection, or returns consent.ErrLaneFull. Each id has one place a block, so that
// one consent cannot carry many transactions of which all but the first fail unpaid.
func (k *Keeper) UseLane(ctx context.Context, subject id.ID) error {
	used, err := k.Lane.Has(ctx, subject)
	if err != nil {
		return err
	}
	if used {
		return errorsmod.Wrapf(consent.ErrLaneFull, "%s was served", subject)
	}
	places, err := k.LanePlaces(ctx)
	if err != nil {
		return err
	}
	count, err := k.LaneCount.Get(ctx)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if int64(count) >= int64(places) {
		return errorsmod.Wrapf(consent.ErrLaneFull, "%d were served", count)
	}
	if err := k.Lane.Set(ctx, subject); err != nil {
		return err
	}
	return k.LaneCount.Set(ctx, count+1)
}

// LanePlaces is how many transactions the zero-fee lane takes in one block.
func (k *Keeper) LanePlaces(ctx context.Context) (int, error) {
	params, err := k.Params.Get(ctx)
	return int(params.RevokesABlock), err
}

// revocable returns the active version if the signer may revoke it.
func (k *Keeper) revocable(ctx context.Context, key id.ID, version uint64, signer string) (consent.Consent, error) {
	latest, err := k.active(ctx, key, version)
	if err != nil {
		return consent.Consent{}, err
	}
	if !latest.MayRevoke(signer) {
		return consent.Consent{}, errorsmod.Wrapf(consent.ErrNotRevoker, "dataset %s, signer %s", key, signer)
	}
	return latest, nil
}

// active returns the latest version, which must be the named one and active. An
// expired one is: its owner may still amend or revoke it.
func (k *Keeper) active(ctx context.Context, key id.ID, version uint64) (consent.Consent, error) {
	latest, err := k.Consent(ctx, key)
	if err != nil {
		return consent.Consent{}, err
	}
	if latest.Version != version {
		return consent.Consent{}, errorsmod.Wrapf(consent.ErrVersion,
			"%d of dataset %s, the latest is %d", version, key, latest.Version)
	}
	if latest.Status != consent.STATUS_ACTIVE {
		return consent.Consent{}, errorsmod.Wrapf(consent.ErrNotActive, "version %d of dataset %s", version, key)
	}
	return latest, nil
}
