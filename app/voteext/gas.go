package voteext

import (
	"errors"
	"math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// ErrBlockGas is returned for a proposal whose transactions want more gas than a block has.
var ErrBlockGas = errors.New("transactions want more gas than a block has")

// blockGas is the most gas of a block.
func blockGas(ctx sdk.Context) uint64 {
	block := ctx.ConsensusParams().Block
	if block == nil || block.MaxGas < 0 {
		return math.MaxUint64
	}
	return uint64(block.MaxGas)
}

// gas is how much gas a transaction wants, at most half of what a uint64 holds, so that
// sums of it cannot wrap around within a block.
func (h *Handler) gas(raw []byte) (uint64, error) {
	decoded, err := h.decode(raw)
	if err != nil {
		return 0, err
	}
	fee, ok := decoded.(sdk.FeeTx)
	if !ok {
		return 0, nil
	}
	if fee.GetGas() > math.MaxInt64 {
		return 0, ErrBlockGas
	}
	return fee.GetGas(), nil
}
