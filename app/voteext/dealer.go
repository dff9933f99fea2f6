package voteext

import (
	"bytes"
	"errors"
	"sort"
	"sync"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/core/transcript"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
	"github.com/volens-network/volens/x/custody/share"
)

// dealer does this node's part in a run. What must survive a restart in the middle of a
// run, the decryption key and the shares, is in the store; a deal that was lost with a
// restart is simply dealt anew, as the first that lands counts.
type dealer struct {
	self *Self

	mu   sync.Mutex
	run  threshold.RunContext
	deal *custody.RunMessage
}

// messages are what this operator has to say now, most important first. Each is
// repeated at every height until it is seen in state.
func (d *dealer) messages(view keeper.RunView, operator []byte) ([]custody.RunMessage, error) {
	switch view.Run.Phase {
	case custody.PHASE_ENROL:
		return d.enrol(view, operator)
	case custody.PHASE_DEAL:
		return d.dealOnce(view, operator)
	case custody.PHASE_DISPUTE:
		return d.dispute(view, operator)
	case custody.PHASE_CONFIRM:
		return d.confirm(view, operator)
	default:
		return nil, nil
	}
}

func (d *dealer) enrol(view keeper.RunView, operator []byte) ([]custody.RunMessage, error) {
	if view.Enrolled(operator) {
		return nil, nil
	}
	secret, enrolment, err := threshold.NewEnrolment(d.self.Rand, view.Context(), operator)
	if err != nil {
		return nil, err
	}
	defer secret.Zero()
	known, err := d.self.Secrets.Enrolment(view.Context())
	switch {
	case errors.Is(err, share.ErrNone):
		err = d.self.Secrets.SaveEnrolment(view.Context(), secret)
	case err == nil:
		defer known.Zero()
		enrolment, err = known.Enrol(d.self.Rand, view.Context(), operator)
	}
	if err != nil {
		return nil, err
	}
	return []custody.RunMessage{{Message: &custody.RunMessage_Enrolment{Enrolment: &custody.Enrolment{
		Operator: enrolment.Operator, Ek: enrolment.EK, Proof: enrolment.Proof,
	}}}}, nil
}

func (d *dealer) dealOnce(view keeper.RunView, operator []byte) ([]custody.RunMessage, error) {
	if view.Dealt(operator) || !view.Owner(operator) {
		return nil, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.deal == nil || d.run != view.Context() {
		run, err := view.Threshold()
		if err != nil {
			return nil, err
		}
		deal, err := run.Deal(d.self.Rand, threshold.Dealer{Operator: operator}, nil)
		if err != nil {
			return nil, err
		}
		raw, err := deal.MarshalBinary()
		if err != nil {
			return nil, err
		}
		d.run = view.Context()
		d.deal = &custody.RunMessage{Message: &custody.RunMessage_Deal{
			Deal: &custody.Deal{Operator: operator, Data: raw},
		}}
	}
	return []custody.RunMessage{*d.deal}, nil
}

// dispute accuses every dealer whose share for this operator is wrong. Each accuser
// goes through the dealers in an order of its own, so that the judging of one block is
// not filled with one dealer.
func (d *dealer) dispute(view keeper.RunView, operator []byte) ([]custody.RunMessage, error) {
	if !view.Owner(operator) {
		return nil, nil
	}
	run, ek, deals, err := d.opened(view)
	if err != nil {
		return nil, err
	}
	defer ek.Zero()
	sort.Slice(deals, func(i, j int) bool {
		return bytes.Compare(ownOrder(view, operator, deals[i]), ownOrder(view, operator, deals[j])) < 0
	})
	var out []custody.RunMessage
	for _, deal := range deals {
		dispute, err := run.OpenDeal(d.self.Rand, deal, operator, ek)
		if err == nil {
			continue
		}
		if !errors.Is(err, threshold.ErrBadShare) {
			return nil, err
		}
		raw, err := dispute.MarshalBinary()
		if err != nil {
			return nil, err
		}
		out = append(out, custody.RunMessage{Message: &custody.RunMessage_Dispute{Dispute: &custody.Dispute{
			Accuser:     operator,
			Dealer:      deal.Dealer.Operator,
			DealerShare: uint32(deal.Dealer.OldShare), //nolint:gosec // at most threshold.MaxShares
			Data:        raw,
		}}})
	}
	return out, nil
}

// confirm makes this operator's shares, keeps them and proves that it has them.
func (d *dealer) confirm(view keeper.RunView, operator []byte) ([]custody.RunMessage, error) {
	if view.HasConfirmed(operator) || !view.Owner(operator) {
		return nil, nil
	}
	run, ek, deals, err := d.opened(view)
	if err != nil {
		return nil, err
	}
	defer ek.Zero()
	committee, err := view.Committee()
	if err != nil {
		return nil, err
	}
	shares, err := run.FinishPrivate(operator, ek, deals, committee)
	if err != nil {
		return nil, err
	}
	defer shares.Zero()
	if err := d.self.Secrets.Save(shares); err != nil {
		return nil, err
	}
	proof, err := run.Confirm(d.self.Rand, operator, shares, committee)
	if err != nil {
		return nil, err
	}
	return []custody.RunMessage{{Message: &custody.RunMessage_Confirmation{
		Confirmation: &custody.Confirmation{Operator: proof.Operator, Proof: proof.Proof},
	}}}, nil
}

// opened is what disputing and confirming need: the run, this node's key and the deals.
func (d *dealer) opened(view keeper.RunView) (*threshold.Run, *threshold.EnrolmentSecret, []*threshold.Deal, error) {
	run, err := view.Threshold()
	if err != nil {
		return nil, nil, nil, err
	}
	deals, err := view.Qualified()
	if err != nil {
		return nil, nil, nil, err
	}
	ek, err := d.self.Secrets.Enrolment(view.Context())
	return run, ek, deals, err
}

// ownOrder is H(run, own address, dealer).
func ownOrder(view keeper.RunView, operator []byte, deal *threshold.Deal) []byte {
	sum := transcript.New("dispute-order").Uint(view.Run.Run).
		Bytes(operator, deal.Dealer.Operator).Uint(deal.Dealer.OldShare).Sum256()
	return sum[:]
}
