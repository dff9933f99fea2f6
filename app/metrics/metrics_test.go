package metrics_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/metrics"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
)

const content = "##fileformat=VCFv4.3\n"

// gathered are all figures of the registry that CometBFT serves; of a histogram, how
// many it has seen, and under its name with _sum what they add up to.
func gathered(t *testing.T) map[string]float64 {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	require.NoError(t, err)
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			switch f.GetType() {
			case dto.MetricType_COUNTER:
				out[f.GetName()] += m.GetCounter().GetValue()
			case dto.MetricType_GAUGE:
				out[f.GetName()] = m.GetGauge().GetValue()
			case dto.MetricType_HISTOGRAM:
				out[f.GetName()] = float64(m.GetHistogram().GetSampleCount())
				out[f.GetName()+"_sum"] = m.GetHistogram().GetSampleSum()
			default: // nobody here has others
			}
		}
	}
	return out
}

// wrong makes an extension whose first share is a point, and not the share.
func wrong(t *testing.T, honest []byte) []byte {
	t.Helper()
	e, err := voteext.DecodeExtension(honest)
	require.NoError(t, err)
	if len(e.Shares) == 0 {
		return honest
	}
	copy(e.Shares, e.A)
	out, err := voteext.EncodeExtension(e)
	require.NoError(t, err)
	return out
}

// One network's life as its first node's figures show it.
func TestFigures(t *testing.T) {
	s := story.With(t, chain.Options{Validators: 4, Settings: map[string]any{"instrumentation.prometheus": true}})
	d := s.Ready(s.Patient, content)
	opens := func() {
		r := s.Ask(s.Researcher)
		s.Send(d.Owner, s.Decide(d, r, true))
		s.WaitRelease(r, 0)
	}
	opens()
	f := gathered(t)
	require.InDelta(t, 2, f["volens_custody_releases_total"], 0, "an inspection and a release")
	require.InDelta(t, 2, f["volens_custody_release_latency_blocks"], 0)
	require.InDelta(t, 4, f["volens_custody_release_latency_blocks_sum"], 0, "two blocks each")
	require.InDelta(t, 1, f["volens_custody_epoch"], 0)
	require.InDelta(t, 3, f["volens_custody_threshold_shares"], 0)
	require.InDelta(t, 4, f["volens_custody_live_shares"], 0)
	require.InDelta(t, 0.25, f["volens_custody_margin_ratio"], 1e-9)
	require.InDelta(t, 1, f["volens_custody_own_shares"], 0)
	require.InDelta(t, 3, f["volens_custody_shares_sent_total"], 0, "the canary, the inspection, the release")
	require.Zero(t, f["volens_custody_shares_missed_total"])
	require.Zero(t, f["volens_custody_injections_omitted_total"])
	require.Positive(t, f["volens_custody_injections_expected_total"])
	require.InDelta(t, float64(s.Height), f["volens_custody_observed_height"], 0)
	require.Eventually(t, func() bool { return gathered(t)["volens_custody_share_usable"] == 1 },
		time.Minute, time.Millisecond)

	t.Run("a validator is away", func(t *testing.T) {
		s.Tamper = chain.Tamper{Absent: func(node int, _ int64) bool { return node == 3 }}
		s.Blocks(2)
		f := gathered(t)
		require.InDelta(t, 3, f["volens_custody_live_shares"], 0)
		require.Zero(t, f["volens_custody_margin_ratio"], "an alarm: the next one stops releases")
	})
	t.Run("a validator lies", func(t *testing.T) {
		s.Tamper = chain.Tamper{Extension: func(node int, _ int64, honest []byte) []byte {
			if node == 3 {
				return wrong(t, honest)
			}
			return honest
		}}
		opens()
		require.InDelta(t, 1, gathered(t)["volens_custody_bad_extensions_total"], 0)
		require.Zero(t, gathered(t)["volens_custody_own_bad_extensions_total"])
	})
	t.Run("proposers omit", func(t *testing.T) {
		s.Tamper = chain.Tamper{}
		r := s.Ask(s.Researcher)
		s.Send(d.Owner, s.Decide(d, r, true))
		s.Tamper.Proposal = func([][]byte, abci.ExtendedCommitInfo) [][]byte { return nil }
		s.Blocks(2)
		require.InDelta(t, 1, gathered(t)["volens_custody_injections_omitted_total"], 0)
		s.Tamper = chain.Tamper{}
		s.WaitRelease(r, 0)
	})
	t.Run("the share is gone", func(t *testing.T) {
		files, err := filepath.Glob(filepath.Join(s.Nodes[0].Home, app.CustodyFolder, "share-*"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			require.NoError(t, os.Remove(file))
		}
		before := gathered(t)
		opens()
		after := gathered(t)
		require.Positive(t, after["volens_custody_shares_missed_total"]-before["volens_custody_shares_missed_total"])
		require.InDelta(t, before["volens_custody_shares_sent_total"], after["volens_custody_shares_sent_total"], 0)
		s.Blocks(100)
		require.Eventually(t, func() bool { return gathered(t)["volens_custody_share_usable"] == 0 },
			time.Minute, time.Millisecond)
	})
}

// OpenTelemetry sees what Prometheus sees, and a fault in an observer stays in it.
func TestObserver_OpenTelemetry(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	registry := prometheus.NewRegistry()
	o, err := metrics.New(metrics.State{}, nil, log.NewNopLogger(), metrics.Meters{
		Registry: registry, Meter: provider.Meter("test"),
	})
	require.NoError(t, err)
	o.Finalized(&abci.RequestFinalizeBlock{Height: 9}, &abci.ResponseFinalizeBlock{
		Events: []abci.Event{{Type: "volens.custody.v1.EventBadExtension"}},
	})
	o.Committed(sdk.Context{}, abci.CommitInfo{}) // there is no state: it panics inside
	o.Finalized(&abci.RequestFinalizeBlock{Height: 10}, nil)
	o.Voted(11, []byte("garbage"))
	var out metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &out))
	found := map[string]bool{}
	for _, scope := range out.ScopeMetrics {
		for _, m := range scope.Metrics {
			found[m.Name] = true
		}
	}
	require.True(t, found["volens.custody.extensions.bad"])
	_, err = metrics.New(metrics.State{}, nil, log.NewNopLogger(), metrics.Meters{Registry: registry})
	require.Error(t, err, "two observers in one registry")
	var none *metrics.Observer
	none.Finalized(nil, nil)
	none.Voted(1, nil)
	none.Committed(sdk.Context{}, abci.CommitInfo{})
}
