package model_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/model"
)

// checker is Spin, or the end of the test: a skip that nobody overlooks, a failure in CI.
func checker(t *testing.T) *model.Checker {
	t.Helper()
	c, err := model.NewChecker(model.Source, t.TempDir())
	if errors.Is(err, model.ErrNoSpin) {
		require.Empty(t, os.Getenv("CI"), "CI checks the model: install spin and a C compiler")
		t.Skipf("SKIPPED, THE MODEL WAS NOT CHECKED: %v (Debian: apt-get install spin gcc)", err)
	}
	require.NoError(t, err)
	return c
}

func deep() bool { return os.Getenv("VOLENS_DEEP") != "" }

// search is one whole search. It must meet at least so many states: a model that was
// made too small to say anything does not pass.
type search struct {
	name   string
	least  int
	deep   bool
	config model.Config
}

func define(names ...string) model.Config { return model.Config{Defines: names} }

func liveness(names ...string) model.Config { return model.Config{Defines: names, Liveness: true} }

// Every property, over every reachable state of each configuration.
func TestModel_Holds(t *testing.T) {
	c := checker(t)
	for _, s := range []search{
		{"P1 P2 P3 P5 P6", 3000, false, define()},
		{"P4", 8000, false, liveness()},
		{"P1 P2 P3 P5 P6, three messages a block", 3500, false, define("TXS=3")},
		{"P1 P2 P3 P5 P6, a yes that counts later", 3500, false, define("OPT_OUT=1")},
		{"P1 P2 P3 P5 P6, a pending epoch", 10_000, false, define("CANARY")},
		{"P1 P2 P3 P5 P6, merged shares", 5000, false, define("MERGE", "TXS=1")},
		{"P7, two jobs a batch", 30_000, false, define("TIMELY", "CANARY", "BATCH=2", "JOB_BLOCKS=5")},
		{"P7, one job a batch", 60_000, true, define("TIMELY", "CANARY", "JOB_BLOCKS=8")},
		{"P1 P2 P3 P5 P6, merged shares and a pending epoch", 50_000, true, define("CANARY", "MERGE")},
		{"P4, larger", 20_000, true, liveness("JOB_BLOCKS=6", "REQUEST_BLOCKS=3", "TXS=3")},
		{"all, large", 50_000, true, define(
			"TIMELY", "CANARY", "BATCH=2", "JOB_BLOCKS=9", "REQUEST_BLOCKS=6", "EPOCHS=4",
		)},
	} {
		t.Run(s.name, func(t *testing.T) {
			if s.deep && !deep() {
				t.Skip("a long search: set VOLENS_DEEP")
			}
			r, err := c.Verify(t.Context(), s.config)
			require.NoError(t, err)
			require.Empty(t, r.Violation)
			require.GreaterOrEqual(t, r.States, s.least)
			t.Logf("%d states", r.States)
		})
	}
}

// Each property fails when its guards are taken away. Where two guards stand behind one
// another both must go; that one alone suffices is checked, too.
func TestModel_Mutations(t *testing.T) {
	c := checker(t)
	timely := []string{"TIMELY", "CANARY", "BATCH=2", "JOB_BLOCKS=5"}
	for _, m := range []struct {
		name     string
		property int // 0: nothing fails, another guard stands behind
		config   model.Config
	}{
		{"consent is not asked at clearing and at the batch", 1, define("MUT_NO_RECHECK")},
		{"a job stands in two batches on end", 0, define("MUT_REPEAT")},
		{"a seat takes an S in any state", 0, define("MUT_ANY_STATE")},
		{"both", 2, define("MUT_REPEAT", "MUT_ANY_STATE")},
		{"a revocation does not reach custody", 3, define("MUT_NO_HOOK")},
		{"a yes outlives its consent", 3, define("MUT_YES_OUTLIVES", "TXS=3")},
		{"a yes outlives its consent until it counts", 3, define("MUT_YES_OUTLIVES", "OPT_OUT=1")},
		{"a revoked seat is never settled", 4, liveness("MUT_NO_SETTLE")},
		{"a late job never ends", 4, liveness("MUT_NO_EXPIRY")},
		{"a void seat keeps the money", 4, liveness("MUT_VOID_KEEPS")},
		{"revoked in its batch, a seat is void at once", 0, define("MUT_VOID_IN_BATCH")},
		{"and takes an S", 5, define("MUT_VOID_IN_BATCH", "MUT_ANY_STATE")},
		{"T-1 shares open", 6, define("MUT_THRESHOLD")},
		{"a share needs no proof", 6, define("MUT_UNPROVED")},
		{"shares of two epochs are merged", 6, define("MERGE", "MUT_MERGE_EPOCHS")},
		{"the old epoch stops while another is pending", 7, define(append(timely, "MUT_PENDING_STOPS")...)},
	} {
		t.Run(m.name, func(t *testing.T) {
			if m.property > 0 && !m.config.Liveness {
				m.config.Defines = append(m.config.Defines, "ONLY="+strconv.Itoa(m.property))
			}
			r, err := c.Verify(t.Context(), m.config)
			require.NoError(t, err)
			switch {
			case m.property == 0:
				require.Empty(t, r.Violation, "one guard is enough")
			case m.config.Liveness:
				require.Contains(t, r.Violation, "acceptance cycle")
			default:
				require.Contains(t, r.Violation, "assertion violated")
			}
		})
	}
}

// A model that does not parse, and one that names no property, show nothing.
func TestModel_NoVerdictWithoutASearch(t *testing.T) {
	c := checker(t)
	_, err := c.Verify(t.Context(), define("JOB_BLOCKS=("))
	require.ErrorIs(t, err, model.ErrSpin)
	ctx := t.Context()
	out, err := c.Simulate(ctx, 1, 2000, traceDefines())
	require.NoError(t, err)
	require.Positive(t, strings.Count(string(out), "state "))
}
