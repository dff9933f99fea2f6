package market

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"
)

// DefaultGenesis is a market without requests.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: MainnetParams()} }

// Validate reports the first entry that the module could not have exported: what is
// malformed, stands twice or belongs to nothing, and every ledger that does not add
// up or that its payments do not explain.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return errorsmod.Wrap(err, "params")
	}
	requests := make(map[string]Request, len(g.Requests))
	for _, r := range g.Requests {
		if err := r.Validate(); err != nil {
			return err
		}
		if _, ok := requests[r.Id]; ok {
			return errorsmod.Wrapf(ErrGenesis, "request %s stands twice", r.Id)
		}
		requests[r.Id] = r
	}
	if err := g.validateMoney(requests); err != nil {
		return err
	}
	if err := g.validateDecisions(requests); err != nil {
		return err
	}
	return g.validateServices(requests)
}

// tally is what the payments of a request add up to.
type tally struct {
	paid, held, refunded sdkmath.Int
	count                uint64
}

// validateMoney checks that every request has one ledger and that its payments
// explain it.
func (g GenesisState) validateMoney(requests map[string]Request) error {
	sums, err := g.tallies()
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, e := range g.Escrows {
		if err := e.Validate(); err != nil {
			return err
		}
		r, ok := requests[e.RequestId]
		if !ok || seen[e.RequestId] || r.Spec.Price.Denom != e.Denom {
			return errorsmod.Wrapf(
				ErrGenesis,
				"escrow of %s: no request, twice, or of another denomination",
				e.RequestId,
			)
		}
		seen[e.RequestId] = true
		t, ok := sums[e.RequestId]
		if !ok {
			t = newTally()
		}
		if !t.paid.Equal(e.Paid) || !t.held.Equal(e.Held) || !t.refunded.Equal(e.Refunded) || t.count != e.Payments {
			return errorsmod.Wrapf(ErrGenesis, "escrow of %s: %d payments of %s, %s and %s do not explain it",
				e.RequestId, t.count, t.paid, t.held, t.refunded)
		}
		delete(sums, e.RequestId)
	}
	if len(seen) != len(requests) || len(sums) != 0 {
		return errorsmod.Wrapf(ErrGenesis, "%d requests, %d escrows, payments of %d others",
			len(requests), len(seen), len(sums))
	}
	return nil
}

func newTally() tally {
	return tally{paid: sdkmath.ZeroInt(), held: sdkmath.ZeroInt(), refunded: sdkmath.ZeroInt()}
}

func (g GenesisState) tallies() (map[string]tally, error) {
	sums := map[string]tally{}
	for _, p := range g.Payments {
		if err := p.Validate(); err != nil {
			return nil, err
		}
		t, ok := sums[p.RequestId]
		if !ok {
			t = newTally()
		}
		if p.Number != t.count {
			return nil, errorsmod.Wrapf(
				ErrGenesis,
				"payment %d of %s follows %d others",
				p.Number,
				p.RequestId,
				t.count,
			)
		}
		t.count++
		switch {
		case !p.Paid:
			t.held = t.held.Add(p.Amount.Amount)
		case p.Role == PART_ROLE_REFUND:
			t.refunded = t.refunded.Add(p.Amount.Amount)
		default:
			t.paid = t.paid.Add(p.Amount.Amount)
		}
		sums[p.RequestId] = t
	}
	return sums, nil
}

// validateDecisions checks that each belongs to a request, and that seats are won
// once, by one dataset of an owner.
func (g GenesisState) validateDecisions(requests map[string]Request) error {
	type seat struct {
		request string
		index   uint64
	}
	decided, owners, seats := map[[2]string]bool{}, map[[2]string]bool{}, map[seat]bool{}
	won := map[string]uint64{}
	for _, d := range g.Decisions {
		if err := d.Validate(); err != nil {
			return err
		}
		key, owner := [2]string{d.RequestId, d.DatasetId}, [2]string{d.RequestId, d.Owner}
		if _, ok := requests[d.RequestId]; !ok || decided[key] {
			return errorsmod.Wrapf(ErrGenesis, "decision on %s for %s: no request, or twice", d.RequestId, d.DatasetId)
		}
		decided[key] = true
		if !d.Standing() && !d.Seated() {
			continue
		}
		if owners[owner] {
			return errorsmod.Wrapf(ErrGenesis, "%s takes part in %s twice", d.Owner, d.RequestId)
		}
		owners[owner] = true
		if !d.Seated() {
			continue
		}
		at := seat{d.RequestId, d.Seat}
		if seats[at] {
			return errorsmod.Wrapf(ErrGenesis, "seat %d of %s is won twice", d.Seat, d.RequestId)
		}
		seats[at] = true
		won[d.RequestId]++
	}
	for _, r := range g.Requests {
		if won[r.Id] != r.Won {
			return errorsmod.Wrapf(ErrGenesis, "request %s: %d of %d won seats are there", r.Id, won[r.Id], r.Won)
		}
	}
	return nil
}

// validateServices checks claims and locks.
func (g GenesisState) validateServices(requests map[string]Request) error {
	seen := map[string]bool{}
	once := func(kind, request string, seat uint64, gateway string) error {
		key := fmt.Sprintln(kind, request, seat, gateway)
		if _, ok := requests[request]; !ok || seen[key] {
			return errorsmod.Wrapf(
				ErrGenesis,
				"%s for seat %d of %s by %s: no request, or twice",
				kind,
				seat,
				request,
				gateway,
			)
		}
		seen[key] = true
		return nil
	}
	for _, c := range g.Claims {
		if err := c.Validate(); err != nil {
			return err
		}
		if err := once("claim", c.RequestId, c.Seat, c.Gateway); err != nil {
			return err
		}
	}
	for _, l := range g.Locks {
		if err := l.Validate(); err != nil {
			return err
		}
		if err := once("lock", l.RequestId, l.Seat, l.Gateway); err != nil {
			return err
		}
	}
	return nil
}
