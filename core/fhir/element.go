package fhir

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// The data types of FHIR, as far as they are used.
type (
	coding struct {
		Extension []extension `json:"extension,omitempty"`
		System    string      `json:"system,omitempty"`
		Version   string      `json:"version,omitempty"`
		Code      string      `json:"code,omitempty"`
		Display   string      `json:"display,omitempty"`
	}
	concept struct {
		Coding []coding `json:"coding,omitempty"`
	}
	identifier struct {
		System string `json:"system,omitempty"`
		Value  string `json:"value,omitempty"`
	}
	reference struct {
		Identifier *identifier `json:"identifier,omitempty"`
	}
	period struct {
		Start string `json:"start,omitempty"`
		End   string `json:"end,omitempty"`
	}
	meta struct {
		Profile []string `json:"profile,omitempty"`
	}
	// extension has nested extensions or one value.
	extension struct {
		URL       string      `json:"url"`
		Extension []extension `json:"extension,omitempty"`
		Code      string      `json:"valueCode,omitempty"`
		String    string      `json:"valueString,omitempty"`
		DateTime  string      `json:"valueDateTime,omitempty"`
		Binary    []byte      `json:"valueBase64Binary,omitempty"`
		Boolean   *bool       `json:"valueBoolean,omitempty"`
		Coding    *coding     `json:"valueCoding,omitempty"`
	}
)

// stringOf, codeOf and so on make an extension with a value, or nothing for none.
func stringOf(url, s string) []extension {
	if s == "" {
		return nil
	}
	return []extension{{URL: url, String: s}}
}

func codeOf(url, code string) []extension {
	if code == "" {
		return nil
	}
	return []extension{{URL: url, Code: code}}
}

func numberOf(url string, n uint64) []extension {
	if n == 0 {
		return nil
	}
	return []extension{{URL: url, String: strconv.FormatUint(n, 10)}}
}

func timeOf(url string, t time.Time) []extension {
	if t.IsZero() {
		return nil
	}
	return []extension{{URL: url, DateTime: instant(t)}}
}

func flagOf(url string, set bool) []extension {
	if !set {
		return nil
	}
	return []extension{{URL: url, Boolean: &set}}
}

// once refuses a list in which an extension stands twice, but for those named.
func once(list []extension, repeating ...string) error {
	seen := map[string]bool{}
	for _, e := range list {
		if seen[e.URL] && !slices.Contains(repeating, e.URL) {
			return fmt.Errorf("%w: extension %q is repeated", ErrConsent, e.URL)
		}
		seen[e.URL] = true
	}
	return nil
}

// account is a reference to an account, or none.
func account(address string) *reference {
	if address == "" {
		return nil
	}
	return &reference{Identifier: &identifier{System: SystemAccount, Value: address}}
}

// accounts is account for elements that repeat.
func accounts(address string) []reference {
	if address == "" {
		return nil
	}
	return []reference{*account(address)}
}

// address returns the account that the reference is to, or nothing.
func (r *reference) address() string {
	if r == nil || r.Identifier == nil || r.Identifier.System != SystemAccount {
		return ""
	}
	return r.Identifier.Value
}

// single returns the only account of the references, or nothing.
func single(refs []reference) string {
	if len(refs) != 1 {
		return ""
	}
	return refs[0].address()
}

// instant writes a time as a FHIR dateTime in UTC, to the nanosecond.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// moment reads a FHIR dateTime. One without a time of day is its first moment in
// UTC, so that an expiry never comes later than it was meant.
func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil && !t.IsZero() && writable(t) {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: dateTime %q", ErrConsent, s)
}

// number reads what numberOf wrote.
func number(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != s {
		return 0, fmt.Errorf("%w: number %q", ErrConsent, s)
	}
	return n, nil
}
