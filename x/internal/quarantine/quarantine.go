// Package quarantine runs the work of a block item by item, so that one item that fails
// harms no other and never the block.
//
// Run keeps all of what a function writes, or nothing and the reason; Item does the same,
// logs the reason, and says whether the item was kept. Neither decides what becomes of an
// item that was left out.
package quarantine

import (
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Run runs do in a cache of its own and keeps what it wrote if it returns nil. A panic of do
// is an error like any other, but for running out of gas, which goes on to end the
// transaction: else its sender could choose the gas so that only what runs here fails.
func Run(ctx sdk.Context, do func(sdk.Context) error) error {
	cached, write := ctx.CacheContext()
	if err := contained(cached, do); err != nil {
		return err
	}
	write()
	return nil
}

// Item is Run for an item of a block's work. The reason of one that was left out is logged
// under the module's name. It reports whether the item was kept.
func Item(ctx sdk.Context, module, item string, do func(sdk.Context) error) bool {
	if err := Run(ctx, do); err != nil {
		ctx.Logger().Error(module+" item left out", "item", item, "height", ctx.BlockHeight(), "reason", err.Error())
		return false
	}
	return true
}

func contained(ctx sdk.Context, do func(sdk.Context) error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case storetypes.ErrorOutOfGas, storetypes.ErrorGasOverflow:
			panic(r) //nolint:forbidigo // the transaction's runner recovers it
		default:
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return do(ctx)
}
