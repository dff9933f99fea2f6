package network_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/test/byzantine"
	"github.com/volens-network/volens/test/network"
)

// hamlet is a network without people: only its committee matters.
func hamlet(ctx context.Context, t *testing.T, dress func(node int, cmd *exec.Cmd)) *devnet.Network {
	t.Helper()
	out, err := devnet.New(ctx, devnet.Spec{
		ChainID: "hamlet-1", Dir: t.TempDir(), Validators: quorum, PortOffset: portsRun, BlockTime: blockTime,
		GenesisTime: time.Now().UTC(),
	}, programs(t).Programs)
	require.NoError(t, err)
	out.Dress = func(name string, cmd *exec.Cmd) {
		for i := range quorum {
			if name == out.Spec.NodeName(i) {
				dress(i, cmd)
			}
		}
	}
	t.Cleanup(func() { require.NoError(t, out.Stop()) })
	require.NoError(t, out.Start())
	require.NoError(t, out.WaitKey(soon(ctx, t)))
	return out
}

// A dealer of wrong shares, and one who accuses falsely, are convicted by the chain; the
// committee's key is made without them.
func TestRun_LiarsAreConvicted(t *testing.T) {
	campaigns(t)
	ctx := bounded(t)
	program := tagged(t, "volensd", "byzantine,crashpoints")
	for _, lie := range byzantine.Extensions() {
		if !lie.Run {
			continue
		}
		t.Run(lie.Name, func(t *testing.T) {
			led := network.NewPuppet(program, t.TempDir(), late)
			require.NoError(t, led.Tell(lie.Name))
			out := hamlet(ctx, t, func(node int, cmd *exec.Cmd) {
				if node == puppet {
					led.Dress(cmd)
				}
			})
			told, err := led.Told()
			require.NoError(t, err)
			require.NotEmpty(t, told[lie.Name])
			faults, err := network.RunFaults(ctx, out)
			require.NoError(t, err)
			require.Len(t, faults, 1)
			require.Equal(t, lie.Name == "false-dispute", faults[0].Accuser)
			operator, err := network.Operator(ctx, out, out.Spec.NodeName(puppet))
			require.NoError(t, err)
			require.Equal(t, operator, faults[0].Operator)
		})
	}
}

// crashes are the own crash points of the run and of the first batch: the files written
// are the sealing key, the enrolment, the guard and the share.
var crashes = []string{
	"share-written:4", "share-renamed:4", "guard-written:1", "release-stored:1",
	"share-written:3", "share-renamed:3", "guard-synced:1", "share-renamed:2",
}

// A validator that ends while it writes its share, or its guard, or stores the first
// release, starts again and has the share, in the same run. All four do it here, each at
// another point: the key becomes active all the same.
func TestRun_CrashWhileTheShareIsWritten(t *testing.T) {
	campaigns(t)
	ctx := bounded(t)
	program := tagged(t, "volensd", "byzantine,crashpoints")
	for first := 0; first < len(crashes); first += quorum {
		points := crashes[first : first+quorum]
		t.Run(points[0], func(t *testing.T) {
			out := hamlet(ctx, t, func(node int, cmd *exec.Cmd) { crashOnce(t, cmd, program, points[node]) })
			require.NoError(t, out.WaitHeight(soon(ctx, t), 0, 15))
			for node, point := range points {
				log, err := os.ReadFile(out.LogFile(out.Spec.NodeName(node)))
				require.NoError(t, err)
				require.Contains(t, string(log), "crash point "+point)
				require.NoError(t, out.WaitHeight(soon(ctx, t), node, 15))
				status := exec.CommandContext(ctx, out.Programs().Node, "custody", "status",
					"--home", out.Spec.NodeHome(node), "--node", out.RPC(node))
				words, err := status.CombinedOutput()
				require.NoError(t, err, "%s", words)
				require.Contains(t, string(words), "share: usable", "%s", point)
			}
		})
		if !deep() {
			break
		}
	}
}

// crashOnce makes a shell run the program until it ends at a crash point, and then again
// without one, in its own place.
func crashOnce(t *testing.T, cmd *exec.Cmd, program, point string) {
	t.Helper()
	shell, err := exec.LookPath("sh")
	require.NoError(t, err)
	args := cmd.Args[1:]
	cmd.Path = shell
	cmd.Args = append([]string{"sh", "-c", `VOLENS_CRASH="$0" "$@"; exec "$@"`, point, program}, args...)
}
