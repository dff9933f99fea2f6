package keeper_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

const (
	readme     = "../README.md"
	tableBegin = "<!-- weights: written by TestWeightsTable with VOLENS_UPDATE=1 -->\n"
	tableEnd   = "<!-- /weights -->\n"
)

// snapshotOf are n enrolled operators of whom number i has amount(i) at stake.
func snapshotOf(n int, amount func(i int) uint64) []threshold.Stake {
	out := make([]threshold.Stake, n)
	for i := range out {
		operator := binary.BigEndian.AppendUint64(make([]byte, 12), uint64(i))
		out[i] = threshold.Stake{Operator: operator, Amount: amount(i), Enrolled: true}
	}
	return out
}

// row is what a snapshot comes to: shares, T, largest holder, secrecy, bytes of a deal, m_max.
func row(t *testing.T, stakes []threshold.Stake) string {
	t.Helper()
	w, err := threshold.Weigh(stakes)
	if err != nil {
		require.ErrorIs(t, err, threshold.ErrWeights)
		return "none | | | | |"
	}
	largest := slices.Max(w.Shares)
	budget := custody.ExtensionBudget(0, len(stakes))
	secrecy := float64(w.Secrecy.Num) / float64(w.Secrecy.Den)
	return fmt.Sprintf("%d / %d | %d | %.3f | %d | %d |", w.Threshold, w.Total, largest, secrecy,
		threshold.DealSize(w.Threshold, w.Total), custody.MaxJobs(budget, largest))
}

// The table in README.md is what the code computes, and every number of validators from 4
// to 150 has weights that fit the extensions.
func TestWeightsTable(t *testing.T) {
	var table strings.Builder
	table.WriteString("| validators | equal stake: T / W | largest | secrecy | a deal (B) | m_max | " +
		"zipf stake: T / W | largest | secrecy | a deal (B) | m_max |\n" + strings.Repeat("|---", 11) + "|\n")
	for n := 4; n <= 150; n++ {
		equal := row(t, snapshotOf(n, func(int) uint64 { return 1 }))
		zipf := row(t, snapshotOf(n, func(i int) uint64 { return 1_000_000_000_000 / uint64(i+1) }))
		for _, r := range []string{equal, zipf} {
			require.NotContains(t, r, "none", "%d validators", n)
		}
		if n <= 7 || slices.Contains([]int{10, 13, 21, 34, 50, 75, 100, 112, 125, 150}, n) {
			fmt.Fprintf(&table, "| %d | %s %s\n", n, equal, zipf)
		}
	}
	raw, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(raw), tableBegin)
	require.True(t, ok)
	old, after, ok := strings.Cut(rest, tableEnd)
	require.True(t, ok)
	if os.Getenv("VOLENS_UPDATE") == "1" {
		updated := before + tableBegin + table.String() + tableEnd + after
		require.NoError(t, os.WriteFile(readme, []byte(updated), 0o600))
		return
	}
	require.Equal(t, table.String(), old)
}
