package attestation

import (
	"slices"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/dataset"
)

// Active reports whether the organisation may speak, and what it said counts.
func (o Organisation) Active() bool { return o.Status == ORGANISATION_STATUS_ACTIVE }

// Has reports whether the organisation was accredited for the role.
func (o Organisation) Has(role Role) bool { return slices.Contains(o.Roles, role) }

// ActsAs reports whether the organisation is active and was accredited for the role. Its
// bond, which a new statement needs as well, is not looked at.
func (o Organisation) ActsAs(role Role) bool { return o.Active() && o.Has(role) }

// Facts is what duo.Permits is told of the organisation.
func (o Organisation) Facts() duo.Organisation {
	return duo.Organisation{
		Address: o.Address, Kind: duo.OrganisationKind(o.Kind), Country: o.Country, Accredited: o.Active(),
	}
}

// MayInspect reports whether the organisation's kind may read data that no one
// attested yet. Insurers, employers, governments and law enforcement never may,
// whatever roles they hold.
func (o Organisation) MayInspect() bool { return mayInspect(o.Kind) }

// Free is the part of the bond that stands for no open obligation.
func (o Organisation) Free() sdk.Coin { return o.Bond.Sub(o.Locked) }

// Validate reports the first field that no stored organisation can have.
func (o Organisation) Validate() error {
	if err := validateAddress("address", o.Address); err != nil {
		return err
	}
	if err := validateAccreditation(o.Kind, o.Country, o.Roles, o.Gateway); err != nil {
		return errorsmod.Wrapf(err, "organisation %s", o.Address)
	}
	if o.Status != ORGANISATION_STATUS_ACTIVE && o.Status != ORGANISATION_STATUS_SUSPENDED {
		return errorsmod.Wrapf(ErrInvalid, "organisation %s: status %d", o.Address, o.Status)
	}
	if err := validateCoin("bond", o.Bond); err != nil {
		return errorsmod.Wrapf(err, "organisation %s", o.Address)
	}
	if err := validateCoin("locked", o.Locked); err != nil {
		return errorsmod.Wrapf(err, "organisation %s", o.Address)
	}
	if o.Bond.Denom != o.Locked.Denom || o.Bond.IsLT(o.Locked) {
		return errorsmod.Wrapf(ErrBond, "organisation %s: %s locked of %s", o.Address, o.Locked, o.Bond)
	}
	return nil
}

func mayInspect(kind OrganisationKind) bool {
	switch kind {
	case ORGANISATION_KIND_HOSPITAL, ORGANISATION_KIND_LAB, ORGANISATION_KIND_UNIVERSITY,
		ORGANISATION_KIND_NONPROFIT, ORGANISATION_KIND_COMPANY:
		return true
	default:
		return false
	}
}

// validateAccreditation checks what the authority says about an organisation.
func validateAccreditation(kind OrganisationKind, country string, roles []Role, gateway *GatewayInfo) error {
	if kind < ORGANISATION_KIND_HOSPITAL || kind > ORGANISATION_KIND_LAW_ENFORCEMENT {
		return errorsmod.Wrapf(ErrInvalid, "kind %d is unknown", kind)
	}
	if len(country) != 2 || !between(country[0], 'A', 'Z') || !between(country[1], 'A', 'Z') {
		return errorsmod.Wrapf(ErrInvalid, "country %q is not two capital letters", country)
	}
	if len(roles) == 0 {
		return errorsmod.Wrap(ErrInvalid, "roles are empty")
	}
	for i, role := range roles {
		if role < ROLE_ATTESTOR || role > ROLE_ARBITER {
			return errorsmod.Wrapf(ErrInvalid, "roles[%d]: %d is unknown", i, role)
		}
		if slices.Contains(roles[:i], role) {
			return errorsmod.Wrapf(ErrInvalid, "roles[%d]: %s stands twice", i, role)
		}
		if (role == ROLE_ATTESTOR || role == ROLE_ARBITER) && !mayInspect(kind) {
			return errorsmod.Wrapf(ErrRole, "kind %s never has role %s", kind, role)
		}
	}
	if !slices.Contains(roles, ROLE_GATEWAY) {
		if gateway != nil {
			return errorsmod.Wrap(ErrInvalid, "gateway is set without role ROLE_GATEWAY")
		}
		return nil
	}
	if gateway == nil {
		return errorsmod.Wrap(ErrInvalid, "gateway is missing for role ROLE_GATEWAY")
	}
	return gateway.Validate()
}

func between(b, low, high byte) bool { return low <= b && b <= high }

// validateAddress checks an account's bech32 address and names the field.
func validateAddress(field, text string) error {
	if _, err := dataset.ParseAddress(text); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "%s: %v", field, err)
	}
	return nil
}

// validateCoin checks an amount that may be zero.
func validateCoin(field string, coin sdk.Coin) error {
	if coin.Amount.IsNil() {
		return errorsmod.Wrapf(ErrInvalid, "%s has no amount", field)
	}
	if err := coin.Validate(); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "%s: %v", field, err)
	}
	return nil
}
