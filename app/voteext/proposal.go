package voteext

import (
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// PrepareProposal puts the injection first and as many transactions behind it as fit.
// When the injection does not fit, or cannot be made, the block goes without: the jobs
// are offered again.
func (h *Handler) PrepareProposal(
	ctx sdk.Context, req *abci.RequestPrepareProposal,
) (*abci.ResponsePrepareProposal, error) {
	var txs [][]byte
	injection, err := h.inject(ctx, req.LocalLastCommit)
	if err != nil {
		h.logger.Error("block proposed without an injection", "height", req.Height, "reason", err.Error())
	}
	if injection != nil && blockSize([][]byte{injection}) <= req.MaxTxBytes {
		txs = append(txs, injection)
	}
	return &abci.ResponsePrepareProposal{Txs: h.fill(ctx, txs, req)}, nil
}

// fill appends transactions in their order while there is room. What there is no room
// for stays in the mempool.
func (h *Handler) fill(ctx sdk.Context, txs [][]byte, req *abci.RequestPrepareProposal) [][]byte {
	left, err := h.room(ctx)
	if err != nil {
		h.logger.Error("block proposed without transactions", "height", req.Height, "reason", err.Error())
		return txs
	}
	size := blockSize(txs)
	for _, raw := range req.Txs {
		next := size + blockSize([][]byte{raw})
		if Marked(raw) || next > req.MaxTxBytes {
			continue
		}
		wanted, err := left.claim(raw)
		if err != nil {
			continue
		}
		left.take(wanted)
		size = next
		txs = append(txs, raw)
	}
	return txs
}

// inject makes the injection for a commit, or nil if none is expected.
func (h *Handler) inject(ctx sdk.Context, commit abci.ExtendedCommitInfo) ([]byte, error) {
	height := ctx.HeaderInfo().Height - 1
	if height < 1 {
		return nil, nil
	}
	expected, err := h.expected(ctx, height)
	if err != nil || !expected {
		return nil, err
	}
	commit = withoutGarbage(commit)
	if err := baseapp.ValidateVoteExtensions(ctx, h.validators, 0, "", commit); err != nil {
		return nil, err
	}
	raw, err := commit.Marshal()
	if err != nil {
		return nil, err
	}
	out := &custody.Injection{Height: height, Round: commit.Round, ExtendedCommit: raw}
	round, err := h.merged(ctx, height)
	if err != nil {
		return nil, err
	}
	if round != nil {
		if err := combine(round, h.votes(ctx, commit), len(commit.Votes), out); err != nil {
			return nil, err
		}
	}
	return EncodeInjection(out)
}

// withoutGarbage shows as absent whoever sent an extension that does not decode. Only late
// precommits hold such a thing: no node has verified them, and each may be as long as a
// message between peers, so that a few of them would crowd the injection out of the
// block. The votes that made the commit were verified and are more than two thirds.
func withoutGarbage(commit abci.ExtendedCommitInfo) abci.ExtendedCommitInfo {
	votes := slices.Clone(commit.Votes)
	for i, vote := range votes {
		if vote.BlockIdFlag != cmtproto.BlockIDFlagCommit || len(vote.VoteExtension) == 0 {
			continue
		}
		if _, err := DecodeExtension(vote.VoteExtension); err != nil {
			votes[i].BlockIdFlag, votes[i].VoteExtension, votes[i].ExtensionSignature = cmtproto.BlockIDFlagAbsent, nil, nil
		}
	}
	commit.Votes = votes
	return commit
}

// combine verifies the votes, names up to two culprits and fills in every finished job.
func combine(round *threshold.Round, votes []vote, size int, into *custody.Injection) error {
	var shaped []vote
	var contributions []*threshold.Contribution
	for _, v := range votes {
		if c := v.contribution(); v.contributes() && round.CheckShape(c) == nil {
			shaped = append(shaped, v)
			contributions = append(contributions, c)
		}
	}
	into.Used, into.Bad = make([]byte, (size+7)/8), make([]byte, (size+7)/8)
	good, bad := round.Sort(contributions)
	chosen := make([]*threshold.Contribution, len(good))
	for i, g := range good {
		setBit(into.Used, shaped[g].index)
		chosen[i] = contributions[g]
	}
	for _, b := range bad {
		setBit(into.Bad, shaped[b].index)
	}
	done, err := round.Combine(chosen)
	if err != nil {
		return err
	}
	for _, d := range done {
		job := uint32(d.JobIndex) //nolint:gosec // below MaxBatch
		into.Done = append(into.Done, custody.Combined{Job: job, S: d.S})
	}
	return nil
}

// ProcessProposal accepts a proposal whose injection, if there is one, is first, alone
// and right, and which is not fuller than a block may be. A proposal without one is
// accepted: demanding it would halt the chain on a common bug.
func (h *Handler) ProcessProposal(
	ctx sdk.Context, req *abci.RequestProcessProposal,
) (*abci.ResponseProcessProposal, error) {
	status := abci.ResponseProcessProposal_ACCEPT
	if err := h.judge(ctx, req.Txs); err != nil {
		h.logger.Error("proposal refused", "height", req.Height, "reason", err.Error())
		status = abci.ResponseProcessProposal_REJECT
	}
	return &abci.ResponseProcessProposal{Status: status}, nil
}

func (h *Handler) judge(ctx sdk.Context, txs [][]byte) error {
	left, err := h.room(ctx)
	if err != nil {
		return err
	}
	for i, raw := range txs {
		if Marked(raw) {
			if i > 0 {
				return ErrInjection
			}
			if _, err := h.check(ctx, raw); err != nil {
				return err
			}
			continue
		}
		wanted, err := left.claim(raw)
		if err != nil {
			return err
		}
		left.take(wanted)
	}
	return nil
}

// blockSize is what transactions add to a block in bytes.
func blockSize(txs [][]byte) int64 {
	out := make([]cmttypes.Tx, len(txs))
	for i, raw := range txs {
		out[i] = raw
	}
	return cmttypes.ComputeProtoSizeForTxs(out)
}
