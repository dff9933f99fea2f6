package market_test

import (
	"bytes"
	"cmp"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/market"
)

// group is a number of like asks. Ask number i of a call, from 1, has i as the last
// eight bytes of its dataset id, its own person and one of the attestors in turn.
type group struct {
	Count     int    `json:"count"`
	Tier      uint64 `json:"tier"`
	KMin      uint32 `json:"k_min"`
	Attestors int    `json:"attestors"`
}

func expand(groups ...group) []market.Ask {
	asks := []market.Ask{}
	for _, g := range groups {
		for range g.Count {
			n := len(asks) + 1
			dataset := id.ID{}
			binary.BigEndian.PutUint64(dataset[8:], uint64(n))
			asks = append(asks, market.Ask{
				Dataset: dataset, Tier: g.Tier, KMin: g.KMin,
				Person: fmt.Sprintf("person-%d", n), Attestor: fmt.Sprintf("attestor-%d", n%max(g.Attestors, 1)),
			})
		}
	}
	return asks
}

func newCall(budget uint64, nMin, nMax uint32) market.Call {
	seed := sha512.Sum512([]byte("lot"))
	return market.Call{
		Budget: budget, Shares: market.DefaultShares(), NMin: nMin, NMax: nMax,
		Cap: market.NoCap, NetworkK: 11, Seed: seed[:],
	}
}

func TestCallValidate_Refuses(t *testing.T) {
	for name, change := range map[string]func(*market.Call){
		"no seats":     func(c *market.Call) { c.NMin = 0 },
		"crossed":      func(c *market.Call) { c.NMin = c.NMax + 1 },
		"no k":         func(c *market.Call) { c.NetworkK = 0 },
		"no seed":      func(c *market.Call) { c.Seed = nil },
		"low cap":      func(c *market.Call) { c.Cap = 399 },
		"zero cap":     func(c *market.Call) { c.Cap = 0 },
		"greedy split": func(c *market.Call) { c.Shares.Patient = 100 },
	} {
		call := newCall(100_000, 100, 200)
		require.NoError(t, call.Validate())
		change(&call)
		require.Error(t, call.Validate(), name)
		_, err := market.Clear(call, nil)
		require.Error(t, err, name)
	}
	call := newCall(100_000, 100, 200)
	call.Cap = 400
	require.NoError(t, call.Validate(), "80,000 / 200")
}

func TestClear_RefusesAsks(t *testing.T) {
	for name, change := range map[string]func([]market.Ask){
		"nobody":           func(a []market.Ask) { a[3].Person = "" },
		"no attestor":      func(a []market.Ask) { a[3].Attestor = "" },
		"repeated dataset": func(a []market.Ask) { a[3].Dataset = a[4].Dataset },
	} {
		asks := expand(group{Count: 20, Attestors: 2})
		change(asks)
		_, err := market.Clear(newCall(100, 11, 20), asks)
		require.ErrorIs(t, err, market.ErrAsk, name)
	}
}

func TestClear_NoAsks(t *testing.T) {
	r, err := market.Clear(newCall(100, 11, 20), nil)
	require.NoError(t, err)
	require.Equal(t, market.Result{Outcome: market.OutcomeFailedShort, Refund: 100}, r)
}

func TestClear_CountsPersons(t *testing.T) {
	asks := expand(group{Count: 22, Attestors: 4})
	for i := range asks {
		asks[i].Person = fmt.Sprintf("person-%d", i/2)
	}
	r, err := market.Clear(newCall(1000, 11, 22), asks)
	require.NoError(t, err)
	require.Len(t, r.Seats, 11, "22 datasets of 11 persons")
	r, err = market.Clear(newCall(1000, 11, 22), asks[:21-1])
	require.NoError(t, err)
	require.Equal(t, market.OutcomeFailedShort, r.Outcome, "20 datasets of 10 persons")
}

func TestClear_CheapestOfAPerson(t *testing.T) {
	asks := expand(group{Count: 11, Tier: 5, Attestors: 2}, group{Count: 1, Tier: 1, Attestors: 2})
	asks[11].Person = asks[0].Person
	r, err := market.Clear(newCall(1000, 11, 12), asks)
	require.NoError(t, err)
	require.Len(t, r.Seats, 11)
	require.Equal(t, 11, r.Seats[0])
	require.NotContains(t, r.Seats, 0)
}

func TestClear_AttestorsCountToHalfOfK(t *testing.T) {
	one, err := market.Clear(newCall(1000, 11, 50), expand(group{Count: 50, Attestors: 1}))
	require.NoError(t, err)
	require.Equal(t, market.OutcomeFailedShort, one.Outcome, "one attestor could invent all 50")
	asks := expand(group{Count: 50, Attestors: 1})
	for i := range 5 {
		asks[i].Attestor = "attestor-other"
	}
	two, err := market.Clear(newCall(1000, 11, 50), asks)
	require.NoError(t, err)
	require.Len(t, two.Seats, 50, "6 of the one and 5 of the other make 11")
	asks[0].Attestor = asks[49].Attestor
	short, err := market.Clear(newCall(1000, 11, 50), asks)
	require.NoError(t, err)
	require.Equal(t, market.OutcomeFailedShort, short.Outcome)
}

