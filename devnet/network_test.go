package devnet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet"
)

// The test program plays every part in these tests: the node, and the program that
// runs a network of such nodes.
const (
	partParent  = "parent-of-a-network"
	lifetime    = time.Minute
	patience    = 30 * time.Second
	patienceGap = 20 * time.Millisecond
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "localnet":
			os.Exit(localnet())
		case "start":
			os.Exit(playNode())
		case partParent:
			os.Exit(parent())
		}
	}
	os.Exit(m.Run())
}

// localnet makes the homes that a node would have.
func localnet() int {
	spec, err := devnet.ReadSpec(os.Stdin)
	if err != nil {
		return complain(err)
	}
	if spec.ChainID == "broken" {
		return complain(errors.New("this genesis cannot be written"))
	}
	for i := range spec.Validators {
		if err := os.MkdirAll(spec.NodeHome(i), 0o700); err != nil {
			return complain(err)
		}
	}
	return 0
}

// playNode writes its process id and runs until it is told to end.
func playNode() int {
	home := os.Args[3]
	file := filepath.Join(home, "pid")
	if err := os.WriteFile(file+".part", []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return complain(err)
	}
	if err := os.Rename(file+".part", file); err != nil {
		return complain(err)
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt, syscall.SIGTERM)
	select {
	case <-end:
		return 0
	case <-time.After(lifetime):
		return 1
	}
}

// parent runs a network and waits to be killed.
func parent() int {
	spec, err := devnet.ReadSpec(os.Stdin)
	if err != nil {
		return complain(err)
	}
	network, err := devnet.New(context.Background(), spec, devnet.Programs{Node: os.Args[0]})
	if err != nil {
		return complain(err)
	}
	if err := network.Start(); err != nil {
		return complain(err)
	}
	time.Sleep(lifetime)
	return 0
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func portText(port int) string { return strconv.Itoa(port) }

// newNetwork makes a network of played nodes.
func newNetwork(t *testing.T) *devnet.Network {
	t.Helper()
	spec := goodSpec(t)
	network, err := devnet.New(context.Background(), spec, devnet.Programs{Node: os.Args[0]})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, network.Stop()) })
	return network
}

// pid waits for the process id that node i has written, and forgets it.
func pid(t *testing.T, spec devnet.Spec, i int) int {
	t.Helper()
	file := filepath.Join(spec.NodeHome(i), "pid")
	var out int
	eventually(t, "pid of validator "+strconv.Itoa(i), func() bool {
		raw, err := os.ReadFile(file)
		if err != nil {
			return false
		}
		out, err = strconv.Atoi(string(raw))
		return err == nil
	})
	require.NoError(t, os.Remove(file))
	return out
}

// alive reports whether a process runs. One that ended and is not waited for counts as gone.
func alive(t *testing.T, id int) bool {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
	if err != nil {
		return syscall.Kill(id, 0) == nil && !errors.Is(err, os.ErrNotExist)
	}
	_, rest, found := strings.Cut(string(raw), ") ")
	return found && !strings.HasPrefix(rest, "Z")
}

func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	require.Eventually(t, yes, patience, patienceGap, what)
}

func TestNew_Refuses(t *testing.T) {
	spec := goodSpec(t)
	spec.Validators = 0
	_, err := devnet.New(context.Background(), spec, devnet.Programs{Node: os.Args[0]})
	require.ErrorContains(t, err, "validators is 0")

	spec = goodSpec(t)
	spec.ChainID = "broken"
	_, err = devnet.New(context.Background(), spec, devnet.Programs{Node: os.Args[0]})
	require.ErrorContains(t, err, "this genesis cannot be written", "what the node said is in the error")

	_, err = devnet.New(context.Background(), goodSpec(t), devnet.Programs{Node: filepath.Join(t.TempDir(), "volensd")})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestFindPrograms_Missing(t *testing.T) {
	_, err := devnet.FindPrograms()
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "volensd is missing beside this program")
}

