package consent

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// DatasetKeeper is what the module asks x/dataset.
type DatasetKeeper interface {
	// Dataset returns a dataset, or dataset.ErrNotFound.
	Dataset(ctx context.Context, dataset id.ID) (dataset.Dataset, error)
}

// AccountKeeper makes the account of a revoker who has none, so that her first
// transaction can be the revocation (as x/feegrant does for a grantee).
type AccountKeeper interface {
	HasAccount(ctx context.Context, address sdk.AccAddress) bool
	NewAccountWithAddress(ctx context.Context, address sdk.AccAddress) sdk.AccountI
	SetAccount(ctx context.Context, account sdk.AccountI)
}

// BankKeeper knows the accounts that a payment would fail to.
type BankKeeper interface {
	BlockedAddr(address sdk.AccAddress) bool
}

// Hooks tells x/custody.
type Hooks interface {
	// AfterRevoke runs after the revocation is stored: what waits for this dataset's
	// key ends. An error undoes the revocation, so it must mean a broken state.
	AfterRevoke(ctx context.Context, dataset id.ID) error
}