func TestClear_LotBreaksTies(t *testing.T) {
	asks := expand(group{Count: 100, Tier: 10, Attestors: 3})
	call := newCall(1_000_000, 11, 20)
	first, err := market.Clear(call, asks)
	require.NoError(t, err)
	require.EqualValues(t, 10, first.Price, "the 21st asks 10 too")
	call.Seed = bytes.Repeat([]byte{1}, 64)
	second, err := market.Clear(call, asks)
	require.NoError(t, err)
	require.NotEqual(t, first.Seats, second.Seats)
	slices.Reverse(asks)
	reversed, err := market.Clear(call, asks)
	require.NoError(t, err)
	for i, seat := range reversed.Seats {
		require.Equal(t, 99-seat, second.Seats[i], "the order of the asks is nothing")
	}
}

// TestClear_PivotalCohortSize shows the limit of the claim on truthfulness: one
// person without whom 89 others are too few may gain by asking for more.
func TestClear_PivotalCohortSize(t *testing.T) {
	asks := expand(group{Count: 89, KMin: 100, Attestors: 3}, group{Count: 11, KMin: 11, Attestors: 3})
	call := newCall(11_000, 11, 200)
	honest, err := market.Clear(call, asks)
	require.NoError(t, err)
	require.Len(t, honest.Seats, 100)
	asks[99].Tier = 500
	greedy, err := market.Clear(call, asks)
	require.NoError(t, err)
	require.Len(t, greedy.Seats, 11)
	require.Contains(t, greedy.Seats, 99)
	require.Greater(t, greedy.Price, honest.Price)
}

// drawCall draws a call and asks on the ladders, few enough to think about.
func drawCall(t *rapid.T) (market.Call, []market.Ask) {
	tier := rapid.SampledFrom(market.Tiers())
	kMin := rapid.SampledFrom([]uint32{0, 2, 3, 5, 8, 13})
	asks := expand(group{
		Count: rapid.IntRange(0, 30).Draw(t, "asks"), Attestors: rapid.IntRange(1, 6).Draw(t, "attestors"),
	})
	for i := range asks {
		asks[i].Tier, asks[i].KMin = tier.Draw(t, "tier"), kMin.Draw(t, "k_min")
		asks[i].Person = fmt.Sprintf("person-%d", rapid.IntRange(0, 2*len(asks)).Draw(t, "person"))
	}
	nMin := rapid.Uint32Range(1, 10).Draw(t, "n_min")
	call := newCall(rapid.Uint64Range(0, 30_000).Draw(t, "budget"), nMin, rapid.Uint32Range(nMin, 30).Draw(t, "n_max"))
	call.Shares = drawShares(t)
	call.NetworkK = rapid.Uint32Range(1, 5).Draw(t, "k")
	call.Seed = rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(t, "seed")
	if rapid.Bool().Draw(t, "capped") {
		call.Cap = max(tier.Draw(t, "cap"), call.Budget)
	}
	return call, asks
}

func TestClear_Conserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		call, asks := drawCall(t)
		r, err := market.Clear(call, asks)
		require.NoError(t, err)
		require.Equal(t, call.Budget, r.Charge+r.Refund)
		require.LessOrEqual(t, r.Charge, call.Budget)
		require.Equal(t, r.Parts.Total()*uint64(len(r.Seats)), r.Charge)
		if r.Outcome == market.OutcomeFailedShort {
			require.Equal(t, market.Result{Outcome: market.OutcomeFailedShort, Refund: call.Budget}, r)
			return
		}
		require.GreaterOrEqual(t, uint32(len(r.Seats)), max(call.NMin, call.NetworkK))
		require.LessOrEqual(t, uint32(len(r.Seats)), call.NMax)
		require.LessOrEqual(t, r.Price, call.Cap)
		require.Equal(t, r.Price, r.Parts.Patient)
		persons := map[string]bool{}
		for _, seat := range r.Seats {
			require.LessOrEqual(t, asks[seat].Tier, r.Price, "nobody gets less than she asks")
			require.LessOrEqual(t, asks[seat].KMin, uint32(len(r.Seats)), "nobody is among fewer than she wants")
			require.False(t, persons[asks[seat].Person])
			persons[asks[seat].Person] = true
		}
	})
}

