package network_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/test/network"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/share"
)

const (
	// epochLength leaves time to seal in the first epoch, and between two runs.
	epochLength = 40
	// calmBlocks are so many before the next run that a fault is there when it begins.
	calmBlocks = 12
	// stuckBlocks is for how long a run is watched that cannot come about.
	stuckBlocks = 25
	// epochPatience is for a whole epoch and two runs, on a busy machine.
	epochPatience = 12 * time.Minute
	// stopBlocks is the most that a job may wait.
	stopBlocks = 10
	// victim is the validator that goes offline, liar the one that lies in runs.
	victim = 2
	liar   = puppet
)

// succession is a site whose committee changes.
type succession struct {
	*campaign

	puppet    *network.Puppet
	operators map[int][]byte
	y         []byte
	// last is what was read of the last epoch that was looked at, known its number.
	last  network.Holding
	known uint64
	// served is the first epoch in which a node that joined held shares.
	served map[int]uint64
	tried  int
}

// succeed begins a succession with so many nodes that may join. led is nil where nobody lies.
func succeed(
	ctx context.Context, t *testing.T, name string, ports, joiners int, led *network.Puppet,
) *succession {
	t.Helper()
	c := &campaign{t: t, environment: map[int][]string{}}
	s := &succession{campaign: c, puppet: led, operators: map[int][]byte{}, served: map[int]uint64{}}
	of := seed(t)
	c.record = record(t, name, of)
	c.Site = network.Build(ctx, t, network.Plan{
		Programs: programs(t), Validators: quorum, Observers: joiners, Patients: 3, PortOffset: ports,
		BlockTime: blockTime, Seed: of, Record: c.record,
		Spec: func(spec *devnet.Spec) { spec.EpochLength = epochLength },
		Dress: func(node int, cmd *exec.Cmd) {
			cmd.Env = append(os.Environ(), "VOLENSD_STATE_SYNC_SNAPSHOT_INTERVAL="+strconv.Itoa(snapshotEvery))
			cmd.Env = append(cmd.Env, c.environment[node]...)
			if node == liar && led != nil {
				led.Dress(cmd)
			}
		},
	})
	for node := range quorum {
		s.meet(ctx, node)
	}
	key, epoch, err := c.Key(ctx)
	require.NoError(t, err)
	require.Equal(t, uint64(1), epoch.Epoch, "all datasets are sealed in the first epoch")
	s.y = key.Y
	s.look(epoch)
	c.load = c.Load(ctx, name)
	return s
}

// meet learns the operator of a node.
func (s *succession) meet(ctx context.Context, node int) {
	s.t.Helper()
	operator, err := s.Operator(ctx, node)
	require.NoError(s.t, err)
	s.operators[node] = operator
}

// holders are the nodes that hold shares of an epoch, ascending.
func (s *succession) holders(epoch custody.Epoch) []int {
	var out []int
	for node, operator := range s.operators {
		if slices.ContainsFunc(epoch.Owners, func(owner []byte) bool { return bytes.Equal(owner, operator) }) {
			out = append(out, node)
		}
	}
	slices.Sort(out)
	return out
}

// next waits for a later epoch that exactly these nodes hold, and compares it with the one
// before: the key is the same, and shares of both together open nothing.
func (s *succession) next(ctx context.Context, nodes ...int) {
	s.t.Helper()
	var found custody.Epoch
	s.Until(s.within(ctx), fmt.Sprintf("an epoch of %v", nodes), func() bool {
		key, epoch, err := s.Key(ctx)
		if err != nil || epoch.Epoch <= s.known || key.PendingEpoch > 0 {
			return false
		}
		require.Equal(s.t, s.y, key.Y, "Y of epoch %d", epoch.Epoch)
		found = epoch
		return slices.Equal(nodes, s.holders(epoch))
	})
	s.t.Logf("epoch %d at height %d: %d of %d shares open, held by %v",
		found.Epoch, found.ActiveHeight, found.Threshold, len(found.Owners), nodes)
	before := s.last
	s.look(found)
	s.conspire(before, s.last)
	for _, node := range nodes {
		if node >= quorum && s.served[node] == 0 {
			s.served[node] = found.Epoch
		}
	}
}

