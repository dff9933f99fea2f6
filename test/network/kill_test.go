package network_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/test/network"
)

const (
	// failVariable makes a stock CometBFT end at one of its crash points.
	failVariable = "FAIL_TEST_INDEX"
	// siegeEpoch is an epoch's length while nodes are killed: several runs fall into each campaign.
	siegeEpoch = 100
)

// campaign is a site with what the tests of this file do to it.
type campaign struct {
	*network.Site

	t      *testing.T
	record *network.Record
	load   *network.Load
	// environment of the next start, by node.
	environment map[int][]string
}

func begin(ctx context.Context, t *testing.T, name string, ports int) *campaign {
	t.Helper()
	c := &campaign{t: t, environment: map[int][]string{}}
	of := seed(t)
	c.record = record(t, name, of)
	c.Site = network.Build(ctx, t, network.Plan{
		Programs: programs(t), Validators: quorum, Patients: 10, PortOffset: ports, BlockTime: blockTime, Seed: of,
		Record: c.record, Spec: func(spec *devnet.Spec) { spec.EpochLength = siegeEpoch },
		Dress: func(node int, cmd *exec.Cmd) {
			cmd.Env = append(os.Environ(), c.environment[node]...)
			delete(c.environment, node)
		},
	})
	return c
}

// end lets the load come to its end and inspects.
func (c *campaign) end(ctx context.Context) *network.Verdict {
	c.t.Helper()
	require.NoError(c.t, c.load.Stop())
	verdict := c.Inspect(ctx)
	require.NoError(c.t, c.record.Close(verdict, nil))
	c.Require(verdict)
	require.GreaterOrEqual(c.t, verdict.FewestShares, 3)
	return verdict
}

// Each few seconds one of four validators is killed, under a load of releases (R1). Then
// the power fails for all at once (R2). Nothing is lost, nothing doubled, no state forks.
func TestKill9_OneByOneThenAll(t *testing.T) {
	ctx := bounded(t)
	c := begin(ctx, t, "kill", portsKill)
	kills, cuts, releases := size(20, 1000), size(3, 100), size(200, 5000)
	c.load = c.Load(ctx, "siege")
	for range kills {
		c.wait(3*time.Second, 8*time.Second)
		victim := c.Rand.IntN(quorum)
		c.Kill(ctx, victim)
		c.wait(0, 2*time.Second)
		c.Start(victim)
		c.CaughtUp(soon(ctx, t), victim)
	}
	t.Logf("%d kills, %d releases so far", kills, c.load.Released())
	var slowest time.Duration
	for range cuts {
		c.wait(2*time.Second, 5*time.Second)
		slowest = max(slowest, c.powerCut(ctx))
	}
	c.record.Note("slowest_growth_after_power_cut_seconds", slowest.Seconds())
	c.Until(ctx, "enough releases", func() bool { return c.load.Released() >= releases })
	c.end(ctx)
}

// wait lets a random time pass.
func (c *campaign) wait(low, high time.Duration) {
	time.Sleep(low + time.Duration(c.Rand.Int64N(int64(high-low))))
}

// powerCut kills all validators at once, starts them, and tells how long it took until
// there was a new block.
func (c *campaign) powerCut(ctx context.Context) time.Duration {
	c.t.Helper()
	before := c.Height(ctx)
	for i := range quorum {
		c.Kill(ctx, i)
	}
	begun := time.Now()
	for i := range quorum {
		c.Start(i)
	}
	c.Until(soon(ctx, c.t), "a block after the power cut", func() bool { return c.Height(ctx) > before })
	took := time.Since(begun)
	for i := range quorum {
		c.CaughtUp(soon(ctx, c.t), i)
	}
	return took
}

// A validator that ends at a crash point of CometBFT goes on where it was (R1b), and so it
// does, or says clearly why not, when files of its home are damaged (R3). Epochs follow each
// other meanwhile.
func TestCrashPointsAndDamage(t *testing.T) {
	campaigns(t)
	ctx := bounded(t)
	c := begin(ctx, t, "crash-points", portsCrash)
	c.load = c.Load(ctx, "crash")
	for i := range size(10, 201) {
		victims := []int{i % quorum}
		if deep() {
			victims = []int{0, 1, 2, 3}
		}
		for _, victim := range victims {
			c.crash(ctx, victim, i)
		}
	}
	for i := range size(5, 100) {
		for _, d := range damages {
			c.damage(ctx, i%quorum, d)
			if !deep() && i > 0 {
				break
			}
		}
	}
	for i := range quorum {
		c.CaughtUp(soon(ctx, t), i)
	}
	c.end(ctx)
}

