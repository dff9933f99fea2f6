package threshold

import (
	"fmt"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// FinishPublic makes the new committee from the qualified deals, in any order:
// verified, one per dealer, without those of convicted operators. It returns
// ErrQualified when they are too few and ErrKeyChanged when a reshare would
// change the key. Whether the dealers hold enough stake is the caller's check.
func (r *Run) FinishPublic(qualified []*Deal) (*Committee, error) {
	chosen, err := r.choose(qualified)
	if err != nil {
		return nil, err
	}
	commitments := make([]*Point, r.t)
	for i := range commitments {
		if commitments[i], err = newPoint(chosen.commitment(i)); err != nil {
			return nil, fmt.Errorf("coefficient %d: %w", i, err)
		}
	}
	var key *Key
	if r.old == nil {
		if key, err = NewKey(r.ctx.OriginChain, r.ctx.KeyID, commitments[0].enc[:]); err != nil {
			return nil, err
		}
	} else {
		key = r.old.key
		if !commitments[0].Equal(key.y) {
			return nil, fmt.Errorf("key %d: %w", key.id, ErrKeyChanged)
		}
	}
	x := make([]*Point, len(r.owners))
	for i := range x {
		if x[i], err = newPoint(evalCommitted(commitments, i+1)); err != nil {
			return nil, fmt.Errorf("share key %d: %w", i+1, err)
		}
	}
	return newCommittee(key, r.ctx.Epoch, r.t, x, r.owners, r.indices)
}

// FinishPrivate makes an operator's secret shares from the same qualified deals.
// c is what FinishPublic made; the shares are checked against it.
func (r *Run) FinishPrivate(operator []byte, ek *EnrolmentSecret, qualified []*Deal, c *Committee) (*Shares, error) {
	if err := r.checkReader(operator, ek); err != nil {
		return nil, fmt.Errorf("finish: %w", err)
	}
	chosen, err := r.choose(qualified)
	if err != nil {
		return nil, err
	}
	own := r.indices[string(operator)]
	out := &Shares{keyID: r.ctx.KeyID, epoch: r.ctx.Epoch, indices: own, x: make([]*Scalar, len(own))}
	for i := range out.x {
		out.x[i] = &Scalar{}
	}
	for n, d := range chosen.deals {
		dh := ek.ek.mul(d.a)
		for i, k := range own {
			share := r.decrypt(d, k, dh)
			if chosen.lambda != nil {
				share.s.Mul(&share.s, &chosen.lambda[n].s)
			}
			out.x[i].s.Add(&out.x[i].s, &share.s)
			share.Zero()
		}
	}
	if err := c.CheckShares(operator, out); err != nil {
		out.Zero()
		return nil, fmt.Errorf("finish: %w", err)
	}
	return out, nil
}

// commitment combines coefficient i of the chosen deals.
func (s *selection) commitment(i int) *curve.RistrettoPoint {
	if s.lambda == nil {
		sum := new(curve.RistrettoPoint).Identity()
		for _, d := range s.deals {
			sum.Add(sum, &d.c[i].p)
		}
		return sum
	}
	scalars := make([]*scalar.Scalar, len(s.deals))
	points := make([]*curve.RistrettoPoint, len(s.deals))
	for n, d := range s.deals {
		scalars[n], points[n] = &s.lambda[n].s, &d.c[i].p
	}
	return new(curve.RistrettoPoint).MultiscalarMulVartime(scalars, points)
}
