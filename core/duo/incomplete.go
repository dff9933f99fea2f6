package duo

// Incomplete returns an error that is numbered, the error by which a module tells its
// callers of missing fields, and a *MissingFieldsError of the paths; nil if there are no
// paths. MissingFields reads the paths out of it.
func Incomplete(numbered error, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	return &incomplete{numbered: numbered, missing: &MissingFieldsError{Paths: paths}}
}

type incomplete struct {
	numbered error
	missing  *MissingFieldsError
}

// Error names all paths.
func (e *incomplete) Error() string { return e.numbered.Error() + ": " + e.missing.Error() }

// Cause gives a chain its error code (cosmossdk.io/errors).
func (e *incomplete) Cause() error { return e.numbered }

// Unwrap gives errors.Is and errors.As both.
func (e *incomplete) Unwrap() []error { return []error{e.numbered, e.missing} }
