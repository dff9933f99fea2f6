package threshold_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

func TestJobID_DependsOnEverything(t *testing.T) {
	b, b2 := threshold.CanaryPoint(1), threshold.CanaryPoint(2)
	r, d := id.ID{1}, id.ID{2}
	ids := [][32]byte{
		threshold.JobID(threshold.JobRelease, 1, "c", r, 3, d, 4, b),
		threshold.JobID(threshold.JobInspection, 1, "c", r, 3, d, 4, b),
		threshold.JobID(threshold.JobRelease, 2, "c", r, 3, d, 4, b),
		threshold.JobID(threshold.JobRelease, 1, "d", r, 3, d, 4, b),
		threshold.JobID(threshold.JobRelease, 1, "c", d, 3, d, 4, b),
		threshold.JobID(threshold.JobRelease, 1, "c", r, 4, d, 4, b),
		threshold.JobID(threshold.JobRelease, 1, "c", r, 3, r, 4, b),
		threshold.JobID(threshold.JobRelease, 1, "c", r, 3, d, 3, b),
		threshold.JobID(threshold.JobRelease, 1, "c", r, 3, d, 4, b2),
	}
	seen := map[[32]byte]int{}
	for i, jid := range ids {
		other, ok := seen[jid]
		require.False(t, ok, "%d and %d", i, other)
		seen[jid] = i
	}
	require.Equal(t, ids[0], threshold.JobID(threshold.JobRelease, 1, "c", r, 3, d, 4, b))
}

func TestJobPoints_AreApart(t *testing.T) {
	points := [][]byte{
		threshold.LotPoint("c", id.ID{1}, 5), threshold.LotPoint("d", id.ID{1}, 5),
		threshold.LotPoint("c", id.ID{2}, 5), threshold.LotPoint("c", id.ID{1}, 6),
		threshold.CanaryPoint(1), threshold.CanaryPoint(2), threshold.CanaryPoint(5),
	}
	seen := map[string]bool{}
	for _, p := range points {
		_, err := threshold.DecodePoint(p)
		require.NoError(t, err)
		require.False(t, seen[string(p)])
		seen[string(p)] = true
	}
}

func TestJobKind_String(t *testing.T) {
	names := map[threshold.JobKind]string{
		threshold.JobRelease: "RELEASE", threshold.JobInspection: "INSPECTION", threshold.JobDecision: "DECISION",
		threshold.JobLot: "LOT", threshold.JobCanary: "CANARY", 0: "KIND-0", 6: "KIND-6",
	}
	for kind, name := range names {
		require.Equal(t, name, kind.String())
	}
}

func TestBitmap(t *testing.T) {
	b := threshold.NewBitmap(11)
	require.Len(t, b, 2)
	b.Set(0)
	b.Set(9)
	require.Equal(t, threshold.Bitmap{1, 2}, b)
	require.True(t, b.Has(9))
	for _, j := range []int{-1, 1, 8, 10, 15, 16, 1000} {
		require.False(t, b.Has(j), j)
	}
	require.Equal(t, 2, b.Count())
	require.Equal(t, threshold.Bitmap{0xff, 0x07}, threshold.FullBitmap(11))
	require.Equal(t, threshold.Bitmap{0xff}, threshold.FullBitmap(8))
	require.Empty(t, threshold.NewBitmap(0))
}
