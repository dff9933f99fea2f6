package voteext

import (
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

// ErrMarker is returned for a transaction that carries an injection: nobody can send
// one, and the pre-blocker has done its work when it stands first in a block.
var ErrMarker = errors.New("an injection is no transaction of anybody")

// RefuseMarker is the first decorator of the ante chain. It refuses the marker before
// anything is metered, so that every node finds the same result for it.
type RefuseMarker struct{}

// AnteHandle refuses a transaction with a marker message, and, by the rule of Marked,
// one that merely names it: no proposer takes such a one, so it would stay in the
// mempool for ever, and for nothing.
func (RefuseMarker) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if Marked(ctx.TxBytes()) {
		return ctx, ErrMarker
	}
	for _, msg := range tx.GetMsgs() {
		if _, ok := msg.(*custody.MsgInject); ok {
			return ctx, ErrMarker
		}
	}
	return next(ctx, tx, simulate)
}