// crash restarts a validator so that it ends at the i-th crash point, and then without.
func (c *campaign) crash(ctx context.Context, victim, i int) {
	c.t.Helper()
	c.Kill(ctx, victim)
	c.environment[victim] = []string{fmt.Sprintf("%s=%d", failVariable, i)}
	size := c.LogSize(victim)
	c.Start(victim)
	c.Until(soon(ctx, c.t), "the end at a crash point", func() bool { return !c.Town.Network().Running(victim) })
	require.Contains(c.t, c.LogSince(victim, size), fmt.Sprintf("*** fail-test %d ***", i))
	require.NoError(c.t, c.record.Fault(network.Fault{Fault: "crash point", Node: victim, Height: c.Height(ctx)}))
	c.Start(victim)
	c.CaughtUp(soon(ctx, c.t), victim)
}

// within bounds something that takes up to an epoch.
func (c *campaign) within(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, epochPatience)
	c.t.Cleanup(cancel)
	return ctx
}

// calm waits until no run is open and, with epochs of a length, the next is some blocks away.
func (c *campaign) calm(ctx context.Context, length int64) {
	c.t.Helper()
	c.Until(c.within(ctx), "a time without a run", func() bool {
		key, epoch, err := c.Key(ctx)
		if err != nil || key.PendingEpoch > 0 {
			return false
		}
		run, err := c.Run(ctx)
		if err != nil || !run.Finished && run.Run > 0 {
			return false
		}
		return c.Height(ctx) < epoch.Since()+length-calmBlocks
	})
}

// damage is something that happens to a file of a validator that is down.
type damage struct {
	name string
	// file is below the home; a share's is completed by the epoch that releases. It must
	// recover, or say what says.
	file string
	harm func(raw []byte, at int) []byte
	says string
	// end is where the harm may be: in so many last bytes.
	end int
}

func cut(raw []byte, at int) []byte { return raw[:at] }

func flip(raw []byte, at int) []byte {
	raw[at] ^= 0x10
	return raw
}

// damages happen to what a crash can leave behind. What was refused is put back afterwards:
// no other validator may be without its share then.
var damages = []damage{
	{name: "cs.wal cut", file: "data/cs.wal/wal", harm: cut, end: 300},
	{name: "cs.wal flipped", file: "data/cs.wal/wal", harm: flip, end: 300},
	{name: "addrbook cut", file: addressBook, harm: cut, end: 200},
	{name: "share flipped", file: shareOfEpoch, harm: flip, end: 80, says: "share file cannot be read"},
	{name: "share cut", file: shareOfEpoch, harm: cut, end: 80, says: "share file cannot be read"},
	{name: "guard flipped", file: "custody/guard", harm: flip, end: 40, says: guardRefused},
	{name: "guard cut", file: "custody/guard", harm: cut, end: 40, says: guardRefused},
	{name: "mark flipped", file: "custody/mark", harm: flip, end: 100}, // one of its two slots is left
}

const (
	addressBook  = "config/addrbook.json"
	shareOfEpoch = "custody/share-1-"
	guardRefused = "emission guard does not belong to the share"
)

func (c *campaign) damage(ctx context.Context, victim int, d damage) {
	c.t.Helper()
	if d.says != "" {
		c.calm(ctx, siegeEpoch) // a new epoch would be a remedy
	}
	if d.file == shareOfEpoch {
		key, _, err := c.Key(ctx)
		require.NoError(c.t, err)
		d.file += strconv.FormatUint(key.Epoch, 10)
	}
	path := filepath.Join(c.Home(victim), d.file)
	c.Kill(ctx, victim)
	raw, err := os.ReadFile(path)
	if os.IsNotExist(err) && d.file == addressBook {
		raw, err = []byte("{}"), nil // without address exchange there is none
	}
	require.NoError(c.t, err)
	kept := append([]byte(nil), raw...)
	at := len(raw) - 1 - c.Rand.IntN(min(d.end, len(raw)))
	require.NoError(c.t, os.WriteFile(path, d.harm(raw, at), 0o600))
	require.NoError(c.t, c.record.Fault(network.Fault{Fault: d.name, Node: victim, Height: c.Height(ctx)}))
	size := c.LogSize(victim)
	c.Start(victim)
	if d.says == "" {
		c.recover(ctx, victim, d)
		return
	}
	c.CaughtUp(soon(ctx, c.t), victim) // it validates, without its share
	c.Until(soon(ctx, c.t), "words about the damage", func() bool {
		return strings.Contains(c.LogSince(victim, size), d.says)
	})
	c.Kill(ctx, victim)
	require.NoError(c.t, os.WriteFile(path, kept, 0o600))
	c.Start(victim)
	c.CaughtUp(soon(ctx, c.t), victim)
}

// recover waits until a damaged validator works again.
func (c *campaign) recover(ctx context.Context, victim int, d damage) {
	c.t.Helper()
	want := c.Height(ctx)
	c.Until(soon(ctx, c.t), "recovery of "+d.name, func() bool {
		require.True(
			c.t,
			c.Town.Network().Running(victim),
			"%s: validator %d ended: %s",
			d.name,
			victim,
			c.Tail(victim),
		)
		height, err := c.Town.Network().Height(ctx, victim)
		return err == nil && height >= want
	})
}