// look reads the shares of an epoch that lie in the homes of its holders. One that lied or
// was away may have none.
func (s *succession) look(epoch custody.Epoch) {
	s.t.Helper()
	found := network.Holding{Shares: network.Shares{}, Threshold: int(epoch.Threshold)}
	for _, node := range s.holders(epoch) {
		err := s.ReadShares(node, epoch.KeyId, epoch.Epoch, found.Shares)
		if !errors.Is(err, share.ErrNone) {
			require.NoError(s.t, err, "share of node %d", node)
		}
	}
	require.GreaterOrEqual(s.t, len(found.Shares), found.Threshold)
	require.True(s.t, network.Opens(s.y, found.Shares), "all of them open")
	s.last, s.known = found, epoch.Epoch
}

// conspire shows on the shares in the validators' files that T-1 of an older epoch and T-1
// of a newer one open nothing, by any mix and by any linear combination, and that one share
// more of either does.
func (s *succession) conspire(older, newer network.Holding) {
	s.t.Helper()
	tried, opened := network.Conspire(s.y, older, newer)
	require.Empty(s.t, opened, "a mix of two epochs opens")
	s.tried += tried
	few := func(h network.Holding, n int) []int {
		indices := make([]int, 0, len(h.Shares))
		for k := range h.Shares {
			indices = append(indices, k)
		}
		slices.Sort(indices)
		return indices[:n]
	}
	less, fewer := older.Threshold-1, newer.Threshold-1
	require.False(s.t, network.Determines(few(older, less), few(newer, fewer), older.Threshold, newer.Threshold))
	require.True(s.t, network.Determines(few(older, less+1), few(newer, fewer), older.Threshold, newer.Threshold))
	require.True(s.t, network.Determines(few(older, less), few(newer, fewer+1), older.Threshold, newer.Threshold))
}

// back starts the node that was offline.
func (s *succession) back(ctx context.Context) {
	s.t.Helper()
	s.Start(victim)
	s.CaughtUp(soon(ctx, s.t), victim)
}

// stuck shows that with one of four away, and not jailed for it, no epoch comes about: no
// weights are safe and live. The old one releases meanwhile, and the next comes when it is back.
func (s *succession) stuck(ctx context.Context) {
	s.t.Helper()
	s.calm(ctx, epochLength)
	s.Kill(ctx, victim)
	_, epoch, err := s.Key(ctx)
	require.NoError(s.t, err)
	var begun custody.Run
	s.Until(s.within(ctx), "a run without one of four", func() bool {
		run, err := s.Run(ctx)
		begun = run
		return err == nil && !run.Finished && run.OldEpoch == epoch.Epoch
	})
	released := s.load.Released()
	s.Grow(s.within(ctx), stuckBlocks)
	run, err := s.Run(ctx)
	require.NoError(s.t, err)
	require.Equal(s.t, begun.Run, run.Run)
	require.Equal(s.t, custody.PHASE_ENROL, run.Phase)
	require.Greater(s.t, s.load.Released(), released, "the old epoch does not release")
	s.back(ctx)
}

// grieve lets one deal wrong shares in the next run, until the chain has convicted it.
func (s *succession) grieve(ctx context.Context) {
	s.t.Helper()
	before, err := s.Convictions(ctx, s.operators[liar])
	require.NoError(s.t, err)
	require.NoError(s.t, s.record.Fault(network.Fault{Fault: "bad-deal", Node: liar, Height: s.Height(ctx)}))
	require.NoError(s.t, s.puppet.Tell("bad-deal"))
	s.Until(s.within(ctx), "a conviction", func() bool {
		n, err := s.Convictions(ctx, s.operators[liar])
		return err == nil && n > before
	})
	require.NoError(s.t, s.puppet.Tell(""))
}

// pardon brings the convicted back when its time in jail is over.
func (s *succession) pardon(ctx context.Context) {
	s.t.Helper()
	ctx = s.within(ctx)
	s.Until(ctx, "the end of the jail", func() bool { return s.Unjail(ctx, liar) == nil })
}

// join lets a node join by state sync and bond.
func (s *succession) join(ctx context.Context, node int) {
	s.t.Helper()
	s.stateSync(ctx, node)
	require.NoError(s.t, s.BecomeValidator(soon(ctx, s.t), node))
	s.meet(ctx, node)
	s.Until(soon(ctx, s.t), "a vote of the joiner", func() bool {
		signs, err := s.Signs(ctx, node)
		return err == nil && signs
	})
}

