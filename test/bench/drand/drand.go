// Package drand plays the distributed key generation of drand (github.com/drand/kyber) with all its nodes in one
// process, as a peer for the benchmarks. The group is edwards25519, on which ristretto255 stands too.
//
// Generate is everything. Packets are handed over decoded, and their signatures, which every node would check, are
// made but not checked.
package drand

import (
	"errors"
	"fmt"

	"github.com/drand/kyber"
	"github.com/drand/kyber/group/edwards25519"
	"github.com/drand/kyber/share/dkg"
	"github.com/drand/kyber/sign/schnorr"
)

// Generate makes a key among n nodes of whom t open, and returns each node's result.
func Generate(n, t int) ([]*dkg.Result, error) {
	nodes, err := newNodes(n, t)
	if err != nil {
		return nil, err
	}
	deals := make([]*dkg.DealBundle, n)
	for i, node := range nodes {
		if deals[i], err = node.Deals(); err != nil {
			return nil, fmt.Errorf("deals of node %d: %w", i, err)
		}
	}
	for i, node := range nodes {
		response, err := node.ProcessDeals(deals)
		if err != nil {
			return nil, fmt.Errorf("deals at node %d: %w", i, err)
		}
		if response != nil {
			return nil, fmt.Errorf("node %d complains", i)
		}
	}
	results := make([]*dkg.Result, n)
	for i, node := range nodes {
		result, justification, err := node.ProcessResponses(nil)
		if err != nil {
			return nil, fmt.Errorf("responses at node %d: %w", i, err)
		}
		if result == nil || justification != nil {
			return nil, errors.New("no result without complaints")
		}
		results[i] = result
	}
	return results, nil
}

func newNodes(n, t int) ([]*dkg.DistKeyGenerator, error) {
	suite := edwards25519.NewBlakeSHA256Ed25519()
	private := make([]kyber.Scalar, n)
	public := make([]dkg.Node, n)
	for i := range public {
		private[i] = suite.Scalar().Pick(suite.RandomStream())
		public[i] = dkg.Node{Index: uint32(i), Public: suite.Point().Mul(private[i], nil)}
	}
	nonce := dkg.GetNonce()
	out := make([]*dkg.DistKeyGenerator, n)
	for i := range out {
		var err error
		out[i], err = dkg.NewDistKeyHandler(&dkg.Config{
			Suite: suite, Longterm: private[i], NewNodes: public, Threshold: t, Nonce: nonce,
			Auth: schnorr.NewScheme(suite),
		})
		if err != nil {
			return nil, fmt.Errorf("node %d: %w", i, err)
		}
	}
	return out, nil
}
