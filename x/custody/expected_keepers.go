package custody

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

// DatasetKeeper is what custody asks x/dataset.
type DatasetKeeper interface {
	// Dataset returns dataset.ErrNotFound for an unknown id.
	Dataset(ctx context.Context, id id.ID) (dataset.Dataset, error)
	// Receipts returns the live receipts of a version.
	Receipts(ctx context.Context, id id.ID, version uint64) ([]dataset.Receipt, error)
	// OriginChainID is the chain id at the first genesis.
	OriginChainID(ctx context.Context) (string, error)
}

// AttestationKeeper is what custody asks x/attestation. What does not exist is
// attestation.ErrNotFound.
type AttestationKeeper interface {
	Organisation(ctx context.Context, address string) (attestation.Organisation, error)
	// Deidentification returns the statement on a version, and whether it is challenged.
	Deidentification(
		ctx context.Context, dataset id.ID, version uint64,
	) (statement attestation.Deidentification, challenged bool, err error)
	// Approvals lists the ethics approvals of a protocol, by its digest.
	Approvals(ctx context.Context, protocolSHA256 []byte) ([]attestation.EthicsApproval, error)
	Visa(ctx context.Context, researcher, organisation string) (attestation.Visa, error)
	// GatewayFresh reports whether a gateway is accredited, active and heard of within the window.
	GatewayFresh(ctx context.Context, gateway string) (bool, error)
}

// ConsentKeeper is what custody asks x/consent. What does not exist is
// consent.ErrNotFound.
type ConsentKeeper interface {
	// Consent returns the latest version of the consent for a dataset.
	Consent(ctx context.Context, dataset id.ID) (consent.Consent, error)
	Codebook(ctx context.Context, version string) (consent.Codebook, error)
}

// BankKeeper moves inspection bonds and pays the committee.
type BankKeeper interface {
	GetAllBalances(ctx context.Context, of sdk.AccAddress) sdk.Coins
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amount sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amount sdk.Coins) error
}

// ValidatorSet is what custody asks x/staking and x/slashing; keeper.NewValidatorSet
// makes one of their keepers.
type ValidatorSet interface {
	// Bonded returns the bonded validators.
	Bonded(ctx context.Context) ([]Bonded, error)
	// Jail jails a validator by its consensus address.
	Jail(ctx context.Context, consensus sdk.ConsAddress) error
	// JailOperator jails a validator by its operator address, for as long as for downtime.
	JailOperator(ctx context.Context, operator []byte) error
}

// Bonded is a bonded validator.
type Bonded struct {
	// Operator is its operator address, 20 bytes. Shares belong to it, whatever consensus
	// key the validator has.
	Operator []byte
	// Power is its voting power: all together have less than 2^60.
	Power uint64
}

// Left is everything that x/custody stands on.
type Left struct {
	Datasets     DatasetKeeper
	Attestations AttestationKeeper
	Consents     ConsentKeeper
	Bank         BankKeeper
	Validators   ValidatorSet
}

// Hooks is what x/market wants to know of RELEASE jobs. A hook that fails does
// not undo more than its own item.
type Hooks interface {
	// AfterRelease runs when S was stored, in the same transition; an error leaves
	// the job unfinished, and it is offered again.
	AfterRelease(ctx context.Context, request id.ID, seat uint64) error
	// AfterVoid runs when an assigned seat ended without a release. The seat stays
	// void whatever it returns.
	AfterVoid(ctx context.Context, request id.ID, seat uint64, cause Cause) error
}
