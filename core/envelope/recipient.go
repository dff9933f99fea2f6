package envelope

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

// labelPostQuantum is age's label that keeps classical recipients out.
const labelPostQuantum = "postquantum"

// Recipient wraps the file key of one file to the committee and the gateways.
// It is an age.Recipient with the label "postquantum" and serves once. Seal
// makes its own; others need it only to build files by hand.
type Recipient struct {
	keyID     uint64
	datasetID id.ID
	half      []byte
	secret    *threshold.Encapsulation
	stanza    *Stanza
}

// NewRecipient draws a fresh capsule for a dataset, reading 64 bytes of rand.
// half is g, HalfSize bytes, drawn anew by the caller for this file.
func NewRecipient(rand io.Reader, key *threshold.Key, datasetID id.ID, half []byte) (*Recipient, error) {
	if len(half) != HalfSize {
		return nil, fmt.Errorf("gateways' half has %d bytes, not %d", len(half), HalfSize)
	}
	if datasetID.IsZero() {
		return nil, errors.New("dataset id is missing")
	}
	secret, err := key.Encapsulate(rand)
	if err != nil {
		return nil, err
	}
	return &Recipient{keyID: key.ID(), datasetID: datasetID, half: half, secret: secret}, nil
}

// Wrap implements age.Recipient. A second call returns ErrUsed.
func (r *Recipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	if r.stanza != nil {
		return nil, fmt.Errorf("volens recipient: %w", ErrUsed)
	}
	if len(fileKey) != fileKeySize {
		return nil, fmt.Errorf("volens recipient: file key of %d bytes, not %d", len(fileKey), fileKeySize)
	}
	wrapKey := r.secret.WrapKey(r.datasetID, r.half)
	defer clear(wrapKey)
	aead, err := chacha20poly1305.New(wrapKey)
	if err != nil {
		return nil, fmt.Errorf("volens recipient: %w", err)
	}
	s := &Stanza{KeyID: r.keyID, DatasetID: r.datasetID}
	copy(s.U[:], r.secret.U())
	// The nonce is zero because a wrap key seals this one body.
	copy(s.Body[:], aead.Seal(nil, make([]byte, chacha20poly1305.NonceSize), fileKey, nil))
	r.stanza = s
	return []*age.Stanza{s.Age()}, nil
}

// WrapWithLabels implements age.RecipientWithLabels.
func (r *Recipient) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	stanzas, err := r.Wrap(fileKey)
	if err != nil {
		return nil, nil, err
	}
	return stanzas, []string{labelPostQuantum}, nil
}
