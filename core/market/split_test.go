package market_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/market"
)

// drawShares draws shares that are acceptable.
func drawShares(t *rapid.T) market.Shares {
	left := uint32(market.BasisPoints)
	take := func(least uint32, label string) uint32 {
		part := rapid.Uint32Range(least, left).Draw(t, label)
		left -= part
		return part
	}
	s := market.Shares{Patient: take(market.PatientFloor, "patient")}
	s.Attestor = take(0, "attestor")
	s.Gateways = take(0, "gateways")
	s.Committee = take(0, "committee")
	s.Pool = left
	return s
}

func TestShares_Validate(t *testing.T) {
	require.NoError(t, market.DefaultShares().Validate())
	for name, s := range map[string]market.Shares{
		"zero":            {},
		"below the floor": {Patient: 6_999, Attestor: 1_001, Gateways: 1_000, Committee: 500, Pool: 500},
		"too little":      {Patient: 8_000, Attestor: 500, Gateways: 500, Committee: 500, Pool: 499},
		"too much":        {Patient: 8_000, Attestor: 500, Gateways: 500, Committee: 500, Pool: 501},
		"sum wraps":       {Patient: 8_000, Attestor: math.MaxUint32, Gateways: 2_001},
	} {
		require.ErrorIs(t, s.Validate(), market.ErrShares, name)
		_, err := market.Split(1, s)
		require.ErrorIs(t, err, market.ErrShares, name)
		_, err = market.PostedCharge(1, 1, s)
		require.ErrorIs(t, err, market.ErrShares, name)
	}
	require.NoError(t, market.Shares{Patient: 7_000, Attestor: 3_000}.Validate(), "the floor itself")
	require.NoError(t, market.Shares{Patient: 10_000}.Validate())
}

func TestSplit_Known(t *testing.T) {
	parts, err := market.Split(500, market.DefaultShares())
	require.NoError(t, err)
	require.Equal(t, market.Parts{Patient: 500, Attestor: 31, Gateways: 31, Committee: 31, Pool: 31}, parts)
	require.EqualValues(t, 624, parts.Total())

	parts, err = market.Split(0, market.DefaultShares())
	require.NoError(t, err)
	require.Zero(t, parts.Total(), "a donation moves no money")
}

func TestSplit_Overflow(t *testing.T) {
	_, err := market.Split(math.MaxUint64, market.DefaultShares())
	require.ErrorIs(t, err, market.ErrOverflow)
	parts, err := market.Split(math.MaxUint64, market.Shares{Patient: market.BasisPoints})
	require.NoError(t, err)
	require.Equal(t, uint64(math.MaxUint64), parts.Total())
}

func TestSplit_AgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, price := drawShares(t), rapid.Uint64Range(0, math.MaxUint64/2).Draw(t, "price")
		parts, err := market.Split(price, s)
		require.NoError(t, err)
		exact := func(share uint32) uint64 {
			product := new(big.Int).Mul(new(big.Int).SetUint64(price), big.NewInt(int64(share)))
			return product.Div(product, big.NewInt(int64(s.Patient))).Uint64()
		}
		require.Equal(t, market.Parts{
			Patient: price, Attestor: exact(s.Attestor), Gateways: exact(s.Gateways),
			Committee: exact(s.Committee), Pool: exact(s.Pool),
		}, parts)
	})
}

func TestSplit_PatientKeepsTheFloor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, price := drawShares(t), rapid.Uint64Range(0, 1<<50).Draw(t, "price")
		parts, err := market.Split(price, s)
		require.NoError(t, err)
		require.GreaterOrEqual(t, parts.Patient*market.BasisPoints, parts.Total()*market.PatientFloor)
	})
}

func TestSplit_Monotonic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawShares(t)
		low := rapid.Uint64Range(0, 1<<60).Draw(t, "low")
		high := rapid.Uint64Range(low, 1<<60).Draw(t, "high")
		a, err := market.Split(low, s)
		require.NoError(t, err)
		b, err := market.Split(high, s)
		require.NoError(t, err)
		require.LessOrEqual(t, a.Attestor, b.Attestor)
		require.LessOrEqual(t, a.Gateways, b.Gateways)
		require.LessOrEqual(t, a.Committee, b.Committee)
		require.LessOrEqual(t, a.Pool, b.Pool)
	})
}

func TestPartsTimes_Overflow(t *testing.T) {
	_, err := market.Parts{Patient: 1 << 63}.Times(2)
	require.ErrorIs(t, err, market.ErrOverflow, "one part")
	_, err = market.Parts{Patient: 1 << 62, Pool: 1 << 62}.Times(2)
	require.ErrorIs(t, err, market.ErrOverflow, "only the sum")
	parts, err := market.Parts{Patient: 3, Attestor: 1, Gateways: 2, Committee: 4, Pool: 5}.Times(10)
	require.NoError(t, err)
	require.Equal(t, market.Parts{Patient: 30, Attestor: 10, Gateways: 20, Committee: 40, Pool: 50}, parts)
	parts, err = parts.Times(0)
	require.NoError(t, err)
	require.Zero(t, parts)
}

func TestPostedCharge(t *testing.T) {
	charge, err := market.PostedCharge(100*market.Unit, 3, market.DefaultShares())
	require.NoError(t, err)
	require.EqualValues(t, 375*market.Unit, charge)
	_, err = market.PostedCharge(1<<60, 1<<10, market.DefaultShares())
	require.ErrorIs(t, err, market.ErrOverflow)
	_, err = market.PostedCharge(math.MaxUint64, 1, market.DefaultShares())
	require.ErrorIs(t, err, market.ErrOverflow)
}

func TestPostedCharge_EveryUnitComesBackOrIsPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, price := drawShares(t), rapid.Uint64Range(0, 1<<40).Draw(t, "price")
		seats := rapid.Uint64Range(1, 10_000).Draw(t, "seats")
		filled := rapid.Uint64Range(0, seats).Draw(t, "filled")
		escrow, err := market.PostedCharge(price, seats, s)
		require.NoError(t, err)
		seat, err := market.Split(price, s)
		require.NoError(t, err)
		paid, err := seat.Times(filled)
		require.NoError(t, err)
		require.Equal(t, escrow, paid.Total()+(seats-filled)*seat.Total())
	})
}

func TestDivide(t *testing.T) {
	each, rest := market.Divide(31, 2)
	require.EqualValues(t, 15, each)
	require.EqualValues(t, 1, rest)
	each, rest = market.Divide(31, 0)
	require.Zero(t, each)
	require.EqualValues(t, 31, rest, "without gateways all of it goes back")
	rapid.Check(t, func(t *rapid.T) {
		amount, n := rapid.Uint64().Draw(t, "amount"), rapid.Uint64Range(1, 100).Draw(t, "gateways")
		each, rest := market.Divide(amount, n)
		require.Equal(t, amount, each*n+rest)
		require.Less(t, rest, n)
	})
}
