package network_test

import (
	"context"
	"errors"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/test/network"
)

// split is a way to disturb the packets between validators.
type split struct {
	name string
	// stops says that no more than two thirds of the power can speak with each other.
	stops bool
	run   func(ctx context.Context, s *network.Segments, victim int) error
}

var splits = []split{
	{name: "split 3|1", run: func(ctx context.Context, s *network.Segments, victim int) error {
		return s.Split(ctx, victim)
	}},
	{name: "split 2|2", stops: true, run: func(ctx context.Context, s *network.Segments, victim int) error {
		return s.Split(ctx, victim, (victim+1)%quorum)
	}},
	{name: "deaf", run: func(ctx context.Context, s *network.Segments, victim int) error {
		return s.Cut(ctx, victim, (victim+1)%quorum, (victim+2)%quorum, (victim+3)%quorum)
	}},
	{name: "loss of a tenth", run: func(ctx context.Context, s *network.Segments, _ int) error {
		for i := range quorum {
			if err := s.Lose(ctx, i, 10); err != nil {
				return err
			}
		}
		return nil
	}},
	{name: "flapping", run: func(ctx context.Context, s *network.Segments, victim int) error {
		for range 3 {
			if err := s.Split(ctx, victim); err != nil {
				return err
			}
			time.Sleep(time.Second)
			if err := s.Heal(ctx); err != nil {
				return err
			}
			time.Sleep(time.Second)
		}
		return nil
	}},
}

// Validators that cannot hear each other do not fork; when they can again the network goes
// on, and whatever was asked for meanwhile is released (R7).
func TestPartitions(t *testing.T) {
	campaigns(t)
	ctx := bounded(t)
	all := programs(t)
	segments, err := network.NewSegments(ctx, quorum)
	if errors.Is(err, network.ErrNoSegments) {
		t.Skipf("SKIPPED, NO PARTITION WAS TESTED: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, segments.Close()) })
	c := &campaign{t: t}
	of := seed(t)
	c.record = record(t, "partitions", of)
	c.Site = network.Build(ctx, t, network.Plan{
		Programs: all, Validators: quorum, Patients: 3, PortOffset: portsSplit, BlockTime: blockTime, Seed: of,
		Record: c.record, Spec: func(spec *devnet.Spec) { spec.Hosts = segments.Hosts() },
		Dress: func(node int, cmd *exec.Cmd) {
			if node >= 0 {
				require.NoError(t, segments.Dress(node, cmd))
			}
		},
	})
	c.load = c.Load(ctx, "split")
	var slowest time.Duration
	for i := range size(len(splits), 200) {
		how := splits[i%len(splits)]
		victim := c.Rand.IntN(quorum)
		require.NoError(t, c.record.Fault(network.Fault{Fault: how.name, Node: victim, Height: c.Height(ctx)}))
		require.NoError(t, how.run(ctx, segments, victim))
		c.hold(ctx, how)
		require.NoError(t, segments.Heal(ctx))
		begun := time.Now()
		c.Grow(soon(ctx, t), 2)
		slowest = max(slowest, time.Since(begun))
		for node := range quorum {
			c.CaughtUp(soon(ctx, t), node)
		}
	}
	c.record.Note("slowest_two_blocks_after_healing_seconds", slowest.Seconds())
	c.end(ctx)
}

// hold lets a partition last. A minority decides nothing: at most the block that was on
// its way when the line was cut.
func (c *campaign) hold(ctx context.Context, how split) {
	c.t.Helper()
	if !how.stops {
		c.Grow(soon(ctx, c.t), 3)
		return
	}
	time.Sleep(2 * time.Second)
	before := c.Height(ctx)
	time.Sleep(4 * time.Second)
	require.Equal(c.t, before, c.Height(ctx), "blocks without a quorum")
}
