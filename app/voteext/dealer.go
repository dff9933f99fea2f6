package voteext

import (
	"bytes"
	"errors"
	"slices"
	"sort"
	"sync"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/core/transcript"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
	"github.com/volens-network/volens/x/custody/share"
)

// repeatAfter is how many heights a deal is waited for before it is sent again: it lands in
// the next block, and is seen in the state after that.
const repeatAfter = 3

// messageOverhead is what a message costs in an extension beside its own bytes, at most.
const messageOverhead = 8

// dealer does this node's part in a run. What must survive a restart in the middle of a
// run is in the store: the decryption key, the shares, and each deal that may have been
// sent. The rest is made anew.
type dealer struct {
	self *Self

	mu  sync.Mutex
	run threshold.RunContext
	// sent is the height at which the deal of an old share was last put into an extension.
	sent map[uint64]int64
	// disputes are this node's complaints about the deals of the run, once it has looked.
	disputes []custody.RunMessage
	looked   bool
	// confirmation is kept once it is made.
	confirmation *custody.RunMessage
}

// messages are what this operator has to say now, most important first, as many as fit
// into a number of bytes. Each is repeated until it is seen in state.
func (d *dealer) messages(
	view keeper.RunView, operator []byte, height int64, room int,
) ([]custody.RunMessage, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.run != view.Context() {
		d.run, d.sent = view.Context(), map[uint64]int64{}
		d.disputes, d.looked, d.confirmation = nil, false, nil
	}
	var all []custody.RunMessage
	var err error
	switch view.Run.Phase {
	case custody.PHASE_ENROL:
		all, err = d.enrol(view, operator)
	case custody.PHASE_DEAL:
		return d.deals(view, operator, height, room)
	case custody.PHASE_DISPUTE:
		all, err = d.accuse(view, operator)
	case custody.PHASE_CONFIRM:
		all, err = d.confirm(view, operator)
	default:
	}
	fit := 0
	for _, m := range all {
		if room -= m.Size() + messageOverhead; room < 0 {
			break
		}
		fit++
	}
	return all[:fit], err
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

// deals are those of this operator's deals that were not sent yet, or not seen in time, as
// many as fit. What an earlier round of this height said comes first, then what is new.
func (d *dealer) deals(
	view keeper.RunView, operator []byte, height int64, room int,
) ([]custody.RunMessage, error) {
	var same, fresh, again []threshold.Dealer
	for _, dealer := range view.Dealers(operator) {
		at, sent := d.sent[dealer.OldShare]
		switch {
		case view.Dealt(dealer):
		case !sent:
			fresh = append(fresh, dealer)
		case height <= at:
			same = append(same, dealer)
		case height >= at+repeatAfter:
			again = append(again, dealer)
		}
	}
	due := slices.Concat(same, fresh, again)
	if len(due) == 0 {
		return nil, nil
	}
	run, err := view.Threshold()
	if err != nil {
		return nil, err
	}
	old, err := d.oldShares(view)
	if err != nil {
		return nil, err
	}
	if old != nil {
		defer old.Zero()
	}
	var out []custody.RunMessage
	for _, dealer := range due {
		m, err := d.deal(run, view.Context(), dealer, old)
		if err != nil {
			return nil, err
		}
		if room -= m.Size() + messageOverhead; room < 0 {
			break
		}
		d.sent[dealer.OldShare] = height
		out = append(out, m)
	}
	return out, nil
}

// oldShares are what a reshare deals; a fresh run deals none.
func (d *dealer) oldShares(view keeper.RunView) (*threshold.Shares, error) {
	if view.Run.Fresh() {
		return nil, nil //nolint:nilnil // a fresh run needs no shares
	}
	old, _, err := d.self.Secrets.Load(view.Run.KeyId, view.Run.OldEpoch)
	return old, err
}

// deal returns the deal of a dealer: the one that was made before, or a new one, which is
// kept before anybody can see it.
func (d *dealer) deal(
	run *threshold.Run, ctx threshold.RunContext, dealer threshold.Dealer, old *threshold.Shares,
) (custody.RunMessage, error) {
	raw, err := d.self.Secrets.Deal(ctx, dealer.OldShare)
	if errors.Is(err, share.ErrNone) {
		var made *threshold.Deal
		if made, err = run.Deal(d.self.Rand, dealer, old); err != nil {
			return custody.RunMessage{}, err
		}
		if raw, err = made.MarshalBinary(); err != nil {
			return custody.RunMessage{}, err
		}
		err = d.self.Secrets.SaveDeal(ctx, dealer.OldShare, raw)
	}
	if err != nil {
		return custody.RunMessage{}, err
	}
	return custody.RunMessage{Message: &custody.RunMessage_Deal{Deal: &custody.Deal{
		Operator: dealer.Operator,
		Share:    uint32(dealer.OldShare), //nolint:gosec // at most threshold.MaxShares
		Data:     raw,
	}}}, nil
}

// accuse complains about every operator that dealt this one a wrong share, and was not
// convicted yet. One complaint is enough for all its deals.
func (d *dealer) accuse(view keeper.RunView, operator []byte) ([]custody.RunMessage, error) {
	if !view.Owner(operator) {
		return nil, nil
	}
	if !d.looked {
		disputes, err := d.look(view, operator)
		if err != nil {
			return nil, err
		}
		d.disputes, d.looked = disputes, true
	}
	var out []custody.RunMessage
	for _, m := range d.disputes {
		if !view.Convicted(m.GetDispute().Dealer) {
			out = append(out, m)
		}
	}
	return out, nil
}

// look opens every deal. Each accuser goes through the dealers in an order of its own, so
// that the judging of one block is not filled with one dealer.
func (d *dealer) look(view keeper.RunView, operator []byte) ([]custody.RunMessage, error) {
	run, ek, deals, err := d.opened(view)
	if err != nil {
		return nil, err
	}
	defer ek.Zero()
	sort.Slice(deals, func(i, j int) bool {
		return bytes.Compare(ownOrder(view, operator, deals[i]), ownOrder(view, operator, deals[j])) < 0
	})
	var out []custody.RunMessage
	accused := map[string]bool{}
	for _, deal := range deals {
		if accused[string(deal.Dealer.Operator)] {
			continue
		}
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
		accused[string(deal.Dealer.Operator)] = true
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
	if d.confirmation != nil {
		return []custody.RunMessage{*d.confirmation}, nil
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
	d.confirmation = &custody.RunMessage{Message: &custody.RunMessage_Confirmation{
		Confirmation: &custody.Confirmation{Operator: proof.Operator, Proof: proof.Proof},
	}}
	return []custody.RunMessage{*d.confirmation}, nil
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
