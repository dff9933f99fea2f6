package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
)

// AttestDeidentification records that the signer opened the current version and
// vouches for it.
func (s msgServer) AttestDeidentification(
	ctx context.Context, msg *attestation.MsgAttestDeidentification,
) (*attestation.MsgAttestDeidentificationResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	d := msg.Statement()
	key, err := s.keeper.attestable(ctx, d)
	if err != nil {
		return nil, err
	}
	if err := s.keeper.verdict(ctx, key, d.Version, d.Attestor, true); err != nil {
		return nil, err
	}
	d.Height = sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := s.keeper.Deidentifications.Set(ctx, collections.Join(key, d.Version), d); err != nil {
		return nil, err
	}
	return &attestation.MsgAttestDeidentificationResponse{}, emit(ctx, &attestation.EventDeidentificationAttested{
		DatasetId: d.DatasetId, Version: d.Version, Attestor: d.Attestor,
	})
}

// RefuseDeidentification records that the signer opened a version and does not
// vouch for it. It ends an attestation of that version by the same signer.
func (s msgServer) RefuseDeidentification(
	ctx context.Context, msg *attestation.MsgRefuseDeidentification,
) (*attestation.MsgRefuseDeidentificationResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	_, err := s.keeper.speaker(ctx, msg.Attestor, attestation.ROLE_ATTESTOR, attestation.ROLE_ARBITER)
	if err != nil {
		return nil, err
	}
	key, set, err := s.keeper.dataset(ctx, msg.DatasetId)
	if err != nil {
		return nil, err
	}
	if msg.Version > set.Version {
		return nil, errorsmod.Wrapf(attestation.ErrVersion, "dataset %s has no version %d", key, msg.Version)
	}
	if err := s.keeper.verdict(ctx, key, msg.Version, msg.Attestor, false); err != nil {
		return nil, err
	}
	if err := s.keeper.revokeOwn(ctx, key, msg.Version, msg.Attestor); err != nil {
		return nil, err
	}
	return &attestation.MsgRefuseDeidentificationResponse{}, emit(ctx, &attestation.EventDeidentificationRefused{
		DatasetId: msg.DatasetId, Version: msg.Version, Attestor: msg.Attestor,
	})
}

// RevokeDeidentification takes the signer's attestation back, also while the
// signer is suspended; an open challenge of it goes on.
func (s msgServer) RevokeDeidentification(
	ctx context.Context, msg *attestation.MsgRevokeDeidentification,
) (*attestation.MsgRevokeDeidentificationResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	key, err := parseID(msg.DatasetId)
	if err != nil {
		return nil, err
	}
	d, _, err := s.keeper.Deidentification(ctx, key, msg.Version)
	if err != nil {
		return nil, err
	}
	if d.Attestor != msg.Attestor {
		return nil, errorsmod.Wrapf(
			attestation.ErrRole,
			"%s did not attest dataset %s version %d",
			msg.Attestor,
			key,
			d.Version,
		)
	}
	if d.Revoked {
		return nil, errorsmod.Wrapf(attestation.ErrRevoked, "attestation of dataset %s version %d", key, d.Version)
	}
	return &attestation.MsgRevokeDeidentificationResponse{}, s.keeper.revoke(ctx, key, d)
}

// attestable checks who speaks, of what, and that nothing stands in the way.
func (k *Keeper) attestable(ctx context.Context, d attestation.Deidentification) (id.ID, error) {
	o, err := k.speaker(ctx, d.Attestor, attestation.ROLE_ATTESTOR)
	if err != nil {
		return id.ID{}, err
	}
	if !o.MayInspect() {
		return id.ID{}, errorsmod.Wrapf(attestation.ErrRole, "organisation %s is %s", d.Attestor, o.Kind)
	}
	key, set, err := k.current(ctx, d.DatasetId, d.Version)
	if err != nil {
		return key, err
	}
	if err := sameDigests(d, set.Payload); err != nil {
		return key, err
	}
	if err := inFuture(ctx, d.Expiry); err != nil {
		return key, err
	}
	return key, k.unopposed(ctx, key, d)
}

