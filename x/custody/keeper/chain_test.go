package keeper_test

import (
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
)

// node is a validator: what it says depends only on committed state and its secrets.
type node struct {
	operator []byte
	eks      map[uint64]*threshold.EnrolmentSecret // by run
	shares   *threshold.Shares
	silent   bool
	// spoil changes what the node says before it is sent.
	spoil func(*custody.RunMessage)
}

// answers are the vote extensions of one height.
type answers struct {
	height int64
	run    map[int][]custody.RunMessage // by node
	round  *threshold.Round             // nil without a batch
	shares []*threshold.Contribution
}

// step runs one block: the answers to the last height, the transactions, EndBlock.
// Then the next block begins.
func (f *fixture) step(txs ...func()) {
	f.t.Helper()
	made := f.extend()
	f.preBlock()
	f.answers = made
	for _, tx := range txs {
		tx()
	}
	require.NoError(f.t, f.keeper.EndBlock(f.ctx))
	f.ctx = f.ctx.WithBlockHeight(f.height() + 1).WithBlockTime(f.ctx.BlockTime().Add(1e9))
}

func (f *fixture) steps(n int) {
	f.t.Helper()
	for range n {
		f.step()
	}
}

func (f *fixture) preBlock() {
	batch, err := f.keeper.BatchAt(f.ctx, f.height()-1)
	require.NoError(f.t, err)
	open, err := f.keeper.RunOpen(f.ctx)
	require.NoError(f.t, err)
	valid := f.answers.run != nil && !f.dropNext
	if valid {
		for i := range f.nodes {
			f.keeper.ApplyRunMessages(f.ctx, f.nodes[i].operator, f.answers.run[i])
		}
	}
	var unfinished []threshold.KeptShare
	if valid && f.answers.round != nil {
		unfinished = f.storeReleases()
	}
	f.keeper.SettleRevoking(f.ctx, f.height()-1)
	f.keeper.KeepShares(f.ctx, f.height()-1, unfinished)
	f.keeper.CountInjection(f.ctx, valid, sdk.ConsAddress(f.nodes[0].operator), open || len(batch.Jobs) > 0)
	f.dropNext = false
}

// storeReleases merges what was said with what was kept, as voteext does, stores what is
// finished and returns the shares of what is not.
func (f *fixture) storeReleases() []threshold.KeptShare {
	f.t.Helper()
	kept, err := f.keeper.KeptShares(f.ctx, f.answers.height)
	require.NoError(f.t, err)
	round, err := f.answers.round.Merge(kept)
	require.NoError(f.t, err)
	done, err := round.Combine(f.answers.shares)
	require.NoError(f.t, err)
	require.NoError(f.t, round.Verify(f.answers.shares, done))
	f.keeper.StoreReleases(f.ctx, f.answers.height, done)
	unfinished, err := round.Unfinished(f.answers.shares)
	require.NoError(f.t, err)
	return unfinished
}

// extend makes the extensions of this height from the state before its block.
func (f *fixture) extend() answers {
	f.t.Helper()
	view, err := f.keeper.RunView(f.ctx)
	require.NoError(f.t, err)
	out := answers{height: f.height(), run: map[int][]custody.RunMessage{}}
	for i, n := range f.nodes {
		if !n.silent && view.Exists {
			out.run[i] = f.say(n, view)
		}
	}
	f.answer(view, &out)
	return out
}

// say is what a node has to say in a run.
func (f *fixture) say(n *node, v keeper.RunView) []custody.RunMessage {
	f.t.Helper()
	var out []custody.RunMessage
	switch {
	case v.Run.Finished:
		f.keepShares(n, v)
	case v.Run.Phase == custody.PHASE_ENROL && !v.Enrolled(n.operator):
		ek, e, err := threshold.NewEnrolment(f.rand, v.Context(), n.operator)
		require.NoError(f.t, err)
		if n.eks[v.Run.Run] == nil {
			n.eks[v.Run.Run] = ek
			out = append(out, enrolment(e))
		}
	case v.Run.Phase == custody.PHASE_DEAL && v.Owner(n.operator) && !v.Dealt(n.operator):
		run, err := v.Threshold()
		require.NoError(f.t, err)
		d, err := run.Deal(f.rand, threshold.Dealer{Operator: n.operator}, nil)
		require.NoError(f.t, err)
		out = append(out, f.deal(d))
	case v.Run.Phase == custody.PHASE_DISPUTE && v.Owner(n.operator):
		out = f.disputes(n, v)
	case v.Run.Phase == custody.PHASE_CONFIRM && v.Owner(n.operator):
		f.keepShares(n, v)
		run, err := v.Threshold()
		require.NoError(f.t, err)
		committee, err := v.Committee()
		require.NoError(f.t, err)
		c, err := run.Confirm(f.rand, n.operator, n.shares, committee)
		require.NoError(f.t, err)
		out = append(out, confirmation(c))
	}
	if n.spoil != nil {
		for i := range out {
			n.spoil(&out[i])
		}
	}
	return out
}

