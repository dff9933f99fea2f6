package voteext

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/share"
)

// ExtendVote answers the batch of this height and adds messages of the open run. It
// returns an empty extension on any trouble, and never an error.
func (h *Handler) ExtendVote(ctx sdk.Context, req *abci.RequestExtendVote) (resp *abci.ResponseExtendVote, _ error) {
	defer func() {
		if cause := recover(); cause != nil {
			h.logger.Error("vote extension left empty", "height", req.Height, "panic", fmt.Sprint(cause))
			resp = &abci.ResponseExtendVote{VoteExtension: []byte{}}
		}
	}()
	raw, err := h.extend(ctx, req.Height)
	if err != nil {
		h.logger.Error("vote extension left empty", "height", req.Height, "reason", err.Error())
		raw = []byte{}
	}
	return &abci.ResponseExtendVote{VoteExtension: raw}, nil
}

func (h *Handler) extend(ctx sdk.Context, height int64) ([]byte, error) {
	if h.self == nil || height <= 1 {
		return []byte{}, nil
	}
	operator, err := h.operator(ctx, h.self.Consensus)
	if err != nil {
		return []byte{}, nil //nolint:nilerr // this node is no validator now
	}
	extension := &custody.VoteExtension{}
	if err := h.addShares(ctx, height, operator, extension); err != nil {
		h.logger.Error("no shares sent", "height", height, "reason", err.Error())
	}
	if err := h.addRunMessages(ctx, operator, height, extension); err != nil {
		h.logger.Error("no message of the run sent", "height", height, "reason", err.Error())
	}
	return EncodeExtension(extension)
}

// addShares fills in the shares of all jobs that the guard permits.
func (h *Handler) addShares(ctx sdk.Context, height int64, operator []byte, into *custody.VoteExtension) error {
	round, err := h.round(ctx, height)
	if err != nil || round == nil {
		return err
	}
	batch, err := h.reader.BatchAt(ctx, height)
	if err != nil {
		return err
	}
	committee, err := h.reader.Committee(ctx, batch.KeyId, batch.Epoch)
	if err != nil || len(committee.Indices(operator)) == 0 {
		return err
	}
	shares, guard, err := h.self.Secrets.Load(batch.KeyId, batch.Epoch)
	if err != nil {
		return err
	}
	defer shares.Zero()
	if err := committee.CheckShares(operator, shares); err != nil { // of a run that came to nothing
		return err
	}
	pairs := make([]share.Pair, len(batch.Jobs))
	for i, job := range batch.Jobs {
		pairs[i] = share.Pair{Q: job.Q, B: job.B}
	}
	permitted, err := guard.Permit(ctx.HeaderInfo().ChainID, height, round.Digest(), pairs)
	if err != nil {
		return err
	}
	coverage := threshold.NewBitmap(round.Len())
	for i, ok := range permitted {
		if ok {
			coverage.Set(i)
		}
	}
	if coverage.Count() < round.Len() {
		h.logger.Error("a seat was answered before with another point: left out",
			"height", height, "jobs", round.Len()-coverage.Count())
	}
	if coverage.Count() == 0 {
		return nil
	}
	c, err := round.Emit(h.self.Rand, operator, shares, coverage)
	if err != nil {
		return err
	}
	into.Coverage, into.Shares, into.A, into.APrime, into.F = c.Coverage, c.S, c.A, c.APrime, c.F
	return nil
}

// addRunMessages fills what room is left with messages of the open run, each whole.
func (h *Handler) addRunMessages(ctx sdk.Context, operator []byte, height int64, into *custody.VoteExtension) error {
	open, err := h.reader.RunOpen(ctx)
	if err != nil || !open {
		return err
	}
	view, err := h.reader.RunView(ctx)
	if err != nil {
		return err
	}
	budget, err := h.reader.Budget(ctx)
	if err != nil {
		return err
	}
	into.Run, err = h.dealer.messages(view, operator, height, budget-into.Size())
	return err
}
