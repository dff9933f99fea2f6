package consent

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
)

// ID returns the id of the dataset that the consent is for.
func (c Consent) ID() (id.ID, error) {
	return id.Parse(c.DatasetId)
}

// DUO is the state of the consent that duo.Permits looks at.
func (c Consent) DUO() duo.Consent {
	return duo.Consent{
		Active:   c.Status == STATUS_ACTIVE,
		Start:    c.Time,
		Expiry:   value(c.Provision.Expiry.Time),
		NoExpiry: c.Provision.Expiry.Never,
	}
}

// MayRevoke reports whether this signer may end the consent.
func (c Consent) MayRevoke(signer string) bool {
	return signer != "" && (signer == c.Owner || signer == c.Revoker)
}

// Validate refuses a consent that is malformed. Its expiry may have passed.
func (c Consent) Validate() error {
	f := named("owner", c.Owner, c.DatasetId)
	f.need(c.Version > 0, "version")
	f.need(c.Status == STATUS_ACTIVE || c.Status == STATUS_INACTIVE, "status")
	f.need(c.Height >= 0, "height")
	f.need(!c.Time.IsZero(), "time")
	f.need(validRevoker(c.Revoker, c.Owner), "revoker")
	f.nested(c.Provision.Validate(), "")
	return f.err()
}

// validRevoker reports whether there is none, or an account other than the owner's:
// she may revoke anyway.
func validRevoker(revoker, owner string) bool {
	return revoker == "" || (validAddress(revoker) && revoker != owner)
}

// follows refuses a version that cannot come next in the dataset's history: a gap,
// another owner, or a revocation of what is not active.
func (c Consent) follows(before Consent) error {
	if c.Version != before.Version+1 {
		return errorsmod.Wrapf(ErrGenesis, "version %d of %s after %d", c.Version, c.DatasetId, before.Version)
	}
	if before.Version > 0 && c.Owner != before.Owner {
		return errorsmod.Wrapf(ErrGenesis, "version %d of %s has another owner", c.Version, c.DatasetId)
	}
	if c.Status == STATUS_INACTIVE && before.Status != STATUS_ACTIVE {
		return errorsmod.Wrapf(ErrGenesis, "version %d of %s revokes nothing", c.Version, c.DatasetId)
	}
	return nil
}
