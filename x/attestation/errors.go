package attestation

import "cosmossdk.io/errors"

// Errors of the module; numbers are never given to another error.
var (
	// ErrNotFound is returned for what is not there.
	ErrNotFound = errors.Register(ModuleName, 2, "not found")
	// ErrInvalid is returned for a field that is malformed or out of range.
	ErrInvalid = errors.Register(ModuleName, 3, "invalid field")
	// ErrAuthority is returned to a signer who is not the authority.
	ErrAuthority = errors.Register(ModuleName, 4, "signer is not the authority")
	// ErrRole is returned to an organisation that was not accredited for the step, or whose kind excludes it.
	ErrRole = errors.Register(ModuleName, 5, "role does not allow it")
	// ErrStatus is returned when the status of organisation or dataset forbids the step.
	ErrStatus = errors.Register(ModuleName, 6, "status forbids it")
	// ErrBond is returned when a bond is too small, or locked.
	ErrBond = errors.Register(ModuleName, 7, "bond")
	// ErrExists is returned for a statement that another one stands in the way of.
	ErrExists = errors.Register(ModuleName, 8, "exists")
	// ErrChallenge is returned when a challenge is not in the state that the step needs.
	ErrChallenge = errors.Register(ModuleName, 9, "challenge")
	// ErrVersion is returned for a version of a dataset that is not the current one.
	ErrVersion = errors.Register(ModuleName, 10, "version is not current")
	// ErrMismatch is returned when an attestor found other digests than the chain holds.
	ErrMismatch = errors.Register(ModuleName, 11, "digest differs from the dataset's")
	// ErrExpiry is returned for an expiry that is not in the future.
	ErrExpiry = errors.Register(ModuleName, 12, "expiry is not in the future")
	// ErrRevoked is returned for a statement that ended already.
	ErrRevoked = errors.Register(ModuleName, 13, "revoked")
	// ErrLog is returned for a log that shrank or was rewritten.
	ErrLog = errors.Register(ModuleName, 14, "log is not append-only")
	// ErrNoHooks is returned while a hook is missing, which is refused rather than skipped.
	ErrNoHooks = errors.Register(ModuleName, 15, "no hooks set")
)
