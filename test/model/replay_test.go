package model_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/model"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// replay is one trace under way in a branch of the world's state.
type replay struct {
	*world
	t        *testing.T
	ctx      sdk.Context
	trace    model.Trace
	requests [model.Jobs]*story.Request
	jobs     [model.Jobs][32]byte
	asked    [model.Jobs]bool
	grants   uint64
	patient  int64 // what she had
}

func (w *world) replay(t *testing.T, trace model.Trace) *replay {
	t.Helper()
	r := &replay{world: w, t: t, ctx: w.branch(t, trace), trace: trace}
	r.patient = r.wealth()
	for i := range r.requests {
		r.requests[i] = w.Submit(w.Researcher)
		r.jobs[i] = r.jobID(r.requests[i])
	}
	// Of two jobs that wait equally long, the model's first is the one with the smaller id.
	if string(r.jobs[0][:]) > string(r.jobs[1][:]) {
		r.requests[0], r.requests[1] = r.requests[1], r.requests[0]
		r.jobs[0], r.jobs[1] = r.jobs[1], r.jobs[0]
	}
	return r
}

// jobID foretells the id of the job that a request's seat will have.
func (r *replay) jobID(request *story.Request) [32]byte {
	r.t.Helper()
	b, err := threshold.AddPoints(r.dataset.Facts.U[:], request.Seats[0].Q())
	require.NoError(r.t, err)
	return threshold.JobID(
		threshold.JobRelease, custody.FirstKeyID, r.ChainID, request.ID, 0, r.dataset.ID, 1, b,
	)
}

// errStray is the end of a replay in which the keepers do not do what the model does.
var errStray = errors.New("keepers and model differ")

// run plays a trace to its end, or to the first difference.
func (r *replay) run() error {
	r.t.Helper()
	for i, block := range r.trace.Blocks {
		r.ctx = r.ctx.WithBlockHeight(r.ctx.BlockHeight() + 1).WithEventManager(sdk.NewEventManager())
		r.inject(block)
		if block.Switch {
			r.activate(r.t, r.ctx)
		}
		for _, tx := range block.Txs {
			err := r.send(tx)
			if tx.OK != (err == nil) {
				return fmt.Errorf("%w: seed %d block %d: %+v: %w", errStray, r.trace.Seed, i, tx, err)
			}
		}
		require.NoError(r.t, r.App().Volens.Market.EndBlock(r.ctx))
		require.NoError(r.t, r.App().Volens.Custody.EndBlock(r.ctx))
		if got := r.state(); got != block.After {
			return fmt.Errorf("%w: seed %d block %d: %+v, not %+v", errStray, r.trace.Seed, i, got, block)
		}
	}
	return nil
}

// inject does what the pre-blocker does with a proposer's injection: real shares of the
// validators that it holds, verified and combined.
func (r *replay) inject(block model.Block) {
	r.t.Helper()
	k, height := r.App().Volens.Custody, r.ctx.BlockHeight()-1
	batch, err := k.BatchAt(r.ctx, height)
	require.NoError(r.t, err)
	if len(batch.Jobs) > 0 && (block.Used != 0 || block.Wrong) {
		k.StoreReleases(r.ctx, height, r.combine(batch, block))
	}
	k.SettleRevoking(r.ctx, height)
}

