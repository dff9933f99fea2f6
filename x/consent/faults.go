package consent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/dataset"
)

const (
	// maxToken bounds an id or a version that a person chose.
	maxToken = 32
	// maxLanguage bounds a BCP 47 language tag (RFC 5646, 4.4.1).
	maxLanguage = 35
)

// faults collects the paths of all fields that are missing or wrong.
type faults struct {
	paths []string
}

// need records the path, once, unless ok.
func (f *faults) need(ok bool, path string) {
	if !ok && !slices.Contains(f.paths, path) {
		f.paths = append(f.paths, path)
	}
}

// nested records the paths that err names, each after the prefix.
func (f *faults) nested(err error, prefix string) {
	for _, path := range duo.MissingFields(err) {
		f.need(false, prefix+path)
	}
}

// err is ErrMissingFields with all paths, or nil if there are none.
func (f *faults) err() error {
	return duo.Incomplete(ErrMissingFields, f.paths)
}

// check records what duo finds wrong with the policy, and every value that could be
// free text: core/duo takes addresses as opaque strings, the chain does not.
func (p Policy) check(f *faults, path string) {
	_, err := p.DUO()
	f.nested(err, path+".")
	for i, m := range p.Modifiers {
		switch duo.Term(m.Term) {
		case duo.US, duo.IS, duo.COL:
			for j, v := range m.Values {
				f.need(validAddress(v), fmt.Sprintf("%s.modifiers[%d].values[%d]", path, i, j))
			}
		default: // duo.Policy.Validate has looked at the values of all others.
		}
	}
	f.need(p.Codebook == "" || validToken(p.Codebook), path+".codebook")
	f.need(p.ReferTo == "" || validAddress(p.ReferTo), path+".refer_to")
}

// validAddress reports whether s is the bech32 address of an account.
func validAddress(s string) bool {
	_, err := dataset.ParseAddress(s)
	return err == nil
}

// validToken reports whether s is a short name of digits, letters, dots and hyphens.
func validToken(s string) bool {
	return s != "" && len(s) <= maxToken && only(s, letters+digits+".-")
}

// validLanguage reports whether s has the letters of a BCP 47 language tag.
func validLanguage(s string) bool {
	return len(s) >= 2 && len(s) <= maxLanguage && only(s, letters+digits+"-") && strings.Contains(letters, s[:1])
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
)

// only reports whether s has no character outside the alphabet.
func only(s, alphabet string) bool {
	return strings.Trim(s, alphabet) == ""
}
