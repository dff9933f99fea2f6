package client

import (
	"context"

	"github.com/volens-network/volens/x/market"
)

// ServiceClaim is a claim that a gateway does not hand over its part for a released seat.
type ServiceClaim struct {
	RequestID string `json:"request_id"`
	Seat      uint64 `json:"seat"`
	Gateway   string `json:"gateway"`
	State     string `json:"state"`
	// Deadline is the last height for the next word in it.
	Deadline int64 `json:"deadline"`
	// Answered says that the gateway has posted its part, encrypted to the delivery key.
	Answered bool `json:"answered"`
}

// ClaimService says on chain that a gateway does not hand over its part for a seat that was
// released. It locks the bond for claims; the gateway must answer with its part before a
// deadline, or pay.
func (s *Session) ClaimService(ctx context.Context, requestID string, seat uint64, gateway string) (*Done, error) {
	researcher, err := s.signer()
	if err != nil {
		return nil, classify(err)
	}
	receipt, err := s.send(ctx, researcher, &market.MsgNoService{
		Researcher: researcher.Address().String(), RequestId: requestID, Seat: seat, Gateway: gateway,
	})
	if err != nil {
		return nil, classify(err)
	}
	return done(receipt), nil
}

// DisputeAnswer says that what a gateway answered does not decrypt or does not open its
// commitment; the evidence, a file, goes to an arbiter outside the chain, its digest on it.
func (s *Session) DisputeAnswer(
	ctx context.Context, requestID string, seat uint64, gateway, evidence string,
) (*Done, error) {
	researcher, err := s.signer()
	if err != nil {
		return nil, classify(err)
	}
	digest, err := digestOf("evidence", evidence, "")
	if err != nil {
		return nil, classify(err)
	}
	receipt, err := s.send(ctx, researcher, &market.MsgDisputeAnswer{
		Researcher: researcher.Address().String(), RequestId: requestID, Seat: seat, Gateway: gateway,
		EvidenceSha256: digest,
	})
	if err != nil {
		return nil, classify(err)
	}
	return done(receipt), nil
}

// Service reads a claim.
func (s *Session) Service(ctx context.Context, requestID string, seat uint64, gateway string) (*ServiceClaim, error) {
	answer, err := s.Chain.Market().Claim(ctx, &market.QueryClaimRequest{
		RequestId: requestID, Seat: seat, Gateway: gateway,
	})
	if err != nil {
		return nil, classify(err)
	}
	c := answer.Claim
	return &ServiceClaim{
		RequestID: c.RequestId, Seat: c.Seat, Gateway: c.Gateway,
		State: shortName("SERVICE_STATE_", c.State.String()), Deadline: c.Deadline, Answered: len(c.Answer) > 0,
	}, nil
}
