package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// Submitted is a request whose money is locked and whose seats are posted.
type Submitted struct {
	RequestID string   `json:"request_id"`
	Escrow    sdk.Coin `json:"escrow"`
	Seats     uint64   `json:"seats"`
	State     string   `json:"state"`
	// Height of the submission, OpenedHeight of the last seats.
	Height       int64 `json:"height"`
	OpenedHeight int64 `json:"opened_height"`
	Deadline     int64 `json:"deadline"`
}

// SubmitRequest draws the id, locks the money and posts the seats. Called again with the
// same file after an interruption it goes on; once all seats stand it submits anew.
func (s *Session) SubmitRequest(ctx context.Context, file *RequestFile) (*Submitted, error) {
	out, err := s.submitRequest(ctx, file)
	return out, classify(err)
}

func (s *Session) submitRequest(ctx context.Context, file *RequestFile) (out *Submitted, err error) {
	researcher, err := s.signer()
	if err != nil {
		return nil, err
	}
	key, err := s.activeKey(ctx)
	if err != nil {
		return nil, err
	}
	journal, err := s.requestJournal(file, researcher)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	random, err := s.drawn(journal)
	if err != nil {
		return nil, err
	}
	of := id.Request(key.OriginChain(), researcher.Address(), random)
	if err := s.lockMoney(ctx, file, key, researcher, of, random); err != nil {
		return nil, err
	}
	if err := s.postSeats(ctx, key, researcher, of); err != nil {
		return nil, err
	}
	answer, err := s.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: of.String()})
	if err != nil {
		return nil, err
	}
	r := answer.Request
	out = &Submitted{
		RequestID: r.Id, Escrow: sdk.Coin{Denom: answer.Escrow.Denom, Amount: answer.Escrow.Deposited}, Seats: r.Seats,
		State: shortName("STATE_", r.State.String()), Height: r.Height, OpenedHeight: r.OpenedHeight,
		Deadline: r.Spec.Deadline,
	}
	return out, journal.Record(stepDone, nil)
}

// requestJournal remembers how far the same file came, by the same researcher.
func (s *Session) requestJournal(file *RequestFile, researcher chain.Signer) (*home.Journal, error) {
	text, err := json.Marshal(file)
	if err != nil {
		return nil, err
	}
	text = append(append(text, file.protocolSHA256...), researcher.Address()...)
	return s.Home.Journal("request-" + digest(text)[:journalDigits])
}

// lockMoney submits the request unless the chain has it already.
func (s *Session) lockMoney(
	ctx context.Context, file *RequestFile, key *threshold.Key, researcher chain.Signer, of id.ID, random []byte,
) error {
	_, err := s.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: of.String()})
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	spec, err := s.spec(ctx, file, key.ID(), researcher.Address().String(), of)
	if err != nil {
		return err
	}
	cost, err := s.cost(ctx, spec)
	if err != nil {
		return err
	}
	step(s.Progress, fmt.Sprintf("lock %s for request %s", cost.Escrow, of))
	_, err = s.send(ctx, researcher, &market.MsgSubmitRequest{
		Researcher: researcher.Address().String(), Random: random, Spec: spec, Escrow: cost.Escrow,
	})
	return err
}

// spec turns the file into what the chain stores, with the keys of this request.
func (s *Session) spec(
	ctx context.Context, file *RequestFile, keyID uint64, researcher string, of id.ID,
) (market.Spec, error) {
	if missing := file.missing(); len(missing) > 0 {
		return market.Spec{}, fault.Wrap(fault.Usage,
			fault.Refuse(missing, "request is incomplete: %v", missing))
	}
	root, err := s.Wallet.RootSecret()
	if err != nil {
		return market.Spec{}, err
	}
	salt, err := paperSalt(root, of)
	if err != nil {
		return market.Spec{}, err
	}
	delivery, err := s.Wallet.DeliveryIdentity(of)
	if err != nil {
		return market.Spec{}, err
	}
	status, err := s.Chain.Status(ctx)
	if err != nil {
		return market.Spec{}, err
	}
	return file.spec(specOptions{
		researcher: researcher, keyID: keyID, height: status.Height, salt: salt,
		deliveryKey: delivery.Recipient().String(), now: status.Time,
	})
}

