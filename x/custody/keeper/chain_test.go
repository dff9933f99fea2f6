package keeper_test

import (
	"fmt"

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
	shares   map[[2]uint64]*threshold.Shares
	deals    map[string]custody.Deal // by run and old share
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
		f.keeper.RecordPresence(f.ctx, f.answers.height, f.proposer(), f.answers.present())
		unfinished = f.storeReleases()
	}
	f.keeper.SettleRevoking(f.ctx, f.height()-1)
	f.keeper.KeepShares(f.ctx, f.height()-1, unfinished)
	f.keeper.CountInjection(f.ctx, valid, f.proposer(), open || len(batch.Jobs) > 0)
	f.dropNext = false
}

// present are the operators that answered.
func (a answers) present() [][]byte {
	out := make([][]byte, len(a.shares))
	for i, c := range a.shares {
		out[i] = c.Operator
	}
	return out
}

// proposer of this block; all take turns.
func (f *fixture) proposer() sdk.ConsAddress {
	return f.nodes[int(f.height())%len(f.nodes)].operator
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
	f.answer(&out)
	return out
}

// held are the node's shares of an epoch.
func (n *node) held(keyID, epoch uint64) *threshold.Shares {
	return n.shares[[2]uint64{keyID, epoch}]
}

// say is what a node has to say in a run.
func (f *fixture) say(n *node, v keeper.RunView) []custody.RunMessage {
	f.t.Helper()
	var out []custody.RunMessage
	switch {
	case v.Run.Finished:
	case v.Run.Phase == custody.PHASE_ENROL && !v.Enrolled(n.operator):
		ek, e, err := threshold.NewEnrolment(f.rand, v.Context(), n.operator)
		require.NoError(f.t, err)
		if n.eks[v.Run.Run] == nil {
			n.eks[v.Run.Run] = ek
			out = append(out, enrolment(e))
		}
	case v.Run.Phase == custody.PHASE_DEAL:
		out = f.deals(n, v)
	case v.Run.Phase == custody.PHASE_DISPUTE && v.Owner(n.operator):
		out = f.disputes(n, v)
	case v.Run.Phase == custody.PHASE_CONFIRM && v.Owner(n.operator):
		shares := f.keepShares(n, v)
		run, err := v.Threshold()
		require.NoError(f.t, err)
		committee, err := v.Committee()
		require.NoError(f.t, err)
		c, err := run.Confirm(f.rand, n.operator, shares, committee)
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

// deals are all that a node has to deal and that did not land yet.
func (f *fixture) deals(n *node, v keeper.RunView) []custody.RunMessage {
	f.t.Helper()
	run, err := v.Threshold()
	require.NoError(f.t, err)
	var out []custody.RunMessage
	for _, dealer := range v.Dealers(n.operator) {
		if v.Dealt(dealer) || !v.Run.Fresh() && n.held(v.Run.KeyId, v.Run.OldEpoch) == nil {
			continue
		}
		name := fmt.Sprint(v.Run.Run, dealer.OldShare)
		if _, made := n.deals[name]; !made {
			d, err := run.Deal(f.rand, dealer, n.held(v.Run.KeyId, v.Run.OldEpoch))
			require.NoError(f.t, err)
			said := f.deal(d)
			n.deals[name] = *said.GetDeal()
		}
		made := n.deals[name]
		out = append(out, custody.RunMessage{Message: &custody.RunMessage_Deal{Deal: &made}})
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
		Deal: &custody.Deal{Operator: d.Dealer.Operator, Share: uint32(d.Dealer.OldShare), Data: data},
	}}
}

func dispute(accuser []byte, x *threshold.Dispute, data []byte) custody.RunMessage {
	return custody.RunMessage{Message: &custody.RunMessage_Dispute{
		Dispute: &custody.Dispute{
			Accuser: accuser, Dealer: x.Dealer.Operator, DealerShare: uint32(x.Dealer.OldShare), Data: data,
		},
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

func (f *fixture) keepShares(n *node, v keeper.RunView) *threshold.Shares {
	run, err := v.Threshold()
	require.NoError(f.t, err)
	deals, err := v.Qualified()
	require.NoError(f.t, err)
	committee, err := v.Committee()
	require.NoError(f.t, err)
	shares, err := run.FinishPrivate(n.operator, n.eks[v.Run.Run], deals, committee)
	require.NoError(f.t, err)
	n.shares[[2]uint64{v.Run.KeyId, v.Run.Epoch}] = shares
	return shares
}

// answer fills in the shares of this height's batch.
func (f *fixture) answer(into *answers) {
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
		shares := n.held(batch.KeyId, batch.Epoch)
		if n.silent || shares == nil || committee.CheckShares(n.operator, shares) != nil {
			continue
		}
		c, err := into.round.Emit(f.rand, n.operator, shares, threshold.FullBitmap(len(jobs)))
		require.NoError(f.t, err)
		into.shares = append(into.shares, c)
	}
}
