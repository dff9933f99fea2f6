package model_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/model"
)

const (
	traceFile = "testdata/traces.txt"
	// The windows of the traces. A job is offered for three release windows.
	jobBlocks, requestBlocks = 3, 4
	// How long a trace is, and how many of Spin's steps that takes at most.
	traceBlocks, traceSteps = 16, 2500
	// How many traces are committed at most and at least, and of each kind if they are met.
	most, least, ofEach = 64, 32, 6
	// How many schedules a deep run replays.
	deepTraces = 10_000
)

func traceDefines() []string {
	return []string{
		"TRACE", "TXS=4", "JOB_BLOCKS=" + strconv.Itoa(jobBlocks), "REQUEST_BLOCKS=" + strconv.Itoa(requestBlocks),
	}
}

// wanted are the things that the committed traces must show.
var wanted = []string{
	"a release", "two releases", "a refusal", "a switch with a job under way", "a revocation in the batch",
	"revoked in the batch and released", "revoked in the batch and void", "a late job", "a job that waits",
	"a request that fails", "a wrong share", "revoked while it waits",
	"a yes that died with its consent",
}

// features are what a trace shows.
func features(trace model.Trace) map[string]bool {
	out := map[string]bool{}
	before := model.State{Seats: [model.Jobs]string{"FREE", "FREE"}}
	for _, b := range trace.Blocks {
		revoked := false
		for _, tx := range b.Txs {
			out["a refusal"] = out["a refusal"] || !tx.OK
			revoked = revoked || tx.OK && tx.Verb == "revoke"
		}
		if b.Switch && before.Batch != 0 {
			out["a switch with a job under way"] = true
		}
		if b.Wrong {
			out["a wrong share"] = true
		}
		for i := range model.Jobs {
			if diesOf(b, i) {
				out["a yes that died with its consent"] = true
			}
			was, is := before.Seats[i], b.After.Seats[i]
			switch {
			case is == "RELEASED" && was == "REVOKING":
				out["revoked in the batch and released"] = true
			case is == "VOID" && was == "REVOKING":
				out["revoked in the batch and void"] = true
			case is == "VOID" && was == "EMITTED" && !revoked:
				out["a late job"] = true
			case is == "VOID" && was == "ASSIGNED" && revoked:
				out["revoked while it waits"] = true
			}
			out["a release"] = out["a release"] || is == "RELEASED"
			out["a revocation in the batch"] = out["a revocation in the batch"] || is == "REVOKING"
			out["a job that waits"] = out["a job that waits"] || is == "ASSIGNED" && was == "ASSIGNED"
			out["a request that fails"] = out["a request that fails"] || is == "FREE" && b.After.Back[i]
		}
		out["two releases"] = b.After.Paid == [model.Jobs]bool{true, true}
		before = b.After
	}
	for name, shown := range out {
		if !shown {
			delete(out, name)
		}
	}
	return out
}

// diesOf reports whether a block holds a yes, then a revocation and then a new consent,
// under which that yes would count were it not dead.
func diesOf(b model.Block, job int) bool {
	step := 0
	for _, tx := range b.Txs {
		switch {
		case !tx.OK:
		case tx.Verb == "yes" && tx.Job == job:
			step = 1
		case tx.Verb == "revoke" && step == 1:
			step = 2
		case tx.Verb == "grant" && step == 2:
			step = 3
		case (tx.Verb == "drop" || tx.Verb == "hold") && step > 0,
			(tx.Verb == "no" || tx.Verb == "cancel") && tx.Job == job:
			return false
		}
	}
	return step == 3
}

// simulate is the trace of one seed, and its text.
func simulate(t *testing.T, c *model.Checker, seed int) (model.Trace, string) {
	t.Helper()
	out, err := c.Simulate(t.Context(), seed, traceSteps, traceDefines())
	require.NoError(t, err)
	trace, text, err := model.FromSimulation(seed, jobBlocks, requestBlocks, traceBlocks, out)
	require.NoError(t, err)
	return trace, text
}

// The committed traces are what Spin prints for their seeds. VOLENS_UPDATE chooses seeds anew:
// the first that show each wanted thing often enough, then the first at all.
func TestTraces_Fresh(t *testing.T) {
	c := checker(t)
	if os.Getenv("VOLENS_UPDATE") != "" {
		require.NoError(t, os.WriteFile(traceFile, []byte(choose(t, c)), 0o644))
	}
	raw, err := os.ReadFile(traceFile)
	require.NoError(t, err)
	traces, err := model.Parse(strings.NewReader(string(raw)))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(traces), least)
	for _, trace := range traces[:8] {
		fresh, _ := simulate(t, c, trace.Seed)
		require.Equal(t, trace, fresh, "the model or Spin changed: run this test with VOLENS_UPDATE=1")
	}
}

func choose(t *testing.T, c *model.Checker) string {
	t.Helper()
	var out strings.Builder
	out.WriteString("# Schedules of release.pml, made by `VOLENS_UPDATE=1 go test ./test/model -run Traces`.\n")
	met := map[string]int{}
	chosen := 0
	const seeds = 1500
	for seed := 1; chosen < most && seed < seeds; seed++ {
		trace, text := simulate(t, c, seed)
		rare := false
		for name := range features(trace) {
			rare = rare || met[name] < ofEach
		}
		if !rare {
			continue
		}
		for name := range features(trace) {
			met[name]++
		}
		chosen++
		out.WriteString(text)
	}
	t.Logf("%d traces: %v", chosen, met)
	return out.String()
}

// A deep run replays schedules that nobody has seen: VOLENS_MODEL_TRACES of them.
func TestReplay_Fresh(t *testing.T) {
	if !deep() {
		t.Skip("a long campaign: set VOLENS_DEEP")
	}
	c := checker(t)
	count := deepTraces
	if text := os.Getenv("VOLENS_MODEL_TRACES"); text != "" {
		var err error
		count, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	w := newWorld(t)
	for seed := range count {
		trace, _ := simulate(t, c, 1_000_000+seed)
		require.NoError(t, w.replay(t, trace).run())
	}
}