// finish lets the last epoch open what was sealed in the first, inspects, and requires that
// no job ever waited for long, that every epoch released and who joined served, and that no
// old share is left. How long there was no release at all stands in the result: clients may
// be idle.
func (s *succession) finish(ctx context.Context, nodes int) {
	s.t.Helper()
	released := s.load.Released()
	s.Until(s.within(ctx), "releases of the last epoch", func() bool { return s.load.Released() >= released+6 })
	require.NoError(s.t, s.load.Stop())
	verdict := s.Inspect(ctx)
	s.record.Note("mixes_of_two_epochs_tried", float64(s.tried))
	require.NoError(s.t, s.record.Close(verdict, nil))
	s.Require(verdict)
	require.LessOrEqual(s.t, verdict.BlocksMost, int64(stopBlocks), "releases stopped")
	for _, era := range verdict.Epochs {
		s.t.Logf("%+v", era)
		require.NotZero(s.t, era.Releases, "epoch %d opens what was sealed in the first", era.Epoch)
	}
	last := verdict.Epochs[len(verdict.Epochs)-1]
	require.GreaterOrEqual(s.t, last.Epoch, s.known)
	for node, epoch := range s.served {
		require.NotZero(s.t, verdict.Answers(s.operators[node], epoch), "node %d in epoch %d", node, epoch)
	}
	for node := range nodes {
		kept, err := s.KeptEpochs(node, last.KeyID)
		require.NoError(s.t, err)
		for _, epoch := range kept {
			require.GreaterOrEqual(s.t, epoch, last.Epoch, "node %d keeps shares of epoch %d", node, epoch)
		}
	}
}

// A committee of real validators goes from four to five, to seven, and back to four, under
// load. At four and five there is one fault at a time, one offline or one that deals wrong
// shares; at seven both at once (R13). All who join do so by state sync (R9).
func TestEpochs_FourFiveSevenFour(t *testing.T) {
	campaigns(t)
	ctx := bounded(t)
	led := network.NewPuppet(tagged(t, "volensd", "byzantine,crashpoints"), t.TempDir(), late)
	s := succeed(ctx, t, "epochs", portsEpochs, 3, led)
	rounds := size(1, 5)
	for round := range rounds {
		if round > 0 {
			s.next(ctx, 0, 1, 2, 3)
		}
		s.stuck(ctx)
		s.next(ctx, 0, 1, 2, 3)
		s.grieve(ctx)
		s.next(ctx, 0, 1, 2)
		s.pardon(ctx)
	}
	s.join(ctx, 4)
	s.next(ctx, 0, 1, 2, 3, 4)
	for round := range rounds {
		if round > 0 {
			s.next(ctx, 0, 1, 2, 3, 4)
		}
		s.calm(ctx, epochLength)
		s.Kill(ctx, victim)
		s.next(ctx, 0, 1, 3, 4)
		s.back(ctx)
		s.grieve(ctx)
		s.next(ctx, 0, 1, 2, 4)
		s.pardon(ctx)
	}
	s.join(ctx, 5)
	s.join(ctx, 6)
	s.next(ctx, 0, 1, 2, 3, 4, 5, 6)
	for range rounds {
		s.calm(ctx, epochLength)
		s.Kill(ctx, victim)
		s.grieve(ctx)
		s.next(ctx, 0, 1, 4, 5, 6)
		s.back(ctx)
		s.pardon(ctx)
		s.next(ctx, 0, 1, 2, 3, 4, 5, 6)
	}
	for node := 6; node >= quorum; node-- {
		require.NoError(t, s.Leave(soon(ctx, t), node))
		s.next(ctx, []int{0, 1, 2, 3, 4, 5}[:node]...)
	}
	s.finish(ctx, 7)
}

// The same in short, for every check: four, five and four again, and one is killed while it
// deals.
func TestEpochs_FourFiveFour(t *testing.T) {
	ctx := bounded(t)
	s := succeed(ctx, t, "epochs-short", portsShort, 1, nil)
	s.join(ctx, quorum)
	s.Until(s.within(ctx), "a run in which is dealt", func() bool {
		run, err := s.Run(ctx)
		return err == nil && !run.Finished && run.Phase > custody.PHASE_ENROL
	})
	s.Kill(ctx, victim)
	s.back(ctx)
	s.next(ctx, 0, 1, 2, 3, 4)
	require.NoError(t, s.Leave(soon(ctx, t), quorum))
	s.next(ctx, 0, 1, 2, 3)
	s.finish(ctx, quorum+1)
}
