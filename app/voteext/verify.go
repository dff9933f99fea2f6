package voteext

import (
	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// VerifyVoteExtension accepts an empty extension, and any other that is short enough
// and canonically encoded. It looks at no point, no state and no count: whatever it
// rejected for such a reason would cost the chain a vote, and might halt it.
func (h *Handler) VerifyVoteExtension(
	_ sdk.Context, req *abci.RequestVerifyVoteExtension,
) (*abci.ResponseVerifyVoteExtension, error) {
	status := abci.ResponseVerifyVoteExtension_ACCEPT
	if len(req.VoteExtension) > 0 {
		if _, err := DecodeExtension(req.VoteExtension); err != nil {
			status = abci.ResponseVerifyVoteExtension_REJECT
		}
	}
	return &abci.ResponseVerifyVoteExtension{Status: status}, nil
}
