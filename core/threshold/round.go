package threshold

import (
	"crypto/sha512"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/oasisprotocol/curve25519-voi/curve/scalar"

	"github.com/volens-network/volens/core/transcript"
)

// maxCulprits is how many bad contributions a proposer names.
const maxCulprits = 2

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
	points    []*Point // B of each job
	digest    [sha512.Size]byte

	mu     sync.Mutex
	opened map[[sha512.Size]byte]*openedShares
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
		points:    make([]*Point, len(jobs)),
		opened:    map[[sha512.Size]byte]*openedShares{},
	}
	t := c.key.transcript("jobs").String(liveChain).Uint(c.epoch).Uint(height).Uint(uint64(len(jobs)))
	seen := make(map[[32]byte]bool, len(jobs))
	for i, job := range jobs {
		p, err := DecodePoint(job.B)
		if err != nil {
			return nil, fmt.Errorf("job %x: %w", job.ID, err)
		}
		if seen[job.ID] {
			return nil, fmt.Errorf("job %x twice: %w", job.ID, ErrJobs)
		}
		seen[job.ID] = true
		r.points[i] = p
		t.Bytes(job.ID[:], p.enc[:])
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
// exactly the jobs that at least T shares cover, ascending. It returns ErrTwice,
// ErrDone, ErrBatch or an error of shape or encoding.
func (r *Round) Verify(contributions []*Contribution, done []Combined) error {
	opened := make([]*openedContribution, len(contributions))
	operators := map[string]bool{}
	for i, c := range contributions {
		if operators[string(c.Operator)] {
			return fmt.Errorf("operator %x: %w", c.Operator, ErrTwice)
		}
		operators[string(c.Operator)] = true
		o, err := r.open(c)
		if err != nil {
			return fmt.Errorf("contribution %d: %w", i, err)
		}
		opened[i] = o
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

// claim is the combined point of a job, with the shares that make it.
type claim struct {
	job int
	s   *Point
	*responders
}

// claims decodes the combined points and checks that they are due.
func (r *Round) claims(contributions []*openedContribution, done []Combined) ([]claim, error) {
	due := r.finished(contributions)
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

// holds is the check of docs/spec/custody.md 8.1.
func (r *Round) holds(contributions []*openedContribution, claims []claim) bool {
	seed := r.batchSeed(contributions, claims)
	terms := len(r.jobs) + len(claims)
	for _, c := range contributions {
		terms += 2 + len(c.indices) + len(c.points)
	}
	e := &equation{
		sum: newMSM(terms),
		x:   r.committee.x,
		jobs: make(
			[]scalar.Scalar,
			len(r.jobs),
		),
		claims: make([]*claim, len(r.jobs)),
		taus:   make([]*Scalar, len(r.jobs)),
	}
	taus := weights(seed, domainTau)
	for i := range claims {
		e.addClaim(&claims[i], taus.draw())
	}
	rhos, sigmas := weights(seed, domainRho), weights(seed, domainSigma)
	for _, c := range contributions {
		e.addContribution(c, rhos.draw(), sigmas.draw())
	}
	for j := range e.jobs {
		e.sum.add(&e.jobs[j], r.points[j])
	}
	return e.sum.vanishes()
}

// equation is the one sum that a batch is checked with.
type equation struct {
	sum    *msm
	x      []*Point        // share keys
	jobs   []scalar.Scalar // by job: coefficient of B
	claims []*claim        // by job: its combined point, or nil
	taus   []*Scalar       // by job: its weight
}

// addClaim puts -tau*S into the sum. Claims come before contributions.
func (e *equation) addClaim(c *claim, tau *Scalar) {
	e.claims[c.job], e.taus[c.job] = c, tau
	e.sum.add(&tau.s, negate(c.s))
}

// addContribution puts both equations of one proof into the sum, and the shares
// of finished jobs with their Lagrange coefficients.
func (e *equation) addContribution(c *openedContribution, rho, sigma *Scalar) {
	d, g := c.weights()
	var product, rhoC, sigmaC, sigmaF scalar.Scalar
	e.sum.addBase(&rho.s, &c.f.s)
	e.sum.add(&rho.s, negate(c.a))
	e.sum.add(&sigma.s, negate(c.aprime))
	sigmaF.Mul(&sigma.s, &c.f.s)
	for i, j := range c.jobs {
		e.jobs[j].Add(&e.jobs[j], product.Mul(&sigmaF, &d[i].s))
	}
	minusC := neg(&c.c.s)
	rhoC.Mul(&rho.s, minusC)
	sigmaC.Mul(&sigma.s, minusC)
	for n, k := range c.indices {
		e.sum.addProduct(&rhoC, &g[n].s, e.x[k-1])
		var sigmaCG scalar.Scalar
		sigmaCG.Mul(&sigmaC, &g[n].s)
		for i, j := range c.jobs {
			coefficient := new(scalar.Scalar).Mul(&sigmaCG, &d[i].s)
			if done := e.claims[j]; done != nil && done.lambda[k] != nil {
				coefficient.Add(coefficient, product.Mul(&e.taus[j].s, &done.lambda[k].s))
			}
			e.sum.add(coefficient, c.at(n, j))
		}
	}
}

// batchSeed binds everything that the weights of a batch must not be chosen after.
func (r *Round) batchSeed(contributions []*openedContribution, claims []claim) [sha512.Size]byte {
	t := transcript.New("share-batch").Bytes(r.digest[:]).Uint(uint64(len(contributions)))
	for _, c := range contributions {
		t.Bytes(c.seed[:], c.a.enc[:], c.aprime.enc[:], c.f.Bytes())
	}
	t.Uint(uint64(len(claims)))
	for _, c := range claims {
		t.Uint(uint64(c.job)).Bytes(c.s.enc[:]) //nolint:gosec // an index
	}
	return t.Sum512()
}

// Sort separates contributions, by their place in the argument: good are all
// that hold, bad the first two that fail alone, which is evidence against their
// signers. It bisects, so that it costs at most log2(n)+1 times as much as Verify.
// A second contribution of one operator is in neither list.
func (r *Round) Sort(contributions []*Contribution) (good, bad []int) {
	s := sorter{round: r, opened: make([]*openedContribution, len(contributions))}
	operators := map[string]bool{}
	var candidates []int
	for i, c := range contributions {
		if operators[string(c.Operator)] {
			continue
		}
		operators[string(c.Operator)] = true
		o, err := r.open(c)
		if err != nil {
			s.bad = append(s.bad, i)
			continue
		}
		s.opened[i] = o
		candidates = append(candidates, i)
	}
	s.split(candidates)
	slices.Sort(s.bad)
	return s.good, s.bad[:min(len(s.bad), maxCulprits)]
}

// sorter bisects the contributions that do not verify together.
type sorter struct {
	round     *Round
	opened    []*openedContribution
	good, bad []int
}

func (s *sorter) split(places []int) {
	set := make([]*openedContribution, len(places))
	for i, p := range places {
		set[i] = s.opened[p]
	}
	switch {
	case s.round.holds(set, nil):
		s.good = append(s.good, places...)
	case len(places) == 1:
		s.bad = append(s.bad, places[0])
	default:
		s.split(places[:len(places)/2])
		s.split(places[len(places)/2:])
	}
}

// known returns shares that were decoded before.
func (r *Round) known(seed [sha512.Size]byte) *openedShares {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened[seed]
}

// remember keeps decoded shares; a round that saw far more than one set of
// contributions forgets and starts again.
func (r *Round) remember(o *openedShares) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.opened) >= 2*len(r.committee.x) {
		clear(r.opened)
	}
	r.opened[o.seed] = o
}
