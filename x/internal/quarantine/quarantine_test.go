package quarantine_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/internal/quarantine"
)

var key = storetypes.NewKVStoreKey("items")

// work writes, and then ends as it is told to.
func work(end func() error) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		ctx.KVStore(key).Set([]byte("item"), []byte{1})
		return end()
	}
}

func newContext(t *testing.T) sdk.Context {
	t.Helper()
	return testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient"))
}

func TestRun_WholeOrNotAtAll(t *testing.T) {
	for name, c := range map[string]struct {
		end  func() error
		want string
	}{
		"kept":   {func() error { return nil }, ""},
		"failed": {func() error { return errors.New("no money") }, "no money"},
		"broken": {func() error { panic("nil map") }, "panic: nil map"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := newContext(t)
			err := quarantine.Run(ctx, work(c.end))
			require.Equal(t, c.want == "", ctx.KVStore(key).Has([]byte("item")))
			require.Equal(t, c.want == "", quarantine.Item(ctx, "market", "payment", work(c.end)))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, c.want)
		})
	}
}

// Who sends a transaction chooses its gas, and so must not choose what of it is left out.
func TestRun_OutOfGasEndsTheTransaction(t *testing.T) {
	for _, ended := range []any{
		storetypes.ErrorOutOfGas{Descriptor: "write"}, storetypes.ErrorGasOverflow{Descriptor: "write"},
	} {
		ctx := newContext(t)
		require.PanicsWithValue(t, ended, func() {
			_ = quarantine.Run(ctx, work(func() error { panic(ended) })) //nolint:errcheck // it panics
		})
		require.False(t, ctx.KVStore(key).Has([]byte("item")))
	}
}
