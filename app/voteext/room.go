package voteext

import (
	"context"
	"errors"
	"math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
)

var (
	// ErrBlockGas is returned for a proposal whose transactions want more gas than a block has.
	ErrBlockGas = errors.New("transactions want more gas than a block has")
	// ErrLane is returned for a proposal with more in the zero-fee lane than a block takes.
	ErrLane = errors.New("more in the zero-fee lane than a block takes")
)

// Lane is the zero-fee lane, as far as it counts; x/consent/ante has it.
type Lane interface {
	// Subject is what a transaction of the lane ends, which has one place a block. It is
	// false for a transaction that is not in the lane.
	Subject(tx sdk.Tx) (id.ID, bool)
	// Places is how many transactions of the lane a block takes.
	Places(ctx context.Context) (int, error)
}

// room is what is left of a block, beside its bytes. The proposer fills it and everybody
// else judges it by the same rule: whatever the lane did not take would fail at delivery,
// and a revocation that fails is lost, though its sender could do nothing about it.
type room struct {
	decode  sdk.TxDecoder
	lane    Lane
	gas     uint64
	metered bool // whether gas is used up
	places  int
	served  map[id.ID]bool
}

// room is a whole block's. Without a limit of its own a block takes any number of
// transactions, none of which wants more gas than an int64 holds.
func (h *Handler) room(ctx sdk.Context) (*room, error) {
	places, err := h.lane.Places(ctx)
	if err != nil {
		return nil, err
	}
	out := &room{decode: h.decode, lane: h.lane, gas: math.MaxInt64, places: places, served: map[id.ID]bool{}}
	if block := ctx.ConsensusParams().Block; block != nil && block.MaxGas >= 0 {
		out.gas, out.metered = uint64(block.MaxGas), true
	}
	return out, nil
}

// claim is what one transaction takes of a block.
type claim struct {
	gas     uint64
	subject id.ID
	free    bool // in the zero-fee lane
}

// claim reads a transaction and returns what it takes, or why there is no room for it.
func (r *room) claim(raw []byte) (claim, error) {
	tx, err := r.decode(raw)
	if err != nil {
		return claim{}, err
	}
	var out claim
	if fee, ok := tx.(sdk.FeeTx); ok {
		out.gas = fee.GetGas()
	}
	if out.gas > r.gas {
		return out, ErrBlockGas
	}
	if out.subject, out.free = r.lane.Subject(tx); out.free && (r.places == 0 || r.served[out.subject]) {
		return out, ErrLane
	}
	return out, nil
}

// take takes it.
func (r *room) take(c claim) {
	if r.metered {
		r.gas -= c.gas
	}
	if c.free {
		r.places--
		r.served[c.subject] = true
	}
}
