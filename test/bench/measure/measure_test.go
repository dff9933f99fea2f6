package measure_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/bench/measure"
)

var errBroken = errors.New("broken")

// series is a sample that gives values in their order, and writes its letter into a log.
func series(log *string, letter string, values ...float64) measure.Sample {
	return func() (float64, error) {
		*log += letter
		value := values[0]
		values = values[1:]
		return value, nil
	}
}

func load() *float64 { return value(1.5) }

func value(v float64) *float64 { return &v }

func prepared(ours, peer measure.Sample) func() (a, b measure.Sample, err error) {
	return func() (a, b measure.Sample, err error) { return ours, peer, nil }
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		want   float64
		values []float64
	}{
		{7, []float64{7}},
		{2.5, []float64{4, 1}},
		{3, []float64{9, 3, 1}},
		{3, []float64{100, 1, 2, 4}},
	} {
		got, err := measure.Median(c.values)
		require.NoError(t, err)
		require.InDelta(t, c.want, got, 1e-12)
	}
	values := []float64{3, 1, 2}
	_, err := measure.Median(values)
	require.NoError(t, err)
	require.Equal(t, []float64{3, 1, 2}, values, "the values keep their order")
	_, err = measure.Median(nil)
	require.Error(t, err)
}

func TestRun_TakesTurns(t *testing.T) {
	var log string
	row, err := measure.Run(measure.Case{
		Name: "row", Unit: "us", Runs: 3, PeerName: "other", Target: measure.Times(4),
		Prepare: prepared(series(&log, "A", 30, 10, 20), series(&log, "B", 80, 100, 90)),
	}, load)
	require.NoError(t, err)
	require.Equal(t, "ABABAB", log)
	require.Equal(t, measure.Row{
		Name: "row", Unit: "us", Ours: value(20), Peer: value(90), PeerName: "other", Ratio: value(4.5), Runs: 3,
		Load: value(1.5), Target: "ratio >= 4",
	}, row)
}

func TestRun_MoreIsBetter(t *testing.T) {
	var log string
	row, err := measure.Run(measure.Case{
		Name: "row", Better: measure.More, Runs: 1, Prepare: prepared(series(&log, "A", 30), series(&log, "B", 20)),
	}, load)
	require.NoError(t, err)
	require.Equal(t, value(1.5), row.Ratio)
}

func TestRun_PeerNotInstalled(t *testing.T) {
	var log string
	row, err := measure.Run(measure.Case{
		Name: "row", Runs: 2, PeerName: "other", Prepare: prepared(series(&log, "A", 1.23456, 1.23456), nil),
	}, load)
	require.NoError(t, err)
	require.Equal(t, value(1.235), row.Ours)
	require.Nil(t, row.Peer)
	require.Nil(t, row.Ratio)
	require.Equal(t, "other", row.PeerName)
}

func TestRun_TargetOfAnIdleMachine(t *testing.T) {
	for _, c := range []struct {
		idle bool
		load *float64
		want string
	}{
		{true, value(1e6), ""}, {true, value(0), "ours <= 1"}, {true, nil, "ours <= 1"}, {false, value(1e6), "ours <= 1"},
	} {
		var log string
		row, err := measure.Run(measure.Case{
			Name: "row", Runs: 1, Idle: c.idle, Target: measure.AtMost(1), Prepare: prepared(series(&log, "A", 1), nil),
		}, func() *float64 { return c.load })
		require.NoError(t, err)
		require.Equal(t, c.want, row.Target)
	}
}

func TestRun_OursAbsent(t *testing.T) {
	row, err := measure.Run(measure.Case{
		Name: "row", Runs: 2, Target: measure.AtMost(1),
		Prepare: func() (a, b measure.Sample, err error) { return nil, nil, measure.ErrAbsent },
	}, load)
	require.NoError(t, err)
	require.Equal(t, measure.Row{Name: "row", Load: value(1.5), Target: "ours <= 1"}, row)
}

func TestRun_Errors(t *testing.T) {
	var log string
	broken := func() (float64, error) { return 0, errBroken }
	for name, p := range map[string]func() (a, b measure.Sample, err error){
		"prepare": func() (a, b measure.Sample, err error) { return nil, nil, errBroken },
		"ours":    prepared(broken, nil),
		"peer":    prepared(series(&log, "A", 1), broken),
	} {
		row, err := measure.Run(measure.Case{Name: "row", Runs: 1, Prepare: p}, load)
		require.ErrorIs(t, err, errBroken, name)
		require.ErrorContains(t, err, "row: "+name)
		require.Nil(t, row.Ours)
		require.Zero(t, row.Runs)
	}
	_, err := measure.Run(measure.Case{Name: "row", Prepare: prepared(series(&log, "A"), nil)}, load)
	require.Error(t, err, "no runs")
}

// steps is a clock that advances by a step at each reading.
func steps(step time.Duration) measure.Clock {
	var now time.Duration
	return func() (time.Duration, error) { now += step; return now, nil }
}

func TestPerUnitAndRate(t *testing.T) {
	calls := 0
	work := func() error { calls++; return nil }
	got, err := measure.PerUnit(steps(10*time.Millisecond), time.Millisecond, 5, work)()
	require.NoError(t, err)
	require.InDelta(t, 2, got, 1e-9, "10 ms a call of 5 units")
	require.Equal(t, 4, calls, "repeated until 40 ms are spent")

	calls = 0
	got, err = measure.Rate(steps(20*time.Millisecond), 3, work)()
	require.NoError(t, err)
	require.InDelta(t, 150, got, 1e-9, "3 units in 20 ms")
	require.Equal(t, 2, calls)
}

func TestPerUnitAndRate_Errors(t *testing.T) {
	noClock := func() (time.Duration, error) { return 0, errBroken }
	fine, broken := func() error { return nil }, func() error { return errBroken }
	for _, sample := range []measure.Sample{
		measure.PerUnit(noClock, time.Second, 1, fine),
		measure.PerUnit(steps(1), time.Second, 1, broken),
		measure.Rate(noClock, 1, fine),
		measure.Rate(steps(1), 1, broken),
	} {
		_, err := sample()
		require.ErrorIs(t, err, errBroken)
	}
}

// The clocks of processor time go on while work is done, and the thread's never faster than the process's.
func TestClocks(t *testing.T) {
	if _, err := measure.Thread(); err != nil {
		t.Skip(err)
	}
	spin := func() error {
		for i := range 1_000_000 {
			if i < 0 {
				return errBroken
			}
		}
		return nil
	}
	for name, clock := range map[string]measure.Clock{
		"thread": measure.Thread, "process": measure.Process, "wall": measure.Wall,
	} {
		before, err := clock()
		require.NoError(t, err)
		cost, err := measure.PerUnit(clock, time.Nanosecond, 1, spin)()
		require.NoError(t, err)
		after, err := clock()
		require.NoError(t, err)
		require.Positive(t, cost, name)
		require.Greater(t, after, before, name)
	}
}
