package envelope

import (
	"encoding/binary"
	"fmt"
	"strings"

	"filippo.io/age/plugin"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

const (
	releaseVersion = 1
	// releaseFixed is the length of everything before the chain id: version,
	// KeyID, dataset id, Y, q, S, g and the chain id's length.
	releaseFixed = 1 + keyIDSize + id.Size + 2*threshold.PointSize + threshold.ScalarSize + HalfSize + 1
	// maxChainID is CometBFT's limit.
	maxChainID = 50
)

// Release is everything that opens one sealed file: what the chain published
// for a seat, the seat's secret and the gateways' half. It is the key of that
// file; handle its encodings as such.
type Release struct {
	// OriginChain, KeyID and Y name the committee's key.
	OriginChain string
	KeyID       uint64
	Y           [threshold.PointSize]byte
	// DatasetID is the dataset that was released.
	DatasetID id.ID
	// Q is the secret scalar of the seat.
	Q [threshold.ScalarSize]byte
	// S is what the committee published for the seat.
	S [threshold.PointSize]byte
	// Half is g, joined from the gateways' parts.
	Half [HalfSize]byte
}

// String hides the secrets from logs.
func (r Release) String() string {
	return fmt.Sprintf("release of dataset %s under key %d", r.DatasetID, r.KeyID)
}

// GoString hides the secrets from logs.
func (r Release) GoString() string { return r.String() }

// Encode returns the bytes of docs/spec/sealed-file.md, section 8, or
// ErrRelease if a field is not one that DecodeRelease would accept.
func (r Release) Encode() ([]byte, error) {
	if len(r.OriginChain) > maxChainID {
		return nil, fmt.Errorf("%w: chain id of %d bytes", ErrRelease, len(r.OriginChain))
	}
	out := make([]byte, 0, releaseFixed+len(r.OriginChain))
	out = append(out, releaseVersion)
	out = binary.BigEndian.AppendUint64(out, r.KeyID)
	for _, field := range [][]byte{r.DatasetID[:], r.Y[:], r.Q[:], r.S[:], r.Half[:]} {
		out = append(out, field...)
	}
	out = append(out, byte(len(r.OriginChain))) //nolint:gosec // at most maxChainID
	out = append(out, r.OriginChain...)
	if _, err := DecodeRelease(out); err != nil {
		return nil, err
	}
	return out, nil
}

// Text returns the release as an age plugin identity, AGE-PLUGIN-VOLENS-1....
func (r Release) Text() (string, error) {
	raw, err := r.Encode()
	if err != nil {
		return "", err
	}
	defer clear(raw)
	return plugin.EncodeIdentity(PluginName, raw), nil
}

// DecodeRelease reads what Encode wrote and nothing else. Errors are ErrRelease.
func DecodeRelease(raw []byte) (Release, error) {
	if len(raw) < releaseFixed {
		return Release{}, fmt.Errorf("%w: %d bytes", ErrRelease, len(raw))
	}
	if raw[0] != releaseVersion {
		return Release{}, fmt.Errorf("%w: version %d", ErrRelease, raw[0])
	}
	var r Release
	r.KeyID = binary.BigEndian.Uint64(raw[1:])
	rest := raw[1+keyIDSize:]
	for _, field := range [][]byte{r.DatasetID[:], r.Y[:], r.Q[:], r.S[:], r.Half[:]} {
		rest = rest[copy(field, rest):]
	}
	chain := string(rest[1:])
	if int(rest[0]) != len(chain) || !validChainID(chain) {
		return Release{}, fmt.Errorf("%w: chain id of %d bytes, %d announced", ErrRelease, len(chain), rest[0])
	}
	r.OriginChain = chain
	if err := r.check(); err != nil {
		return Release{}, err
	}
	return r, nil
}

// ParseRelease reads what Text wrote. Errors are ErrRelease and never hold the
// text.
func ParseRelease(text string) (Release, error) {
	name, raw, err := plugin.ParseIdentity(text)
	if err != nil || name != PluginName {
		return Release{}, fmt.Errorf("%w: not an identity of age-plugin-%s", ErrRelease, PluginName)
	}
	defer clear(raw)
	return DecodeRelease(raw)
}

// check refuses points and scalars that are not canonical, and zeros.
func (r Release) check() error {
	if r.DatasetID.IsZero() {
		return fmt.Errorf("%w: dataset id is missing", ErrRelease)
	}
	for _, p := range [][]byte{r.Y[:], r.S[:]} {
		if _, err := threshold.DecodePoint(p); err != nil {
			return fmt.Errorf("%w: %w", ErrRelease, err)
		}
	}
	seat, err := threshold.SeatSecretFromBytes(r.Q[:])
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRelease, err)
	}
	seat.Zero()
	return nil
}

func validChainID(s string) bool {
	if s == "" || len(s) > maxChainID {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
