package market_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/market"
	"github.com/volens-network/volens/test/vectors"
)

// vectorFile is test/vectors/market.json.
type vectorFile struct {
	Description string         `json:"description"`
	Splits      []splitVector  `json:"splits"`
	Clearings   []clearVector  `json:"clearings"`
	TooClose    []closeVector  `json:"too_close"`
	Divisions   []divideVector `json:"divisions"`
}

// splitVector is a posted price: one seat, and the escrow of all.
type splitVector struct {
	Price  uint64        `json:"price"`
	Shares market.Shares `json:"shares"`
	Seats  uint64        `json:"seats"`
	Parts  market.Parts  `json:"parts"`
	Escrow uint64        `json:"escrow"`
}

// clearVector is a call, its asks in groups (see group) and how it clears.
type clearVector struct {
	Name   string        `json:"name"`
	Call   market.Call   `json:"call"`
	Asks   []group       `json:"asks"`
	Result market.Result `json:"result"`
}

// closeVector is two sets of numbers.
type closeVector struct {
	A    []int `json:"a"`
	B    []int `json:"b"`
	K    int   `json:"k"`
	Want bool  `json:"too_close"`
}

// divideVector is a part for several gateways.
type divideVector struct {
	Amount   uint64 `json:"amount"`
	Gateways uint64 `json:"gateways"`
	Each     uint64 `json:"each"`
	Rest     uint64 `json:"rest"`
}

// known are the clearings of the specification, worked out by hand.
var known = []struct {
	name       string
	budget     uint64
	nMin, nMax uint32
	highest    uint64
	asks       []group
	m          int
	price      uint64
	charge     uint64
}{
	{"the budget binds", 100_000, 100, 200, market.NoCap, crowd, 100, 800, 100_000},
	{"the first loser binds", 100_000, 50, 90, market.NoCap, crowd, 90, 500, 56_160},
	{"too little money", 20_000, 50, 200, market.NoCap, crowd, 0, 0, 0},
	{"too few for the network", 1_000_000, 5, 50, market.NoCap, []group{
		{Count: 5, Attestors: 2}, {Count: 5, Tier: 200, Attestors: 2},
	}, 0, 0, 0},
	{"everybody wins", 300_000, 150, 200, market.NoCap, crowd, 200, 1_200, 300_000},
	{"the cap keeps too many out", 300_000, 150, 200, 900, crowd, 0, 0, 0},
	{"remainders go back", 1_000_000, 11, 11, market.NoCap, []group{
		{Count: 11, Tier: 2_000, Attestors: 2},
	}, 11, 72_727, 999_977},
	{"a staircase of k_min", 100_000, 30, 60, market.NoCap, []group{
		{Count: 46, KMin: 11, Attestors: 3},
		{Count: 1, KMin: 51, Attestors: 1},
		{Count: 1, KMin: 50, Attestors: 1},
		{Count: 1, KMin: 49, Attestors: 1},
		{Count: 1, KMin: 48, Attestors: 1},
	}, 46, 1_739, 99_866},
	{"donors", 0, 11, 50, 0, []group{{Count: 30, Attestors: 3}, {Count: 5, Tier: 1, Attestors: 2}}, 30, 0, 0},
}

// crowd are 40 donors, 60 who ask 500 and 100 who ask 1000.
var crowd = []group{
	{Count: 40, Attestors: 4},
	{Count: 60, Tier: 500, Attestors: 4},
	{Count: 100, Tier: 1_000, Attestors: 4},
}

func TestClear_Known(t *testing.T) {
	for _, k := range known {
		t.Run(k.name, func(t *testing.T) {
			call := newCall(k.budget, k.nMin, k.nMax)
			call.Cap = k.highest
			r, err := market.Clear(call, expand(k.asks...))
			require.NoError(t, err)
			require.Len(t, r.Seats, k.m)
			require.Equal(t, k.price, r.Price)
			require.Equal(t, k.charge, r.Charge)
			require.Equal(t, k.budget-k.charge, r.Refund)
			require.Equal(t, k.m == 0, r.Outcome == market.OutcomeFailedShort)
		})
	}
}

// gather computes the file.
func gather(tb testing.TB) vectorFile {
	tb.Helper()
	file := vectorFile{
		Description: "Money rules. A group is a number of like asks: ask number i of a call, from 1, has i as the " +
			"last 8 bytes of its dataset id, its own person, and attestor i modulo the group's number of attestors. " +
			"Seats are indexes from 0. Seeds are base64. 18446744073709551615 is no cap.",
	}
	floor := market.Shares{Patient: market.PatientFloor, Attestor: 1_000, Gateways: 999, Committee: 1, Pool: 1_000}
	for _, s := range []market.Shares{market.DefaultShares(), floor} {
		for _, price := range []uint64{0, 1, 15, 16, 500, 72_727, 100 * market.Unit, 2_000 * market.Unit} {
			parts, err := market.Split(price, s)
			require.NoError(tb, err)
			escrow, err := market.PostedCharge(price, 7, s)
			require.NoError(tb, err)
			vector := splitVector{Price: price, Shares: s, Seats: 7, Parts: parts, Escrow: escrow}
			file.Splits = append(file.Splits, vector)
		}
	}
	for _, k := range known {
		call := newCall(k.budget, k.nMin, k.nMax)
		call.Cap = k.highest
		r, err := market.Clear(call, expand(k.asks...))
		require.NoError(tb, err)
		r.Seats = append([]int{}, r.Seats...)
		file.Clearings = append(file.Clearings, clearVector{Name: k.name, Call: call, Asks: k.asks, Result: r})
	}
	for _, to := range []int{20, 21, 30, 31} {
		a, b := numbers(0, 20), numbers(0, to)
		file.TooClose = append(file.TooClose, closeVector{A: a, B: b, K: 11, Want: market.TooClose(a, b, 11)})
	}
	for _, gateways := range []uint64{0, 1, 2, 3, 5} {
		each, rest := market.Divide(31, gateways)
		file.Divisions = append(file.Divisions, divideVector{Amount: 31, Gateways: gateways, Each: each, Rest: rest})
	}
	return file
}

func TestVectors_Fresh(t *testing.T) {
	vectors.Check(t, "market.json", gather(t))
}

func TestVectors_Load(t *testing.T) {
	file := vectorFile{}
	vectors.Load(t, "market.json", &file)
	for _, c := range file.Clearings {
		r, err := market.Clear(c.Call, expand(c.Asks...))
		require.NoError(t, err)
		r.Seats = append([]int{}, r.Seats...)
		require.Equal(t, c.Result, r, c.Name)
	}
}
