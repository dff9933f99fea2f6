package client

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// RequestView is a request with its money, as everybody sees it.
type RequestView struct {
	RequestID  string            `json:"request_id"`
	Researcher string            `json:"researcher"`
	State      string            `json:"state"`
	Price      sdk.Coin          `json:"price"`
	NMin       uint32            `json:"n_min"`
	NMax       uint32            `json:"n_max"`
	Deadline   int64             `json:"deadline"`
	Seats      uint64            `json:"seats"`
	Yes        uint64            `json:"yes"`
	Won        uint64            `json:"won"`
	Released   uint64            `json:"released"`
	Void       uint64            `json:"void"`
	Height     int64             `json:"height"`
	Cleared    int64             `json:"cleared_height"`
	Escrow     *market.Escrow    `json:"escrow,omitempty"`
	Decisions  []market.Decision `json:"decisions,omitempty"`
	Payments   []market.Payment  `json:"payments,omitempty"`
	SeatStates []custody.Seat    `json:"seat_states,omitempty"`
	Spec       *market.Spec      `json:"spec,omitempty"`
}

func requestView(r market.Request) RequestView {
	return RequestView{
		RequestID: r.Id, Researcher: r.Researcher, State: shortName("STATE_", r.State.String()), Price: r.Spec.Price,
		NMin: r.Spec.NMin, NMax: r.Spec.NMax, Deadline: r.Spec.Deadline, Seats: r.Seats, Yes: r.Yes, Won: r.Won,
		Released: r.Released, Void: r.Void, Height: r.Height, Cleared: r.ClearedHeight,
	}
}

// Request shows a request with its ledger, decisions, payments and seats.
func (s *Session) Request(ctx context.Context, requestID string) (*RequestView, error) {
	out, err := s.request(ctx, requestID)
	return out, classify(err)
}

func (s *Session) request(ctx context.Context, requestID string) (*RequestView, error) {
	if _, err := parseID("request", requestID); err != nil {
		return nil, err
	}
	answer, err := s.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: requestID})
	if err != nil {
		return nil, err
	}
	if err := s.heldRequest(ctx, requestID, answer.Request); err != nil {
		return nil, err
	}
	out := requestView(answer.Request)
	out.Escrow, out.Spec = &answer.Escrow, &answer.Request.Spec
	err = pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		answer, err := s.Chain.Market().Decisions(ctx,
			&market.QueryDecisionsRequest{RequestId: requestID, Pagination: page})
		if err != nil {
			return 0, nil, err
		}
		out.Decisions = append(out.Decisions, answer.Decisions...)
		return len(answer.Decisions), answer.Pagination, nil
	})
	if err != nil {
		return nil, err
	}
	err = pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		answer, err := s.Chain.Market().Payments(ctx,
			&market.QueryPaymentsRequest{RequestId: requestID, Pagination: page})
		if err != nil {
			return 0, nil, err
		}
		out.Payments = append(out.Payments, answer.Payments...)
		return len(answer.Payments), answer.Pagination, nil
	})
	if err != nil {
		return nil, err
	}
	out.SeatStates, err = s.seats(ctx, requestID, Window{})
	return &out, err
}

// Requests lists requests: one researcher's, those in one state ("open"), or all.
func (s *Session) Requests(ctx context.Context, researcher, state string, w Window) ([]RequestView, error) {
	request := &market.QueryRequestsRequest{Researcher: researcher}
	if state != "" {
		wanted, err := enum[market.State]("state", "STATE_", state, market.State_value)
		if err != nil {
			return nil, err
		}
		request.State = wanted
	}
	var out []RequestView
	err := pages(w, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		request.Pagination = page
		answer, err := s.Chain.Market().Requests(ctx, request)
		if err != nil {
			return 0, nil, err
		}
		for _, r := range answer.Requests {
			out = append(out, requestView(r))
		}
		return len(answer.Requests), answer.Pagination, nil
	})
	return out, classify(err)
}

// Seats lists the seats of a request or inspection.
func (s *Session) Seats(ctx context.Context, requestID string, w Window) ([]custody.Seat, error) {
	if _, err := parseID("request", requestID); err != nil {
		return nil, err
	}
	out, err := s.seats(ctx, requestID, w)
	if err == nil && len(out) == 0 {
		err = s.exists(ctx, requestID)
	}
	return out, classify(err)
}

// exists fails with NotFound if an id is neither that of a request nor of an inspection.
func (s *Session) exists(ctx context.Context, requestID string) error {
	_, err := s.Chain.Custody().Inspection(ctx, &custody.QueryInspectionRequest{InspectionId: requestID})
	if fault.Is(err, fault.NotFound) {
		_, err = s.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: requestID})
	}
	return err
}

func (s *Session) seats(ctx context.Context, requestID string, w Window) ([]custody.Seat, error) {
	var out []custody.Seat
	err := pages(w, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		answer, err := s.Chain.Custody().Seats(ctx, &custody.QuerySeatsRequest{RequestId: requestID, Pagination: page})
		if err != nil {
			return 0, nil, err
		}
		out = append(out, answer.Seats...)
		return len(answer.Seats), answer.Pagination, nil
	})
	return out, err
}

// Cancel ends an own request before it clears.
func (s *Session) Cancel(ctx context.Context, requestID string) (*Done, error) {
	researcher, err := s.signer()
	if err != nil {
		return nil, classify(err)
	}
	receipt, err := s.send(ctx, researcher, &market.MsgCancelRequest{
		Researcher: researcher.Address().String(), RequestId: requestID,
	})
	if err != nil {
		return nil, classify(err)
	}
	return done(receipt), nil
}
