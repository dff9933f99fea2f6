package threshold

import (
	"crypto/sha512"

	"github.com/oasisprotocol/curve25519-voi/curve/scalar"

	"github.com/volens-network/volens/core/transcript"
)

// holds is the check of docs/spec/custody.md 8.1.
func (r *Round) holds(contributions []*openedContribution, claims []claim) bool {
	seed := r.batchSeed(contributions, claims)
	terms, products := len(r.jobs)+len(claims), len(r.jobs)
	for _, c := range contributions {
		terms += 2 + len(c.points)
		products += len(c.points)
	}
	for i := range claims {
		terms += len(claims[i].merged)
		products += len(claims[i].merged)
	}
	e := &equation{
		sum:      newMSM(terms),
		products: make([]scalar.Scalar, products),
		round:    r,
		jobs:     make([]wide, len(r.jobs)),
		claims:   make([]*claim, len(r.jobs)),
		taus:     make([]integer, len(r.jobs)),
	}
	taus := weights(seed, domainTau, len(claims))
	for i := range claims {
		e.addClaim(&claims[i], &taus[i])
	}
	n := len(contributions)
	rhos, sigmas := weights(seed, domainRho, n), weights(seed, domainSigma, n)
	for i, c := range contributions {
		e.addContribution(c, &rhos[i], &sigmas[i])
	}
	for j := range e.jobs {
		e.sum.add(e.reduced(&e.jobs[j]), &r.points[j])
	}
	return e.sum.vanishes()
}

// equation is the one sum that a batch is checked with. It has the opposite sign of
// the specification's, so that the points with a bare 128-bit weight need not be
// negated: the weight stays short, which makes its term cheaper.
type equation struct {
	sum      *msm
	products []scalar.Scalar // room for coefficients
	round    *Round
	jobs     []wide    // by job: coefficient of B
	claims   []*claim  // by job: its combined point, or nil
	taus     []integer // by job: the weight of its claim
}

// reduced returns a coefficient that stays as long as the sum.
func (e *equation) reduced(coefficient *wide) *scalar.Scalar {
	out := &e.products[0]
	e.products = e.products[1:]
	return coefficient.reduce(out)
}

// addClaim puts tau*S into the sum, and takes out the merged shares with their
// Lagrange coefficients. Claims come before contributions.
func (e *equation) addClaim(c *claim, tau *Scalar) {
	e.claims[c.job], e.taus[c.job] = c, integerOf(&tau.s)
	e.sum.add(&tau.s, c.s)
	for i := range c.merged {
		m := &c.merged[i]
		var coefficient wide
		coefficient.addProduct(c.minusLambda[m.share], &e.taus[c.job])
		e.sum.add(e.reduced(&coefficient), &m.point)
	}
}

// addContribution puts both equations of one proof into the sum, and takes out the
// shares of finished jobs with their Lagrange coefficients.
func (e *equation) addContribution(c *openedContribution, rho, sigma *Scalar) {
	var rhoC, sigmaC, sigmaF scalar.Scalar
	e.sum.subtractBase(&rho.s, &c.f.s)
	e.sum.add(&rho.s, &c.a)
	e.sum.add(&sigma.s, &c.aprime)
	minusSigmaF := integerOf(neg(sigmaF.Mul(&sigma.s, &c.f.s)))
	for i, j := range c.jobs {
		e.jobs[j].addProduct(&minusSigmaF, &c.d[i])
	}
	rhoC.Mul(&rho.s, &c.c.s)
	sigmaC.Mul(&sigma.s, &c.c.s)
	for n, k := range c.indices {
		var rhoCG, product scalar.Scalar
		e.sum.addTable(rhoCG.Mul(&rhoC, &c.g[n].s), e.round.committee.tables[k-1])
		sigmaCG := integerOf(product.Mul(&sigmaC, &c.g[n].s))
		for i, j := range c.jobs {
			var coefficient wide
			coefficient.addProduct(&sigmaCG, &c.d[i])
			if done := e.claims[j]; done != nil && done.minusLambda[k] != nil {
				coefficient.addProduct(done.minusLambda[k], &e.taus[j])
			}
			e.sum.add(e.reduced(&coefficient), c.at(n, j))
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
		t.Uint(uint64(c.job)).Bytes(c.s.enc[:]).Uint(uint64(len(c.merged))) //nolint:gosec // an index
		for _, m := range c.merged {
			t.Uint(uint64(m.share)).Bytes(m.point.enc[:]) //nolint:gosec // positive
		}
	}
	return t.Sum512()
}
