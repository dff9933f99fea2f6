// Package drs holds the nouns of the GA4GH Data Repository Service 1.4, by
// which a gateway names and describes stored bytes: Object, Checksum,
// AccessMethod, URI and Digest.
//
// A gateway fills an Object and calls Validate before it answers; a client
// calls Parse on what it received. Both then know the SHA-256, the size and at
// least one way to the bytes. The package speaks no HTTP and holds no bytes.
package drs

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"
)

const (
	maxObjectJSON = 64 << 10
	maxList       = 32
)

// ErrObject is returned for an object that breaks a rule of this package.
var ErrObject = errors.New("malformed drs object")

// AccessType is the kind of an access method, as DRS 1.4 spells it.
type AccessType string

// HTTPS is the access method that gateways offer: a URL that takes Range.
const HTTPS AccessType = "https"

// accessTypes are those that DRS 1.4 lists.
var accessTypes = map[AccessType]bool{
	"s3": true, "gs": true, "ftp": true, "gsiftp": true, "globus": true, "htsget": true, HTTPS: true, "file": true,
}

// Object describes stored bytes (DrsObject of DRS 1.4). It has the fields that
// Volens uses; others that a server may add are ignored.
type Object struct {
	ID            string         `json:"id"`
	SelfURI       string         `json:"self_uri"`
	Size          uint64         `json:"size"`
	CreatedTime   time.Time      `json:"created_time"`
	Checksums     []Checksum     `json:"checksums"`
	AccessMethods []AccessMethod `json:"access_methods"`
}

// Checksum is one digest of the bytes, in hexadecimal, with the name of its
// algorithm.
type Checksum struct {
	Checksum string `json:"checksum"`
	Type     string `json:"type"`
}

// AccessMethod is one way to the bytes: a URL, or an id to ask for one, or
// both.
type AccessMethod struct {
	Type      AccessType `json:"type"`
	AccessURL *AccessURL `json:"access_url,omitempty"`
	AccessID  string     `json:"access_id,omitempty"`
	Region    string     `json:"region,omitempty"`
}

// AccessURL is where the bytes are, with headers that the request must carry,
// each as "Name: value".
type AccessURL struct {
	URL     string   `json:"url"`
	Headers []string `json:"headers,omitempty"`
}

// Parse reads one object in JSON and validates it. Texts above 64 KiB are
// refused.
func Parse(raw []byte) (*Object, error) {
	if len(raw) > maxObjectJSON {
		return nil, fmt.Errorf("%w: %d bytes of JSON", ErrObject, len(raw))
	}
	var o Object
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrObject, err)
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &o, nil
}

// Validate checks every field: id and self_uri agree, the time is set, exactly
// one sha-256 is among the checksums, and each access method is complete.
func (o *Object) Validate() error {
	uri, err := ParseURI(o.SelfURI)
	if err != nil {
		return fmt.Errorf("%w: self_uri: %w", ErrObject, err)
	}
	if uri.ID != o.ID {
		return fmt.Errorf("%w: id %q is not that of self_uri %q", ErrObject, o.ID, o.SelfURI)
	}
	if o.CreatedTime.IsZero() {
		return fmt.Errorf("%w: created_time is missing", ErrObject)
	}
	if _, err := o.SHA256(); err != nil {
		return err
	}
	if len(o.AccessMethods) == 0 || len(o.AccessMethods) > maxList {
		return fmt.Errorf("%w: %d access methods", ErrObject, len(o.AccessMethods))
	}
	for i, m := range o.AccessMethods {
		if err := m.validate(); err != nil {
			return fmt.Errorf("access method %d: %w", i, err)
		}
	}
	return nil
}

// SHA256 returns the one sha-256 among the checksums.
func (o *Object) SHA256() (Digest, error) {
	if len(o.Checksums) > maxList {
		return Digest{}, fmt.Errorf("%w: %d checksums", ErrObject, len(o.Checksums))
	}
	var found []string
	seen := make(map[string]bool, len(o.Checksums))
	for _, c := range o.Checksums {
		if c.Type == "" || c.Checksum == "" || seen[c.Type] {
			return Digest{}, fmt.Errorf("%w: checksum %q of type %q is empty or twice", ErrObject, c.Checksum, c.Type)
		}
		seen[c.Type] = true
		if c.Type == SHA256 {
			found = append(found, c.Checksum)
		}
	}
	if len(found) != 1 {
		return Digest{}, fmt.Errorf("%w: no checksum of type %s", ErrObject, SHA256)
	}
	d, err := ParseDigest(found[0])
	if err != nil {
		return Digest{}, fmt.Errorf("%w: %w", ErrObject, err)
	}
	return d, nil
}

// HTTPS returns the first URL to read the bytes from by HTTPS, or by HTTP on
// this machine, and whether there is one.
func (o *Object) HTTPS() (AccessURL, bool) {
	for _, m := range o.AccessMethods {
		if m.Type == HTTPS && m.AccessURL != nil {
			return *m.AccessURL, true
		}
	}
	return AccessURL{}, false
}

func (m AccessMethod) validate() error {
	if !accessTypes[m.Type] {
		return fmt.Errorf("%w: type %q", ErrObject, m.Type)
	}
	if m.AccessURL == nil && m.AccessID == "" {
		return fmt.Errorf("%w: neither access_url nor access_id", ErrObject)
	}
	if m.AccessURL == nil || m.Type != HTTPS {
		return nil
	}
	u, err := url.Parse(m.AccessURL.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return fmt.Errorf("%w: access_url %q", ErrObject, m.AccessURL.URL)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return fmt.Errorf("%w: access_url %q is not https", ErrObject, m.AccessURL.URL)
	}
	return nil
}

// loopback reports whether a host is this machine, where a local network's
// gateway has no certificate.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