func TestNetwork_StartsAndStopsAll(t *testing.T) {
	network := newNetwork(t)
	require.NoError(t, network.Start())
	var ids []int
	for i := range network.Spec.Validators {
		ids = append(ids, pid(t, network.Spec, i))
		require.True(t, alive(t, ids[i]))
	}
	require.NoError(t, network.Died())
	require.ErrorContains(t, network.StartNode(1), "runs already")
	require.NoError(t, network.Stop())
	for _, id := range ids {
		require.False(t, alive(t, id))
	}
	require.NoError(t, network.Died(), "what was stopped did not die by itself")
	require.NoError(t, network.Stop(), "a second time there is nothing to do")
}

func TestNetwork_KillAndRestart(t *testing.T) {
	network := newNetwork(t)
	require.NoError(t, network.Start())
	first := pid(t, network.Spec, 2)
	require.NoError(t, network.KillNode(2))
	require.False(t, alive(t, first))
	require.NoError(t, network.Died(), "we killed it")
	require.NoError(t, network.StartNode(2))
	second := pid(t, network.Spec, 2)
	require.NotEqual(t, first, second)
	require.True(t, alive(t, second))
}

// A paused process goes on where it was, and one that is paused can still be stopped. Dress
// changes each start.
func TestNetwork_PauseAndDress(t *testing.T) {
	network := newNetwork(t)
	var dressed []string
	network.Dress = func(name string, _ *exec.Cmd) { dressed = append(dressed, name) }
	require.NoError(t, network.Start())
	require.Equal(t, []string{"validator0", "validator1", "validator2", "validator3"}, dressed)
	id := pid(t, network.Spec, 1)
	state := func() string {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
		require.NoError(t, err)
		_, rest, _ := strings.Cut(string(raw), ") ")
		return rest[:1]
	}
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("only Linux tells the state of a process")
	}
	require.NoError(t, network.PauseNode(1))
	eventually(t, "a stopped process", func() bool { return state() == "T" })
	require.True(t, network.Running(1))
	require.NoError(t, network.ContinueNode(1))
	eventually(t, "a process that goes on", func() bool { return state() != "T" })
	require.NoError(t, network.PauseNode(1))
	require.NoError(t, network.Stop())
	require.False(t, network.Running(1))
	require.ErrorIs(t, network.PauseNode(1), os.ErrProcessDone)
	require.False(t, network.GatewayRunning())
}

func TestNetwork_TellsWhoDied(t *testing.T) {
	network := newNetwork(t)
	require.NoError(t, network.Start())
	require.NoError(t, syscall.Kill(pid(t, network.Spec, 3), syscall.SIGKILL))
	eventually(t, "death of validator 3", func() bool { return network.Died() != nil })
	require.ErrorContains(t, network.Died(), "validator3 ended by itself")

	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	require.ErrorContains(t, network.WaitHeight(ctx, 0, 1), "validator3", "waiting ends when a node dies")
}

func TestNetwork_WaitEndsWithItsContext(t *testing.T) {
	network := newNetwork(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, network.WaitKey(ctx), devnet.ErrNotReady)
	require.ErrorIs(t, network.WaitGateway(ctx), context.Canceled)
}

// Whatever happens to the program that runs a network, nothing of it stays behind.
func TestNetwork_EndsWithItsParent(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("only Linux tells a child that its parent died")
	}
	spec := goodSpec(t)
	spec.PortOffset += 50
	cmd := exec.CommandContext(context.Background(), os.Args[0], partParent)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	writeSpec(t, in, spec)
	var ids []int
	for i := range spec.Validators {
		ids = append(ids, pid(t, spec, i))
	}
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	for _, id := range ids {
		eventually(t, "end of a child", func() bool { return !alive(t, id) })
	}
}

func writeSpec(t *testing.T, in io.WriteCloser, spec devnet.Spec) {
	t.Helper()
	raw, err := json.Marshal(spec)
	require.NoError(t, err)
	_, err = in.Write(raw)
	require.NoError(t, err)
	require.NoError(t, in.Close())
}