func enrolment(e threshold.Enrolment) custody.RunMessage {
	return custody.RunMessage{Message: &custody.RunMessage_Enrolment{
		Enrolment: &custody.Enrolment{Operator: e.Operator, Ek: e.EK, Proof: e.Proof},
	}}
}

func (f *fixture) deal(d *threshold.Deal) custody.RunMessage {
	data, err := d.MarshalBinary()
	require.NoError(f.t, err)
	return custody.RunMessage{Message: &custody.RunMessage_Deal{
		Deal: &custody.Deal{Operator: d.Dealer.Operator, Data: data},
	}}
}

func dispute(accuser []byte, x *threshold.Dispute, data []byte) custody.RunMessage {
	return custody.RunMessage{Message: &custody.RunMessage_Dispute{
		Dispute: &custody.Dispute{Accuser: accuser, Dealer: x.Dealer.Operator, Data: data},
	}}
}

func confirmation(c threshold.Confirmation) custody.RunMessage {
	return custody.RunMessage{Message: &custody.RunMessage_Confirmation{
		Confirmation: &custody.Confirmation{Operator: c.Operator, Proof: c.Proof},
	}}
}

func (f *fixture) disputes(n *node, v keeper.RunView) []custody.RunMessage {
	run, err := v.Threshold()
	require.NoError(f.t, err)
	deals, err := v.Qualified()
	require.NoError(f.t, err)
	var out []custody.RunMessage
	for _, d := range deals {
		x, err := run.OpenDeal(f.rand, d, n.operator, n.eks[v.Run.Run])
		if err == nil {
			continue
		}
		require.ErrorIs(f.t, err, threshold.ErrBadShare)
		data, err := x.MarshalBinary()
		require.NoError(f.t, err)
		out = append(out, dispute(n.operator, x, data))
	}
	return out
}

func (f *fixture) keepShares(n *node, v keeper.RunView) {
	if !v.Owner(n.operator) {
		return
	}
	run, err := v.Threshold()
	require.NoError(f.t, err)
	deals, err := v.Qualified()
	require.NoError(f.t, err)
	committee, err := v.Committee()
	require.NoError(f.t, err)
	n.shares, err = run.FinishPrivate(n.operator, n.eks[v.Run.Run], deals, committee)
	require.NoError(f.t, err)
}

// answer fills in the shares of this height's batch.
func (f *fixture) answer(v keeper.RunView, into *answers) {
	batch, err := f.keeper.BatchAt(f.ctx, f.height())
	require.NoError(f.t, err)
	if len(batch.Jobs) == 0 {
		return
	}
	committee, err := f.keeper.Committee(f.ctx, batch.KeyId, batch.Epoch)
	require.NoError(f.t, err)
	jobs := make([]threshold.Job, len(batch.Jobs))
	for i, j := range batch.Jobs {
		jobs[i] = threshold.Job{ID: [32]byte(j.Id), B: j.B}
	}
	into.round, err = threshold.NewRound(committee, liveChain, uint64(batch.Height), jobs)
	require.NoError(f.t, err)
	for _, n := range f.nodes {
		if n.silent {
			continue
		}
		if n.shares == nil && v.Run.Finished {
			f.keepShares(n, v)
		}
		c, err := into.round.Emit(f.rand, n.operator, n.shares, threshold.FullBitmap(len(jobs)))
		require.NoError(f.t, err)
		into.shares = append(into.shares, c)
	}
}
