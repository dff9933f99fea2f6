package market

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/duo"
)

// Errors of the module; numbers are never given to another error.
var (
	// ErrNotFound is returned for what does not exist.
	ErrNotFound = errorsmod.Register(ModuleName, 2, "not found")
	// ErrInvalid is returned for a field that is malformed or out of range.
	ErrInvalid = errorsmod.Register(ModuleName, 3, "invalid field")
	// ErrMissingFields is returned, with a duo.MissingFieldsError that lists the paths,
	// for a request that lacks elements or has malformed ones.
	ErrMissingFields = errorsmod.Register(ModuleName, 4, "request is incomplete")
	// ErrExists is returned for an id that is taken.
	ErrExists = errorsmod.Register(ModuleName, 5, "exists")
	// ErrDenom is returned for a denomination in which requests are not paid.
	ErrDenom = errorsmod.Register(ModuleName, 6, "denomination is not allowed")
	// ErrEscrow is returned for an escrow other than what Cost tells.
	ErrEscrow = errorsmod.Register(ModuleName, 7, "escrow")
	// ErrCohort is returned for a number of seats that the mode does not allow.
	ErrCohort = errorsmod.Register(ModuleName, 8, "size of the cohort")
	// ErrDeadline is returned for a deadline out of range, or a step after one.
	ErrDeadline = errorsmod.Register(ModuleName, 9, "deadline")
	// ErrState is returned when the state of a request forbids the step.
	ErrState = errorsmod.Register(ModuleName, 10, "state of the request forbids it")
	// ErrNotResearcher is returned to a signer who did not submit the request.
	ErrNotResearcher = errorsmod.Register(ModuleName, 11, "signer is not the researcher")
	// ErrNotOwner is returned to a signer who does not own the dataset.
	ErrNotOwner = errorsmod.Register(ModuleName, 12, "signer is not the owner of the dataset")
	// ErrDenied is returned, with the reasons, for a yes that the rules do not allow.
	ErrDenied = errorsmod.Register(ModuleName, 13, "not permitted")
	// ErrDecided is returned for an answer that stands already or cannot be changed.
	ErrDecided = errorsmod.Register(ModuleName, 14, "decided already")
	// ErrOwner is returned for a second dataset of one owner.
	ErrOwner = errorsmod.Register(ModuleName, 15, "owner takes part with another dataset")
	// ErrReferral is returned for an answer to what was not referred to the signer.
	ErrReferral = errorsmod.Register(ModuleName, 16, "referral")
	// ErrOrganisation is returned for an organisation that is not active, lacks the role, or is a party.
	ErrOrganisation = errorsmod.Register(ModuleName, 17, "organisation")
	// ErrLedger is returned for a movement that a ledger has no money for; it means a broken state.
	ErrLedger = errorsmod.Register(ModuleName, 18, "ledger")
	// ErrSeat is returned for seats out of order, and for a seat that was not won or is settled.
	ErrSeat = errorsmod.Register(ModuleName, 19, "seat")
	// ErrClaim is returned when a claim's state or deadline forbids the step.
	ErrClaim = errorsmod.Register(ModuleName, 20, "claim")
	// ErrAuthority is returned to a signer who is not the module's authority.
	ErrAuthority = errorsmod.Register(ModuleName, 21, "signer is not the authority")
	// ErrParams is returned for parameters out of range.
	ErrParams = errorsmod.Register(ModuleName, 22, "parameters")
	// ErrGenesis is returned for a genesis that contradicts itself.
	ErrGenesis = errorsmod.Register(ModuleName, 23, "genesis")
)

// faults collects the paths of all fields that are missing or wrong, each once.
type faults struct {
	paths []string
	known map[string]bool
}

// need records the path unless ok.
func (f *faults) need(ok bool, format string, args ...any) {
	path := fmt.Sprintf(format, args...)
	if ok || f.known[path] {
		return
	}
	if f.known == nil {
		f.known = map[string]bool{}
	}
	f.known[path] = true
	f.paths = append(f.paths, path)
}

// err is ErrMissingFields with all paths, or nil if there are none.
func (f *faults) err() error {
	return duo.Incomplete(ErrMissingFields, f.paths)
}
