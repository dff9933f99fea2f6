package network_test

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/network"
)

// A gateway that ends while it writes its access log has handed nothing over that is not in
// it; started again it goes on, and every released file opens.
func TestGateway_CrashesAtItsJournal(t *testing.T) {
	campaigns(t)
	ctx := bounded(t)
	program := tagged(t, "volens-gateway", "crashpoints")
	points := []string{"journal-written:2", "journal-synced:4"}
	var point string
	c := &campaign{t: t}
	of := seed(t)
	c.record = record(t, "gateway", of)
	c.Site = network.Build(ctx, t, network.Plan{
		Programs: programs(t), Validators: quorum, Patients: 3, PortOffset: portsGateway, BlockTime: blockTime,
		Seed: of, Record: c.record,
		Dress: func(node int, cmd *exec.Cmd) {
			if node < 0 && point != "" {
				cmd.Path = program
				cmd.Env = append(os.Environ(), "VOLENS_CRASH="+point)
			}
		},
	})
	c.load = c.Load(ctx, "gateway")
	for _, point = range points {
		c.crashGateway(ctx, point)
	}
	point = ""
	require.NoError(t, c.Town.Network().StartGateway())
	before := c.load.Released()
	c.Until(soon(ctx, t), "releases after it", func() bool { return c.load.Released() > before })
	c.end(ctx)
}

func (c *campaign) crashGateway(ctx context.Context, point string) {
	c.t.Helper()
	net := c.Town.Network()
	require.NoError(c.t, net.KillGateway())
	require.NoError(c.t, net.StartGateway())
	c.Until(soon(ctx, c.t), "the end at "+point, func() bool { return !net.GatewayRunning() })
	log, err := os.ReadFile(net.LogFile("gateway"))
	require.NoError(c.t, err)
	require.Contains(c.t, string(log), "crash point "+point)
	require.NoError(c.t, c.record.Fault(network.Fault{Fault: "crash point " + point, Node: -1, Height: c.Height(ctx)}))
}
