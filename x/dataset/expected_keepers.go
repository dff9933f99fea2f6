package dataset

import (
	"context"

	"github.com/volens-network/volens/core/id"
)

// Hooks is what a module to the right, x/custody, wants to know and may refuse.
type Hooks interface {
	// BeforePayload runs before version d.Version of d is stored. It checks the
	// capsule's proof, that the key is active, that U was never seen, and, for
	// a new version, that no seat of the dataset is open. An error refuses the
	// message.
	BeforePayload(ctx context.Context, d Dataset, proof []byte) error
	// AfterWithdraw runs when the owner ended the dataset.
	AfterWithdraw(ctx context.Context, dataset id.ID) error
}
