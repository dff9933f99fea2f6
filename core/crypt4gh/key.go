package crypt4gh

import (
	"bytes"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

// pemType is the label of a public key file.
const pemType = "CRYPT4GH PUBLIC KEY"

// ErrKey is returned for a public key that is none.
var ErrKey = errors.New("not a crypt4gh public key")

// ParsePublicKey reads a public key as `crypt4gh-keygen` writes it: 32 bytes of X25519 in a PEM block of type
// CRYPT4GH PUBLIC KEY, or the same bytes in base64 on one line. The error is ErrKey.
func ParsePublicKey(text []byte) (*ecdh.PublicKey, error) {
	raw, rest := []byte(nil), []byte(nil)
	if block, after := pem.Decode(text); block != nil {
		if block.Type != pemType {
			return nil, fmt.Errorf("%w: PEM block of type %q", ErrKey, block.Type)
		}
		raw, rest = block.Bytes, after
	} else {
		var err error
		if raw, err = base64.StdEncoding.Strict().DecodeString(string(bytes.TrimSpace(text))); err != nil {
			return nil, fmt.Errorf("%w: neither PEM nor base64", ErrKey)
		}
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("%w: more than one block", ErrKey)
	}
	key, err := ecdh.X25519().NewPublicKey(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %d bytes", ErrKey, len(raw))
	}
	return key, nil
}
