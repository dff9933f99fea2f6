package threshold

import (
	"crypto/sha512"

	"github.com/oasisprotocol/curve25519-voi/curve/scalar"

	"github.com/volens-network/volens/core/transcript"
)

// holds is the check of docs/spec/custody.md 8.1.
func (r *Round) holds(contributions []*openedContribution, claims []claim) bool {
	seed := r.batchSeed(contributions, claims)
	terms, products := len(r.jobs)+len(claims), 0
	for _, c := range contributions {
		terms += 2 + len(c.points)
		products += len(c.indices) + len(c.points)
	}
	for i := range claims {
		terms += len(claims[i].merged)
		products += len(claims[i].merged)
	}
	e := &equation{
		sum:      newMSM(terms),
		products: make([]scalar.Scalar, products),
		round:    r,
		jobs:     make([]scalar.Scalar, len(r.jobs)),
		claims:   make([]*claim, len(r.jobs)),
		minusTau: make([]scalar.Scalar, len(r.jobs)),
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
		e.sum.add(&e.jobs[j], &r.points[j])
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
	jobs     []scalar.Scalar // by job: coefficient of B
	claims   []*claim        // by job: its combined point, or nil
	minusTau []scalar.Scalar // by job: its weight, negated
}

// product returns a*b, which stays as long as the sum.
func (e *equation) product(a, b *scalar.Scalar) *scalar.Scalar {
	out := &e.products[0]
	e.products = e.products[1:]
	return out.Mul(a, b)
}

// addClaim puts tau*S into the sum, and takes out the merged shares with their
// Lagrange coefficients. Claims come before contributions.
func (e *equation) addClaim(c *claim, tau *Scalar) {
	minusTau := e.minusTau[c.job].Neg(&tau.s)
	e.claims[c.job] = c
	e.sum.add(&tau.s, c.s)
	for i := range c.merged {
		m := &c.merged[i]
		e.sum.add(e.product(minusTau, &c.lambda[m.share].s), &m.point)
	}
}

// addContribution puts both equations of one proof into the sum, and takes out the
// shares of finished jobs with their Lagrange coefficients.
func (e *equation) addContribution(c *openedContribution, rho, sigma *Scalar) {
	var product, rhoC, sigmaC, sigmaF scalar.Scalar
	e.sum.subtractBase(&rho.s, &c.f.s)
	e.sum.add(&rho.s, &c.a)
	e.sum.add(&sigma.s, &c.aprime)
	sigmaF.Mul(&sigma.s, &c.f.s)
	for i, j := range c.jobs {
		e.jobs[j].Sub(&e.jobs[j], product.Mul(&sigmaF, &c.d[i].s))
	}
	rhoC.Mul(&rho.s, &c.c.s)
	sigmaC.Mul(&sigma.s, &c.c.s)
	for n, k := range c.indices {
		e.sum.addTable(e.product(&rhoC, &c.g[n].s), e.round.committee.tables[k-1])
		var sigmaCG scalar.Scalar
		sigmaCG.Mul(&sigmaC, &c.g[n].s)
		for i, j := range c.jobs {
			coefficient := e.product(&sigmaCG, &c.d[i].s)
			if done := e.claims[j]; done != nil && done.lambda[k] != nil {
				coefficient.Add(coefficient, product.Mul(&e.minusTau[j], &done.lambda[k].s))
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
		t.Uint(uint64(c.job)).Bytes(c.s.enc[:]).Uint(uint64(len(c.merged))) //nolint:gosec // an index
		for _, m := range c.merged {
			t.Uint(uint64(m.share)).Bytes(m.point.enc[:]) //nolint:gosec // positive
		}
	}
	return t.Sum512()
}
