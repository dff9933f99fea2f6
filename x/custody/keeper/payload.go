package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// BeforePayload checks a capsule before a version of a dataset is stored: the key
// is active, the owner proves that the capsule was made for this dataset,
// version and file, and its U was never met; a new version waits until no seat
// of the old one is open. U is remembered for ever. It is x/dataset's hook.
func (k *Keeper) BeforePayload(ctx context.Context, d dataset.Dataset, proof []byte) error {
	of, err := d.ID()
	if err != nil {
		return err
	}
	stored, err := k.Committees.active(ctx, d.Payload.KeyId)
	if err != nil {
		return err
	}
	key, err := k.thresholdKey(ctx, stored)
	if err != nil {
		return err
	}
	if d.Version > 1 {
		open, err := k.Seats.openOf(ctx, of)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			return errorsmod.Wrapf(custody.ErrOpenSeats, "%s has %d", of, len(open))
		}
	}
	owner, err := dataset.ParseAddress(d.Owner)
	if err != nil {
		return err
	}
	gate, err := dataset.GateBytes(d.Payload.Threshold, d.Payload.Gateways)
	if err != nil {
		return err
	}
	p := d.Payload
	capsule := threshold.CapsuleContext{
		DatasetID: of, Version: d.Version, Owner: owner, SHA256: p.Sha256, TreeRoot: p.TreeRoot, U: p.U,
		BodySHA256: p.BodySha256, Gate: gate, FacetsRoot: p.FacetsRoot,
	}
	if err := key.VerifyCapsule(capsule, proof); err != nil {
		return errorsmod.Wrapf(custody.ErrProof, "capsule of %s: %v", of, err)
	}
	if err := k.Seats.see(ctx, p.U); err != nil {
		return errorsmod.Wrap(err, "u")
	}
	if d.Version == 1 {
		return nil
	}
	return k.endInspections(ctx, of)
}