// combine makes the shares for a batch, and of them what T of them open.
func (r *replay) combine(batch custody.Batch, block model.Block) []threshold.Combined {
	r.t.Helper()
	public, err := r.App().Volens.Custody.Committee(r.ctx, batch.KeyId, batch.Epoch)
	require.NoError(r.t, err)
	jobs := make([]threshold.Job, len(batch.Jobs))
	for i, job := range batch.Jobs {
		jobs[i] = threshold.Job{ID: [32]byte(job.Id), B: job.B}
	}
	round, err := threshold.NewRound(public, r.ChainID, uint64(batch.Height), jobs)
	require.NoError(r.t, err)
	var all []*threshold.Contribution
	for node, operator := range r.operators {
		wrong := block.Wrong && node == model.Liar
		if block.Used>>node&1 == 0 && !wrong {
			continue
		}
		shares := r.committees[batch.Epoch-1].shares[node]
		c, err := round.Emit(rand.Reader, operator, shares, threshold.FullBitmap(len(jobs)))
		require.NoError(r.t, err)
		if wrong {
			copy(c.S, jobs[0].B) // a point, and not the share
		}
		all = append(all, c)
	}
	good, bad := round.Sort(all)
	require.Equal(r.t, block.Wrong, len(bad) == 1, "the liar alone is found out")
	chosen := make([]*threshold.Contribution, len(good))
	for i, g := range good {
		chosen[i] = all[g]
	}
	done, err := round.Combine(chosen)
	require.NoError(r.t, err)
	if len(chosen) > 0 {
		require.NoError(r.t, round.Verify(chosen, done))
	}
	return done
}

// send runs the messages of a transaction: all of them, or none.
func (r *replay) send(tx model.Tx) error {
	r.t.Helper()
	cached, write := r.ctx.CacheContext()
	for _, msg := range r.messages(tx) {
		if _, err := r.App().MsgServiceRouter().Handler(msg)(cached, msg); err != nil {
			return err
		}
	}
	write()
	switch tx.Verb {
	case "ask":
		r.asked[tx.Job] = true
	case "grant":
		r.grants++
	}
	return nil
}

func (r *replay) messages(tx model.Tx) []sdk.Msg {
	r.t.Helper()
	request := r.requests[tx.Job]
	switch tx.Verb {
	case "ask":
		request.Message.Spec.Deadline = r.ctx.BlockHeight() + int64(r.trace.RequestBlocks)
		return []sdk.Msg{request.Message, r.PostSeats(request)}
	case "yes", "no":
		return []sdk.Msg{r.Decide(r.dataset, request, tx.Verb == "yes")}
	case "cancel":
		return []sdk.Msg{&market.MsgCancelRequest{Researcher: request.By.String(), RequestId: request.ID.String()}}
	case "grant":
		return []sdk.Msg{r.Grant(r.dataset)}
	case "revoke":
		return []sdk.Msg{r.Revoke(r.dataset, max(2*r.grants, 1)-1)} // a revocation is a version, too
	case "drop":
		return []sdk.Msg{&dataset.MsgDropHold{Gateway: r.Gateway.String(), DatasetId: r.dataset.ID.String()}}
	default:
		return []sdk.Msg{&dataset.MsgHoldReceipts{
			Gateway: r.Gateway.String(), DatasetIds: []string{r.dataset.ID.String()},
		}}
	}
}

// state is the model's view of the keepers.
func (r *replay) state() model.State {
	r.t.Helper()
	volens := &r.App().Volens
	out := model.State{Consent: r.consented(), Batch: r.batch()}
	paid := int64(0)
	for i := range r.requests {
		out.Seats[i] = "FREE"
		if !r.asked[i] {
			continue
		}
		seat, err := volens.Custody.Seats.Seats.Get(r.ctx, collections.Join(r.requests[i].ID, uint64(0)))
		require.NoError(r.t, err)
		out.Seats[i] = seat.State.String()[len("SEAT_STATE_"):]
		out.Paid[i], out.Back[i] = r.money(i)
		if out.Paid[i] {
			paid++
		}
		_, err = volens.Custody.Release(r.ctx, r.requests[i].ID, 0)
		require.Equal(r.t, seat.State == custody.SEAT_STATE_RELEASED, err == nil, "S stands for what is released")
	}
	require.Equal(r.t, paid*price, r.wealth()-r.patient, "the patient is paid for each release, once")
	locked, broken, err := volens.Market.Solvency(r.ctx)
	require.NoError(r.t, err)
	require.Empty(r.t, broken)
	account := r.App().Cosmos.Bank.GetBalance(r.ctx, market.Account(), story.Denom)
	require.Equal(r.t, locked.AmountOf(story.Denom).String(), account.Amount.String(), "P5")
	return out
}

// price is the patient's part of a request of the story; the charge is with all others'.
const (
	price  = 10 * story.Unit
	charge = price * 10 / 8
)

