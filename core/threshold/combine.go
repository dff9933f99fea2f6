package threshold

import (
	"fmt"
	"slices"
)

// Combined is the opening of one job: S = xB.
type Combined struct {
	JobIndex int    // place in the batch
	S        []byte // 32-byte point
}

// Combine makes the openings of all jobs that at least T shares of good
// contributions and merged shares cover, in batch order, from the T lowest share
// indices of each. The contributions must have been verified, as Sort does. It
// returns an error for contributions that do not decode or repeat an operator.
func (r *Round) Combine(good []*Contribution) ([]Combined, error) {
	opened, err := r.openAll(good)
	if err != nil {
		return nil, fmt.Errorf("combine: %w", err)
	}
	finished, err := r.finished(opened)
	if err != nil {
		return nil, fmt.Errorf("combine: %w", err)
	}
	holders := r.holders(opened)
	out := make([]Combined, len(finished))
	points := make([]*Point, r.committee.t)
	for i := range finished {
		f := &finished[i]
		merged := f.merged
		for n, k := range f.indices {
			if len(merged) > 0 && merged[0].share == k {
				points[n], merged = &merged[0].point, merged[1:]
			} else {
				points[n] = holders[k].at(f.job)
			}
		}
		s, err := newPoint(f.combine(points))
		if err != nil {
			return nil, fmt.Errorf("combine: job %d: %w", f.job, err)
		}
		out[i] = Combined{JobIndex: f.job, S: s.Bytes()}
	}
	return out, nil
}

// holder is where a share is found: the contribution and the place in it.
type holder struct {
	*openedContribution
	place int
}

func (h *holder) covers(job int) bool { return h.openedContribution != nil && h.position[job] >= 0 }

func (h *holder) at(job int) *Point { return h.openedContribution.at(h.place, job) }

// holders lists, by share index, who brought the share.
func (r *Round) holders(contributions []*openedContribution) []holder {
	out := make([]holder, len(r.committee.x)+1)
	for _, c := range contributions {
		for i, k := range c.indices {
			out[k] = holder{c, i}
		}
	}
	return out
}

// claim is the combined point of a job, with the shares that make it.
type claim struct {
	job int
	s   *Point
	*responders
	// merged are the shares that no contribution brings, ascending.
	merged []mergedShare
}

// finished lists the jobs that at least T shares cover, ascending, each with its
// T lowest share indices. A share that is both brought and merged counts as brought.
func (r *Round) finished(contributions []*openedContribution) ([]claim, error) {
	holders := r.holders(contributions)
	var out []claim
	set, old := make([]int, 0, r.committee.t), make([]KeptShare, 0, r.committee.t)
	for j := range r.jobs {
		set, old = set[:0], old[:0]
		kept := r.keptOf(j)
		for k := 1; k < len(holders) && len(set) < r.committee.t; k++ {
			for len(kept) > 0 && kept[0].Share < k {
				kept = kept[1:]
			}
			switch {
			case holders[k].covers(j):
				set = append(set, k)
			case len(kept) > 0 && kept[0].Share == k:
				set, old = append(set, k), append(old, kept[0])
			}
		}
		if len(set) < r.committee.t {
			continue
		}
		merged, err := decodeKept(old)
		if err != nil {
			return nil, err
		}
		c := claim{job: j, merged: merged}
		if last := len(out) - 1; last >= 0 && slices.Equal(out[last].indices, set) {
			c.responders = out[last].responders
		} else {
			c.responders = r.committee.respondersOf(set)
		}
		out = append(out, c)
	}
	return out, nil
}
