// Package calypso is the arithmetic of Calypso's re-encryption (Kokoris-Kogias et al., VLDB 2021, "one-time
// secrets") over go.dedis.ch/kyber/v3, as a peer for the benchmarks.
//
// Deal makes a committee from one dealer. Share is a trustee's answer to one request, ui = xi*U + xi*Xc, with its
// proof that the same xi stands behind the trustee's public share. Open is the other side: it checks every proof
// and recovers the re-encrypted point by Lagrange interpolation. OpenHoisted does the same with the public
// polynomial evaluated beforehand, once for a committee; the published code evaluates it for every share.
//
// Points are handed over decoded: no encoding, message or network is measured.
package calypso

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"go.dedis.ch/kyber/v3"
	"go.dedis.ch/kyber/v3/group/edwards25519"
	"go.dedis.ch/kyber/v3/share"
)

var suite = edwards25519.NewBlakeSHA256Ed25519()

// ErrProof is returned for a share whose proof does not hold.
var ErrProof = errors.New("proof of a share does not hold")

// Committee is a key shared among trustees.
type Committee struct {
	n, t int
	x    []*share.PriShare
	poly *share.PubPoly
}

// Request asks for one re-encryption: U of the secret, Xc of the reader.
type Request struct {
	U, Xc kyber.Point
}

// Reply is a trustee's share with its proof.
type Reply struct {
	UI     *share.PubShare
	Ei, Fi kyber.Scalar
}

// Deal makes a committee of n trustees of whom t open.
func Deal(n, t int) *Committee {
	secret := share.NewPriPoly(suite, t, nil, suite.RandomStream())
	return &Committee{n: n, t: t, x: secret.Shares(n), poly: secret.Commit(nil)}
}

// NewRequests makes m requests for random points.
func NewRequests(m int) []Request {
	out := make([]Request, m)
	for i := range out {
		out[i] = Request{U: suite.Point().Pick(suite.RandomStream()), Xc: suite.Point().Pick(suite.RandomStream())}
	}
	return out
}

// Share is the answer of trustee i, counted from 0.
func (c *Committee) Share(i int, r Request) (Reply, error) {
	x := c.x[i].V
	ui := suite.Point().Mul(x, r.U)
	ui.Add(ui, suite.Point().Mul(x, r.Xc))
	nonce := suite.Scalar().Pick(suite.RandomStream())
	uiHat := suite.Point().Mul(nonce, suite.Point().Add(r.U, r.Xc))
	hiHat := suite.Point().Mul(nonce, nil)
	ei, err := challenge(ui, uiHat, hiHat)
	if err != nil {
		return Reply{}, err
	}
	fi := suite.Scalar().Add(nonce, suite.Scalar().Mul(ei, x))
	return Reply{UI: &share.PubShare{I: i, V: ui}, Ei: ei, Fi: fi}, nil
}

// Open checks the replies to a request, evaluating the public polynomial for each, and recovers x*(U+Xc).
func (c *Committee) Open(r Request, replies []Reply) (kyber.Point, error) {
	return c.open(r, replies, func(i int) kyber.Point { return c.poly.Eval(i).V })
}

// PublicShares evaluates the public polynomial for all trustees.
func (c *Committee) PublicShares() []kyber.Point {
	out := make([]kyber.Point, c.n)
	for i, s := range c.poly.Shares(c.n) {
		out[i] = s.V
	}
	return out
}

// OpenHoisted is Open with the result of PublicShares at hand.
func (c *Committee) OpenHoisted(r Request, replies []Reply, public []kyber.Point) (kyber.Point, error) {
	return c.open(r, replies, func(i int) kyber.Point { return public[i] })
}

func (c *Committee) open(r Request, replies []Reply, public func(i int) kyber.Point) (kyber.Point, error) {
	uis := make([]*share.PubShare, c.n)
	for _, reply := range replies {
		if err := check(r, reply, public(reply.UI.I)); err != nil {
			return nil, fmt.Errorf("trustee %d: %w", reply.UI.I, err)
		}
		uis[reply.UI.I] = reply.UI
	}
	return share.RecoverCommit(suite, uis, c.t, c.n)
}

// check verifies fi*(U+Xc) - ei*ui and fi*G - ei*xi*G against the challenge.
func check(r Request, reply Reply, public kyber.Point) error {
	minus := suite.Scalar().Neg(reply.Ei)
	uiHat := suite.Point().Mul(reply.Fi, suite.Point().Add(r.U, r.Xc))
	uiHat.Add(uiHat, suite.Point().Mul(minus, reply.UI.V))
	hiHat := suite.Point().Mul(reply.Fi, nil)
	hiHat.Add(hiHat, suite.Point().Mul(minus, public))
	e, err := challenge(reply.UI.V, uiHat, hiHat)
	if err != nil {
		return err
	}
	if !e.Equal(reply.Ei) {
		return ErrProof
	}
	return nil
}

func challenge(points ...kyber.Point) (kyber.Scalar, error) {
	hash := sha256.New()
	for _, p := range points {
		if _, err := p.MarshalTo(hash); err != nil {
			return nil, fmt.Errorf("challenge: %w", err)
		}
	}
	return suite.Scalar().SetBytes(hash.Sum(nil)), nil
}
