package threshold

import (
	"crypto/sha512"
	"fmt"
	"io"

	"github.com/oasisprotocol/curve25519-voi/curve/scalar"

	"github.com/volens-network/volens/core/transcript"
)

// Contribution is what one operator adds to a batch: its shares of the jobs it
// covers, with one proof for all.
type Contribution struct {
	Operator []byte // 20-byte address
	Coverage Bitmap // which jobs of the batch
	S        []byte // 32-byte points: for each own share ascending, for each covered job ascending
	A        []byte // 32-byte commitment zG
	APrime   []byte // 32-byte commitment zM
	F        []byte // 32-byte answer
}

// openedShares are the decoded shares of a contribution and what follows from them.
type openedShares struct {
	operator string
	seed     [sha512.Size]byte
	indices  []int    // share indices
	jobs     []int    // covered jobs
	position []int    // by job: its place in jobs, or -1
	points   []*Point // as in Contribution.S
}

// openedContribution is a decoded contribution.
type openedContribution struct {
	*openedShares
	a, aprime *Point
	f, c      *Scalar
}

// at returns the share of own share number i for a covered job.
func (o *openedShares) at(i, job int) *Point {
	return o.points[i*len(o.jobs)+o.position[job]]
}

// weights draws d for each covered job and g for each share.
func (o *openedShares) weights() (d, g []*Scalar) {
	return weights(o.seed, domainD).draws(len(o.jobs)), weights(o.seed, domainG).draws(len(o.indices))
}

// Emit computes an operator's shares of the jobs marked in coverage and proves
// them. It returns ErrShares when the shares are not those of this operator and
// epoch, and ErrLength or ErrEncoding for a coverage that does not fit or marks
// nothing. It reads 32 bytes of rand.
//
// The caller has asked its emission guard for every job it marks.
func (r *Round) Emit(rand io.Reader, operator []byte, shares *Shares, coverage Bitmap) (*Contribution, error) {
	if err := r.committee.matchShares(operator, shares); err != nil {
		return nil, fmt.Errorf("emit: %w", err)
	}
	if err := r.checkCoverage(coverage); err != nil {
		return nil, fmt.Errorf("emit: %w", err)
	}
	jobs := coverage.jobs()
	c := &Contribution{
		Operator: append([]byte(nil), operator...),
		Coverage: append(Bitmap(nil), coverage...),
		S:        make([]byte, 0, PointSize*len(shares.x)*len(jobs)),
	}
	for _, x := range shares.x {
		for _, j := range jobs {
			c.S = append(c.S, x.mul(r.points[j]).enc[:]...)
		}
	}
	if err := r.prove(rand, c, shares); err != nil {
		return nil, fmt.Errorf("emit: %w", err)
	}
	return c, nil
}

// prove fills in the proof that the shares of a contribution are right.
func (r *Round) prove(rand io.Reader, c *Contribution, shares *Shares) error {
	o := &openedShares{seed: r.shareSeed(c, shares.indices), indices: shares.indices, jobs: c.Coverage.jobs()}
	d, g := o.weights()
	sum := newMSM(len(o.jobs))
	for i, j := range o.jobs {
		sum.add(&d[i].s, r.points[j])
	}
	m := mustPoint(sum.sum())
	witness := &Scalar{}
	defer witness.Zero()
	var product scalar.Scalar
	for i, x := range shares.x {
		witness.s.Add(&witness.s, product.Mul(&g[i].s, &x.s))
	}
	product.Zero()
	t := transcript.New("share-challenge").Bytes(o.seed[:])
	z, err := hedgedNonce(rand, witness, t)
	if err != nil {
		return err
	}
	defer z.Zero()
	c.A, c.APrime = z.base().Bytes(), z.mul(m).Bytes()
	c.F = witness.respond(z, hashToScalar(t.Bytes(c.A, c.APrime))).Bytes()
	return nil
}

