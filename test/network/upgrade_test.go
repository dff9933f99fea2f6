package network_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/test/network"
	"github.com/volens-network/volens/x/custody"
)

const (
	// upgradePlan is the upgrade that the tagged program knows when rehearsal is set.
	upgradePlan = "rehearsal"
	rehearsal   = "VOLENS_REHEARSAL=1"
	// voting is how many blocks the vote may take, and some to spare: 20 seconds of blocks.
	voting = 70
	// storyBlocks and askBlocks are the most that the story, and each request after it, takes.
	storyBlocks = 50
	askBlocks   = 3
	// intoRun is how many blocks after an epoch's end, in the middle of the run that follows,
	// the upgrade is.
	intoRun = 6
)

// rehearsalCrashes are where a validator ends within the handler; the last is late
// with the new program, and has none.
var rehearsalCrashes = []string{"", "upgrade-begun:1", "upgrade-done:1", ""}

// An upgrade by governance, with requests in flight in every state and in the middle of a run:
// all validators stop at its height, two are killed within the handler, one comes late. No
// request is lost, the new parameter is everywhere, and the run that was open when all
// stopped makes the next epoch.
func TestUpgrade_RequestsInFlight(t *testing.T) {
	campaigns(t)
	ctx := bounded(t)
	program := tagged(t, "volensd", "byzantine,crashpoints")
	upgraded := map[int]bool{}
	c := &campaign{t: t}
	of := seed(t)
	crowded := size(20, 500)
	length := int64(storyBlocks + askBlocks*crowded + voting)
	c.record = record(t, "upgrade", of)
	c.Site = network.Build(ctx, t, network.Plan{
		Programs: programs(t), Validators: quorum, Patients: 3, PortOffset: portsUpgrade, BlockTime: blockTime,
		Seed: of, Record: c.record,
		Spec: func(spec *devnet.Spec) { spec.EpochLength = length },
		Dress: func(node int, cmd *exec.Cmd) {
			if !upgraded[node] {
				return
			}
			cmd.Env = append(os.Environ(), rehearsal)
			if point := rehearsalCrashes[node]; point != "" {
				crashOnce(t, cmd, program, point)
				return
			}
			cmd.Path = program
		},
	})
	before := c.params(ctx)
	crowd, err := c.Crowd(ctx, "waiting", crowded)
	require.NoError(t, err)
	c.load = c.Load(ctx, "upgrade")
	_, epoch, err := c.Key(ctx)
	require.NoError(t, err)
	height := epoch.Since() + length + intoRun
	require.GreaterOrEqual(t, height, c.Height(ctx)+voting, "there is time to vote")
	c.propose(ctx, height)
	for node := range quorum {
		require.NoError(t, c.Operate(soon(ctx, t), node, "gov", "vote", "1", "yes"))
	}
	inFlight := c.load.Released()
	for node := range quorum {
		path := filepath.Join(c.Home(node), "data", "upgrade-info.json")
		c.Until(soon(ctx, t), "the stop for the upgrade", func() bool {
			_, err := os.Stat(path)
			return err == nil
		})
	}
	require.Greater(t, c.load.Released(), inFlight, "there was no load")
	late := quorum - 1
	for node := range quorum {
		c.Kill(ctx, node)
		upgraded[node] = true
		if node != late {
			c.Start(node)
		}
	}
	c.Until(soon(ctx, t), "blocks after the upgrade", func() bool { return c.Height(ctx) > height+3 })
	c.Start(late)
	for node, point := range rehearsalCrashes {
		c.CaughtUp(soon(ctx, t), node)
		if point != "" {
			require.NoError(t, c.record.Fault(network.Fault{Fault: "crash point " + point, Node: node, Height: height}))
			log, err := os.ReadFile(c.Town.Network().LogFile(c.Spec().NodeName(node)))
			require.NoError(t, err)
			require.Contains(t, string(log), "crash point "+point)
		}
	}
	after := c.params(ctx)
	require.Equal(t, before.MissWindow+1, after.MissWindow, "the handler has run, and once")
	released := c.load.Released()
	c.Until(soon(ctx, t), "releases after the upgrade", func() bool { return c.load.Released() > released })
	c.Until(soon(ctx, t), "the next epoch", func() bool {
		key, _, err := c.Key(ctx)
		return err == nil && key.Epoch > epoch.Epoch
	})
	released = c.load.Released()
	c.Until(soon(ctx, t), "releases of the next epoch", func() bool { return c.load.Released() > released })
	require.NoError(t, crowd.Answer(ctx), "requests that were open before the upgrade")
	verdict := c.end(ctx)
	requireRunOver(t, verdict, height)
}

// requireRunOver requires that a run had begun and was not over when the chain stopped
// before a height, and that it made an epoch after it.
func requireRunOver(t *testing.T, v *network.Verdict, height int64) {
	t.Helper()
	var before, after uint64
	var phase custody.Phase
	for _, b := range v.Blocks {
		for _, p := range b.Phases {
			if b.Height < height {
				before, phase = p.Epoch, p.Phase
			}
		}
		for _, e := range b.Active {
			if b.Height > height && after == 0 {
				after = e.Epoch
			}
		}
	}
	t.Logf("stopped in %s of the run for epoch %d", phase, before)
	require.NotZero(t, after)
	require.Equal(t, before, after, "the epoch after the upgrade is not of the run before it")
}

func (c *campaign) params(ctx context.Context) custody.Params {
	c.t.Helper()
	answer, err := c.Town.Person(walk.Researcher).Chain.Custody().Params(ctx, &custody.QueryParamsRequest{})
	require.NoError(c.t, err)
	return answer.Params
}

// propose asks governance for the upgrade at a height.
func (c *campaign) propose(ctx context.Context, height int64) {
	c.t.Helper()
	text, err := json.Marshal(map[string]any{
		"messages": []any{map[string]any{
			"@type":     "/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade",
			"authority": authtypes.NewModuleAddress("gov").String(),
			"plan":      map[string]any{"name": upgradePlan, "height": strconv.FormatInt(height, 10)},
		}},
		"deposit": "10000000uvol", "title": upgradePlan, "summary": upgradePlan,
	})
	require.NoError(c.t, err)
	path := filepath.Join(c.t.TempDir(), "proposal.json")
	require.NoError(c.t, os.WriteFile(path, text, 0o600))
	require.NoError(c.t, c.Operate(soon(ctx, c.t), 0, "gov", "submit-proposal", path))
}
