package threshold

import (
	"errors"
	"fmt"
	"sort"
)

// Errors of a run.
var (
	// ErrDeal is returned for a deal that does not fit the run.
	ErrDeal = errors.New("deal does not fit the run")
	// ErrQualified is returned when the qualified deals are too few to make a key.
	ErrQualified = errors.New("too few qualified deals")
	// ErrKeyChanged is returned when a reshare does not end in the same public key.
	ErrKeyChanged = errors.New("reshare changes the public key")
)

// Dealer names who deals: an operator, and in a reshare which of its old shares.
type Dealer struct {
	Operator []byte // 20-byte address
	OldShare uint64 // old share index from 1; 0 in a fresh run
}

// Run is the public data of a distributed key generation after its snapshot, or
// of a reshare, which moves the key of an old committee to a new one. It is
// immutable.
type Run struct {
	ctx     RunContext
	t       int
	owners  [][]byte
	indices map[string][]int
	ek      map[string]*Point
	old     *Committee
}

// NewRun makes the run for a new committee: owners[i] is the operator of share
// i+1 and t shares will open. Every owner must have enrolled; the caller has
// verified the enrolments. old is the committee whose key is moved, nil for a
// fresh key. It returns ErrCommittee, ErrOperator or an error of decoding.
func NewRun(ctx RunContext, t int, owners [][]byte, enrolments []Enrolment, old *Committee) (*Run, error) {
	indices, err := checkAssignment(t, owners)
	if err != nil {
		return nil, err
	}
	if old != nil && (old.key.id != ctx.KeyID || old.key.originChain != ctx.OriginChain || old.epoch >= ctx.Epoch) {
		return nil, fmt.Errorf(
			"run for key %d epoch %d from key %d epoch %d: %w",
			ctx.KeyID, ctx.Epoch, old.key.id, old.epoch, ErrCommittee,
		)
	}
	r := &Run{ctx: ctx, t: t, owners: cloneAll(owners), indices: indices, ek: map[string]*Point{}, old: old}
	for _, e := range enrolments {
		if r.ek[string(e.Operator)] != nil {
			return nil, fmt.Errorf("operator %x enrolled twice: %w", e.Operator, ErrCommittee)
		}
		ek, err := DecodePoint(e.EK)
		if err != nil {
			return nil, fmt.Errorf("enrolment of %x: %w", e.Operator, err)
		}
		r.ek[string(e.Operator)] = ek
	}
	for i, owner := range owners {
		if r.ek[string(owner)] == nil {
			return nil, fmt.Errorf("owner %x of share %d has not enrolled: %w", owner, i+1, ErrOperator)
		}
	}
	return r, nil
}

// checkDealer refuses a dealer that has nothing to deal.
func (r *Run) checkDealer(d Dealer) error {
	if r.old == nil {
		if d.OldShare != 0 || len(r.indices[string(d.Operator)]) == 0 {
			return fmt.Errorf("dealer %x of old share %d in a fresh run: %w", d.Operator, d.OldShare, ErrOperator)
		}
		return nil
	}
	if d.OldShare < 1 || d.OldShare > uint64(len(r.old.x)) ||
		string(r.old.owners[d.OldShare-1]) != string(d.Operator) {
		return fmt.Errorf("dealer %x does not own old share %d: %w", d.Operator, d.OldShare, ErrOperator)
	}
	return nil
}

// selection is the canonical list of deals that make the key, with the
// coefficient of each.
type selection struct {
	deals  []*Deal
	lambda []*Scalar // nil in a fresh run: the deals are summed
}

// choose takes the canonical set out of the qualified deals: all of them in a
// fresh run, those of the T lowest old shares in a reshare.
func (r *Run) choose(qualified []*Deal) (*selection, error) {
	deals := append([]*Deal(nil), qualified...)
	sort.Slice(deals, func(i, j int) bool { return deals[i].Dealer.less(deals[j].Dealer) })
	for i, d := range deals {
		if err := r.checkDealer(d.Dealer); err != nil {
			return nil, err
		}
		if len(d.c) != r.t || len(d.ct) != len(r.owners) {
			return nil, fmt.Errorf(
				"deal of %x for %d of %d shares: %w",
				d.Dealer.Operator,
				len(d.c),
				len(d.ct),
				ErrDeal,
			)
		}
		if i > 0 && !deals[i-1].Dealer.less(d.Dealer) {
			return nil, fmt.Errorf("dealer %x share %d twice: %w", d.Dealer.Operator, d.Dealer.OldShare, ErrDeal)
		}
	}
	if r.old == nil {
		shares := 0
		for _, d := range deals {
			shares += len(r.indices[string(d.Dealer.Operator)])
		}
		if shares < r.t {
			return nil, fmt.Errorf("dealers own %d shares of %d: %w", shares, r.t, ErrQualified)
		}
		return &selection{deals: deals}, nil
	}
	if len(deals) < r.old.t {
		return nil, fmt.Errorf("%d old shares of %d: %w", len(deals), r.old.t, ErrQualified)
	}
	deals = deals[:r.old.t]
	indices := make([]int, len(deals))
	for i, d := range deals {
		indices[i] = int(d.Dealer.OldShare) //nolint:gosec // at most MaxShares
	}
	return &selection{deals: deals, lambda: lagrange(indices)}, nil
}

// less orders dealers by old share, then by operator.
func (d Dealer) less(other Dealer) bool {
	if d.OldShare != other.OldShare {
		return d.OldShare < other.OldShare
	}
	return string(d.Operator) < string(other.Operator)
}
