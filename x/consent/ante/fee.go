package ante

import (
	"math"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authante "github.com/cosmos/cosmos-sdk/x/auth/ante"
)

// lanePriority is that of a transaction in the lane, before all that pay.
const lanePriority = math.MaxInt64

// FeeChecker returns the fee checker of the application's fee decorator. One that
// RevokeLane has marked pays nothing and comes first. Every other one must offer, in
// CheckTx, a fee of at least this node's minimum gas price in one of its denoms; its
// priority is the lowest of its gas prices. Outside of CheckTx any fee will do: the
// minimum is each node's own and no rule of consensus.
func FeeChecker() authante.TxFeeChecker {
	return func(ctx sdk.Context, tx sdk.Tx) (sdk.Coins, int64, error) {
		if marked, ok := ctx.Value(laneKey{}).(bool); ok && marked {
			return sdk.Coins{}, lanePriority, nil
		}
		fee, ok := tx.(sdk.FeeTx)
		if !ok {
			return nil, 0, errorsmod.Wrap(sdkerrors.ErrTxDecode, "transaction has no fee")
		}
		offered, gas := fee.GetFee(), sdkmath.NewIntFromUint64(fee.GetGas())
		if required := minimum(ctx, gas); !required.IsZero() && !offered.IsAnyGTE(required) {
			return nil, 0, errorsmod.Wrapf(sdkerrors.ErrInsufficientFee, "fee %s, required %s", offered, required)
		}
		return offered, priority(offered, gas), nil
	}
}

// minimum is the fee that this node asks in CheckTx, rounded up, in each of its denoms.
func minimum(ctx sdk.Context, gas sdkmath.Int) sdk.Coins {
	if !ctx.IsCheckTx() {
		return nil
	}
	var out sdk.Coins
	for _, price := range ctx.MinGasPrices() {
		out = append(out, sdk.NewCoin(price.Denom, price.Amount.MulInt(gas).Ceil().RoundInt()))
	}
	return out
}

// priority is the lowest whole gas price among the denoms of the fee.
func priority(fee sdk.Coins, gas sdkmath.Int) int64 {
	if fee.Empty() || !gas.IsPositive() {
		return 0
	}
	lowest := sdkmath.NewInt(lanePriority - 1)
	for _, coin := range fee {
		lowest = sdkmath.MinInt(lowest, coin.Amount.Quo(gas))
	}
	return lowest.Int64()
}
