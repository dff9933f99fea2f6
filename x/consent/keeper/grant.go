package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

// GrantConsent stores the first consent of a dataset, or one after a revocation. The
// revoker, if one was named, stays.
func (m msgServer) GrantConsent(
	ctx context.Context, msg *consent.MsgGrantConsent,
) (*consent.MsgGrantConsentResponse, error) {
	key, provision, err := m.accept(ctx, msg, msg.Owner, msg.DatasetId, msg.Provision)
	if err != nil {
		return nil, err
	}
	latest, err := m.k.Consent(ctx, key)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return nil, err
	}
	if latest.Status == consent.STATUS_ACTIVE {
		return nil, errorsmod.Wrapf(consent.ErrActive, "version %d of dataset %s", latest.Version, key)
	}
	latest.DatasetId, latest.Owner, latest.Provision = key.String(), msg.Owner, provision
	version, err := m.k.append(ctx, key, latest, consent.STATUS_ACTIVE)
	if err != nil {
		return nil, err
	}
	if err := emit(ctx, &consent.EventConsentGranted{DatasetId: key.String(), Version: version}); err != nil {
		return nil, err
	}
	return &consent.MsgGrantConsentResponse{Version: version}, nil
}

// AmendConsent replaces the active version that the owner saw.
func (m msgServer) AmendConsent(
	ctx context.Context, msg *consent.MsgAmendConsent,
) (*consent.MsgAmendConsentResponse, error) {
	key, provision, err := m.accept(ctx, msg, msg.Owner, msg.DatasetId, msg.Provision)
	if err != nil {
		return nil, err
	}
	latest, err := m.k.active(ctx, key, msg.Version)
	if err != nil {
		return nil, err
	}
	latest.Provision = provision
	version, err := m.k.append(ctx, key, latest, consent.STATUS_ACTIVE)
	if err != nil {
		return nil, err
	}
	if err := emit(ctx, &consent.EventConsentAmended{DatasetId: key.String(), Version: version}); err != nil {
		return nil, err
	}
	return &consent.MsgAmendConsentResponse{Version: version}, nil
}

// accept checks everything about a grant or an amendment but the state of the
// dataset's consent, and returns the provision as it is stored.
func (m msgServer) accept(
	ctx context.Context, msg sdk.HasValidateBasic, owner, datasetID string, provision consent.Provision,
) (id.ID, consent.Provision, error) {
	fail := func(err error) (id.ID, consent.Provision, error) { return id.ID{}, consent.Provision{}, err }
	if err := msg.ValidateBasic(); err != nil {
		return fail(err)
	}
	if err := provision.ValidateAt(sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return fail(err)
	}
	key, err := m.k.owned(ctx, owner, datasetID)
	if err != nil {
		return fail(err)
	}
	if err := m.k.registered(ctx, provision); err != nil {
		return fail(err)
	}
	if err := m.k.payable(provision.Payout); err != nil {
		return fail(err)
	}
	provision, err = provision.Canonical()
	return key, provision, err
}

// owned returns the id of a dataset that the signer owns and has not withdrawn. A
// frozen one is as good as an active one here: it wins no seat while it is frozen.
func (k *Keeper) owned(ctx context.Context, owner, datasetID string) (id.ID, error) {
	key, err := id.Parse(datasetID)
	if err != nil {
		return id.ID{}, err
	}
	d, err := k.left.Datasets.Dataset(ctx, key)
	if err != nil {
		return id.ID{}, err
	}
	if d.Owner != owner {
		return id.ID{}, errorsmod.Wrapf(consent.ErrNotOwner, "dataset %s, signer %s", key, owner)
	}
	if d.Status == dataset.STATUS_WITHDRAWN {
		return id.ID{}, errorsmod.Wrap(consent.ErrWithdrawn, key.String())
	}
	return key, nil
}

// registered refuses a text that the patient cannot have been shown, and a codebook
// that nobody can prove an ancestry in.
func (k *Keeper) registered(ctx context.Context, p consent.Provision) error {
	d := p.Disclosure
	template, err := k.Templates.Get(ctx, collections.Join(d.TemplateId, d.Language))
	if errors.Is(err, collections.ErrNotFound) {
		return errorsmod.Wrapf(consent.ErrTemplate, "no template %s in %s", d.TemplateId, d.Language)
	}
	if err != nil {
		return err
	}
	if !bytes.Equal(template.TextSha256, d.TextSha256) {
		return errorsmod.Wrapf(
			consent.ErrTemplate,
			"digest of %s in %s is not %X",
			d.TemplateId,
			d.Language,
			d.TextSha256,
		)
	}
	if p.Policy.Codebook == "" {
		return nil
	}
	_, err = k.Codebook(ctx, p.Policy.Codebook)
	return err
}

// payable refuses an account that a payment would fail to, before anything depends
// on it: the payment stands in the same transition as the release.
func (k *Keeper) payable(payout string) error {
	if payout == "" {
		return nil
	}
	account, err := dataset.ParseAddress(payout)
	if err != nil {
		return err
	}
	if k.left.Bank.BlockedAddr(account) {
		return errorsmod.Wrap(consent.ErrPayout, payout)
	}
	return nil
}

// append stores the next version. Everything is checked by now.
func (k *Keeper) append(ctx context.Context, key id.ID, c consent.Consent, status consent.Status) (uint64, error) {
	block := sdk.UnwrapSDKContext(ctx)
	c.Version++
	c.Status = status
	c.Height = block.BlockHeight()
	c.Time = block.BlockTime()
	if err := k.Consents.Set(ctx, collections.Join(key, c.Version), c); err != nil {
		return 0, err
	}
	return c.Version, k.Latest.Set(ctx, key, c.Version)
}
