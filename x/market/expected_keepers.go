package market

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// DatasetKeeper is what the market asks x/dataset.
type DatasetKeeper interface {
	// Dataset returns dataset.ErrNotFound for an unknown id.
	Dataset(ctx context.Context, dataset id.ID) (dataset.Dataset, error)
	// Receipts returns the live receipts of a version.
	Receipts(ctx context.Context, dataset id.ID, version uint64) ([]dataset.Receipt, error)
	// OriginChainID is the chain id at the first genesis.
	OriginChainID(ctx context.Context) (string, error)
}

// AttestationKeeper is what the market asks x/attestation. What does not exist is
// attestation.ErrNotFound.
type AttestationKeeper interface {
	Organisation(ctx context.Context, address string) (attestation.Organisation, error)
	// Deidentification returns the statement on a version, and whether it is challenged.
	Deidentification(
		ctx context.Context, dataset id.ID, version uint64,
	) (statement attestation.Deidentification, challenged bool, err error)
	// GatewayFresh reports whether a gateway is accredited, active and heard of within the window.
	GatewayFresh(ctx context.Context, gateway string) (bool, error)
	// LockBond fails if less is free, UnlockBond if less is locked.
	LockBond(ctx context.Context, organisation string, amount sdk.Coin) error
	UnlockBond(ctx context.Context, organisation string, amount sdk.Coin) error
	// SlashBond pays from what is locked, and returns what was paid.
	SlashBond(ctx context.Context, organisation string, amount sdk.Coin, to sdk.AccAddress) (sdk.Coin, error)
}

// ConsentKeeper is what the market asks x/consent.
type ConsentKeeper interface {
	// Consent returns the latest version of the consent for a dataset, or consent.ErrNotFound.
	Consent(ctx context.Context, dataset id.ID) (consent.Consent, error)
	// Unbroken reports whether nothing was revoked from a version on to the latest.
	Unbroken(ctx context.Context, dataset id.ID, since uint64) (bool, error)
}

// CustodyKeeper is what the market asks x/custody.
type CustodyKeeper interface {
	OpenTerms(ctx context.Context, terms custody.Terms) error
	AddSeats(
		ctx context.Context, request id.ID, researcher sdk.AccAddress, first uint64, posts []custody.SeatPost,
	) error
	OpenJob(ctx context.Context, request id.ID, seat uint64, dataset id.ID, referralApproved bool) error
	CloseRequest(ctx context.Context, request id.ID) error
	// Evaluate decides whether a dataset may be released to a request now, and tells
	// the consent version that it read.
	Evaluate(
		ctx context.Context, request, dataset id.ID, referralApproved bool,
	) (decision duo.Decision, consentVersion uint64, err error)
	// Seat returns a seat as it reads now, or custody.ErrNotFound.
	Seat(ctx context.Context, request id.ID, seat uint64) (custody.Seat, error)
}

// BankKeeper moves escrow.
type BankKeeper interface {
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amount sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amount sdk.Coins) error
	SendCoinsFromModuleToModule(ctx context.Context, from, to string, amount sdk.Coins) error
	GetAllBalances(ctx context.Context, address sdk.AccAddress) sdk.Coins
	// BlockedAddr knows the accounts that a payment would fail to.
	BlockedAddr(address sdk.AccAddress) bool
}

// PoolKeeper is the community pool of x/distribution.
type PoolKeeper interface {
	FundCommunityPool(ctx context.Context, amount sdk.Coins, from sdk.AccAddress) error
}

// Left is everything that x/market stands on.
type Left struct {
	Datasets     DatasetKeeper
	Attestations AttestationKeeper
	Consents     ConsentKeeper
	Custody      CustodyKeeper
	Bank         BankKeeper
	Pool         PoolKeeper
}
