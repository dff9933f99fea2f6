// Package halves keeps the gateway's parts of the second half of datasets' keys, and
// hands them out. It is the only package of the gateway that touches age, and it
// never sees a payload: a part is 32 bytes.
//
// A patient encrypts a part to the gateway's Identity; Unseal opens it; Vault.Keep
// checks that it opens its commitment and stores it sealed to the same identity;
// Vault.HandOver encrypts it to a delivery key that was fixed on chain. Who may have
// it is decided elsewhere (package access).
package halves

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/volens-network/volens/core/gate"
)

// MaxSealed is the largest age file around a part that is read, in bytes.
const MaxSealed = 64 << 10

var (
	// ErrSealed is returned for what is not an age file with one part for this gateway.
	ErrSealed = errors.New("not a part sealed to this gateway")
	// ErrRecipient is returned for a delivery key that is no age1pq recipient.
	ErrRecipient = errors.New("not an age1pq recipient")
)

// Identity is the gateway's post-quantum age identity.
type Identity struct {
	key *age.HybridIdentity
}

// NewIdentity draws an identity; the age module brings its own randomness.
func NewIdentity() (*Identity, error) {
	key, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, fmt.Errorf("draw gateway identity: %w", err)
	}
	return &Identity{key: key}, nil
}

// ParseIdentity reads AGE-SECRET-KEY-PQ-1... as String writes it.
func ParseIdentity(text string) (*Identity, error) {
	key, err := age.ParseHybridIdentity(text)
	if err != nil {
		return nil, errors.New("malformed gateway identity")
	}
	return &Identity{key: key}, nil
}

// Recipient is the age1pq recipient that stands on chain.
func (i *Identity) Recipient() string { return i.key.Recipient().String() }

// Secret is the identity as age writes it. Keep it in a file of mode 0600.
func (i *Identity) Secret() string { return i.key.String() }

// Unseal opens an age file with one part. It returns ErrSealed for anything else.
func (i *Identity) Unseal(src io.Reader) ([]byte, error) {
	body, err := age.Decrypt(io.LimitReader(src, MaxSealed), i.key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	part, err := io.ReadAll(io.LimitReader(body, gate.Size+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	if len(part) != gate.Size {
		clear(part)
		return nil, fmt.Errorf("%w: %d bytes inside, not %d", ErrSealed, len(part), gate.Size)
	}
	return part, nil
}

// CheckRecipient returns ErrRecipient for anything but an age1pq recipient: never a
// plugin, never a classical key.
func CheckRecipient(text string) error {
	if _, err := age.ParseHybridRecipient(text); err != nil {
		return ErrRecipient
	}
	return nil
}

// sealTo writes an age file with a part, for one recipient.
func sealTo(dst io.Writer, recipient string, part []byte) error {
	key, err := age.ParseHybridRecipient(recipient)
	if err != nil {
		return ErrRecipient
	}
	w, err := age.Encrypt(dst, key)
	if err != nil {
		return fmt.Errorf("seal part: %w", err)
	}
	if _, err := w.Write(part); err != nil {
		return fmt.Errorf("seal part: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("seal part: %w", err)
	}
	return nil
}
