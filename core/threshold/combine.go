package threshold

import "fmt"

// Combined is the opening of one job: S = xB.
type Combined struct {
	JobIndex int    // place in the batch
	S        []byte // 32-byte point
}

// Combine makes the openings of all jobs that at least T shares of good
// contributions cover, in batch order, from the T lowest share indices of each.
// The contributions must have been verified, as Sort does. It returns an error
// for contributions that do not decode or repeat an operator.
func (r *Round) Combine(good []*Contribution) ([]Combined, error) {
	opened := make([]*openedContribution, len(good))
	operators := map[string]bool{}
	for i, c := range good {
		if operators[string(c.Operator)] {
			return nil, fmt.Errorf("combine: operator %x: %w", c.Operator, ErrTwice)
		}
		operators[string(c.Operator)] = true
		o, err := r.open(c)
		if err != nil {
			return nil, fmt.Errorf("combine: contribution %d: %w", i, err)
		}
		opened[i] = o
	}
	holders := r.holders(opened)
	finished := r.finished(opened)
	out := make([]Combined, len(finished))
	for i, f := range finished {
		sum := newMSM(len(f.indices))
		for _, k := range f.indices {
			sum.addShort(&f.lambda[k].s, holders[k].at(f.job))
		}
		s, err := newPoint(sum.sum())
		if err != nil {
			return nil, fmt.Errorf("combine: job %d: %w", f.job, err)
		}
		out[i] = Combined{JobIndex: f.job, S: s.Bytes()}
	}
	return out, nil
}

// holder is where a share is found: the contribution and the place in it.
type holder struct {
	shares *openedContribution
	place  int
}

func (h *holder) covers(job int) bool { return h != nil && h.shares.position[job] >= 0 }

func (h *holder) at(job int) *Point { return h.shares.at(h.place, job) }

// holders lists, by share index, who brought the share; nil where nobody did.
func (r *Round) holders(contributions []*openedContribution) []*holder {
	out := make([]*holder, len(r.committee.x)+1)
	for _, c := range contributions {
		for i, k := range c.indices {
			out[k] = &holder{shares: c, place: i}
		}
	}
	return out
}

// finished lists the jobs that at least T shares cover, ascending, each with its
// T lowest share indices.
func (r *Round) finished(contributions []*openedContribution) []claim {
	holders := r.holders(contributions)
	var out []claim
	set := make([]int, 0, r.committee.t)
	for j := range r.jobs {
		set = set[:0]
		for k := 1; k < len(holders) && len(set) < r.committee.t; k++ {
			if holders[k].covers(j) {
				set = append(set, k)
			}
		}
		if len(set) == r.committee.t {
			out = append(out, claim{job: j, responders: r.committee.respondersOf(set)})
		}
	}
	return out
}
