package client

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// maxLooked bounds how many datasets a check looks at.
const maxLooked = 2000

// RequestCheck tells, before money moves, what a request costs and who could match.
type RequestCheck struct {
	ProtocolSHA256 string `json:"protocol_sha256"`
	// SeatCharge is what one seat costs with every part; Escrow is all that is locked.
	SeatCharge sdk.Coin `json:"seat_charge"`
	Seats      sdk.Coin `json:"seats"`
	ProcessFee sdk.Coin `json:"process_fee"`
	Bond       sdk.Coin `json:"bond"`
	Escrow     sdk.Coin `json:"escrow"`
	// Looked at so many datasets; of these so many may be asked, or are referred first.
	Looked   int `json:"looked"`
	Matching int `json:"matching"`
	Referred int `json:"referred"`
	// Reasons count why the others are denied.
	Reasons  map[string]int `json:"reasons"`
	Datasets []Match        `json:"datasets"`
}

// Match is what the rules say about one dataset.
type Match struct {
	DatasetID string   `json:"dataset_id"`
	Verdict   string   `json:"verdict"`
	Reasons   []string `json:"reasons,omitempty"`
}

// CheckRequest asks the rules about every active dataset, and the chain for the costs.
// Nothing is signed. What a patient will say, nobody knows.
func (s *Session) CheckRequest(ctx context.Context, file *RequestFile) (*RequestCheck, error) {
	out, err := s.checkRequest(ctx, file)
	return out, classify(err)
}

func (s *Session) checkRequest(ctx context.Context, file *RequestFile) (*RequestCheck, error) {
	researcher, err := s.signer()
	if err != nil {
		return nil, err
	}
	key, err := s.activeKey(ctx)
	if err != nil {
		return nil, err
	}
	spec, err := s.spec(ctx, file, key.ID(), researcher.Address().String(), id.ID{})
	if err != nil {
		return nil, err
	}
	cost, err := s.cost(ctx, spec)
	if err != nil {
		return nil, err
	}
	use, err := spec.Use.DUO()
	if err != nil {
		return nil, err
	}
	use.KeyID = spec.KeyId
	inquiry, err := newInquiry(ctx, s.Chain, use)
	if err != nil {
		return nil, err
	}
	out := &RequestCheck{
		ProtocolSHA256: file.ProtocolSHA256(), SeatCharge: cost.SeatCharge, Seats: cost.Seats,
		ProcessFee: cost.ProcessFee, Bond: cost.Bond, Escrow: cost.Escrow, Reasons: make(map[string]int),
	}
	if err := s.affords(ctx, researcher.Address(), cost); err != nil {
		return out, err
	}
	return out, s.look(ctx, inquiry, out)
}

// affords refuses a request that the account cannot pay.
func (s *Session) affords(ctx context.Context, address sdk.AccAddress, cost *market.QueryCostResponse) error {
	have, err := s.Chain.Balance(ctx, address, cost.Escrow.Denom)
	if err != nil {
		return err
	}
	if have.Amount.LT(cost.Escrow.Amount) {
		return fault.Refuse([]string{"FUNDS"}, "%s has %s, the request locks %s", address, have, cost.Escrow)
	}
	return nil
}

// look asks the rules about all active datasets.
func (s *Session) look(ctx context.Context, inquiry *inquiry, out *RequestCheck) error {
	bar := start(s.Progress, "look at datasets", 0)
	return pages(Window{Limit: maxLooked}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		answer, err := s.Chain.Datasets().Datasets(ctx,
			&dataset.QueryDatasetsRequest{Status: dataset.STATUS_ACTIVE, Pagination: page})
		if err != nil {
			return 0, nil, err
		}
		for _, d := range answer.Datasets {
			decision, err := inquiry.permits(ctx, d)
			if err != nil {
				return 0, nil, err
			}
			match := Match{DatasetID: d.Id, Verdict: decision.Verdict.String()}
			for _, reason := range decision.Reasons {
				match.Reasons = append(match.Reasons, string(reason))
			}
			out.count(match, decision.Allowed())
			bar(int64(out.Looked))
		}
		return len(answer.Datasets), answer.Pagination, nil
	})
}

func (c *RequestCheck) count(match Match, allowed bool) {
	c.Looked++
	c.Datasets = append(c.Datasets, match)
	switch {
	case allowed:
		c.Matching++
	case match.Verdict == "REFER":
		c.Referred++
	default:
		for _, reason := range match.Reasons {
			c.Reasons[reason]++
		}
	}
}
