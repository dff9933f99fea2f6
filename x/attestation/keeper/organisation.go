package keeper

import (
	"context"
	"errors"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
)

// AccreditOrganisation adds an organisation, active and without bond, or changes
// what it is accredited for; its bond and status stay.
func (s msgServer) AccreditOrganisation(
	ctx context.Context, msg *attestation.MsgAccreditOrganisation,
) (*attestation.MsgAccreditOrganisationResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	if err := s.keeper.authorize(msg.Authority); err != nil {
		return nil, err
	}
	o, err := s.keeper.Organisation(ctx, msg.Address)
	if errors.Is(err, attestation.ErrNotFound) {
		o, err = s.keeper.newOrganisation(ctx, msg.Address)
	}
	if err != nil {
		return nil, err
	}
	o.Kind, o.Country, o.Roles, o.Gateway = msg.Kind, msg.Country, msg.Roles, msg.Gateway
	if err := s.keeper.setOrganisation(ctx, o); err != nil {
		return nil, err
	}
	return &attestation.MsgAccreditOrganisationResponse{}, emit(ctx, &attestation.EventOrganisationAccredited{
		Address: o.Address, Kind: o.Kind, Roles: o.Roles,
	})
}

// SuspendOrganisation silences an organisation, or lets it speak again.
func (s msgServer) SuspendOrganisation(
	ctx context.Context, msg *attestation.MsgSuspendOrganisation,
) (*attestation.MsgSuspendOrganisationResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	if err := s.keeper.authorize(msg.Authority); err != nil {
		return nil, err
	}
	o, err := s.keeper.Organisation(ctx, msg.Address)
	if err != nil {
		return nil, err
	}
	from, to := attestation.ORGANISATION_STATUS_ACTIVE, attestation.ORGANISATION_STATUS_SUSPENDED
	if msg.Lift {
		from, to = to, from
	}
	if o.Status != from {
		return nil, errorsmod.Wrapf(
			attestation.ErrStatus,
			"organisation %s is %s: cannot become %s",
			o.Address,
			o.Status,
			to,
		)
	}
	o.Status = to
	if err := s.keeper.setOrganisation(ctx, o); err != nil {
		return nil, err
	}
	return &attestation.MsgSuspendOrganisationResponse{}, emit(ctx, &attestation.EventOrganisationSuspended{
		Address: o.Address, Lifted: msg.Lift,
	})
}

// UpdateGateway changes how the signing gateway is reached.
func (s msgServer) UpdateGateway(
	ctx context.Context, msg *attestation.MsgUpdateGateway,
) (*attestation.MsgUpdateGatewayResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	o, err := s.keeper.speaker(ctx, msg.Organisation, attestation.ROLE_GATEWAY)
	if err != nil {
		return nil, err
	}
	o.Gateway = &msg.Gateway
	if err := s.keeper.setOrganisation(ctx, o); err != nil {
		return nil, err
	}
	return &attestation.MsgUpdateGatewayResponse{}, emit(ctx, &attestation.EventOrganisationAccredited{
		Address: o.Address, Kind: o.Kind, Roles: o.Roles,
	})
}

func (k *Keeper) newOrganisation(ctx context.Context, text string) (attestation.Organisation, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return attestation.Organisation{}, err
	}
	none := sdk.NewInt64Coin(params.OrganisationBond.Denom, 0)
	return attestation.Organisation{
		Address: text, Status: attestation.ORGANISATION_STATUS_ACTIVE, Bond: none, Locked: none,
	}, nil
}

func (k *Keeper) setOrganisation(ctx context.Context, o attestation.Organisation) error {
	key, err := parse("organisation", o.Address)
	if err != nil {
		return err
	}
	return k.Organisations.Set(ctx, key, o)
}
