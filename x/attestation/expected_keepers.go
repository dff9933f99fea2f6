package attestation

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// DatasetKeeper is what x/dataset offers.
type DatasetKeeper interface {
	Dataset(ctx context.Context, key id.ID) (dataset.Dataset, error)
	SetFrozen(ctx context.Context, key id.ID, frozen bool) error
}

// BankKeeper moves bonds.
type BankKeeper interface {
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amount sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amount sdk.Coins) error
}

// VerdictHook is x/custody's.
type VerdictHook interface {
	// BeforeVerdict confirms that an inspection of this version by this attestor
	// was released, and settles its bond. An error refuses the verdict.
	BeforeVerdict(ctx context.Context, dataset id.ID, version uint64, attestor sdk.AccAddress, clean bool) error
}

// ChallengeHook is x/market's.
type ChallengeHook interface {
	// PendingPrice is what the dataset's open seats would pay.
	PendingPrice(ctx context.Context, dataset id.ID) (sdk.Coins, error)
}
