package network_test

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/network"
)

// The joiner is the first node after the validators; snapshots come often, so that it
// finds one.
const (
	joiner        = quorum
	snapshotEvery = 10
)

// A node that joins by state sync under load has the state of the others, becomes a
// validator and signs; the releases go on.
func TestJoin_StateSyncedNodeBecomesValidator(t *testing.T) {
	campaigns(t)
	ctx := bounded(t)
	c := &campaign{t: t, environment: map[int][]string{}}
	of := seed(t)
	c.record = record(t, "join", of)
	c.Site = network.Build(ctx, t, network.Plan{
		Programs: programs(t), Validators: quorum, Observers: 1, Patients: 3, PortOffset: portsJoin,
		BlockTime: blockTime, Seed: of, Record: c.record,
		Dress: func(node int, cmd *exec.Cmd) {
			cmd.Env = append(os.Environ(), "VOLENSD_STATE_SYNC_SNAPSHOT_INTERVAL="+strconv.Itoa(snapshotEvery))
			cmd.Env = append(cmd.Env, c.environment[node]...)
		},
	})
	c.load = c.Load(ctx, "join")
	c.stateSync(ctx, joiner)
	begun, err := c.FirstHeight(ctx, joiner)
	require.NoError(t, err)
	require.Greater(t, begun, int64(snapshotEvery), "it began with a snapshot")
	require.NoError(t, c.BecomeValidator(soon(ctx, t), joiner))
	c.Until(soon(ctx, t), "a vote of the joiner", func() bool {
		signs, err := c.Signs(ctx, joiner)
		return err == nil && signs
	})
	before := c.load.Released()
	c.Until(soon(ctx, t), "releases after it joined", func() bool { return c.load.Released() > before })
	c.end(ctx)
}

// stateSync starts a node that trusts a block of the others and takes a snapshot.
func (c *campaign) stateSync(ctx context.Context, node int) {
	c.t.Helper()
	height, hash, err := c.Trusted(ctx)
	require.NoError(c.t, err)
	c.environment[node] = []string{
		"VOLENSD_STATESYNC_ENABLE=true",
		"VOLENSD_STATESYNC_RPC_SERVERS=" + c.Town.Network().RPC(0) + "," + c.Town.Network().RPC(1),
		"VOLENSD_STATESYNC_TRUST_HEIGHT=" + strconv.FormatInt(height, 10),
		"VOLENSD_STATESYNC_TRUST_HASH=" + hash,
		"VOLENSD_STATESYNC_DISCOVERY_TIME=5s",
	}
	require.NoError(c.t, c.record.Fault(network.Fault{Fault: "join by state sync", Node: node, Height: height}))
	c.Start(node)
	c.CaughtUp(soon(ctx, c.t), node)
}
