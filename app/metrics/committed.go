package metrics

import (
	"bytes"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

// inspectEvery is after how many blocks the share file is looked at again.
const inspectEvery = 100

// Committed reads the state of a height that was committed. commit is the one that the
// block of that height carried.
func (o *Observer) Committed(ctx sdk.Context, commit abci.CommitInfo) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.contain()
	if err := o.read(ctx, commit); err != nil {
		o.logger.Error("figures are incomplete", "height", ctx.BlockHeight(), "reason", err.Error())
	}
}

func (o *Observer) read(ctx sdk.Context, commit abci.CommitInfo) error {
	height := ctx.BlockHeight()
	o.show.height.set(float64(height))
	o.show.blockTime.set(float64(ctx.BlockTime().Unix()))
	open := o.readRun(ctx)
	now, err := o.state.Batches.BatchAt(ctx, height)
	if err != nil {
		return err
	}
	o.expected = open || len(now.Jobs) > 0
	next, err := o.state.Batches.BatchAt(ctx, height+1)
	if err != nil {
		return err
	}
	if len(next.Jobs) > 0 {
		o.show.batchJobs.observe(float64(len(next.Jobs)))
	}
	reply, err := o.state.Queries.Key(ctx, &custody.QueryKeyRequest{})
	if err != nil || len(reply.Epoch.Owners) == 0 {
		o.wanted = -1
		return nil //nolint:nilerr // there is no key yet
	}
	o.readCommittee(ctx, reply.Epoch, next, commit)
	return nil
}

// readRun shows the newest run, and reports whether it is open. Before the first there is
// nothing to show.
func (o *Observer) readRun(ctx sdk.Context) bool {
	reply, err := o.state.Queries.Run(ctx, &custody.QueryRunRequest{})
	if err != nil || reply.Run == nil || reply.Run.Finished {
		o.show.phase.set(0)
		o.show.runOpen.set(0)
		o.show.stalled.set(0)
		return false
	}
	stalled := 0.0
	if reply.Run.Stalled != "" {
		stalled = 1
	}
	o.show.stalled.set(stalled)
	o.show.phase.set(float64(reply.Run.Phase))
	o.show.runOpen.set(1)
	return true
}

func (o *Observer) readCommittee(ctx sdk.Context, epoch custody.Epoch, next custody.Batch, commit abci.CommitInfo) {
	o.show.epoch.set(float64(epoch.Epoch))
	o.show.threshold.set(float64(epoch.Threshold))
	live := 0
	for _, vote := range commit.Votes {
		if vote.BlockIdFlag != cmtproto.BlockIDFlagCommit {
			continue
		}
		if operator, err := o.operatorOf(ctx, vote.Validator.Address); err == nil {
			live += sharesOf(epoch, operator)
		}
	}
	o.show.liveShares.set(float64(live))
	o.show.margin.set(float64(live-int(epoch.Threshold)) / float64(len(epoch.Owners)))
	if o.self == nil {
		return
	}
	operator, err := o.operatorOf(ctx, o.self.Consensus)
	if err != nil {
		operator = nil // this node is no validator now
	}
	o.operator = operator
	own := sharesOf(epoch, operator)
	o.show.ownShares.set(float64(own))
	o.wanted, o.wantedAt = own*len(next.Jobs), ctx.BlockHeight()+1
	if len(next.Jobs) == 0 || next.Epoch != epoch.Epoch {
		o.wanted = -1
	}
	o.inspect(ctx.BlockHeight(), epoch, own)
}

// inspect looks at the share file now and then, and not while anybody waits.
func (o *Observer) inspect(height int64, epoch custody.Epoch, own int) {
	if own == 0 {
		o.show.shareUsable.set(1)
		return
	}
	of := [2]uint64{epoch.KeyId, epoch.Epoch}
	if of == o.lookedAt && height < o.looked+inspectEvery {
		return
	}
	o.looked, o.lookedAt = height, of
	secrets := o.self.Secrets
	go func() {
		defer o.contain()
		indices, err := secrets.Inspect(epoch.KeyId, epoch.Epoch)
		if err != nil {
			o.logger.Error("own share is not usable", "epoch", epoch.Epoch, "reason", err.Error())
		}
		if err == nil && len(indices) == own {
			o.show.shareUsable.set(1)
		} else {
			o.show.shareUsable.set(0)
		}
	}()
}

func (o *Observer) operatorOf(ctx sdk.Context, consensus []byte) ([]byte, error) {
	validator, err := o.state.Validators.ValidatorByConsAddr(ctx, consensus)
	if err != nil {
		return nil, err
	}
	return sdk.ValAddressFromBech32(validator.GetOperator())
}

// sharesOf counts the shares of an operator.
func sharesOf(epoch custody.Epoch, operator []byte) int {
	n := 0
	for _, owner := range epoch.Owners {
		if len(operator) > 0 && bytes.Equal(owner, operator) {
			n++
		}
	}
	return n
}