// sameDigests refuses an attestation of another file than the chain's.
func sameDigests(d attestation.Deidentification, p dataset.Payload) error {
	for _, f := range []struct {
		name        string
		found, want []byte
	}{
		{"sha256", d.Sha256, p.Sha256},
		{"u", d.U, p.U},
		{"facets_root", d.FacetsRoot, p.FacetsRoot},
	} {
		if !bytes.Equal(f.found, f.want) {
			return errorsmod.Wrapf(attestation.ErrMismatch, "dataset %s: %s", d.DatasetId, f.name)
		}
	}
	return nil
}

// unopposed refuses a version that another attestor vouches for, whose challenge
// is undecided, or whose attestation was judged wrong: that needs a new payload.
func (k *Keeper) unopposed(ctx context.Context, key id.ID, d attestation.Deidentification) error {
	c, found, err := k.challenge(ctx, key, d.Version)
	if err != nil {
		return err
	}
	if found && c.State != attestation.CHALLENGE_STATE_DISMISSED {
		return errorsmod.Wrapf(attestation.ErrChallenge, "of dataset %s version %d is %s", key, d.Version, c.State)
	}
	old, err := k.Deidentifications.Get(ctx, collections.Join(key, d.Version))
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if old.Live(sdk.UnwrapSDKContext(ctx).BlockTime()) && old.Attestor != d.Attestor {
		return errorsmod.Wrapf(
			attestation.ErrExists,
			"dataset %s version %d is attested by %s",
			key,
			d.Version,
			old.Attestor,
		)
	}
	return nil
}

// verdict asks x/custody whether the attestor opened this version.
func (k *Keeper) verdict(ctx context.Context, key id.ID, version uint64, attestor string, clean bool) error {
	if k.verdicts == nil {
		return errorsmod.Wrap(attestation.ErrNoHooks, "verdict")
	}
	who, err := parse("attestor", attestor)
	if err != nil {
		return err
	}
	return k.verdicts.BeforeVerdict(ctx, key, version, who, clean)
}

func (k *Keeper) revoke(ctx context.Context, key id.ID, d attestation.Deidentification) error {
	d.Revoked = true
	if err := k.Deidentifications.Set(ctx, collections.Join(key, d.Version), d); err != nil {
		return err
	}
	return emit(ctx, &attestation.EventDeidentificationRevoked{
		DatasetId: d.DatasetId, Version: d.Version, Attestor: d.Attestor,
	})
}

// revokeOwn ends what the attestor said of a version before, if it said anything.
func (k *Keeper) revokeOwn(ctx context.Context, key id.ID, version uint64, attestor string) error {
	d, err := k.Deidentifications.Get(ctx, collections.Join(key, version))
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil || d.Attestor != attestor || d.Revoked {
		return err
	}
	return k.revoke(ctx, key, d)
}

// dataset returns the dataset that a text id names.
func (k *Keeper) dataset(ctx context.Context, text string) (id.ID, dataset.Dataset, error) {
	key, err := parseID(text)
	if err != nil {
		return key, dataset.Dataset{}, err
	}
	d, err := k.datasets.Dataset(ctx, key)
	return key, d, err
}

// current returns an active dataset whose version this is.
func (k *Keeper) current(ctx context.Context, text string, version uint64) (id.ID, dataset.Dataset, error) {
	key, d, err := k.dataset(ctx, text)
	if err != nil {
		return key, d, err
	}
	if d.Status != dataset.STATUS_ACTIVE {
		return key, d, errorsmod.Wrapf(attestation.ErrStatus, "dataset %s is %s", key, d.Status)
	}
	if d.Version != version {
		return key, d, errorsmod.Wrapf(
			attestation.ErrVersion,
			"dataset %s is at version %d, not %d",
			key,
			d.Version,
			version,
		)
	}
	return key, d, nil
}

func parseID(text string) (id.ID, error) {
	key, err := id.Parse(text)
	if err != nil {
		return key, errorsmod.Wrapf(attestation.ErrInvalid, "dataset_id: %v", err)
	}
	return key, nil
}
