package dataset

import "cosmossdk.io/errors"

// Errors of the module; numbers are never given to another error.
var (
	// ErrNotFound is returned for an id that no dataset has.
	ErrNotFound = errors.Register(ModuleName, 2, "dataset not found")
	// ErrExists is returned for an id that a dataset has already.
	ErrExists = errors.Register(ModuleName, 3, "dataset exists")
	// ErrInvalid is returned for a field that is malformed or out of range.
	ErrInvalid = errors.Register(ModuleName, 4, "invalid field")
	// ErrNotOwner is returned to a signer who does not own the dataset.
	ErrNotOwner = errors.Register(ModuleName, 5, "signer is not the owner")
	// ErrStatus is returned when the dataset's status forbids the step.
	ErrStatus = errors.Register(ModuleName, 6, "status forbids it")
	// ErrNotGateway is returned to a signer whom the current version does not list as a gateway.
	ErrNotGateway = errors.Register(ModuleName, 7, "signer is not a gateway of the dataset")
	// ErrReceipt is returned for a receipt that is there already, or is not there.
	ErrReceipt = errors.Register(ModuleName, 8, "receipt")
	// ErrNoHooks is returned while nothing checks capsules, which is refused rather than skipped.
	ErrNoHooks = errors.Register(ModuleName, 9, "no hooks set")
)
