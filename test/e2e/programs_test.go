package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/devnet/walk"
)

const (
	// buildVariable names another folder of programs than build/.
	buildVariable = "VOLENS_BUILD"
	// bound is how long one test may take at most; none comes near it.
	bound = 8 * time.Minute
	// patience is for what happens within seconds.
	patience = time.Minute
)

// Each test has ports of its own, so that one that hangs does not fail the next; all lie
// below those that the system gives to outgoing connections.
const (
	portsWalk = 600 + iota*400
	portsCorpus
	portsStay
	portsKill
	portsCommands
)

// buildDir is the folder of the programs.
func buildDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv(buildVariable)
	if dir == "" {
		dir = filepath.Join("..", "..", "build")
	}
	dir, err := filepath.Abs(dir)
	require.NoError(t, err)
	return dir
}

// programs are those that `make build` made; without them the test is skipped.
func programs(t *testing.T) (volens string, all walk.Programs) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: real networks take minutes, and -short was asked for")
	}
	dir := buildDir(t)
	all, err := walk.FindPrograms(dir)
	volens = filepath.Join(dir, "volens")
	if _, missing := os.Stat(volens); err != nil || missing != nil {
		t.Skipf("SKIPPED, NOTHING WAS TESTED: the programs are not built, run `make build` first: %v",
			errors.Join(err, missing))
	}
	return volens, all
}

// context bounds a test.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	t.Cleanup(cancel)
	return ctx
}

// outcome is how a program ended.
type outcome struct {
	code           int
	stdout, stderr string
}

// run runs a program to its end, with a folder of its own for temporary files.
func run(ctx context.Context, t *testing.T, temporary, program string, args ...string) outcome {
	t.Helper()
	cmd := exec.CommandContext(ctx, program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return outcome{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// requireNothingLeft checks that no process listens any more and that no temporary file is left.
func requireNothingLeft(t *testing.T, portOffset int, temporary string) {
	t.Helper()
	spec := devnet.Spec{Validators: 4, PortOffset: portOffset}
	require.NoError(t, spec.CheckPorts(context.Background()))
	if temporary == "" {
		return
	}
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}
