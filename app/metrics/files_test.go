package metrics_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"cosmossdk.io/log/v2"
	"github.com/cometbft/cometbft/blocksync"
	"github.com/cometbft/cometbft/consensus"

	"github.com/volens-network/volens/app/metrics"
)

const (
	dashboardFile = "../../docs/ops/grafana.json"
	alertsFile    = "../../docs/ops/alerts.yml"
	manualFile    = "../../docs/operations.md"
)

// known are the names of all figures: ours, and those of CometBFT that the files use,
// which it must still have.
func known(t *testing.T) map[string]bool {
	t.Helper()
	registry := prometheus.NewRegistry()
	_, err := metrics.New(metrics.State{}, nil, log.NewNopLogger(), metrics.Meters{Registry: registry})
	require.NoError(t, err)
	comet := consensus.PrometheusMetrics("cometbft", "chain_id", "test")
	comet.Height.Set(1)
	comet.Rounds.Set(1)
	comet.MissingValidators.Set(1)
	comet.Validators.Set(1)
	comet.ByzantineValidators.Set(1)
	comet.BlockIntervalSeconds.Observe(1)
	blocksync.PrometheusMetrics("cometbft", "chain_id", "test").Syncing.Set(0)
	out := map[string]bool{}
	for _, gatherer := range []prometheus.Gatherer{registry, prometheus.DefaultGatherer} {
		families, err := gatherer.Gather()
		require.NoError(t, err)
		for _, f := range families {
			out[f.GetName()] = true
		}
	}
	return out
}

var figureName = regexp.MustCompile(`\b(?:volens_custody|cometbft)_[a-z_]+`)

// used are the figures that a text speaks of.
func used(text string) []string {
	out := figureName.FindAllString(text, -1)
	for i := range out {
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			out[i] = strings.TrimSuffix(out[i], part)
		}
	}
	return out
}

// Every figure that the dashboard, the alerts and the manual name exists, and each of ours
// stands on the dashboard.
func TestFiles_NameWhatExists(t *testing.T) {
	names := known(t)
	shown := map[string]bool{}
	for _, path := range []string{dashboardFile, alertsFile, manualFile} {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		list := used(string(raw))
		require.NotEmpty(t, list, path)
		for _, name := range list {
			require.True(t, names[name], "%s names %s, which nobody shows", path, name)
			if path == dashboardFile {
				shown[name] = true
			}
		}
	}
	for name := range names {
		if strings.HasPrefix(name, "volens_custody_") {
			require.True(t, shown[name], "%s is not on the dashboard", name)
		}
	}
}

// The dashboard is one that Grafana imports, and each panel asks for something.
func TestDashboard(t *testing.T) {
	raw, err := os.ReadFile(dashboardFile)
	require.NoError(t, err)
	var d struct {
		UID, Title string
		Panels     []struct {
			ID      int
			Title   string
			Type    string
			GridPos struct{ H, W, X, Y int }
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(raw, &d))
	require.NotEmpty(t, d.UID)
	seen := map[int]bool{}
	for _, p := range d.Panels {
		require.False(t, seen[p.ID], "two panels have id %d", p.ID)
		seen[p.ID] = true
		require.NotEmpty(t, p.Title)
		require.Positive(t, p.GridPos.W)
		require.NotEmpty(t, p.Targets, p.Title)
		for _, target := range p.Targets {
			require.NotEmpty(t, used(target.Expr), p.Title)
		}
	}
}

// Each alert has a severity, says what is wrong and where the manual says what to do; the
// manual has that section.
func TestAlerts(t *testing.T) {
	raw, err := os.ReadFile(alertsFile)
	require.NoError(t, err)
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(raw, &file))
	manual, err := os.ReadFile(manualFile)
	require.NoError(t, err)
	alerts := 0
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			alerts++
			require.NotEmpty(t, used(r.Expr), r.Alert)
			require.Contains(t, []string{"critical", "warning"}, r.Labels["severity"], r.Alert)
			require.NotEmpty(t, r.Annotations["summary"], r.Alert)
			require.Contains(t, string(manual), "### "+r.Alert+"\n", "what to do")
			require.Equal(t, "docs/operations.md#"+strings.ToLower(r.Alert), r.Annotations["runbook"])
		}
	}
	require.GreaterOrEqual(t, alerts, 8)
}
