package threshold_test

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/threshold"
)

// stakes makes enrolled operators with these stakes.
func stakes(amounts ...uint64) []threshold.Stake {
	out := make([]threshold.Stake, len(amounts))
	for i, a := range amounts {
		out[i] = threshold.Stake{Operator: operator(i), Amount: a, Enrolled: true}
	}
	return out
}

func equal(n int) []threshold.Stake { return stakes(slices.Repeat([]uint64{7}, n)...) }

// zipf has stakes in proportion to 1, 1/2, 1/3 and so on.
func zipf(n int) []threshold.Stake {
	amounts := make([]uint64, n)
	for i := range amounts {
		amounts[i] = 1_000_000_000_000 / uint64(i+1)
	}
	return stakes(amounts...)
}

// requireSafeAndLive tries every set of operators.
func requireSafeAndLive(tb tester, all []threshold.Stake, w threshold.Weights) {
	tb.Helper()
	var total uint64
	sum, largest := 0, 0
	for i, s := range all {
		total += s.Amount
		sum += w.Shares[i]
		largest = max(largest, w.Shares[i])
		require.True(tb, s.Enrolled || w.Shares[i] == 0)
	}
	require.Equal(tb, sum, w.Total)
	require.LessOrEqual(tb, sum, threshold.MaxShares)
	require.Greater(tb, w.Threshold, largest)
	fewest, least := sum, total
	for set := range uint(1) << len(all) {
		var stake uint64
		shares := 0
		for left := set; left != 0; left &= left - 1 {
			i := bits.TrailingZeros(left)
			stake, shares = stake+all[i].Amount, shares+w.Shares[i]
		}
		if 3*stake > 2*total {
			require.GreaterOrEqual(tb, shares, w.Threshold, "a set with more than 2/3 cannot open")
			fewest = min(fewest, shares)
		}
		if shares >= w.Threshold {
			require.Greater(tb, 2*stake, total, "a set with half of the stake can open")
			least = min(least, stake)
		}
	}
	require.Equal(tb, fewest, w.Threshold)
	require.Equal(tb, w.Secrecy.Num*(total/gcd(least, total)), w.Secrecy.Den*(least/gcd(least, total)))
	require.Equal(tb, uint64(1), gcd(w.Secrecy.Num, w.Secrecy.Den), "reduced")
}

func gcd(a, b uint64) uint64 {
	if b == 0 {
		return a
	}
	return gcd(b, a%b)
}

func drawStakes(t *rapid.T) []threshold.Stake {
	amount := rapid.OneOf(rapid.Uint64Range(1, 20), rapid.Uint64Range(0, 1<<40))
	out := stakes(rapid.SliceOfN(amount, 2, 12).Draw(t, "stakes")...)
	for i := range out {
		out[i].Enrolled = rapid.IntRange(0, 9).Draw(t, "enrolled") > 0
	}
	return out
}

func TestWeigh_EverySet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawStakes(t)
		w, err := threshold.Weigh(all)
		if err != nil {
			require.True(t, errors.Is(err, threshold.ErrWeights) || errors.Is(err, threshold.ErrStakes), "%v", err)
			return
		}
		requireSafeAndLive(t, all, w)
		again, err := threshold.Weigh(all)
		require.NoError(t, err)
		require.Equal(t, w, again)
		scaled := slices.Clone(all)
		for i := range scaled {
			scaled[i].Amount *= 3
		}
		again, err = threshold.Weigh(scaled)
		require.NoError(t, err)
		require.Equal(t, w, again, "only proportions count")
	})
}

// The weights of docs/spec/custody.md, section 9.0, as a program of another hand computed them.
func TestWeigh_KnownAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		stakes []threshold.Stake
		w, t   int
	}{
		{"4 equal", equal(4), 4, 3},
		{"5 equal", equal(5), 5, 4},
		{"7 equal", equal(7), 7, 5},
		{"21 equal", equal(21), 21, 15},
		{"100 equal", equal(100), 100, 67},
		{"21 zipf", zipf(21), 35, 21},
		{"100 zipf", zipf(100), 177, 104},
	} {
		w, err := threshold.Weigh(c.stakes)
		require.NoError(t, err, c.name)
		require.Equal(t, c.w, w.Total, c.name)
		require.Equal(t, c.t, w.Threshold, c.name)
	}
}

