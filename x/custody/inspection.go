package custody

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/x/attestation"
)

// Undecided reports whether the inspection has not ended.
func (i Inspection) Undecided() bool {
	switch i.State {
	case INSPECTION_STATE_REQUESTED, INSPECTION_STATE_ACCEPTED, INSPECTION_STATE_RELEASED:
		return true
	default:
		return false
	}
}

// MayInspect reports why an organisation may not read a dataset to judge it:
// insurers, employers, governments and law enforcement never may, and the others
// only while they are active and accredited as attestor or arbiter.
func MayInspect(o attestation.Organisation) error {
	if !o.Active() {
		return errorsmod.Wrapf(ErrOrganisation, "%s is %s", o.Address, o.Status)
	}
	if !o.MayInspect() {
		return errorsmod.Wrapf(ErrOrganisation, "%s is of kind %s", o.Address, o.Kind)
	}
	if !o.Has(attestation.ROLE_ATTESTOR) && !o.Has(attestation.ROLE_ARBITER) {
		return errorsmod.Wrapf(ErrOrganisation, "%s is neither attestor nor arbiter", o.Address)
	}
	return nil
}
