package network

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/test/sample"
)

const (
	// readyStep is the step of the story after which everything may be asked for, and the
	// first request is open.
	readyStep = 8
	// records is how long the patients' files are.
	records = 40
	// journalName is the clients' journal, below the site's folder.
	journalName = "clients"
	// lull is how long a look at a node waits before the next.
	lull = 100 * time.Millisecond
)

// Plan is what a site is made of.
type Plan struct {
	Programs   walk.Programs
	Validators int
	// Observers are further nodes, which do not run yet.
	Observers int
	// Patients are datasets of an owner each, at most walk.MaxInputs.
	Patients   int
	PortOffset int
	BlockTime  time.Duration
	Seed       uint64
	// Spec and Dress are walk.Options'; Dress is told the number of a node, -1 for the gateway.
	Spec  func(*devnet.Spec)
	Dress func(node int, cmd *exec.Cmd)
	// Record is where faults are written.
	Record *Record
}

// Site is a town under siege.
type Site struct {
	Town    *walk.Town
	Story   *walk.Story
	Journal *home.Journal
	Record  *Record
	Rand    *rand.Rand

	tb    testing.TB
	nodes []node
	load  *Load
}

// Build makes a site whose datasets may be asked for, and closes it with the test.
func Build(ctx context.Context, tb testing.TB, p Plan) *Site {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "site")
	s := &Site{
		tb:     tb,
		Record: p.Record,
		Rand:   rand.New(rand.NewPCG(p.Seed, p.Seed)),
	}
	town, err := walk.Build(ctx, walk.Options{
		Programs: p.Programs, Dir: dir, Validators: p.Validators, PortOffset: p.PortOffset, BlockTime: p.BlockTime,
		Report: diary{tb}, Rand: cryptorand.Reader, Now: time.Now, Version: "siege",
		Spec: func(spec *devnet.Spec) {
			spec.Observers = p.Observers
			if p.Spec != nil {
				p.Spec(spec)
			}
			require.True(tb, spec.Sheltered(), "ports of outgoing connections with port offset %d", p.PortOffset)
		},
		Dress: s.dress(p),
		Node:  func(spec devnet.Spec) (chain.Node, error) { return newFailover(urls(spec, spec.Validators)) },
	})
	require.NoError(tb, err)
	tb.Cleanup(func() {
		require.NoError(tb, town.Close())
		if tb.Failed() {
			require.NoError(tb, p.Record.Keep(town.Network().Spec.Dir))
		}
	})
	s.Town = town
	s.nodes, err = dialAll(urls(town.Network().Spec, town.Network().Spec.Nodes()))
	require.NoError(tb, err)
	s.Story, err = town.Begin(samples(tb, p.Patients))
	require.NoError(tb, err)
	require.NoError(tb, s.Story.To(ctx, readyStep))
	s.Journal, err = home.OpenJournal(dir, journalName)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Journal.Close()) })
	return s
}

// dress finds the number of a node by its name.
func (s *Site) dress(p Plan) func(string, *exec.Cmd) {
	if p.Dress == nil {
		return nil
	}
	return func(name string, cmd *exec.Cmd) {
		for i := range p.Validators + p.Observers {
			if name == (devnet.Spec{Validators: p.Validators}).NodeName(i) {
				p.Dress(i, cmd)
				return
			}
		}
		p.Dress(-1, cmd)
	}
}

func urls(spec devnet.Spec, n int) []string {
	network := devnet.Network{Spec: spec}
	out := make([]string, n)
	for i := range out {
		out[i] = network.RPC(i)
	}
	return out
}

// samples writes small genome files of people who do not exist.
func samples(tb testing.TB, n int) []string {
	tb.Helper()
	dir := tb.TempDir()
	out := make([]string, n)
	for i := range out {
		out[i] = filepath.Join(dir, fmt.Sprintf("patient%d.vcf", i))
		file, err := os.Create(out[i])
		require.NoError(tb, err)
		require.NoError(
			tb,
			sample.VCF(file, sample.Options{Seed: uint64(i) + 1, Records: records}),
		)
		require.NoError(tb, file.Close())
	}
	return out
}

