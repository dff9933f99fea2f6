package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// InspectionKey is dataset id, version, inspection id.
type InspectionKey = collections.Triple[id.ID, uint64, id.ID]

// Inspections are the looks of attestors into datasets.
type Inspections struct {
	// Inspections is keyed by inspection id.
	Inspections collections.Map[id.ID, custody.Inspection]
	// ByVersion is keyed by dataset, version, inspection: those that were read, or
	// still may be. There are at most custody.MaxInspections of a version.
	ByVersion collections.KeySet[InspectionKey]
	// Deadlines is keyed by height, inspection: the last height for a verdict.
	Deadlines collections.KeySet[collections.Pair[uint64, id.ID]]
}

func newInspections(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Inspections {
	return Inspections{
		Inspections: collections.NewMap(sb, custody.InspectionsPrefix, "inspections", dataset.IDKey,
			codec.CollValue[custody.Inspection](cdc)),
		ByVersion: collections.NewKeySet(sb, custody.InspectionsByVersionPrefix, "inspections_by_version",
			collections.TripleKeyCodec(dataset.IDKey, collections.Uint64Key, dataset.IDKey)),
		Deadlines: collections.NewKeySet(sb, custody.InspectionDeadlinesPrefix, "inspection_deadlines",
			collections.PairKeyCodec(collections.Uint64Key, dataset.IDKey)),
	}
}

// Inspection returns an inspection, or custody.ErrNotFound.
func (s Inspections) Inspection(ctx context.Context, key id.ID) (custody.Inspection, error) {
	out, err := s.Inspections.Get(ctx, key)
	return out, found(err, "inspection %s", key)
}

// ofVersion lists the inspections of a version that count.
func (s Inspections) ofVersion(ctx context.Context, of id.ID, version uint64) ([]custody.Inspection, error) {
	return s.list(ctx, collections.NewSuperPrefixedTripleRange[id.ID, uint64, id.ID](of, version))
}

func (s Inspections) list(ctx context.Context, span collections.Ranger[InspectionKey]) ([]custody.Inspection, error) {
	var keys []id.ID
	err := s.ByVersion.Walk(ctx, span, func(key InspectionKey) (bool, error) {
		keys = append(keys, key.K3())
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]custody.Inspection, len(keys))
	for i, key := range keys {
		if out[i], err = s.Inspections.Get(ctx, key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// add stores an inspection that was asked for.
func (s Inspections) add(ctx context.Context, key, of id.ID, i custody.Inspection) error {
	others, err := s.ofVersion(ctx, of, i.Version)
	if err != nil {
		return err
	}
	if len(others) >= custody.MaxInspections {
		return errorsmod.Wrapf(custody.ErrInspection, "version %d of %s has %d already", i.Version, of, len(others))
	}
	for _, other := range others {
		if other.Organisation == i.Organisation && other.Undecided() {
			return errorsmod.Wrapf(
				custody.ErrInspection,
				"%s inspects version %d of %s already",
				i.Organisation,
				i.Version,
				of,
			)
		}
	}
	if err := s.ByVersion.Set(ctx, collections.Join3(of, i.Version, key)); err != nil {
		return err
	}
	return s.Inspections.Set(ctx, key, i)
}

// move stores an inspection in another state, with its deadline, and announces it.
func (s Inspections) move(ctx context.Context, key id.ID, i custody.Inspection, to custody.InspectionState) error {
	if i.Deadline > 0 {
		at := collections.Join(uint64(i.Deadline), key)
		if to == custody.INSPECTION_STATE_RELEASED {
			if err := s.Deadlines.Set(ctx, at); err != nil {
				return err
			}
		} else if err := s.Deadlines.Remove(ctx, at); err != nil {
			return err
		}
	}
	i.State = to
	if err := s.Inspections.Set(ctx, key, i); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&custody.EventInspectionChanged{
		InspectionId: i.Id, DatasetId: i.DatasetId, Organisation: i.Organisation, State: to,
	})
}

// requestInspection stores the owner's consent that an organisation reads a version.
func (k *Keeper) requestInspection(ctx context.Context, m *custody.MsgRequestInspection) (id.ID, error) {
	of, err := id.Parse(m.DatasetId)
	if err != nil {
		return id.ID{}, errorsmod.Wrapf(custody.ErrInvalid, "dataset_id: %v", err)
	}
	d, err := k.left.Datasets.Dataset(ctx, of)
	if err != nil {
		return id.ID{}, err
	}
	if d.Owner != m.Owner {
		return id.ID{}, errorsmod.Wrapf(custody.ErrNotOwner, "%s of dataset %s", m.Owner, of)
	}
	if d.Status != dataset.STATUS_ACTIVE || d.Version != m.Version {
		return id.ID{}, errorsmod.Wrapf(
			custody.ErrDataset,
			"%s is %s in version %d, not %d",
			of,
			d.Status,
			d.Version,
			m.Version,
		)
	}
	if err := k.mayInspect(ctx, m.Organisation); err != nil {
		return id.ID{}, err
	}
	origin, err := k.left.Datasets.OriginChainID(ctx)
	if err != nil {
		return id.ID{}, err
	}
	organisation, err := dataset.ParseAddress(m.Organisation)
	if err != nil {
		return id.ID{}, err
	}
	key := id.Inspection(origin, of, m.Version, organisation, m.Random)
	taken, err := k.Inspections.Inspections.Has(ctx, key)
	if err != nil {
		return id.ID{}, err
	}
	if taken {
		return id.ID{}, errorsmod.Wrapf(custody.ErrExists, "inspection %s", key)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return id.ID{}, err
	}
	i := custody.Inspection{
		Id: key.String(), DatasetId: m.DatasetId, Version: m.Version, Owner: m.Owner, Organisation: m.Organisation,
		State: custody.INSPECTION_STATE_REQUESTED, Bond: sdk.NewInt64Coin(params.InspectionBond.Denom, 0),
	}
	if err := k.Inspections.add(ctx, key, of, i); err != nil {
		return id.ID{}, err
	}
	return key, k.Inspections.move(ctx, key, i, i.State)
}

// mayInspect asks x/attestation about an organisation.
func (k *Keeper) mayInspect(ctx context.Context, organisation string) error {
	o, err := k.left.Attestations.Organisation(ctx, organisation)
	if errors.Is(err, attestation.ErrNotFound) {
		return errorsmod.Wrapf(custody.ErrOrganisation, "%s is not accredited", organisation)
	}
	if err != nil {
		return err
	}
	return custody.MayInspect(o)
}

// acceptInspection takes the organisation's seat and bond and opens the job.
func (k *Keeper) acceptInspection(ctx context.Context, m *custody.MsgAcceptInspection) error {
	key, err := id.Parse(m.InspectionId)
	if err != nil {
		return errorsmod.Wrapf(custody.ErrInvalid, "inspection_id: %v", err)
	}
	i, err := k.Inspections.Inspection(ctx, key)
	if err != nil {
		return err
	}
	if i.Organisation != m.Organisation {
		return errorsmod.Wrapf(custody.ErrNotOwner, "inspection %s is for %s", key, i.Organisation)
	}
	if i.State != custody.INSPECTION_STATE_REQUESTED {
		return errorsmod.Wrapf(custody.ErrInspection, "%s is %s", key, i.State)
	}
	if err := k.mayInspect(ctx, m.Organisation); err != nil {
		return err
	}
	of, err := id.Parse(i.DatasetId)
	if err != nil {
		return err
	}
	d, err := k.left.Datasets.Dataset(ctx, of)
	if err != nil {
		return err
	}
	if d.Version != i.Version {
		return errorsmod.Wrapf(custody.ErrDataset, "%s is in version %d, not %d", of, d.Version, i.Version)
	}
	reader, err := dataset.ParseAddress(m.Organisation)
	if err != nil {
		return err
	}
	posts := []custody.SeatPost{{Q: m.Q, Proof: m.Proof}}
	if err := k.verifySeats(ctx, d.Payload.KeyId, key, reader, 0, posts); err != nil {
		return err
	}
	if err := k.Seats.see(ctx, m.Q); err != nil {
		return err
	}
	if err := k.takeBond(ctx, reader, m.Bond); err != nil {
		return err
	}
	seat := custody.Seat{RequestId: i.Id, Reader: m.Organisation, Q: m.Q, State: custody.SEAT_STATE_FREE}
	if err := k.openJob(ctx, seat, d, custody.Job{Kind: custody.JOB_KIND_INSPECTION}); err != nil {
		return err
	}
	i.Bond, i.DeliveryKey = m.Bond, m.DeliveryKey
	return k.Inspections.move(ctx, key, i, custody.INSPECTION_STATE_ACCEPTED)
}

// withdrawInspection is the owner's word against an inspection: before the batch
// it ends it; while its job stands in this block's batch the next block settles
// it, as with a revocation.
func (k *Keeper) withdrawInspection(ctx context.Context, m *custody.MsgWithdrawInspection) error {
	key, err := id.Parse(m.InspectionId)
	if err != nil {
		return errorsmod.Wrapf(custody.ErrInvalid, "inspection_id: %v", err)
	}
	if err := k.CheckWithdrawInspection(ctx, key, m.Owner); err != nil {
		return err
	}
	i, err := k.Inspections.Inspection(ctx, key)
	if err != nil {
		return err
	}
	if i.State == custody.INSPECTION_STATE_REQUESTED {
		return k.endInspection(ctx, key, custody.CAUSE_WITHDRAWN)
	}
	seat := collections.Join(key, uint64(0))
	job, err := k.Jobs.ofSeat(ctx, seat)
	if err != nil {
		return err
	}
	return k.revoke(ctx, seat, job, custody.CAUSE_WITHDRAWN)
}

// inspectionReleased starts the time for a verdict.
func (k *Keeper) inspectionReleased(ctx sdk.Context, key id.ID) error {
	i, err := k.Inspections.Inspection(ctx, key)
	if err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	i.Deadline = ctx.BlockHeight() + params.InspectionWindow
	return k.Inspections.move(ctx, key, i, custody.INSPECTION_STATE_RELEASED)
}

// lookInspection is the last look at an inspection's permission.
func (k *Keeper) lookInspection(ctx context.Context, key id.ID, d dataset.Dataset) (answer, error) {
	i, err := k.Inspections.Inspection(ctx, key)
	if err != nil {
		return mayNotOpen, err
	}
	if d.Status == dataset.STATUS_WITHDRAWN {
		return mayNotOpen, nil
	}
	if err := k.mayInspect(ctx, i.Organisation); err != nil {
		if errors.Is(err, custody.ErrOrganisation) {
			return mayNotOpen, nil
		}
		return mayNotOpen, err
	}
	complete, err := k.complete(ctx, d)
	if err != nil {
		return mayNotOpen, err
	}
	if !complete || d.Status != dataset.STATUS_ACTIVE {
		return mustWait, nil
	}
	return mayOpen, nil
}

// BeforeVerdict lets an attestor speak about a version only after it has opened
// this version in an inspection whose time has not run out, and returns its bond.
// It is x/attestation's hook.
func (k *Keeper) BeforeVerdict(
	ctx context.Context, of id.ID, version uint64, attestor sdk.AccAddress, clean bool,
) error {
	all, err := k.Inspections.ofVersion(ctx, of, version)
	if err != nil {
		return err
	}
	for _, i := range all {
		by, err := dataset.ParseAddress(i.Organisation)
		if err != nil {
			return err
		}
		if i.State != custody.INSPECTION_STATE_RELEASED || !bytes.Equal(by, attestor) {
			continue
		}
		if i.Deadline < sdk.UnwrapSDKContext(ctx).BlockHeight() {
			return errorsmod.Wrapf(custody.ErrInspection, "time of %s ran out at %d", i.Id, i.Deadline)
		}
		to := custody.INSPECTION_STATE_REFUSED
		if clean {
			to = custody.INSPECTION_STATE_ATTESTED
		}
		return k.settle(ctx, i, to, by)
	}
	return errorsmod.Wrapf(custody.ErrInspection, "%s has not opened version %d of %s", attestor, version, of)
}
