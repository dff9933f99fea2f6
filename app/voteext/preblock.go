package voteext

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/internal/crash"
)

// PreBlock lets a valid injection act, before any transaction of the block. It never
// fails for what the block contains: an injection that does not check counts as absent.
func (h *Handler) PreBlock(ctx sdk.Context, req *abci.RequestFinalizeBlock) {
	height := req.Height - 1
	if height < 1 {
		return
	}
	found := h.tryCheck(ctx, req.Txs)
	expected, err := h.expected(ctx, height)
	if err != nil {
		h.logger.Error("state of the committee", "height", req.Height, "reason", err.Error())
	}
	if found != nil {
		h.writer.StoreReleases(ctx, height, found.done)
		crash.Point("release-stored")
		for _, operator := range found.bad {
			h.writer.RecordBad(ctx, height, operator)
		}
		for _, v := range found.votes {
			if len(v.extension.Run) > 0 {
				h.writer.ApplyRunMessages(ctx, v.operator, v.extension.Run)
			}
		}
	}
	h.writer.SettleRevoking(ctx, height)
	if found != nil {
		h.keep(ctx, height, found)
	}
	h.writer.CountInjection(ctx, found != nil, req.ProposerAddress, expected)
}

// keep hands the verified shares of unfinished jobs over, when all that this block ends
// is ended.
func (h *Handler) keep(ctx sdk.Context, height int64, found *report) {
	shares, err := found.unfinished()
	if err != nil {
		h.logger.Error("shares not kept", "height", height, "reason", err.Error())
		return
	}
	h.writer.KeepShares(ctx, height, shares)
}

// tryCheck returns what a valid injection says, else nil.
func (h *Handler) tryCheck(ctx sdk.Context, txs [][]byte) (found *report) {
	defer func() {
		if cause := recover(); cause != nil {
			h.logger.Error("injection ignored", "panic", fmt.Sprint(cause))
			found = nil
		}
	}()
	if len(txs) == 0 || !Marked(txs[0]) {
		return nil
	}
	out, err := h.check(ctx, txs[0])
	if err != nil {
		h.logger.Error("injection ignored", "height", ctx.HeaderInfo().Height, "reason", err.Error())
		return nil
	}
	return out
}
