package envelope

import (
	"errors"
	"fmt"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

// Identity opens the one file that a release is for. It is an age.Identity.
type Identity struct {
	key       *threshold.Key
	datasetID id.ID
	shared    []byte
	half      []byte
}

// NewIdentity works out the secret that the patient and the committee share
// from a release. Errors are ErrRelease.
func NewIdentity(r Release) (*Identity, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	key, err := threshold.NewKey(r.OriginChain, r.KeyID, r.Y[:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRelease, err)
	}
	seat, err := threshold.SeatSecretFromBytes(r.Q[:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRelease, err)
	}
	defer seat.Zero()
	shared, err := key.Recover(r.S[:], seat)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRelease, err)
	}
	return &Identity{key: key, datasetID: r.DatasetID, shared: shared, half: append([]byte(nil), r.Half[:]...)}, nil
}

// Unwrap implements age.Identity. Stanzas of other types, keys or datasets are
// not ours: age.ErrIncorrectIdentity. A volens stanza that is malformed is
// ErrStanza. One that is ours but does not open is ErrWrapKey, which wraps
// age.ErrIncorrectIdentity too, so that age goes on to other identities.
func (i *Identity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	failure := age.ErrIncorrectIdentity
	for _, s := range stanzas {
		if s.Type != StanzaType {
			continue
		}
		parsed, err := ParseStanza(s)
		if err != nil {
			return nil, err
		}
		if parsed.KeyID != i.key.ID() || parsed.DatasetID != i.datasetID {
			continue
		}
		fileKey, err := i.open(parsed)
		if err == nil {
			return fileKey, nil
		}
		failure = err
	}
	return nil, failure
}

func (i *Identity) open(s *Stanza) ([]byte, error) {
	wrapKey, err := i.key.WrapKeyFromShared(i.shared, i.half, s.DatasetID, s.U[:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStanza, err)
	}
	defer clear(wrapKey)
	aead, err := chacha20poly1305.New(wrapKey)
	if err != nil {
		return nil, fmt.Errorf("volens identity: %w", err)
	}
	fileKey, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), s.Body[:], nil)
	if err != nil {
		return nil, errors.Join(ErrWrapKey, age.ErrIncorrectIdentity)
	}
	return fileKey, nil
}

// Zero erases the secrets. The identity opens nothing afterwards.
func (i *Identity) Zero() {
	clear(i.shared)
	clear(i.half)
}

// registered is an identity that looks at the header before the keys do: it
// lets only the file through that the chain registered.
type registered struct {
	facts Facts
	inner age.Identity
}

func (r registered) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if err := compareStanzas(stanzas, r.facts); err != nil {
		return nil, err
	}
	return r.inner.Unwrap(stanzas)
}
