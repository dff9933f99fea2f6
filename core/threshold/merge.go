package threshold

import (
	"errors"
	"fmt"
	"slices"
)

// ErrKept is returned for kept shares that no earlier height of this epoch can have left.
var ErrKept = errors.New("kept shares do not fit the batch")

// KeptShare is a share of a job that was verified at an earlier height of the same
// epoch and kept, because the job was not finished then.
type KeptShare struct {
	JobIndex int    // place in the batch
	Share    int    // its index, from 1
	S        []byte // 32-byte point
}

// Merge returns the round together with kept shares: its Verify and Combine count
// them beside the contributions' own. They are taken as verified; they must be of
// the round's committee, ascending by job and share, each once, else the error is
// ErrKept. Points are decoded when they are needed.
func (r *Round) Merge(kept []KeptShare) (*Round, error) {
	out := *r
	out.kept = make([][]KeptShare, len(r.jobs))
	for i, k := range kept {
		if k.JobIndex < 0 || k.JobIndex >= len(r.jobs) || k.Share < 1 || k.Share > len(r.committee.x) ||
			len(k.S) != PointSize {
			return nil, fmt.Errorf("share %d of job %d, %d bytes: %w", k.Share, k.JobIndex, len(k.S), ErrKept)
		}
		if i > 0 && (k.JobIndex < kept[i-1].JobIndex ||
			k.JobIndex == kept[i-1].JobIndex && k.Share <= kept[i-1].Share) {
			return nil, fmt.Errorf("share %d of job %d is out of order: %w", k.Share, k.JobIndex, ErrKept)
		}
		out.kept[k.JobIndex] = append(out.kept[k.JobIndex], k)
	}
	return &out, nil
}

// Unfinished lists the shares that contributions bring for the jobs which they and
// the merged shares do not finish, ascending by job and share, without those that
// were merged: what is to be kept. The contributions must have been verified.
func (r *Round) Unfinished(contributions []*Contribution) ([]KeptShare, error) {
	opened, err := r.openAll(contributions)
	if err != nil {
		return nil, fmt.Errorf("unfinished: %w", err)
	}
	holders := r.holders(opened)
	var out []KeptShare
	fresh := make([]int, 0, len(holders))
	for j := range r.jobs {
		kept := r.keptOf(j)
		fresh = fresh[:0]
		for k := range holders {
			if holders[k].covers(j) && !slices.ContainsFunc(kept, func(s KeptShare) bool { return s.Share == k }) {
				fresh = append(fresh, k)
			}
		}
		if len(kept)+len(fresh) >= r.committee.t {
			continue
		}
		for _, k := range fresh {
			out = append(out, KeptShare{JobIndex: j, Share: k, S: holders[k].at(j).Bytes()})
		}
	}
	return out, nil
}

// keptOf are the kept shares of a job.
func (r *Round) keptOf(job int) []KeptShare {
	if r.kept == nil {
		return nil
	}
	return r.kept[job]
}

// mergedShare is a kept share that takes part in a sum.
type mergedShare struct {
	share int
	point Point
}

func decodeKept(kept []KeptShare) ([]mergedShare, error) {
	if len(kept) == 0 {
		return nil, nil
	}
	out := make([]mergedShare, len(kept))
	for i, k := range kept {
		out[i].share = k.Share
		if err := out[i].point.decode(k.S); err != nil {
			return nil, fmt.Errorf("kept share %d of job %d: %w", k.Share, k.JobIndex, err)
		}
	}
	return out, nil
}