// money tells where a request's charge is.
func (r *replay) money(i int) (paid, back bool) {
	r.t.Helper()
	e, err := r.App().Volens.Market.Money.Escrows.Get(r.ctx, r.requests[i].ID)
	require.NoError(r.t, err)
	paid, back = e.Paid.Add(e.Held).Int64() >= charge, e.Refunded.Int64() >= charge
	require.Equal(r.t, !paid && !back, e.Pending.Int64() >= charge, "P5: the charge is in one place")
	return paid, back
}

func (r *replay) wealth() int64 {
	return r.App().Cosmos.Bank.GetBalance(r.ctx, r.Patient.Address(), story.Denom).Amount.Int64()
}

func (r *replay) consented() bool {
	c, err := r.App().Volens.Consent.Consent(r.ctx, r.dataset.ID)
	return err == nil && c.Status == consent.STATUS_ACTIVE
}

// batch is the next height's, as bits.
func (r *replay) batch() uint8 {
	r.t.Helper()
	batch, err := r.App().Volens.Custody.BatchAt(r.ctx, r.ctx.BlockHeight()+1)
	require.NoError(r.t, err)
	out := uint8(0)
	for _, job := range batch.Jobs {
		bit := uint8(1)
		if [32]byte(job.Id) == r.jobs[1] {
			bit = 2
		} else {
			require.Equal(r.t, r.jobs[0][:], job.Id, "a job of nobody")
		}
		out |= bit
	}
	return out
}

// committedTraces reads the traces of testdata.
func committedTraces(t *testing.T) []model.Trace {
	t.Helper()
	raw, err := os.ReadFile(traceFile)
	require.NoError(t, err)
	traces, err := model.Parse(bytes.NewReader(raw))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(traces), least)
	return traces
}

// The committed schedules of the model, in the real keepers.
func TestReplay(t *testing.T) {
	traces := committedTraces(t)
	w := newWorld(t)
	met := map[string]int{}
	for _, trace := range traces {
		require.NoError(t, w.replay(t, trace).run())
		for name := range features(trace) {
			met[name]++
		}
	}
	for _, name := range wanted {
		require.GreaterOrEqual(t, met[name], 2, "traces with %s", name)
	}
	t.Run("a difference is noticed", func(t *testing.T) { noticed(t, w, traces) })
}

// noticed requires that a replay ends where one message, share or word is missing that
// mattered to the model.
func noticed(t *testing.T, w *world, traces []model.Trace) {
	t.Helper()
	for name, change := range map[string]func(*model.Block) bool{
		"a revocation": func(b *model.Block) bool { return without(b, "revoke") },
		"a grant":      func(b *model.Block) bool { return without(b, "grant") },
		"a yes":        func(b *model.Block) bool { return without(b, "yes") },
		"the shares": func(b *model.Block) bool {
			released := b.Used != 0 && (b.After.Paid[0] || b.After.Paid[1])
			b.Used = 0
			return released
		},
		"a refusal": func(b *model.Block) bool {
			for i := range b.Txs {
				if !b.Txs[i].OK {
					b.Txs[i].OK = true
					return true
				}
			}
			return false
		},
	} {
		found := false
		for _, trace := range traces {
			trace.Blocks = slices.Clone(trace.Blocks)
			changed := false
			for i := range trace.Blocks {
				trace.Blocks[i].Txs = slices.Clone(trace.Blocks[i].Txs)
				if changed = change(&trace.Blocks[i]); changed {
					break
				}
			}
			if changed {
				require.ErrorIs(t, w.replay(t, trace).run(), errStray, "%s in seed %d", name, trace.Seed)
				found = true
				break
			}
		}
		require.True(t, found, "no trace has %s", name)
	}
}

// without takes the first accepted message of a kind out of a block.
func without(b *model.Block, verb string) bool {
	for i, tx := range b.Txs {
		if tx.OK && tx.Verb == verb {
			b.Txs = slices.Delete(b.Txs, i, i+1)
			return true
		}
	}
	return false
}
