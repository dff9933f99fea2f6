package market_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/volens-network/volens/x/market"
)

func TestParams_Networks(t *testing.T) {
	main, dev := market.MainnetParams(), market.DevnetParams()
	require.NoError(t, main.Validate())
	require.NoError(t, dev.Validate())
	require.Equal(t, []int64{604_800, 604_800, 600}, []int64{main.OptOutWindow, main.FetchWindow, main.ServiceWindow})
	require.Equal(t, []int64{0, 200, 20}, []int64{dev.OptOutWindow, dev.FetchWindow, dev.ServiceWindow})
	require.Equal(t, []int64{5_000_000, 100_000_000}, []int64{main.ProcessFee.Int64(), main.ResearcherBond.Int64()})
	require.Equal(t, []int64{10_000, 1_000_000}, []int64{dev.ProcessFee.Int64(), dev.ResearcherBond.Int64()})
	require.Equal(t, uint32(8_000), main.Split.Patient)
}

func TestParams_Validate(t *testing.T) {
	for name, spoil := range map[string]func(*market.Params){
		"no denoms":   func(p *market.Params) { p.Denoms = nil },
		"denom":       func(p *market.Params) { p.Denoms = []string{"!"} },
		"denom twice": func(p *market.Params) { p.Denoms = []string{"uusd", "uusd"} },
		"floor":       func(p *market.Params) { p.Split.Patient, p.Split.Pool = 6_999, 1_501 },
		"split":       func(p *market.Params) { p.Split.Pool++ },
		"opt out":     func(p *market.Params) { p.OptOutWindow = -1 },
		"fetch":       func(p *market.Params) { p.FetchWindow = 0 },
		"fetch long":  func(p *market.Params) { p.FetchWindow = 1 << 40 },
		"service":     func(p *market.Params) { p.ServiceWindow = 0 },
		"referral":    func(p *market.Params) { p.ReferralWindow = 0 },
		"duration":    func(p *market.Params) { p.MaxDuration = 0 },
		"fee":         func(p *market.Params) { p.ProcessFee = sdkmath.NewInt(-1) },
		"bond":        func(p *market.Params) { p.ResearcherBond = sdkmath.Int{} },
		"claim bond":  func(p *market.Params) { p.ServiceBond = sdkmath.NewIntFromUint64(1 << 63).MulRaw(2) },
		"cancel":      func(p *market.Params) { p.CancelBps = 101 },
		"seats":       func(p *market.Params) { p.MaxSeats = 0 },
		"many seats":  func(p *market.Params) { p.MaxSeats = 10_001 },
	} {
		p := market.DevnetParams()
		spoil(&p)
		require.ErrorIs(t, p.Validate(), market.ErrParams, name)
	}
}

func TestParams_Cost(t *testing.T) {
	p := market.DevnetParams()
	cost, err := p.Cost(coin(8_000), 2)
	require.NoError(t, err)
	require.Equal(t, coin(10_000), cost.SeatCharge)
	require.Equal(t, coin(20_000), cost.Seats)
	require.Equal(t, coin(20_000+10_000+1_000_000), cost.Escrow)

	other := coin(8_000)
	other.Denom = "uvol"
	_, err = p.Cost(other, 2)
	require.ErrorIs(t, err, market.ErrDenom)
	_, err = p.Cost(coin(0), 2)
	require.ErrorIs(t, err, market.ErrInvalid)
	huge := coin(1)
	huge.Amount = sdkmath.NewIntFromUint64(1<<64 - 1)
	_, err = p.Cost(huge, 1)
	require.ErrorIs(t, err, market.ErrInvalid, "one seat does not fit")
	huge.Amount = sdkmath.NewIntFromUint64(1 << 63)
	_, err = p.Cost(huge, 2)
	require.ErrorIs(t, err, market.ErrInvalid, "two do not")
}
