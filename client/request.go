package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
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

// SubmitRequest draws the id, locks the money, hands the papers to the gateways and posts the seats. Called again with the
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
	if err := s.showPapers(ctx, file, researcher, of); err != nil {
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
	salt, err := s.paperSalt(of)
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