func TestWeigh_AbsentStakeCounts(t *testing.T) {
	all := equal(7)
	all[6].Enrolled = false
	w, err := threshold.Weigh(all)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 1, 1, 1, 1, 0}, w.Shares)
	require.Equal(t, 4, w.Threshold, "five of seven hold more than 2/3; one of them may be the absent one")
	require.Equal(t, threshold.Fraction{Num: 4, Den: 7}, w.Secrecy)
	requireSafeAndLive(t, all, w)

	all = equal(4)
	all[0].Enrolled = false
	_, err = threshold.Weigh(all)
	require.ErrorIs(t, err, threshold.ErrWeights, "two shares would be live, and are half of the stake")
}

// One of four with equal stake cannot be missing (docs/adr/018), one of five or more can.
func TestWeigh_OneMissing(t *testing.T) {
	for n := 4; n <= 112; n++ {
		all := equal(n)
		all[n-1].Enrolled = false
		w, err := threshold.Weigh(all)
		if n == 4 {
			require.ErrorIs(t, err, threshold.ErrWeights)
			continue
		}
		require.NoError(t, err, n)
		require.Greater(t, 2*w.Secrecy.Num, w.Secrecy.Den, n)
		if n <= 13 {
			requireSafeAndLive(t, all, w)
		}
	}
}

func TestWeigh_Owners(t *testing.T) {
	all := stakes(2, 1, 1, 1)
	w, err := threshold.Weigh(all)
	require.NoError(t, err)
	owners := w.Owners(all)
	require.Len(t, owners, w.Total)
	for i, n := range w.Shares {
		for _, owner := range owners[:n] {
			require.Equal(t, all[i].Operator, owner)
		}
		owners = owners[n:]
	}
}

func TestWeigh_Refuses(t *testing.T) {
	for name, c := range map[string]struct {
		stakes []threshold.Stake
		want   error
	}{
		"nobody":              {nil, threshold.ErrStakes},
		"nothing at stake":    {stakes(0, 0), threshold.ErrStakes},
		"too many":            {equal(threshold.MaxStakes + 1), threshold.ErrStakes},
		"too much":            {stakes(threshold.MaxTotalStake, 1), threshold.ErrStakes},
		"more than a number":  {stakes(1<<63, 1<<63), threshold.ErrStakes},
		"one holder":          {stakes(5), threshold.ErrWeights},
		"one holds 2/3":       {stakes(70, 10, 10, 10), threshold.ErrWeights},
		"nobody has enrolled": {[]threshold.Stake{{Amount: 1}, {Amount: 1}, {Amount: 1}}, threshold.ErrWeights},
	} {
		_, err := threshold.Weigh(c.stakes)
		require.ErrorIs(t, err, c.want, name)
	}
}

// The largest stakes and the most operators do not overflow.
func TestWeigh_Extremes(t *testing.T) {
	w, err := threshold.Weigh(stakes(slices.Repeat([]uint64{threshold.MaxTotalStake / 4}, 4)...))
	require.NoError(t, err)
	require.Equal(t, 3, w.Threshold)
	for _, all := range [][]threshold.Stake{equal(150), zipf(150), equal(threshold.MaxStakes)} {
		w, err = threshold.Weigh(all)
		require.NoError(t, err)
		require.Greater(t, 2*w.Secrecy.Num, w.Secrecy.Den)
	}
}

func FuzzWeigh(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0})
	f.Add([]byte{9, 9, 9, 9, 200, 1, 0, 0, 3, 0, 7, 128, 1, 2})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var all []threshold.Stake
		for chunk := range slices.Chunk(raw, 4) {
			if len(chunk) < 4 || len(all) == 10 {
				break
			}
			word := binary.LittleEndian.Uint32(chunk)
			all = append(all, threshold.Stake{
				Operator: operator(len(all)), Amount: uint64(word >> 1), Enrolled: word&1 == 1,
			})
		}
		if w, err := threshold.Weigh(all); err == nil {
			requireSafeAndLive(t, all, w)
		}
	})
}

func BenchmarkWeigh(b *testing.B) {
	all := zipf(150)
	all[0].Amount *= 1000 // nothing is safe: every W is tried
	for b.Loop() {
		if _, err := threshold.Weigh(all); err == nil {
			b.Fatal("one operator holds nearly all")
		}
	}
}
