package duo

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// MaxItems bounds every list of a policy, a use and the facts about it.
const MaxItems = 256

// MaxEdges bounds the edges of a codebook that a use carries: each costs a decision
// a proof's worth of hashes.
const MaxEdges = 64

// MaxText bounds an address, a version or an id, in bytes.
const MaxText = 128

// MissingFieldsError lists the paths of all fields that are missing or wrong, by
// their names in the proto files: "modifiers[1].values[0]". Paths are in the order
// of the fields and hold no values.
type MissingFieldsError struct {
	Paths []string
}

// Error names all paths.
func (e *MissingFieldsError) Error() string {
	return "missing or wrong fields: " + strings.Join(e.Paths, ", ")
}

// MissingFields returns the paths of the fields that err complains about, in the order of
// the message, such as provision.disclosure.statements.revocation; nil if err is about
// something else.
func MissingFields(err error) []string {
	var missing *MissingFieldsError
	if !errors.As(err, &missing) {
		return nil
	}
	return missing.Paths
}

// fields collects the paths of faults.
type fields struct {
	faults []string
}

// need records the path unless ok.
func (f *fields) need(ok bool, path string) {
	if !ok {
		f.faults = append(f.faults, path)
	}
}

// text records the path of a text that is empty or too long.
func (f *fields) text(s, path string) {
	f.need(s != "" && len(s) <= MaxText, path)
}

// texts records the path of a list with fewer than least or more than MaxItems
// items, and of every item that is invalid or a repetition.
func (f *fields) texts(items []string, least int, path string, valid func(string) bool) {
	collect(f, items, least, path, valid)
}

// err returns the faults as a MissingFieldsError, or nil if there is none.
func (f *fields) err() error {
	if len(f.faults) == 0 {
		return nil
	}
	return &MissingFieldsError{Paths: f.faults}
}

// collect is texts for any ordered type.
func collect[T cmp.Ordered](f *fields, items []T, least int, path string, valid func(T) bool) {
	if len(items) < least || len(items) > MaxItems {
		f.need(false, path)
		return
	}
	for i, item := range items {
		f.need(valid(item) && !slices.Contains(items[:i], item), fmt.Sprintf("%s[%d]", path, i))
	}
}

// validText reports whether s is neither empty nor too long.
func validText(s string) bool {
	return s != "" && len(s) <= MaxText
}
