package consent

import errorsmod "cosmossdk.io/errors"

// The errors of the module. Numbers are part of the interface: never renumber them.
var (
	// ErrMissingFields is returned, together with a duo.MissingFieldsError that lists
	// the paths, for a message that lacks elements or has malformed ones.
	ErrMissingFields = errorsmod.Register(ModuleName, 2, "consent is incomplete")
	// ErrNotFound is returned for a consent, template or codebook that does not exist.
	ErrNotFound = errorsmod.Register(ModuleName, 3, "not found")
	// ErrNotOwner is returned to a signer who is not the dataset's owner.
	ErrNotOwner = errorsmod.Register(ModuleName, 4, "signer is not the owner of the dataset")
	// ErrNotRevoker is returned to a signer who is neither the owner nor the revoker.
	ErrNotRevoker = errorsmod.Register(ModuleName, 5, "signer may not revoke this consent")
	// ErrActive is returned for a grant beside an active consent, which is amended instead.
	ErrActive = errorsmod.Register(ModuleName, 6, "consent is active already")
	// ErrNotActive is returned where an active consent is needed.
	ErrNotActive = errorsmod.Register(ModuleName, 7, "consent is not active")
	// ErrVersion is returned for a version that is no longer the latest one.
	ErrVersion = errorsmod.Register(ModuleName, 8, "not the latest version of the consent")
	// ErrWithdrawn is returned for a dataset that its owner has withdrawn.
	ErrWithdrawn = errorsmod.Register(ModuleName, 9, "dataset is withdrawn")
	// ErrTemplate is returned for a plain text that is not the registered one.
	ErrTemplate = errorsmod.Register(ModuleName, 10, "text is not the registered template")
	// ErrRegistered is returned for a template or codebook that exists already.
	ErrRegistered = errorsmod.Register(ModuleName, 11, "already registered")
	// ErrPayout is returned for an account that cannot be paid.
	ErrPayout = errorsmod.Register(ModuleName, 12, "payout account cannot receive")
	// ErrAuthority is returned to a signer who is not the module's authority.
	ErrAuthority = errorsmod.Register(ModuleName, 13, "signer is not the authority")
	// ErrLaneFull is returned when the zero-fee lane has served its number for this
	// block, or has served this consent already. The next block serves again.
	ErrLaneFull = errorsmod.Register(ModuleName, 14, "zero-fee lane is full in this block")
	// ErrWrapped is returned for a consent message inside another message.
	ErrWrapped = errorsmod.Register(ModuleName, 15, "consent messages cannot be wrapped")
	// ErrGenesis is returned for a genesis that contradicts itself.
	ErrGenesis = errorsmod.Register(ModuleName, 16, "genesis")
	// ErrParams is returned for parameters out of range.
	ErrParams = errorsmod.Register(ModuleName, 17, "parameters")
)
