package client

import (
	"context"

	"github.com/volens-network/volens/client/chain"
)

// Depot is what verbs need of a gateway.
type Depot = depot

// Pages asks for one page after another.
var Pages = pages

// PaperSalt blinds the digests of a request's papers.
var PaperSalt = paperSalt

// Reach makes a session use a gateway in memory.
func (s *Session) Reach(open func(signer chain.Signer) Depot) {
	s.reach = func(_ context.Context, _ string, signer chain.Signer) (depot, error) { return open(signer), nil }
}

// Index writes the index of an opened file beside it.
func (s *Session) Index(ctx context.Context, out *Fetched) { s.index(ctx, out) }