// shareSeed binds the batch, the coverage, the operator and all its shares.
func (r *Round) shareSeed(c *Contribution, indices []int) [sha512.Size]byte {
	t := transcript.New("shares").Bytes(r.digest[:], c.Coverage, c.Operator).Uint(uint64(len(indices)))
	row := len(c.S) / len(indices)
	for i, k := range indices {
		t.Uint(uint64(k)).Bytes(r.committee.x[k-1].enc[:]) //nolint:gosec // k is positive
		for s := c.S[i*row : (i+1)*row]; len(s) > 0; s = s[PointSize:] {
			t.Bytes(s[:PointSize])
		}
	}
	return t.Sum512()
}

// CheckShape checks the lengths of a contribution against the batch and the
// committee, and that its coverage is canonical, without decoding a point. It
// returns ErrOperator, ErrLength or ErrEncoding.
func (r *Round) CheckShape(c *Contribution) error {
	own := r.committee.indices[string(c.Operator)]
	if len(own) == 0 {
		return fmt.Errorf("operator %x in epoch %d: %w", c.Operator, r.committee.epoch, ErrOperator)
	}
	if err := r.checkCoverage(c.Coverage); err != nil {
		return err
	}
	if want := PointSize * len(own) * c.Coverage.Count(); len(c.S) != want {
		return fmt.Errorf("shares of %d bytes, want %d: %w", len(c.S), want, ErrLength)
	}
	if len(c.A) != PointSize || len(c.APrime) != PointSize || len(c.F) != ScalarSize {
		return fmt.Errorf("proof of %d, %d and %d bytes: %w", len(c.A), len(c.APrime), len(c.F), ErrLength)
	}
	return nil
}

func (r *Round) checkCoverage(coverage Bitmap) error {
	if err := coverage.check(len(r.jobs)); err != nil {
		return err
	}
	if coverage.Count() == 0 {
		return fmt.Errorf("coverage marks no job: %w", ErrEncoding)
	}
	return nil
}

// open decodes a contribution. Shares that were decoded before in this round
// are taken from its cache, which is keyed by all their bytes.
func (r *Round) open(c *Contribution) (*openedContribution, error) {
	if err := r.CheckShape(c); err != nil {
		return nil, err
	}
	a, err := DecodePoint(c.A)
	if err != nil {
		return nil, fmt.Errorf("a: %w", err)
	}
	aprime, err := DecodePoint(c.APrime)
	if err != nil {
		return nil, fmt.Errorf("a': %w", err)
	}
	f, err := DecodeScalar(c.F)
	if err != nil {
		return nil, fmt.Errorf("f: %w", err)
	}
	shares, err := r.openShares(c)
	if err != nil {
		return nil, err
	}
	t := transcript.New("share-challenge").Bytes(shares.seed[:], c.A, c.APrime)
	return &openedContribution{openedShares: shares, a: a, aprime: aprime, f: f, c: hashToScalar(t)}, nil
}

func (r *Round) openShares(c *Contribution) (*openedShares, error) {
	indices := r.committee.indices[string(c.Operator)]
	seed := r.shareSeed(c, indices)
	if known := r.known(seed); known != nil {
		return known, nil
	}
	out := &openedShares{
		operator: string(c.Operator), seed: seed, indices: indices, jobs: c.Coverage.jobs(),
		position: make([]int, len(r.jobs)), points: make([]*Point, 0, len(c.S)/PointSize),
	}
	for j := range out.position {
		out.position[j] = -1
	}
	for i, j := range out.jobs {
		out.position[j] = i
	}
	for s := c.S; len(s) > 0; s = s[PointSize:] {
		p, err := DecodePoint(s[:PointSize])
		if err != nil {
			return nil, fmt.Errorf("share %d of operator %x: %w", len(out.points), c.Operator, err)
		}
		out.points = append(out.points, p)
	}
	r.remember(out)
	return out, nil
}
