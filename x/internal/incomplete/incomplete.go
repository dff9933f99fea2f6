// Package incomplete is the error of a message that lacks fields: numbered, as the chain
// wants its errors, and with the paths of all fields, as people want them.
//
// New makes one; duo.MissingFields reads the paths out of it.
package incomplete

import "github.com/volens-network/volens/core/duo"

// New returns an error that is numbered, the module's error for missing fields, and a
// *duo.MissingFieldsError of the paths; nil if there are no paths.
func New(numbered error, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	return &failure{numbered: numbered, missing: &duo.MissingFieldsError{Paths: paths}}
}

type failure struct {
	numbered error
	missing  *duo.MissingFieldsError
}

// Error names all paths.
func (e *failure) Error() string { return e.numbered.Error() + ": " + e.missing.Error() }

// Cause gives the chain its error code (cosmossdk.io/errors).
func (e *failure) Cause() error { return e.numbered }

// Unwrap gives errors.Is and errors.As both.
func (e *failure) Unwrap() []error { return []error{e.numbered, e.missing} }
