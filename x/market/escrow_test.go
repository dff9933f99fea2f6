package market_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	"github.com/volens-network/volens/x/market"
)

func TestEscrow(t *testing.T) {
	e := market.NewEscrow(someID, coin(100), sdkmath.NewInt(10))
	require.NoError(t, e.Validate())
	require.Equal(t, coin(100), e.Locked())
	require.NoError(t, e.Hold(sdkmath.NewInt(30)))
	require.NoError(t, e.Pay(sdkmath.NewInt(20)))
	require.NoError(t, e.Refund(sdkmath.NewInt(10)))
	require.NoError(t, e.PayHeld(sdkmath.NewInt(5)))
	require.NoError(t, e.RefundHeld(sdkmath.NewInt(6)))
	require.NoError(t, e.Deposit(sdkmath.NewInt(7)))
	require.NoError(t, e.Validate())
	require.Equal(t, []int64{107, 25, 19, 16, 47}, []int64{
		e.Deposited.Int64(), e.Paid.Int64(), e.Held.Int64(), e.Refunded.Int64(), e.Pending.Int64(),
	})
	require.Equal(t, coin(66), e.Locked())
	require.False(t, e.Done())
	require.NoError(t, e.Refund(sdkmath.NewInt(47)))
	require.False(t, e.Done())
	require.NoError(t, e.PayHeld(sdkmath.NewInt(19)))
	require.True(t, e.Done())
}

func TestEscrow_Refused(t *testing.T) {
	e := market.NewEscrow(someID, coin(100), sdkmath.NewInt(10))
	before := e
	for name, err := range map[string]error{
		"much":       e.Pay(sdkmath.NewInt(101)),
		"negative":   e.Refund(sdkmath.NewInt(-1)),
		"nil":        e.Hold(sdkmath.Int{}),
		"held":       e.PayHeld(sdkmath.NewInt(1)),
		"refundheld": e.RefundHeld(sdkmath.NewInt(1)),
		"deposit":    e.Deposit(sdkmath.NewInt(-1)),
	} {
		require.ErrorIs(t, err, market.ErrLedger, name)
	}
	require.Equal(t, before, e)
}

func TestEscrow_Validate(t *testing.T) {
	for name, spoil := range map[string]func(*market.Escrow){
		"id":       func(e *market.Escrow) { e.RequestId = "x" },
		"denom":    func(e *market.Escrow) { e.Denom = "" },
		"nil":      func(e *market.Escrow) { e.Held = sdkmath.Int{} },
		"negative": func(e *market.Escrow) { e.Held, e.Pending = sdkmath.NewInt(-1), sdkmath.NewInt(101) },
		"sum":      func(e *market.Escrow) { e.Paid = sdkmath.NewInt(1) },
		"bond":     func(e *market.Escrow) { e.Bond = sdkmath.NewInt(101) },
	} {
		e := market.NewEscrow(someID, coin(100), sdkmath.NewInt(10))
		spoil(&e)
		require.Error(t, e.Validate(), name)
	}
}

// Whatever is moved, and however much, the parts add up and no step makes money.
func TestEscrow_Conserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := market.NewEscrow(someID, coin(rapid.Int64Range(0, 1000).Draw(t, "deposit")), sdkmath.ZeroInt())
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			amount := sdkmath.NewInt(rapid.Int64Range(-5, 300).Draw(t, "amount"))
			step := rapid.SampledFrom([]func(sdkmath.Int) error{
				e.Pay, e.Refund, e.Hold, e.PayHeld, e.RefundHeld, e.Deposit,
			}).Draw(t, "step")
			before := e
			if step(amount) != nil {
				require.Equal(t, before, e, "a refused step changes nothing")
			}
			require.NoError(t, e.Validate())
			require.True(t, e.Paid.GTE(before.Paid) && e.Refunded.GTE(before.Refunded), "what is out stays out")
		}
	})
}
