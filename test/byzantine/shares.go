package byzantine

import (
	"encoding/binary"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// question is what a set of shares answers; lies change it before it is answered.
type question struct {
	committee *threshold.Committee
	shares    *threshold.Shares
	jobs      []threshold.Job
}

// emitted answers another question than the one that was asked, with a proof that is
// right for it.
func emitted(change func(*question) error) func(*Liar, vote) ([]byte, error) {
	return func(l *Liar, v vote) ([]byte, error) {
		batch, err := l.reader.BatchAt(v.ctx, v.height)
		if err != nil {
			return nil, err
		}
		if len(batch.Jobs) == 0 || len(v.honest.Shares) == 0 {
			return nil, errHonest
		}
		committee, err := l.reader.Committee(v.ctx, batch.KeyId, batch.Epoch)
		if err != nil {
			return nil, err
		}
		shares, _, err := l.self.Secrets.Load(batch.KeyId, batch.Epoch)
		if err != nil {
			return nil, err
		}
		defer shares.Zero()
		q := &question{committee: committee, shares: shares}
		for _, job := range batch.Jobs {
			q.jobs = append(q.jobs, threshold.Job{ID: [32]byte(job.Id), B: job.B})
		}
		if err := change(q); err != nil {
			return nil, err
		}
		return l.answer(v, q)
	}
}

// answer writes the shares for a question into the honest extension.
func (l *Liar) answer(v vote, q *question) ([]byte, error) {
	operator, err := l.operator(v)
	if err != nil {
		return nil, err
	}
	round, err := threshold.NewRound(
		q.committee, v.ctx.HeaderInfo().ChainID, uint64(v.height), q.jobs,
	)
	if err != nil {
		return nil, err
	}
	c, err := round.Emit(l.self.Rand, operator, q.shares, threshold.Bitmap(v.honest.Coverage))
	if err != nil {
		return nil, err
	}
	v.honest.Shares, v.honest.A, v.honest.APrime, v.honest.F = c.S, c.A, c.APrime, c.F
	return voteext.EncodeExtension(v.honest)
}

// otherRelease answers each job with the share of another one.
func otherRelease(q *question) error {
	if len(q.jobs) == 1 {
		q.jobs[0].B = threshold.CanaryPoint(custody.FirstKeyID)
		return nil
	}
	first := q.jobs[0].B
	for i := range len(q.jobs) - 1 {
		q.jobs[i].B = q.jobs[i+1].B
	}
	q.jobs[len(q.jobs)-1].B = first
	return nil
}

// otherReader answers for a reader whom nobody asked for.
func otherReader(q *question) error {
	for i := range q.jobs {
		b, err := threshold.AddPoints(q.jobs[i].B, threshold.CanaryPoint(custody.FirstKeyID))
		if err != nil {
			return err
		}
		q.jobs[i].B = b
	}
	return nil
}

// otherEpoch answers as the committee of the next epoch would.
func otherEpoch(q *question) error {
	const epochAt = 8 // in threshold.Shares.Bytes, behind the key's number
	raw := q.shares.Bytes()
	defer clear(raw)
	next := q.committee.Epoch() + 1
	binary.BigEndian.PutUint64(raw[epochAt:], next)
	shares, err := threshold.ParseShares(raw)
	if err != nil {
		return err
	}
	q.shares = shares
	q.committee, err = threshold.NewCommittee(
		q.committee.Key(), next, q.committee.Threshold(), q.committee.ShareKeys(), q.committee.Owners(),
	)
	return err
}
