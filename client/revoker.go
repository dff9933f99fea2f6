package client

import (
	"context"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/x/consent"
)

// SetRevoker names who else may take the consent of an own dataset back, a carer say; an
// empty address takes the name back. There must be a consent.
func (s *Session) SetRevoker(ctx context.Context, datasetID, revoker string) (*ConsentDone, error) {
	return s.consent(ctx, datasetID, func(owner chain.Signer) (*chain.Receipt, error) {
		return s.send(ctx, owner, &consent.MsgSetRevoker{
			Owner: owner.Address().String(), DatasetId: datasetID, Revoker: revoker,
		})
	})
}

// RevokeFor takes the consent of somebody else's dataset back, by the revoker whom its owner
// has named. It costs no fee.
func (s *Session) RevokeFor(ctx context.Context, datasetID string) (*ConsentDone, error) {
	out, err := s.revokeFor(ctx, datasetID)
	return out, classify(err)
}

func (s *Session) revokeFor(ctx context.Context, datasetID string) (*ConsentDone, error) {
	revoker, err := s.signer()
	if err != nil {
		return nil, err
	}
	now, err := s.Chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: datasetID})
	if err != nil {
		return nil, err
	}
	receipt, err := s.stop(ctx, revoker, datasetID, now.Consent.Version)
	if err != nil {
		return nil, err
	}
	return &ConsentDone{Done: *done(receipt), DatasetID: datasetID, Version: now.Consent.Version + 1}, nil
}
