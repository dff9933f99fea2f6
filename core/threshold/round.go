package threshold

import (
	"crypto/sha512"
	"errors"
	"fmt"
)

// Errors of a batch.
var (
	// ErrJobs is returned for a batch that is empty or names a job twice.
	ErrJobs = errors.New("batch of jobs is not valid")
	// ErrBatch is returned when contributions or combined points do not verify together.
	ErrBatch = errors.New("batch does not verify")
	// ErrTwice is returned when an operator contributes twice.
	ErrTwice = errors.New("operator contributes twice")
	// ErrDone is returned when the finished jobs are not exactly those that enough shares cover.
	ErrDone = errors.New("finished jobs do not follow from the contributions")
)

// Round is one batch of jobs at one height, for one committee. It is safe for
// concurrent use.
type Round struct {
	committee *Committee
	jobs      []Job
	points    []Point // B of each job
	digest    [sha512.Size]byte
	opened    *openedCache
	kept      [][]KeptShare // by job; nil where none was merged
}

// NewRound makes the round for the batch that committed state holds for a
// height. It returns ErrJobs for an empty batch or a repeated id, and the errors
// of DecodePoint.
func NewRound(c *Committee, liveChain string, height uint64, jobs []Job) (*Round, error) {
	if len(jobs) == 0 {
		return nil, fmt.Errorf("no job at height %d: %w", height, ErrJobs)
	}
	r := &Round{
		committee: c,
		jobs:      append([]Job(nil), jobs...),
		points:    make([]Point, len(jobs)),
		opened:    &openedCache{known: map[string]*openedContribution{}},
	}
	t := c.key.transcript("jobs").String(liveChain).Uint(c.epoch).Uint(height).Uint(uint64(len(jobs)))
	seen := make(map[[32]byte]bool, len(jobs))
	for i, job := range jobs {
		if err := r.points[i].decode(job.B); err != nil {
			return nil, fmt.Errorf("job %x: %w", job.ID, err)
		}
		if seen[job.ID] {
			return nil, fmt.Errorf("job %x twice: %w", job.ID, ErrJobs)
		}
		seen[job.ID] = true
		t.Bytes(job.ID[:], r.points[i].enc[:])
	}
	r.digest = t.Sum512()
	return r, nil
}

// Digest returns jd, which binds key, live chain, epoch, height and all jobs in
// their order.
func (r *Round) Digest() [64]byte { return r.digest }

// Len returns the number of jobs.
func (r *Round) Len() int { return len(r.jobs) }

// Verify checks contributions in commit order together with the combined points
// of the jobs they finish, in one multi-scalar multiplication. done must hold
// exactly the jobs that at least T shares cover, merged ones included, ascending.
// It returns ErrTwice, ErrDone, ErrBatch or an error of shape or encoding.
func (r *Round) Verify(contributions []*Contribution, done []Combined) error {
	opened, err := r.openAll(contributions)
	if err != nil {
		return err
	}
	claims, err := r.claims(opened, done)
	if err != nil {
		return err
	}
	if !r.holds(opened, claims) {
		return fmt.Errorf("%d contributions, %d finished jobs: %w", len(contributions), len(done), ErrBatch)
	}
	return nil
}

// VerifyOne checks one contribution alone.
func (r *Round) VerifyOne(c *Contribution) error {
	o, err := r.open(c)
	if err != nil {
		return err
	}
	if !r.holds([]*openedContribution{o}, nil) {
		return fmt.Errorf("contribution of operator %x: %w", c.Operator, ErrBatch)
	}
	return nil
}

// openAll decodes contributions of different operators.
func (r *Round) openAll(contributions []*Contribution) ([]*openedContribution, error) {
	out := make([]*openedContribution, len(contributions))
	operators := map[string]bool{}
	for i, c := range contributions {
		if operators[string(c.Operator)] {
			return nil, fmt.Errorf("operator %x: %w", c.Operator, ErrTwice)
		}
		operators[string(c.Operator)] = true
		o, err := r.open(c)
		if err != nil {
			return nil, fmt.Errorf("contribution %d: %w", i, err)
		}
		out[i] = o
	}
	return out, nil
}

// claims decodes the combined points and checks that they are due.
func (r *Round) claims(contributions []*openedContribution, done []Combined) ([]claim, error) {
	due, err := r.finished(contributions)
	if err != nil {
		return nil, err
	}
	if len(done) != len(due) {
		return nil, fmt.Errorf("%d jobs finished, %d due: %w", len(done), len(due), ErrDone)
	}
	for i, d := range done {
		if d.JobIndex != due[i].job {
			return nil, fmt.Errorf("job %d where %d is due: %w", d.JobIndex, due[i].job, ErrDone)
		}
		s, err := DecodePoint(d.S)
		if err != nil {
			return nil, fmt.Errorf("combined point of job %d: %w", d.JobIndex, err)
		}
		due[i].s = s
	}
	return due, nil
}
