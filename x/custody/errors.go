package custody

import "cosmossdk.io/errors"

// Errors of the module; numbers are never given to another error.
var (
	// ErrNotFound is returned for what does not exist.
	ErrNotFound = errors.Register(ModuleName, 2, "not found")
	// ErrInvalid is returned for a field that is malformed or out of range.
	ErrInvalid = errors.Register(ModuleName, 3, "invalid field")
	// ErrKey is returned while a committee key is unknown or not active.
	ErrKey = errors.Register(ModuleName, 4, "committee key is not active")
	// ErrSeen is returned for a point that was met before, in whatever place.
	ErrSeen = errors.Register(ModuleName, 5, "point was seen before")
	// ErrProof is returned for a capsule or seat whose proof does not hold.
	ErrProof = errors.Register(ModuleName, 6, "proof does not hold")
	// ErrSeatState is returned when a seat's state forbids the step.
	ErrSeatState = errors.Register(ModuleName, 7, "seat state forbids it")
	// ErrOpenSeats is returned while a dataset has open seats, or too many of them.
	ErrOpenSeats = errors.Register(ModuleName, 8, "dataset has open seats")
	// ErrClosed is returned for a request that takes no more seats and jobs.
	ErrClosed = errors.Register(ModuleName, 9, "request is closed")
	// ErrExists is returned for an id that is taken.
	ErrExists = errors.Register(ModuleName, 10, "exists")
	// ErrNotOwner is returned to a signer who does not own the dataset or the seats.
	ErrNotOwner = errors.Register(ModuleName, 11, "signer is not the owner")
	// ErrOrganisation is returned for an organisation that may not inspect.
	ErrOrganisation = errors.Register(ModuleName, 12, "organisation may not inspect")
	// ErrInspection is returned when an inspection's state or number forbids the step.
	ErrInspection = errors.Register(ModuleName, 13, "inspection")
	// ErrDataset is returned for a dataset that is not active or has another version.
	ErrDataset = errors.Register(ModuleName, 14, "dataset is not open to this")
	// ErrAuthority is returned to a signer who is not the module's authority.
	ErrAuthority = errors.Register(ModuleName, 15, "signer is not the authority")
	// ErrParams is returned for parameters out of range.
	ErrParams = errors.Register(ModuleName, 16, "parameters")
	// ErrGenesis is returned for a genesis that contradicts itself.
	ErrGenesis = errors.Register(ModuleName, 17, "genesis")
	// ErrBond is returned for a bond other than the one that the parameters ask for.
	ErrBond = errors.Register(ModuleName, 18, "bond")
)
