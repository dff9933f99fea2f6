package measure_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/bench/measure"
)

func TestTarget_RoundTrip(t *testing.T) {
	both := append(measure.AtMost(100), measure.Times(0.909)...)
	for text, target := range map[string]measure.Target{
		"": nil, "ours <= 65": measure.AtMost(65), "ours >= 15000": measure.AtLeast(15_000),
		"ratio >= 2.3": measure.Times(2.3), "ours <= 100, ratio >= 0.909": both,
	} {
		require.Equal(t, text, target.String())
		parsed, err := measure.ParseTarget(text)
		require.NoError(t, err)
		require.Equal(t, target, parsed)
	}
}

func TestParseTarget_Malformed(t *testing.T) {
	for _, text := range []string{
		"ours", "ours < 1", "theirs <= 1", "ours <= x", "ours <= 0", "ours <= -1", "ours <= NaN", "ours <= 1,ratio >= 2",
		"ours <= 1, ", " ours <= 1",
	} {
		_, err := measure.ParseTarget(text)
		require.Error(t, err, text)
		_, err = measure.Judge(measure.Row{Name: "row", Target: text})
		require.ErrorContains(t, err, "row", text)
	}
}

func TestJudge_AtTwice(t *testing.T) {
	for _, c := range []struct {
		want   measure.Verdict
		target string
		ours   float64
		ratio  float64
	}{
		{measure.Met, "ours <= 100", 100, 0},
		{measure.Missed, "ours <= 100", 100.1, 0},
		{measure.Missed, "ours <= 100", 200, 0},
		{measure.Failed, "ours <= 100", 200.1, 0},
		{measure.Met, "ours >= 4000", 4000, 0},
		{measure.Missed, "ours >= 4000", 2000, 0},
		{measure.Failed, "ours >= 4000", 1999, 0},
		{measure.Met, "ratio >= 50", 1e9, 50},
		{measure.Missed, "ratio >= 50", 1e9, 25},
		{measure.Failed, "ratio >= 50", 1e9, 24.9},
		{measure.Failed, "ours <= 100, ratio >= 4", 300, 8},
		{measure.Missed, "ours <= 100, ratio >= 4", 50, 3},
		{measure.NoTarget, "", 1, 1},
	} {
		got, err := measure.Judge(measure.Row{Target: c.target, Ours: value(c.ours), Ratio: value(c.ratio)})
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%+v", c)
	}
}

func TestJudge_NotMeasured(t *testing.T) {
	for target, want := range map[string]measure.Verdict{
		"ratio >= 4": measure.NotMeasured, "ours <= 1, ratio >= 4": measure.Met, "": measure.NoTarget,
	} {
		got, err := measure.Judge(measure.Row{Target: target, Ours: value(1)})
		require.NoError(t, err)
		require.Equal(t, want, got, target)
	}
	got, err := measure.Judge(measure.Row{Target: "ours <= 90"})
	require.NoError(t, err)
	require.Equal(t, measure.NotMeasured, got)
}

func TestCheck(t *testing.T) {
	rows := []measure.Row{
		{Name: "met", Target: "ours <= 1", Ours: value(1)},
		{Name: "missed", Target: "ours <= 1", Ours: value(2)},
		{Name: "absent", Target: "ours <= 1"},
	}
	wanted := []string{"met", "missed", "absent"}
	require.NoError(t, measure.Check(rows, wanted))

	err := measure.Check(rows, append(wanted, "new"))
	require.ErrorIs(t, err, measure.ErrTargets)
	require.ErrorContains(t, err, "new (no row")

	err = measure.Check(append(rows, measure.Row{Name: "slow", Target: "ours <= 1", Ours: value(2.01)}), wanted)
	require.ErrorIs(t, err, measure.ErrTargets)
	require.ErrorContains(t, err, "slow")

	require.Error(t, measure.Check([]measure.Row{{Name: "odd", Target: "fast"}}, nil))
}
