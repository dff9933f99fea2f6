package client

import (
	"context"
	"errors"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

// inquiry asks the chain for what duo.Permits needs to know, so that a researcher sees
// the answer before money moves. The chain asks again, and only its answer counts.
type inquiry struct {
	chain         *chain.Client
	use           duo.Use
	facts         duo.Facts // what does not depend on the dataset
	organisations map[string]attestation.Organisation
}

func newInquiry(ctx context.Context, c *chain.Client, use duo.Use) (*inquiry, error) {
	status, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	i := &inquiry{
		chain: c, use: use, organisations: make(map[string]attestation.Organisation),
		facts: duo.Facts{Height: status.Height, Time: status.Time},
	}
	for _, ask := range []func(context.Context) error{i.approvals, i.parties, i.codebook} {
		if err := ask(ctx); err != nil {
			return nil, err
		}
	}
	return i, nil
}

// permits decides for one dataset.
func (i *inquiry) permits(ctx context.Context, d dataset.Dataset) (duo.Decision, error) {
	facts := i.facts
	answer, err := i.chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: d.Id})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return duo.Decision{}, err
	}
	var policy duo.Policy
	if err == nil {
		facts.Consent = answer.Consent.DUO()
		policy, err = answer.Consent.Provision.Policy.DUO()
		if missing := new(duo.MissingFieldsError); err != nil && !errors.As(err, &missing) {
			return duo.Decision{}, err
		}
	}
	facts.Dataset = duo.Dataset{
		Active: d.Status == dataset.STATUS_ACTIVE, KeyID: d.Payload.KeyId,
		DataClasses: d.Payload.Kind.DataClasses(policy.DataClasses),
	}
	if facts.Attestation, err = i.attestation(ctx, d); err != nil {
		return duo.Decision{}, err
	}
	return duo.Permits(policy, i.use, facts), nil
}

func (i *inquiry) attestation(ctx context.Context, d dataset.Dataset) (duo.Attestation, error) {
	answer, err := i.chain.Attestations().Deidentification(ctx,
		&attestation.QueryDeidentificationRequest{DatasetId: d.Id, Version: d.Version})
	if fault.Is(err, fault.NotFound) {
		return duo.Attestation{}, nil
	}
	if err != nil {
		return duo.Attestation{}, err
	}
	s := answer.Deidentification
	by, err := i.organisation(ctx, s.Attestor)
	if err != nil {
		return duo.Attestation{}, err
	}
	challenged := answer.Challenge != nil && answer.Challenge.State != attestation.CHALLENGE_STATE_DISMISSED
	return duo.Attestation{
		Live:  s.Vouches(d.Payload) && s.Live(i.facts.Time) && by.ActsAs(attestation.ROLE_ATTESTOR),
		Basis: duo.Basis(s.Basis), Challenged: challenged,
	}, nil
}

func (i *inquiry) approvals(ctx context.Context) error {
	answer, err := i.chain.Attestations().EthicsApprovals(ctx,
		&attestation.QueryEthicsApprovalsRequest{ProtocolSha256: hexBytes(i.use.ProtocolSHA256)})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, a := range answer.Approvals {
		by, err := i.organisation(ctx, a.Organisation)
		if err != nil {
			return err
		}
		out := duo.Approval{Organisation: a.Organisation, ProtocolSHA256: a.ProtocolSha256, Expiry: a.Expiry}
		for _, p := range a.Purposes {
			out.Purposes = append(out.Purposes, duo.Purpose(p)) //nolint:gosec // an unknown number is no purpose
		}
		if !a.Revoked && by.ActsAs(attestation.ROLE_ETHICS) {
			out.Evidence = duo.EvidenceAttested
		}
		i.facts.Approvals = append(i.facts.Approvals, out)
	}
	return nil
}

func (i *inquiry) parties(ctx context.Context) error {
	own, err := i.organisation(ctx, i.use.Organisation)
	if err != nil {
		return err
	}
	i.facts.Organisation = own.Facts()
	if i.use.BeneficialOwner != i.use.Organisation {
		owner, err := i.organisation(ctx, i.use.BeneficialOwner)
		if err != nil {
			return err
		}
		i.facts.BeneficialOwner = owner.Facts()
	}
	for _, address := range i.use.Recipients {
		r := duo.Recipient{Address: address, Organisation: i.facts.Organisation}
		answer, err := i.chain.Attestations().Visas(ctx, &attestation.QueryVisasRequest{Researcher: address})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil {
			for _, visa := range answer.Visas {
				if visa.Organisation == i.use.Organisation && !visa.Revoked && own.Has(attestation.ROLE_INSTITUTION) {
					r.Class = duo.RecipientClass(visa.RecipientClass) //nolint:gosec // an unknown number is no class
					r.Visa, r.VisaExpiry = duo.EvidenceAttested, visa.Expiry
				}
			}
		}
		i.facts.Recipients = append(i.facts.Recipients, r)
	}
	return nil
}

func (i *inquiry) codebook(ctx context.Context) error {
	if i.use.Codebook == "" {
		return nil
	}
	answer, err := i.chain.Consents().Codebooks(ctx, &consent.QueryCodebooksRequest{})
	if err != nil {
		return err
	}
	for _, book := range answer.Codebooks {
		if book.Version == i.use.Codebook {
			i.facts.Codebook = book.DUO()
		}
	}
	return nil
}

// organisation returns an organisation, or a zero one that may do nothing.
func (i *inquiry) organisation(ctx context.Context, address string) (attestation.Organisation, error) {
	if known, ok := i.organisations[address]; ok {
		return known, nil
	}
	answer, err := i.chain.Attestations().Organisation(ctx, &attestation.QueryOrganisationRequest{Address: address})
	var out attestation.Organisation
	switch {
	case err == nil:
		out = answer.Organisation
	case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Usage):
		return out, err
	}
	i.organisations[address] = out
	return out, nil
}
