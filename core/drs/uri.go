package drs

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

const (
	scheme      = "drs://"
	maxIDLength = 128
	maxHost     = 253
	maxLabel    = 63
)

// ErrURI is returned for a text that is not a host-based DRS URI.
var ErrURI = errors.New("not a drs:// URI with a host and an id")

// URI is a host-based DRS URI, drs://host/id. It has no port: clients reach the
// host by HTTPS on port 443 and ask /ga4gh/drs/v1/objects/{id}.
type URI struct {
	// Host is a lower-case DNS name or an IPv4 address.
	Host string
	// ID is 1 to 128 unreserved characters: letters, digits and "-._~".
	ID string
}

// ParseURI reads drs://host/id. What it accepts, String gives back unchanged.
func ParseURI(s string) (URI, error) {
	rest, ok := strings.CutPrefix(s, scheme)
	if !ok {
		return URI{}, fmt.Errorf("%w: %q", ErrURI, s)
	}
	host, id, ok := strings.Cut(rest, "/")
	if !ok {
		return URI{}, fmt.Errorf("%w: %q", ErrURI, s)
	}
	u := URI{Host: host, ID: id}
	if err := u.Validate(); err != nil {
		return URI{}, err
	}
	return u, nil
}

// Validate checks host and id.
func (u URI) Validate() error {
	if !validHost(u.Host) {
		return fmt.Errorf("%w: host %q", ErrURI, u.Host)
	}
	return validateID(u.ID)
}

// String returns drs://host/id.
func (u URI) String() string { return scheme + u.Host + "/" + u.ID }

func validateID(id string) error {
	if id == "" || len(id) > maxIDLength || id == "." || id == ".." {
		return fmt.Errorf("%w: id %q", ErrURI, id)
	}
	for _, c := range []byte(id) {
		if !alphanumeric(c) && (c < 'A' || c > 'Z') && !strings.ContainsRune("-._~", rune(c)) {
			return fmt.Errorf("%w: id %q", ErrURI, id)
		}
	}
	return nil
}

// validHost accepts lower-case DNS names by RFC 1123 and IPv4 addresses.
func validHost(host string) bool {
	if host == "" || len(host) > maxHost {
		return false
	}
	numeric := true
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if !alphanumeric(c) && c != '-' {
				return false
			}
			if c < '0' || c > '9' {
				numeric = false
			}
		}
	}
	if numeric {
		_, err := netip.ParseAddr(host)
		return err == nil
	}
	return true
}

func alphanumeric(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
