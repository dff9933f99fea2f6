package network_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/test/network"
)

const (
	// buildVariable names another folder of programs than build/.
	buildVariable = "VOLENS_BUILD"
	// deepVariable asks for the long campaigns, whose results are kept in results/.
	deepVariable = "VOLENS_DEEP"
	// campaignsVariable asks for all campaigns at their short size.
	campaignsVariable = "VOLENS_CAMPAIGNS"
	// seedVariable repeats a campaign.
	seedVariable = "VOLENS_SEED"

	// patience is for what happens within seconds on an idle machine.
	patience = 3 * time.Minute
	// bound is how long a campaign may take, deepBound a long one.
	bound     = 50 * time.Minute
	deepBound = 4 * time.Hour
	// blockTime is short: machines that test have two cores.
	blockTime = 500 * time.Millisecond
	quorum    = 4
)

// Each campaign has ports of its own, so that one that hangs does not fail the next. Build holds them below those of
// outgoing connections; the second row lies between the ports of the first.
const (
	portsKill = 3_000 + iota*500
	portsLies
	portsCrash
	portsJoin
	portsRun
)

const (
	portsSplit = 3_040 + iota*500
	portsUpgrade
	portsGateway
	portsEpochs
	portsShort
)

// campaigns skips what would take too long in every check.
func campaigns(t *testing.T) {
	t.Helper()
	if !deep() && os.Getenv(campaignsVariable) == "" {
		t.Skipf("SKIPPED, NOT PART OF EVERY CHECK: `make campaigns` runs it (%s=1)", campaignsVariable)
	}
}

func deep() bool { return os.Getenv(deepVariable) != "" }

// size is a number for continuous integration, or for a long campaign.
func size(short, long int) int {
	if deep() {
		return long
	}
	return short
}

// root is the top of the tree.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	return dir
}

// programs are those that `make build` made; without them the test is skipped.
func programs(t *testing.T) walk.Programs {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: real networks take minutes, and -short was asked for")
	}
	dir := os.Getenv(buildVariable)
	if dir == "" {
		dir = filepath.Join(root(t), "build")
	}
	out, err := walk.FindPrograms(dir)
	if err != nil {
		t.Skipf("SKIPPED, NOTHING WAS TESTED: the programs are not built, run `make build` first: %v", err)
	}
	return out
}

// tagged builds a program with build tags, into a folder of its own; the compiler's cache
// makes a second call cheap.
func tagged(t *testing.T, program, tags string) string {
	t.Helper()
	out := filepath.Join(root(t), "build", "campaign", program)
	cmd := exec.CommandContext(
		t.Context(),
		"go",
		"build",
		"-tags",
		tags,
		"-buildvcs=false",
		"-ldflags",
		"-s -w",
		"-o",
		out,
		"./cmd/"+program,
	)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	words, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", words)
	return out
}

func bounded(t *testing.T) context.Context {
	t.Helper()
	limit := bound
	if deep() {
		limit = deepBound
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

// soon bounds something that should happen soon.
func soon(ctx context.Context, t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	return ctx
}

// seed is drawn anew for each run unless one is named.
func seed(t *testing.T) uint64 {
	t.Helper()
	if text := os.Getenv(seedVariable); text != "" {
		out, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
		return out
	}
	var raw [4]byte
	_, err := rand.Read(raw[:])
	require.NoError(t, err)
	return uint64(binary.BigEndian.Uint32(raw[:]))
}

// record begins the diary of a campaign: in build/ for short ones, in results/ for long ones.
func record(t *testing.T, campaign string, seed uint64) *network.Record {
	t.Helper()
	dir := filepath.Join(root(t), "build", "network")
	if deep() {
		dir = filepath.Join(root(t), "test", "network", "results")
	}
	out, err := network.NewRecord(dir, campaign, seed, quorum)
	require.NoError(t, err)
	t.Logf("campaign %s, seed %d: repeat it with %s=%d", campaign, seed, seedVariable, seed)
	return out
}
