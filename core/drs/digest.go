package drs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// SHA256 is the name of the only checksum type that Volens relies on, as the
// IANA registry of named information hash algorithms spells it.
const SHA256 = "sha-256"

// ErrDigest is returned for a text that is not 64 lower-case hexadecimal digits.
var ErrDigest = errors.New("digest is not 64 lower-case hexadecimal digits")

// Digest is the SHA-256 of an object's bytes.
type Digest [sha256.Size]byte

// ParseDigest reads 64 lower-case hexadecimal digits.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	if len(s) != hex.EncodedLen(len(d)) {
		return d, fmt.Errorf("%w: %d characters", ErrDigest, len(s))
	}
	raw, err := hex.DecodeString(s)
	if err != nil || hex.EncodeToString(raw) != s {
		return d, fmt.Errorf("%w: %q", ErrDigest, s)
	}
	copy(d[:], raw)
	return d, nil
}

// String returns 64 lower-case hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Checksum returns the digest as an object lists it.
func (d Digest) Checksum() Checksum { return Checksum{Checksum: d.String(), Type: SHA256} }
