package threshold

import (
	"bytes"
	"crypto/sha512"
	"fmt"
	"io"
	"sync"

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

// openedContribution is a decoded contribution and what follows from it. It is immutable.
type openedContribution struct {
	operator  string
	coverage  Bitmap
	seed      [sha512.Size]byte
	indices   []int     // share indices
	jobs      []int     // covered jobs
	position  []int     // by job: its place in jobs, or -1
	s         []byte    // Contribution.S
	points    []Point   // the same
	d         []integer // weights of the covered jobs
	g         []Scalar  // weights of the shares
	a, aprime Point
	f, c      Scalar
}

// at returns the share of own share number i for a covered job.
func (o *openedContribution) at(i, job int) *Point {
	return &o.points[i*len(o.jobs)+o.position[job]]
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
			c.S = append(c.S, x.mul(&r.points[j]).enc[:]...)
		}
	}
	if err := r.prove(rand, c, shares); err != nil {
		return nil, fmt.Errorf("emit: %w", err)
	}
	return c, nil
}

// prove fills in the proof that the shares of a contribution are right.
func (r *Round) prove(rand io.Reader, c *Contribution, shares *Shares) error {
	seed, jobs := r.shareSeed(c, shares.indices), c.Coverage.jobs()
	d, g := weights(seed, domainD, len(jobs)), weights(seed, domainG, len(shares.indices))
	sum := newMSM(len(jobs))
	for i, j := range jobs {
		sum.add(&d[i].s, &r.points[j])
	}
	m := mustPoint(sum.sum())
	witness := &Scalar{}
	defer witness.Zero()
	var product scalar.Scalar
	for i, x := range shares.x {
		witness.s.Add(&witness.s, product.Mul(&g[i].s, &x.s))
	}
	product.Zero()
	t := transcript.New("share-challenge").Bytes(seed[:])
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
	const item = 4 + PointSize
	row := len(c.S) / len(indices)
	t.Grow(len(indices)*(4+8+item) + len(c.S)/PointSize*item)
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

// open decodes a contribution. One that was decoded before in this round, with the
// very same bytes, is taken from its cache.
func (r *Round) open(c *Contribution) (*openedContribution, error) {
	if err := r.CheckShape(c); err != nil {
		return nil, err
	}
	if known := r.opened.get(c); known != nil {
		return known, nil
	}
	indices := r.committee.indices[string(c.Operator)]
	seed := r.shareSeed(c, indices)
	out := &openedContribution{
		operator: string(c.Operator), coverage: append(Bitmap(nil), c.Coverage...), seed: seed,
		indices: indices, jobs: c.Coverage.jobs(),
	}
	if err := out.decode(c); err != nil {
		return nil, err
	}
	out.position = make([]int, len(r.jobs))
	for j := range out.position {
		out.position[j] = -1
	}
	for i, j := range out.jobs {
		out.position[j] = i
	}
	out.d = draws(seed, domainD, len(out.jobs))
	out.g = weights(seed, domainG, len(indices))
	out.c = *hashToScalar(transcript.New("share-challenge").Bytes(seed[:], c.A, c.APrime))
	r.opened.put(out)
	return out, nil
}

// of reports whether this is the decoded form of a contribution, by all its bytes.
func (o *openedContribution) of(c *Contribution) bool {
	return o.operator == string(c.Operator) && bytes.Equal(o.coverage, c.Coverage) && bytes.Equal(o.s, c.S) &&
		bytes.Equal(o.a.enc[:], c.A) && bytes.Equal(o.aprime.enc[:], c.APrime) && bytes.Equal(o.f.Bytes(), c.F)
}

// decode reads the points and the answer.
func (o *openedContribution) decode(c *Contribution) error {
	if err := o.a.decode(c.A); err != nil {
		return fmt.Errorf("a: %w", err)
	}
	if err := o.aprime.decode(c.APrime); err != nil {
		return fmt.Errorf("a': %w", err)
	}
	f, err := DecodeScalar(c.F)
	if err != nil {
		return fmt.Errorf("f: %w", err)
	}
	o.f = *f
	o.s, o.points = bytes.Clone(c.S), make([]Point, len(c.S)/PointSize)
	for i := range o.points {
		if err := o.points[i].decode(c.S[i*PointSize : (i+1)*PointSize]); err != nil {
			return fmt.Errorf("share %d of operator %x: %w", i, c.Operator, err)
		}
	}
	return nil
}

// openedCache keeps the contribution of each operator that a round decoded last, since
// every node looks at them several times. It decides nothing but time.
type openedCache struct {
	mu    sync.Mutex
	known map[string]*openedContribution
}

func (c *openedCache) get(of *Contribution) *openedContribution {
	c.mu.Lock()
	known := c.known[string(of.Operator)]
	c.mu.Unlock()
	if known == nil || !known.of(of) {
		return nil
	}
	return known
}

func (c *openedCache) put(o *openedContribution) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[o.operator] = o
}