// Spec describes the network.
func (s *Site) Spec() devnet.Spec { return s.Town.Network().Spec }

// Home is the folder of a node.
func (s *Site) Home(i int) string { return s.Spec().NodeHome(i) }

// Height is the highest height that any node tells, 0 if none answers.
func (s *Site) Height(ctx context.Context) int64 {
	var highest int64
	for i := range s.nodes {
		if s.Town.Network().Running(i) {
			if height, err := s.Town.Network().Height(ctx, i); err == nil {
				highest = max(highest, height)
			}
		}
	}
	return highest
}

// Until waits until a question is answered with yes.
func (s *Site) Until(ctx context.Context, what string, yes func() bool) {
	s.tb.Helper()
	var failed chan struct{}
	if s.load != nil {
		failed = s.load.failed
	}
	for !yes() {
		select {
		case <-failed:
			require.NoError(s.tb, s.load.Stop())
		case <-ctx.Done():
			require.FailNow(s.tb, "it never came: "+what, ctx.Err())
		case <-time.After(lull):
		}
	}
}

// Grow waits until the network has so many more blocks.
func (s *Site) Grow(ctx context.Context, blocks int64) {
	s.tb.Helper()
	want := s.Height(ctx) + blocks
	s.Until(ctx, fmt.Sprintf("height %d", want), func() bool { return s.Height(ctx) >= want })
}

// CaughtUp waits until a node has what the others had when it was asked.
func (s *Site) CaughtUp(ctx context.Context, i int) {
	s.tb.Helper()
	want := s.Height(ctx)
	s.Until(ctx, fmt.Sprintf("%s at height %d", s.Spec().NodeName(i), want), func() bool {
		height, err := s.Town.Network().Height(ctx, i)
		return err == nil && height >= want
	})
}

// Kill ends a node as kill -9 does, and records it.
func (s *Site) Kill(ctx context.Context, i int) {
	s.tb.Helper()
	s.fault(ctx, "kill -9", i)
	require.NoError(s.tb, s.Town.Network().KillNode(i))
}

// Start starts a node that was killed.
func (s *Site) Start(i int) {
	s.tb.Helper()
	require.NoError(s.tb, s.Town.Network().StartNode(i))
}

func (s *Site) fault(ctx context.Context, what string, node int) {
	s.tb.Helper()
	require.NoError(s.tb, s.Record.Fault(Fault{Fault: what, Node: node, Height: s.Height(ctx)}))
}

// Tail is the end of what a program has written, for messages.
func (s *Site) Tail(node int) string {
	const most = 4_000
	raw, err := os.ReadFile(s.Town.Network().LogFile(s.Spec().NodeName(node)))
	if err != nil {
		return err.Error()
	}
	return string(raw[max(0, len(raw)-most):])
}

// LogSize is how much a node has written, and LogSince what it has written after that.
func (s *Site) LogSize(node int) int64 {
	info, err := os.Stat(s.Town.Network().LogFile(s.Spec().NodeName(node)))
	if err != nil {
		return 0
	}
	return info.Size()
}

// LogSince is what a node has written since it had written so much.
func (s *Site) LogSince(node int, size int64) string {
	s.tb.Helper()
	raw, err := os.ReadFile(s.Town.Network().LogFile(s.Spec().NodeName(node)))
	require.NoError(s.tb, err)
	return string(raw[min(size, int64(len(raw))):])
}

// diary writes a walk's report into the test's log.
type diary struct{ tb testing.TB }

// Note implements walk.Report; what happens in between is not told.
func (diary) Note(string) {}

// Done implements walk.Report.
func (d diary) Done(step walk.Step) {
	d.tb.Logf("%2d %-9s height %-4d %5.1f s  %s", step.Number, step.Step, step.Height, step.Seconds, step.Text)
}

// errVoid is returned for a seat that ended without a release.
var errVoid = errors.New("seat is void")

func isVoid(err error) bool { return errors.Is(err, errVoid) }
