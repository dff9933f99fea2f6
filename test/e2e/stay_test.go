package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/test/sample"
)

// The exit codes that scripts rely on.
const (
	exitDone        = 0
	exitUsage       = 2
	exitRefused     = 3
	exitNotFound    = 4
	exitUnavailable = 5
	exitIntegrity   = 6
)

// ready is what `volens demo --no-story --output json` says when it is up.
type ready struct {
	Step    string `json:"step"`
	Node    string `json:"node"`
	Gateway string `json:"gateway"`
	Homes   []struct {
		Role string `json:"role"`
		Home string `json:"home"`
	} `json:"homes"`
	PassphraseFile string `json:"passphrase_file"`
}

// localnet is a network that a program of its own keeps up.
type localnet struct {
	ready

	t      *testing.T
	volens string
	cmd    *exec.Cmd
	homes  map[string]string
}

// startLocalnet runs `volens demo --no-story` and waits until it is up.
func startLocalnet(ctx context.Context, t *testing.T, portOffset int, temporary string) *localnet {
	t.Helper()
	volens, _ := programs(t)
	n := &localnet{t: t, volens: volens, homes: make(map[string]string)}
	n.cmd = exec.CommandContext(ctx, volens, "demo", "--no-story", "--output", "json",
		"--port-offset", strconv.Itoa(portOffset))
	n.cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	n.cmd.Stderr = os.Stderr
	stdout, err := n.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, n.cmd.Start())
	lines := bufio.NewReader(stdout)
	for n.Step != "ready" {
		line, err := lines.ReadBytes('\n')
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(line, &n.ready))
	}
	go func() {
		if _, err := io.Copy(io.Discard, lines); err != nil {
			return // The program has ended.
		}
	}()
	for _, h := range n.Homes {
		n.homes[h.Role] = h.Home
	}
	return n
}

// as runs a command of somebody.
func (n *localnet) as(role string, args ...string) outcome {
	n.t.Helper()
	args = append([]string{
		"--home", n.homes[role], "--passphrase-file", n.PassphraseFile, "--output", "json", "--from", role,
	}, args...)
	return run(context.Background(), n.t, n.t.TempDir(), n.volens, args...)
}

// requireExit checks an exit code and shows the words when it is another one.
func (n *localnet) requireExit(code int, out outcome) {
	n.t.Helper()
	require.Equal(n.t, code, out.code, "%s\n%s", out.stdout, out.stderr)
}

// end waits for the end of the program and returns its exit code.
func (n *localnet) end() int {
	n.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- n.cmd.Wait() }()
	select {
	case err := <-ended:
		if n.cmd.ProcessState == nil {
			require.NoError(n.t, err)
		}
	case <-time.After(patience):
		require.NoError(n.t, n.cmd.Process.Kill())
		require.Fail(n.t, "the program did not end")
	}
	return n.cmd.ProcessState.ExitCode()
}

// Ctrl-C ends everything and leaves nothing; so does killing the program, but for files.
func TestLocalnet_Ends(t *testing.T) {
	ctx := bounded(t)
	temporary := t.TempDir()
	n := startLocalnet(ctx, t, portsStay, temporary)
	n.requireExit(exitDone, n.as(walk.Researcher, "status"))
	require.NoError(t, n.cmd.Process.Signal(os.Interrupt))
	require.Zero(t, n.end())
	requireNothingLeft(t, portsStay, temporary)

	n = startLocalnet(ctx, t, portsStay, temporary)
	n.requireExits()
	require.NoError(t, n.cmd.Process.Signal(syscall.SIGKILL))
	n.end()
	spec := devnet.Spec{Validators: 4, PortOffset: portsStay}
	require.Eventually(t, func() bool { return spec.CheckPorts(ctx) == nil }, patience, time.Second,
		"a process of the network outlived the program")
	n.requireExit(exitUnavailable, n.as(walk.Researcher, "--node", n.Node, "status"))
}

// requireExits checks exit codes of single commands on a fresh network.
func (n *localnet) requireExits() {
	n.t.Helper()
	const unknown = "00112233445566778899aabbccddeeff"
	out := n.t.TempDir()
	n.requireExit(exitDone, n.as(walk.Hospital, "status"))
	n.requireExit(exitUsage, n.as(walk.Researcher, "fetch"))
	n.requireExit(exitUsage, n.as(walk.Researcher, "fetch", "not-an-id", "--out", out))
	n.requireExit(exitNotFound, n.as(walk.Researcher, "fetch", unknown, "--out", out))
	n.requireExit(exitNotFound, n.as(walk.Researcher, "request", "show", unknown))
	n.requireExit(exitNotFound, n.as(walk.Researcher, "audit", "dataset", unknown))
	n.requireExit(exitUnavailable, n.as(walk.Researcher, "--node", "http://127.0.0.1:9", "status"))
	family := writeSample(n.t, sample.Options{Seed: 3, Records: 100, Samples: 2})
	n.requireExit(
		exitRefused,
		n.as(walk.Patient, "deid", family, "--out", out, "--report", filepath.Join(out, "r.json")),
	)
	left, err := os.ReadDir(out)
	require.NoError(n.t, err)
	require.Empty(n.t, left, "what failed wrote nothing")
}

// writeSample writes a genome file of people who do not exist.
func writeSample(t *testing.T, o sample.Options) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sample.vcf")
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, sample.VCF(file, o))
	require.NoError(t, file.Close())
	return path
}
