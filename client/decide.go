package client

import (
	"context"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/market"
)

// Decided is a patient's answer as the chain took it.
type Decided struct {
	Done
	RequestID string `json:"request_id"`
	DatasetID string `json:"dataset_id"`
	Yes       bool   `json:"yes"`
	// Referred says that an ethics organisation decides first.
	Referred bool `json:"referred,omitempty"`
}

// Decide answers one request for one own dataset. A yes that the rules do not allow is
// refused with their reasons before anything is signed.
func (s *Session) Decide(ctx context.Context, requestID, datasetID string, yes bool) (*Decided, error) {
	out, err := s.decide(ctx, requestID, datasetID, yes)
	return out, classify(err)
}

func (s *Session) decide(ctx context.Context, requestID, datasetID string, yes bool) (*Decided, error) {
	if _, err := parseID("request", requestID); err != nil {
		return nil, err
	}
	owner, err := s.owner(ctx, datasetID)
	if err != nil {
		return nil, err
	}
	out := &Decided{RequestID: requestID, DatasetID: datasetID, Yes: yes}
	if yes {
		asked, err := s.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: requestID})
		if err != nil {
			return nil, err
		}
		if err := s.heldRequest(ctx, requestID, asked.Request); err != nil {
			return nil, err
		}
		check, err := s.Chain.Market().Check(ctx,
			&market.QueryCheckRequest{RequestId: requestID, DatasetId: datasetID})
		if err != nil {
			return nil, err
		}
		switch check.Verdict {
		case duo.Allow.String():
		case duo.Refer.String():
			out.Referred = true
		default:
			return nil, denied(check.Verdict, check.Reasons)
		}
	}
	receipt, err := s.send(ctx, owner, &market.MsgDecideRequest{
		Owner: owner.Address().String(), RequestId: requestID, DatasetId: datasetID, Yes: yes,
	})
	if err != nil {
		return nil, err
	}
	out.Done = *done(receipt)
	return out, nil
}
