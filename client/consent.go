package client

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/consent"
)

// defaultLanguage is that of the registered text where the patient named none.
const defaultLanguage = "en"

// ConsentDone is a version of a consent that the chain accepted.
type ConsentDone struct {
	Done
	DatasetID string `json:"dataset_id"`
	Version   uint64 `json:"version"`
}

// Grant gives consent for an own dataset. The text behind it is the registered one; the
// caller has shown it and set terms.Understood.
func (s *Session) Grant(ctx context.Context, datasetID string, terms Terms) (*ConsentDone, error) {
	return s.consent(ctx, datasetID, func(owner chain.Signer) (*chain.Receipt, error) {
		p, err := s.provision(ctx, terms, owner.Address().String())
		if err != nil {
			return nil, err
		}
		return s.send(ctx, owner, &consent.MsgGrantConsent{
			Owner: owner.Address().String(), DatasetId: datasetID, Provision: p,
		})
	})
}

// Amend replaces the active consent of an own dataset.
func (s *Session) Amend(ctx context.Context, datasetID string, terms Terms) (*ConsentDone, error) {
	return s.consent(ctx, datasetID, func(owner chain.Signer) (*chain.Receipt, error) {
		p, err := s.provision(ctx, terms, owner.Address().String())
		if err != nil {
			return nil, err
		}
		now, err := s.Chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: datasetID})
		if err != nil {
			return nil, err
		}
		return s.send(ctx, owner, &consent.MsgAmendConsent{
			Owner: owner.Address().String(), DatasetId: datasetID, Version: now.Consent.Version, Provision: p,
		})
	})
}

// Revoke ends the consent of an own dataset. It costs no fee.
func (s *Session) Revoke(ctx context.Context, datasetID string) (*ConsentDone, error) {
	return s.consent(ctx, datasetID, func(owner chain.Signer) (*chain.Receipt, error) {
		now, err := s.Chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: datasetID})
		if err != nil {
			return nil, err
		}
		return s.stop(ctx, owner, datasetID, now.Consent.Version)
	})
}

// stop takes a version of a consent back, by its owner or by whom she named.
func (s *Session) stop(
	ctx context.Context, signer chain.Signer, datasetID string, version uint64,
) (*chain.Receipt, error) {
	receipt, err := s.sendTx(ctx, signer, free(&consent.MsgRevokeConsent{
		Signer: signer.Address().String(), DatasetId: datasetID, Version: version,
	}))
	if err != nil {
		return nil, err
	}
	return receipt, s.heldStop(ctx, datasetID, version, receipt.Height)
}

// consent runs one change and tells the version that came of it.
func (s *Session) consent(
	ctx context.Context, datasetID string, change func(owner chain.Signer) (*chain.Receipt, error),
) (*ConsentDone, error) {
	owner, err := s.owner(ctx, datasetID)
	if err != nil {
		return nil, classify(err)
	}
	receipt, err := change(owner)
	if err != nil {
		return nil, classify(err)
	}
	now, err := s.Chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: datasetID})
	if err != nil {
		return nil, classify(err)
	}
	return &ConsentDone{Done: *done(receipt), DatasetID: datasetID, Version: now.Consent.Version}, nil
}

// provision fills what the patient left open from what is registered.
func (s *Session) provision(ctx context.Context, terms Terms, owner string) (consent.Provision, error) {
	if !terms.Understood {
		return consent.Provision{}, usage("consent: the text must be read and its questions answered first")
	}
	text, err := s.Text(ctx, terms.Template, terms.Language)
	if err != nil {
		return consent.Provision{}, err
	}
	now, err := s.Chain.BlockTime(ctx)
	if err != nil {
		return consent.Provision{}, err
	}
	return terms.provision(owner, *text, now)
}

// Text finds the registered text of a consent: the one with this id, or the first one,
// in the language, or in English.
func (s *Session) Text(ctx context.Context, template, language string) (*consent.Template, error) {
	if language == "" {
		language = defaultLanguage
	}
	answer, err := s.Chain.Consents().Templates(ctx, &consent.QueryTemplatesRequest{})
	if err != nil {
		return nil, classify(err)
	}
	for _, t := range answer.Templates {
		if (template == "" || t.Id == template) && t.Language == language {
			return &t, nil
		}
	}
	return nil, fault.E(fault.NotFound, "no registered text %q of a consent in language %q", template, language)
}

// Consent returns the latest version of a dataset's consent.
func (s *Session) Consent(ctx context.Context, datasetID string) (*consent.Consent, error) {
	if _, err := parseID("dataset", datasetID); err != nil {
		return nil, err
	}
	answer, err := s.Chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: datasetID})
	if err != nil {
		return nil, classify(err)
	}
	return &answer.Consent, nil
}

// ConsentHistory returns all versions of a dataset's consent, oldest first.
func (s *Session) ConsentHistory(ctx context.Context, datasetID string) ([]consent.Consent, error) {
	if _, err := parseID("dataset", datasetID); err != nil {
		return nil, err
	}
	var out []consent.Consent
	err := pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		answer, err := s.Chain.Consents().History(ctx,
			&consent.QueryHistoryRequest{DatasetId: datasetID, Pagination: page})
		if err != nil {
			return 0, nil, err
		}
		out = append(out, answer.Consents...)
		return len(answer.Consents), answer.Pagination, nil
	})
	if err == nil && len(out) == 0 {
		_, err = s.Chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: datasetID})
	}
	return out, classify(err)
}
