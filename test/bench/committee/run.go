package committee

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/volens-network/volens/core/threshold"
)

// Clock reads processor time spent so far.
type Clock func() (time.Duration, error)

// Cost is what a run took. Operators is the work that belongs to one operator each, of all together: enrolling,
// dealing, opening all deals, making its shares, confirming. Chain is the work of the state machine, counted once:
// checking all enrolments, deals and confirmations, and making the committee. Every node does Chain.
type Cost struct {
	Operators, Chain time.Duration
}

// Everywhere is what n nodes spend together when each does the chain's work too.
func (c Cost) Everywhere(n int) time.Duration { return c.Operators + time.Duration(n)*c.Chain }

// run is one run with the secrets of its operators.
type run struct {
	*threshold.Run
	ctx       threshold.RunContext
	operators [][]byte
	secrets   map[string]*threshold.EnrolmentSecret
	clock     Clock
	cost      Cost
}

// Generate plays a fresh run of n operators with one share each.
func Generate(n int, clock Clock) (*Committee, Cost, error) {
	owners, t, err := threshold.EqualAssignment(Addresses(n))
	if err != nil {
		return nil, Cost{}, err
	}
	ctx := threshold.RunContext{OriginChain: OriginChain, KeyID: KeyID, Epoch: 1}
	return play(ctx, owners, t, clock, nil)
}

// Reshare plays the run that moves the key of a committee to the same operators.
func Reshare(old *Committee, clock Clock) (*Committee, Cost, error) {
	ctx := threshold.RunContext{OriginChain: OriginChain, KeyID: KeyID, Epoch: old.Epoch() + 1}
	return play(ctx, old.Operators, old.Threshold(), clock, old)
}

func play(
	ctx threshold.RunContext, owners [][]byte, t int, clock Clock, old *Committee,
) (*Committee, Cost, error) {
	r := &run{ctx: ctx, operators: owners, secrets: map[string]*threshold.EnrolmentSecret{}, clock: clock}
	if err := r.enrol(t, old); err != nil {
		return nil, Cost{}, fmt.Errorf("enrol: %w", err)
	}
	deals, err := r.deal(old)
	if err != nil {
		return nil, Cost{}, fmt.Errorf("deal: %w", err)
	}
	out, err := r.finish(deals)
	if err != nil {
		return nil, Cost{}, fmt.Errorf("finish: %w", err)
	}
	if err := r.confirm(out); err != nil {
		return nil, Cost{}, fmt.Errorf("confirm: %w", err)
	}
	return out, r.cost, nil
}

// bill adds what a part spends to an account.
func (r *run) bill(account *time.Duration, part func() error) error {
	begin, err := r.clock()
	if err != nil {
		return err
	}
	if err := part(); err != nil {
		return err
	}
	end, err := r.clock()
	*account += end - begin
	return err
}

// each lets every operator do a part of its own.
func (r *run) each(part func(operator []byte) error) error {
	return r.bill(&r.cost.Operators, func() error {
		for i, operator := range r.operators {
			if err := part(operator); err != nil {
				return fmt.Errorf("operator %d: %w", i+1, err)
			}
		}
		return nil
	})
}

func (r *run) enrol(t int, old *Committee) error {
	var enrolments []threshold.Enrolment
	err := r.each(func(operator []byte) error {
		secret, enrolment, err := threshold.NewEnrolment(rand.Reader, r.ctx, operator)
		r.secrets[string(operator)] = secret
		enrolments = append(enrolments, enrolment)
		return err
	})
	if err != nil {
		return err
	}
	return r.bill(&r.cost.Chain, func() error {
		for _, enrolment := range enrolments {
			if err := threshold.VerifyEnrolment(r.ctx, enrolment); err != nil {
				return err
			}
		}
		var before *threshold.Committee
		if old != nil {
			before = old.Committee
		}
		var err error
		r.Run, err = threshold.NewRun(r.ctx, t, r.operators, enrolments, before)
		return err
	})
}

// deal makes all deals, brings them over the wire, and has the chain and every operator check them.
func (r *run) deal(old *Committee) ([]*threshold.Deal, error) {
	var wire [][]byte
	err := r.each(func(operator []byte) error {
		dealer := threshold.Dealer{Operator: operator}
		var shares *threshold.Shares
		if old != nil {
			shares = old.Shares[string(operator)]
			dealer.OldShare = uint64(shares.Indices()[0])
		}
		deal, err := r.Deal(rand.Reader, dealer, shares)
		if err != nil {
			return err
		}
		raw, err := deal.MarshalBinary()
		wire = append(wire, raw)
		return err
	})
	if err != nil {
		return nil, err
	}
	var deals []*threshold.Deal
	err = r.bill(&r.cost.Chain, func() error {
		for _, raw := range wire {
			deal, err := threshold.UnmarshalDeal(raw)
			if err != nil {
				return err
			}
			if err := r.VerifyDeal(deal); err != nil {
				return err
			}
			deals = append(deals, deal)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return deals, r.each(func(operator []byte) error {
		for _, deal := range deals {
			if _, err := r.OpenDeal(rand.Reader, deal, operator, r.secrets[string(operator)]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *run) finish(deals []*threshold.Deal) (*Committee, error) {
	out := &Committee{Operators: r.operators, Shares: map[string]*threshold.Shares{}}
	err := r.bill(&r.cost.Chain, func() error {
		var err error
		out.Committee, err = r.FinishPublic(deals)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, r.each(func(operator []byte) error {
		shares, err := r.FinishPrivate(operator, r.secrets[string(operator)], deals, out.Committee)
		out.Shares[string(operator)] = shares
		return err
	})
}

func (r *run) confirm(c *Committee) error {
	var confirmations []threshold.Confirmation
	err := r.each(func(operator []byte) error {
		confirmation, err := r.Confirm(rand.Reader, operator, c.Shares[string(operator)], c.Committee)
		confirmations = append(confirmations, confirmation)
		return err
	})
	if err != nil {
		return err
	}
	return r.bill(&r.cost.Chain, func() error {
		for _, confirmation := range confirmations {
			if err := r.VerifyConfirmation(confirmation, c.Committee); err != nil {
				return err
			}
		}
		return nil
	})
}
