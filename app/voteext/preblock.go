package voteext

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/internal/crash"
)

// PreBlock lets a valid injection act, before any transaction of the block. It never
// fails for what the block contains: an injection that does not check counts as absent.
func (h *Handler) PreBlock(ctx sdk.Context, req *abci.RequestFinalizeBlock) {
	height := req.Height - 1
	if height < 1 {
		return
	}
	if err := h.tidy(ctx); err != nil {
		h.logger.Error("old secrets not erased", "height", req.Height, "reason", err.Error())
	}
	found := h.tryCheck(ctx, req.Txs)
	expected, err := h.expected(ctx, height)
	if err != nil {
		h.logger.Error("state of the committee", "height", req.Height, "reason", err.Error())
	}
	if found != nil {
		h.writer.RecordPresence(ctx, height, req.ProposerAddress, found.present())
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

// tidy erases what must not be kept: the keys of runs that are over, and the shares of
// epochs that a later one has followed. It runs with every block, not with every vote: who
// is a validator no more has to erase too.
func (h *Handler) tidy(ctx sdk.Context) error {
	if h.self == nil {
		return nil
	}
	open, err := h.reader.RunOpen(ctx)
	if err != nil {
		return err
	}
	var run *threshold.RunContext
	if open {
		view, err := h.reader.RunView(ctx)
		if err != nil {
			return err
		}
		of := view.Context()
		run = &of
	}
	if err := h.self.Secrets.KeepRun(run); err != nil {
		return err
	}
	for _, e := range h.self.Secrets.Kept() {
		spent, err := h.reader.Spent(ctx, e.KeyID, e.Epoch)
		if err != nil {
			return err
		}
		if !spent {
			continue
		}
		if err := h.self.Secrets.Erase(e.KeyID, e.Epoch); err != nil {
			return err
		}
		h.logger.Info("share of an old epoch erased", "key", e.KeyID, "epoch", e.Epoch)
	}
	return nil
}
