package client

import (
	"context"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
)

func (s *Session) dial(context.Context, string, chain.Signer) (depot, error) {
	return nil, fault.E(fault.Internal, "not wired")
}
