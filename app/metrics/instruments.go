package metrics

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/metric"
)

// scope names the meter, as baseapp names its own by its import path.
const scope = "github.com/volens-network/volens/app/metrics"

// prefix of the names that Prometheus knows. OpenTelemetry's have dots for it.
const prefix = "volens_custody_"

// latencyBuckets are blocks from ready to S: two is the least that can be.
var latencyBuckets = []float64{2, 3, 4, 5, 6, 8, 10, 15, 20, 40, 60}

// batchBuckets are jobs of a batch.
var batchBuckets = []float64{1, 2, 4, 8, 16, 32, 48, 64}

// counter, gauge and histogram are one instrument in both worlds.
type counter struct {
	prometheus prometheus.Counter
	otel       metric.Int64Counter
}

func (c counter) add(n int) {
	if n > 0 {
		c.prometheus.Add(float64(n))
		c.otel.Add(context.Background(), int64(n))
	}
}

type gauge struct {
	prometheus prometheus.Gauge
	otel       metric.Float64Gauge
}

func (g gauge) set(v float64) {
	g.prometheus.Set(v)
	g.otel.Record(context.Background(), v)
}

type histogram struct {
	prometheus prometheus.Histogram
	otel       metric.Float64Histogram
}

func (h histogram) observe(v float64) {
	h.prometheus.Observe(v)
	h.otel.Record(context.Background(), v)
}

// maker registers instruments and gathers what goes wrong.
type maker struct {
	registry prometheus.Registerer
	meter    metric.Meter
	err      error
}

func (m *maker) counter(name, dotted, help string) counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + name, Help: help})
	o, err := m.meter.Int64Counter("volens.custody."+dotted, metric.WithDescription(help))
	m.err = errors.Join(m.err, err, m.registry.Register(c))
	return counter{c, o}
}

func (m *maker) gauge(name, dotted, help string) gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: prefix + name, Help: help})
	o, err := m.meter.Float64Gauge("volens.custody."+dotted, metric.WithDescription(help))
	m.err = errors.Join(m.err, err, m.registry.Register(g))
	return gauge{g, o}
}

func (m *maker) histogram(name, dotted, help string, buckets []float64) histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: buckets})
	o, err := m.meter.Float64Histogram("volens.custody."+dotted, metric.WithDescription(help),
		metric.WithExplicitBucketBoundaries(buckets...))
	m.err = errors.Join(m.err, err, m.registry.Register(h))
	return histogram{h, o}
}

// instruments are all that this package shows.
type instruments struct {
	sharesSent, sharesMissed       counter
	emptyVotes                     counter
	releases, voids                counter
	badExtensions, ownBad          counter
	injectionsExpected             counter
	injectionsOmitted, ownOmitted  counter
	batchJobs, latency             histogram
	epoch, phase, runOpen          gauge
	threshold, liveShares          gauge
	margin, shareUsable, ownShares gauge
	height, blockTime, stalled     gauge
}

func newInstruments(registry prometheus.Registerer, meter metric.Meter) (*instruments, error) {
	m := &maker{registry: registry, meter: meter}
	i := &instruments{
		sharesSent: m.counter("shares_sent_total", "shares.sent", "Shares that this node's votes carried."),
		sharesMissed: m.counter("shares_missed_total", "shares.missed",
			"Shares that a batch asked of this node and its vote did not carry."),
		emptyVotes: m.counter("empty_votes_total", "votes.empty",
			"Votes of this node with an empty extension where a batch asked for shares."),
		releases: m.counter("releases_total", "releases", "Keys that the committee released."),
		voids:    m.counter("voids_total", "voids", "Seats that ended without a release, whatever the cause."),
		badExtensions: m.counter("bad_extensions_total", "extensions.bad",
			"Vote extensions of any validator whose proof failed singly."),
		ownBad: m.counter("own_bad_extensions_total", "extensions.bad.own", "Those of this node."),
		injectionsExpected: m.counter("injections_expected_total", "injections.expected",
			"Blocks that should have carried an injection: there was a batch, or a run."),
		injectionsOmitted: m.counter("injections_omitted_total", "injections.omitted",
			"Blocks of any proposer without the injection that was expected."),
		ownOmitted: m.counter(
			"own_injections_omitted_total",
			"injections.omitted.own",
			"Those that this node proposed.",
		),
		batchJobs: m.histogram("batch_jobs", "batch.jobs", "Jobs of each batch that is not empty.", batchBuckets),
		latency: m.histogram("release_latency_blocks", "release.latency",
			"Blocks from a job's being ready to its release.", latencyBuckets),
		epoch: m.gauge("epoch", "epoch", "Epoch that releases."),
		phase: m.gauge("run_phase", "run.phase",
			"Phase of the newest run: 1 enrol, 2 deal, 3 dispute, 4 confirm, as volens.custody.v1.Phase."),
		runOpen: m.gauge("run_open", "run.open", "1 while a run is under way, else 0."),
		stalled: m.gauge("run_stalled", "run.stalled",
			"1 while a run waits for validators that do not enrol, and cannot go on without them, else 0."),
		threshold:  m.gauge("threshold_shares", "threshold.shares", "Shares that open: T."),
		liveShares: m.gauge("live_shares", "live.shares", "Shares whose holders signed the last block."),
		margin: m.gauge("margin_ratio", "margin",
			"Live shares beyond T, as a part of all shares. Below 0 nothing is released."),
		ownShares: m.gauge("own_shares", "own.shares", "Shares of the epoch that belong to this node's operator."),
		shareUsable: m.gauge("share_usable", "share.usable",
			"1 if this node's share and its emission guard are usable or it has none, else 0."),
		height: m.gauge("observed_height", "observed.height", "Height that these figures speak of."),
		blockTime: m.gauge("observed_block_time_seconds", "observed.block.time",
			"Time of the block of that height, in seconds since 1970."),
	}
	return i, m.err
}