func (s *Session) cost(ctx context.Context, spec market.Spec) (*market.QueryCostResponse, error) {
	return s.Chain.Market().Cost(ctx, &market.QueryCostRequest{
		NMax: spec.NMax, Price: spec.Price.Amount.String(), Denom: spec.Price.Denom,
	})
}

// postSeats posts the one-time keys that are still missing.
func (s *Session) postSeats(ctx context.Context, key *threshold.Key, researcher chain.Signer, of id.ID) error {
	live, err := s.Chain.ChainID(ctx)
	if err != nil {
		return err
	}
	readerSeed, err := s.Wallet.ReaderSeed()
	if err != nil {
		return err
	}
	for {
		answer, err := s.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: of.String()})
		if err != nil {
			return err
		}
		r := answer.Request
		if r.State != market.STATE_SUBMITTED || r.Seats >= uint64(r.Spec.NMax) {
			return nil
		}
		count := min(uint64(r.Spec.NMax)-r.Seats, market.MaxSeatsAMessage)
		msg := &market.MsgPostSeats{Researcher: r.Researcher, RequestId: r.Id, First: r.Seats}
		for i := range count {
			context := threshold.SeatContext{
				LiveChain: live, RequestID: of, Index: r.Seats + i, Researcher: researcher.Address(),
			}
			q, proof, err := s.seat(key, readerSeed, context)
			if err != nil {
				return err
			}
			msg.Seats = append(msg.Seats, market.SeatPost{Q: q, Proof: proof})
		}
		step(s.Progress, fmt.Sprintf("post seats %d to %d of %d", r.Seats+1, r.Seats+count, r.Spec.NMax))
		if _, err := s.send(ctx, researcher, msg); err != nil {
			return err
		}
	}
}

// seat derives the one-time key of a seat and proves it.
func (s *Session) seat(key *threshold.Key, readerSeed []byte, c threshold.SeatContext) (q, proof []byte, err error) {
	secret, err := key.DeriveSeat(readerSeed, c.LiveChain, c.RequestID, c.Index)
	if err != nil {
		return nil, nil, err
	}
	defer secret.Zero()
	c.Q = secret.Q()
	proof, err = secret.Prove(s.Rand, key, c)
	return c.Q, proof, err
}

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
	out := requestView(answer.Request)
	out.Escrow, out.Spec = &answer.Escrow, &answer.Request.Spec
	page := &query.PageRequest{Limit: pageSize}
	decisions, err := s.Chain.Market().Decisions(ctx,
		&market.QueryDecisionsRequest{RequestId: requestID, Pagination: page})
	if err != nil {
		return nil, err
	}
	payments, err := s.Chain.Market().Payments(ctx,
		&market.QueryPaymentsRequest{RequestId: requestID, Pagination: page})
	if err != nil {
		return nil, err
	}
	out.Decisions, out.Payments = decisions.Decisions, payments.Payments
	out.SeatStates, err = s.Seats(ctx, requestID)
	return &out, err
}

// Requests lists requests: one researcher's, those in one state ("open"), or all.
func (s *Session) Requests(ctx context.Context, researcher, state string) ([]RequestView, error) {
	request := &market.QueryRequestsRequest{Researcher: researcher, Pagination: &query.PageRequest{Limit: pageSize}}
	if state != "" {
		wanted, err := enum[market.State]("state", "STATE_", state, market.State_value)
		if err != nil {
			return nil, err
		}
		request.State = wanted
	}
	var out []RequestView
	for {
		answer, err := s.Chain.Market().Requests(ctx, request)
		if err != nil {
			return nil, classify(err)
		}
		for _, r := range answer.Requests {
			out = append(out, requestView(r))
		}
		if answer.Pagination == nil || len(answer.Pagination.NextKey) == 0 {
			return out, nil
		}
		request.Pagination = &query.PageRequest{Key: answer.Pagination.NextKey, Limit: pageSize}
	}
}

// Seats lists the seats of a request or inspection.
func (s *Session) Seats(ctx context.Context, requestID string) ([]custody.Seat, error) {
	answer, err := s.Chain.Custody().Seats(ctx, &custody.QuerySeatsRequest{
		RequestId: requestID, Pagination: &query.PageRequest{Limit: pageSize},
	})
	if err != nil {
		return nil, classify(err)
	}
	return answer.Seats, nil
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
