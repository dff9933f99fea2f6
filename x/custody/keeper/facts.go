package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// inquiry gathers what duo.Permits needs to know. What is not there stays zero,
// which denies.
type inquiry struct {
	keeper  *Keeper
	ctx     context.Context
	terms   custody.Terms
	id      id.ID
	dataset dataset.Dataset

	policy         duo.Policy
	use            duo.Use
	consentVersion uint64
	attestor       string
}

func (f *inquiry) assemble() (duo.Facts, error) {
	sdkCtx := sdk.UnwrapSDKContext(f.ctx)
	facts := duo.Facts{Height: sdkCtx.BlockHeight(), Time: sdkCtx.BlockTime()}
	for _, step := range []func(*duo.Facts) error{
		f.stated, f.granted, f.sealed, f.attested, f.approved, f.parties, f.codebook,
	} {
		if err := step(&facts); err != nil {
			return duo.Facts{}, err
		}
	}
	return facts, nil
}

// stated converts the use. One that does not convert was never stored: Permits
// calls it malformed.
func (f *inquiry) stated(*duo.Facts) error {
	use, err := f.terms.Use.DUO()
	use.KeyID = f.terms.KeyId
	f.use = use
	return missing(err)
}

func (f *inquiry) granted(facts *duo.Facts) error {
	c, err := f.keeper.left.Consents.Consent(f.ctx, f.id)
	if errors.Is(err, consent.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f.consentVersion = c.Version
	facts.Consent = c.DUO()
	f.policy, err = c.Provision.Policy.DUO()
	return missing(err)
}

// missing lets Permits deny what is incomplete.
func missing(err error) error {
	var incomplete *duo.MissingFieldsError
	if errors.As(err, &incomplete) {
		return nil
	}
	return err
}

func (f *inquiry) sealed(facts *duo.Facts) error {
	facts.Dataset = duo.Dataset{
		Active:      f.dataset.Status == dataset.STATUS_ACTIVE,
		KeyID:       f.dataset.Payload.KeyId,
		DataClasses: f.dataset.Payload.Kind.DataClasses(f.policy.DataClasses),
	}
	return nil
}

func (f *inquiry) attested(facts *duo.Facts) error {
	s, challenged, err := f.keeper.left.Attestations.Deidentification(f.ctx, f.id, f.dataset.Version)
	if errors.Is(err, attestation.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f.attestor = s.Attestor
	by, err := f.organisation(s.Attestor)
	if err != nil {
		return err
	}
	facts.Attestation = duo.Attestation{
		Live: s.Vouches(f.dataset.Payload) && s.Live(facts.Time) && s.Version == f.dataset.Version &&
			by.ActsAs(attestation.ROLE_ATTESTOR),
		Basis:      duo.Basis(s.Basis),
		Challenged: challenged,
	}
	return nil
}

func (f *inquiry) approved(facts *duo.Facts) error {
	approvals, err := f.keeper.left.Attestations.Approvals(f.ctx, f.use.ProtocolSHA256)
	if err != nil && !errors.Is(err, attestation.ErrNotFound) {
		return err
	}
	for _, a := range approvals {
		by, err := f.organisation(a.Organisation)
		if err != nil {
			return err
		}
		out := duo.Approval{
			Organisation: a.Organisation, ProtocolSHA256: a.ProtocolSha256, Expiry: a.Expiry,
			Purposes: make([]duo.Purpose, len(a.Purposes)),
		}
		for i, p := range a.Purposes {
			out.Purposes[i] = duo.Purpose(p) //nolint:gosec // an unknown number is no purpose
		}
		if !a.Revoked && by.ActsAs(attestation.ROLE_ETHICS) {
			out.Evidence = duo.EvidenceAttested
		}
		facts.Approvals = append(facts.Approvals, out)
	}
	return nil
}

func (f *inquiry) parties(facts *duo.Facts) error {
	own, err := f.organisation(f.use.Organisation)
	if err != nil {
		return err
	}
	facts.Organisation = own.Facts()
	if f.use.BeneficialOwner != f.use.Organisation {
		owner, err := f.organisation(f.use.BeneficialOwner)
		if err != nil {
			return err
		}
		facts.BeneficialOwner = owner.Facts()
	}
	for _, address := range f.use.Recipients {
		r := duo.Recipient{Address: address, Organisation: facts.Organisation}
		visa, err := f.keeper.left.Attestations.Visa(f.ctx, address, f.use.Organisation)
		if err != nil && !errors.Is(err, attestation.ErrNotFound) {
			return err
		}
		if err == nil && !visa.Revoked && own.Has(attestation.ROLE_INSTITUTION) {
			r.Class = duo.RecipientClass(visa.RecipientClass) //nolint:gosec // an unknown number is no class
			r.Visa, r.VisaExpiry = duo.EvidenceAttested, visa.Expiry
		}
		facts.Recipients = append(facts.Recipients, r)
	}
	return nil
}

func (f *inquiry) codebook(facts *duo.Facts) error {
	if f.use.Codebook == "" {
		return nil
	}
	book, err := f.keeper.left.Consents.Codebook(f.ctx, f.use.Codebook)
	if errors.Is(err, consent.ErrNotFound) {
		return nil
	}
	facts.Codebook = book.DUO()
	return err
}

// organisation returns an organisation, or a zero one that may do nothing.
func (f *inquiry) organisation(address string) (attestation.Organisation, error) {
	o, err := f.keeper.left.Attestations.Organisation(f.ctx, address)
	if errors.Is(err, attestation.ErrNotFound) {
		return attestation.Organisation{}, nil
	}
	return o, err
}