// naive follows the equations of the specification one size at a time, with big
// integers and without attestors. It returns the size, and the price as the only thing paid.
func naive(call market.Call, asks []market.Ask) (size int, price uint64) {
	budget := new(big.Int).SetUint64(call.Budget)
	budget.Mul(budget, big.NewInt(int64(call.Shares.Patient))).Div(budget, big.NewInt(market.BasisPoints))
	willing := func(i int) []market.Ask {
		list := []market.Ask{}
		for _, ask := range asks {
			if ask.Tier <= call.Cap && ask.KMin <= uint32(i) {
				list = append(list, ask)
			}
		}
		slices.SortFunc(list, func(a, b market.Ask) int {
			x := sha512.Sum512(append(bytes.Clone(call.Seed), a.Dataset[:]...))
			y := sha512.Sum512(append(bytes.Clone(call.Seed), b.Dataset[:]...))
			return cmp.Or(cmp.Compare(a.Tier, b.Tier), bytes.Compare(x[:], y[:]))
		})
		seen := map[string]bool{}
		return slices.DeleteFunc(list, func(a market.Ask) bool {
			repeated := seen[a.Person]
			seen[a.Person] = true
			return repeated
		})
	}
	for i := 1; i <= int(call.NMax); i++ {
		e := willing(i)
		if len(e) < i {
			continue
		}
		need := new(big.Int).Mul(new(big.Int).SetUint64(e[i-1].Tier), big.NewInt(int64(i)))
		if need.Cmp(budget) > 0 {
			continue
		}
		size = i
		price = min(new(big.Int).Div(budget, big.NewInt(int64(i))).Uint64(), call.Cap)
		if len(e) > i {
			price = min(price, e[i].Tier)
		}
	}
	if uint32(size) < max(call.NMin, call.NetworkK) {
		return 0, 0
	}
	return size, price
}

func TestClear_AgainstTheEquations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		call, asks := drawCall(t)
		for i := range asks {
			asks[i].Attestor = fmt.Sprintf("attestor-%d", i)
		}
		r, err := market.Clear(call, asks)
		require.NoError(t, err)
		size, price := naive(call, asks)
		require.Len(t, r.Seats, size)
		require.Equal(t, price, r.Price)
	})
}

func TestClear_BudgetMonotonic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		call, asks := drawCall(t)
		for i := range asks {
			asks[i].Attestor = fmt.Sprintf("attestor-%d", i)
		}
		call.Cap = market.NoCap
		before, err := market.Clear(call, asks)
		require.NoError(t, err)
		call.Budget += rapid.Uint64Range(0, 10_000).Draw(t, "more")
		after, err := market.Clear(call, asks)
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(after.Seats), len(before.Seats), "more money never means fewer patients")
	})
}

// TestClear_Truthful lets one person with a cost try every tier, where no k_min is
// above n_min. The lowest tier that covers the cost is best but for less than a step.
func TestClear_Truthful(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		call, asks := drawCall(t)
		if len(asks) == 0 {
			t.Skip("nobody")
		}
		for i := range asks {
			asks[i].KMin = min(asks[i].KMin, call.NMin)
			asks[i].Person, asks[i].Attestor = fmt.Sprintf("person-%d", i), fmt.Sprintf("attestor-%d", i)
		}
		who := rapid.IntRange(0, len(asks)-1).Draw(t, "who")
		cost := rapid.Uint64Range(0, 2000).Draw(t, "cost")
		honest := market.Tiers()[slices.IndexFunc(market.Tiers(), func(tier uint64) bool { return tier >= cost })]
		gain := func(tier uint64) int64 {
			asks[who].Tier = tier
			r, err := market.Clear(call, asks)
			require.NoError(t, err)
			if !slices.Contains(r.Seats, who) {
				return 0
			}
			return int64(r.Price) - int64(cost)
		}
		plain := gain(honest)
		require.GreaterOrEqual(t, plain, int64(0))
		for _, tier := range market.Tiers() {
			require.LessOrEqual(t, gain(tier), plain+int64(honest-cost), "tier %d for cost %d", tier, cost)
		}
	})
}

func TestClear_HugeNumbers(t *testing.T) {
	asks := expand(group{Count: 20, Tier: math.MaxUint64, Attestors: 2}, group{Count: 11, Tier: 1 << 59, Attestors: 2})
	r, err := market.Clear(newCall(math.MaxUint64, 11, 30), asks)
	require.NoError(t, err)
	require.Len(t, r.Seats, 11)
	require.Equal(t, uint64(math.MaxUint64), r.Charge+r.Refund)
}

func FuzzClear(f *testing.F) {
	f.Add(uint64(100_000), uint32(11), uint32(20), uint64(math.MaxUint64), []byte{0, 11, 1, 1, 2, 11, 2, 2})
	f.Add(uint64(0), uint32(1), uint32(1), uint64(0), []byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, budget uint64, nMin, nMax uint32, top uint64, raw []byte) {
		asks := expand(group{Count: len(raw) / 4, Attestors: 1})
		for i := range asks {
			b := raw[4*i:]
			asks[i].Tier, asks[i].KMin = uint64(b[0])<<(b[0]%56), uint32(b[1])
			asks[i].Person, asks[i].Attestor = fmt.Sprint(b[2]), fmt.Sprint(b[3])
		}
		call := newCall(budget, nMin, nMax)
		call.Cap, call.NetworkK = top, 2
		r, err := market.Clear(call, asks)
		if err != nil {
			require.ErrorIs(t, err, market.ErrCall)
			return
		}
		require.Equal(t, budget, r.Charge+r.Refund)
		require.LessOrEqual(t, r.Charge, budget)
		for _, seat := range r.Seats {
			require.LessOrEqual(t, asks[seat].Tier, r.Price)
		}
	})
}
