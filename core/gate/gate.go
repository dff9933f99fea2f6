// Package gate is the second half of a dataset's key: 32 random bytes g that
// gateways hold, so that neither a committee of the past nor a quantum computer
// of the future opens a file from what the chain shows.
//
// The patient calls Split once for g, Commit for every part, and puts the
// commitments on chain; Gate turns them into the bytes that the capsule's proof
// is bound to. Whoever receives a part calls Verify before believing it, and
// Join when k parts are there.
//
// A part says nothing about g unless k parts come together (Shamir, 1979, over
// GF(2^8) with the polynomial of FIPS 197). With k = 1 every part is g itself.
// The package neither encrypts nor sends parts, and knows nothing of the
// committee's half: the gateway, which must not be able to open a file, links
// it.
package gate

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/transcript"
)

const (
	// Size is the length of g and of each of its parts in bytes.
	Size = 32
	// MaxParts is the largest number of gateways of one dataset.
	MaxParts = 16
	// AddressSize is the length of a gateway's address in bytes.
	AddressSize = 20
)

var (
	// ErrPart is returned for a part that does not open its commitment, that
	// is malformed, or that contradicts the others.
	ErrPart = errors.New("gateway part is wrong")
	// ErrTooFew is returned when fewer parts are given than are needed.
	ErrTooFew = errors.New("too few gateway parts")
)

// Part is what one gateway holds.
type Part struct {
	// Index is the gateway's place in the dataset's list, from 1.
	Index int
	// Bytes are the 32 bytes of the part.
	Bytes []byte
}

// GatewayCommitment is a gateway with the commitment to its part.
type GatewayCommitment struct {
	// Gateway is the gateway's 20-byte address.
	Gateway []byte
	// Commitment is what Commit returned for this gateway's part.
	Commitment [Size]byte
}

// Split cuts g into m parts of which any k give it back. It takes 32 (k-1)
// bytes from rand, all coefficients of degree 1 first, then of degree 2, and so
// on. The first part is for gateway 1, the last for gateway m.
func Split(rand io.Reader, g []byte, m, k int) ([][]byte, error) {
	if len(g) != Size {
		return nil, fmt.Errorf("split: secret has %d bytes, not %d", len(g), Size)
	}
	if err := CheckThreshold(m, k); err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	coefficients := make([]byte, k*Size)
	defer clear(coefficients)
	copy(coefficients, g)
	if _, err := io.ReadFull(rand, coefficients[Size:]); err != nil {
		return nil, fmt.Errorf("split: read randomness: %w", err)
	}
	parts := make([][]byte, m)
	for i := range parts {
		parts[i] = evaluate(coefficients, byte(i+1))
	}
	return parts, nil
}

// CheckThreshold reports whether k of m gateways may be asked for:
// 1 <= k <= m <= MaxParts.
func CheckThreshold(m, k int) error {
	if k < 1 || k > m || m > MaxParts {
		return fmt.Errorf("%d of %d gateways: want 1 <= k <= m <= %d", k, m, MaxParts)
	}
	return nil
}

// Join gives g back from at least k parts in any order. Parts beyond k must lie
// on the same polynomial, else the error is ErrPart. Fewer than k wrong parts
// cannot be seen without their commitments: call Verify on each part first.
func Join(k int, parts []Part) ([]byte, error) {
	if k < 1 || k > MaxParts {
		return nil, fmt.Errorf("join: threshold %d outside of 1 to %d", k, MaxParts)
	}
	seen := [MaxParts + 1]bool{}
	for _, p := range parts {
		if p.Index < 1 || p.Index > MaxParts {
			return nil, fmt.Errorf("join: %w: index %d outside of 1 to %d", ErrPart, p.Index, MaxParts)
		}
		if seen[p.Index] {
			return nil, fmt.Errorf("join: %w: index %d twice", ErrPart, p.Index)
		}
		if len(p.Bytes) != Size {
			return nil, fmt.Errorf("join: %w: part %d has %d bytes, not %d", ErrPart, p.Index, len(p.Bytes), Size)
		}
		seen[p.Index] = true
	}
	if len(parts) < k {
		return nil, fmt.Errorf("join: %w: %d of %d", ErrTooFew, len(parts), k)
	}
	sorted := slices.SortedFunc(slices.Values(parts), func(a, b Part) int { return a.Index - b.Index })
	base := sorted[:k]
	for _, p := range sorted[k:] {
		want := interpolate(base, byte(p.Index)) //nolint:gosec // the index was checked above
		if subtle.ConstantTimeCompare(want, p.Bytes) != 1 {
			return nil, fmt.Errorf("join: %w: part %d is not of the same secret", ErrPart, p.Index)
		}
	}
	return interpolate(base, 0), nil
}

// Commit is the commitment c_i to part i (from 1) of a dataset's version:
// SHA-256(transcript("gate-part", dataset id, version, i, part)).
func Commit(datasetID id.ID, version uint64, i int, part []byte) [Size]byte {
	return transcript.New("gate-part").
		Bytes(datasetID[:]).
		Uint(version).
		Uint(uint64(i)). //nolint:gosec // indices are 1 to MaxParts
		Bytes(part).
		Sum256()
}

// Verify returns nil if part i opens its commitment, else ErrPart.
func Verify(datasetID id.ID, version uint64, i int, part, commitment []byte) error {
	if i < 1 || i > MaxParts || len(part) != Size {
		return fmt.Errorf("%w: index %d, %d bytes", ErrPart, i, len(part))
	}
	got := Commit(datasetID, version, i, part)
	if subtle.ConstantTimeCompare(got[:], commitment) != 1 {
		return fmt.Errorf("%w: part %d does not open its commitment", ErrPart, i)
	}
	return nil
}

// Gate is what a capsule says about its gateways: the bytes of
// transcript("gate", k, gateway 1, c_1, ..., gateway m, c_m). The order of the
// gateways is the order of their indices; no gateway stands twice.
func Gate(k int, gateways []GatewayCommitment) ([]byte, error) {
	if err := CheckThreshold(len(gateways), k); err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	seen := make(map[string]bool, len(gateways))
	t := transcript.New("gate").Uint(uint64(k)) //nolint:gosec // 1 <= k <= MaxParts
	for i, c := range gateways {
		if len(c.Gateway) != AddressSize {
			return nil, fmt.Errorf("gate: address of gateway %d has %d bytes, not %d", i+1, len(c.Gateway), AddressSize)
		}
		if seen[string(c.Gateway)] {
			return nil, fmt.Errorf("gate: gateway %d stands twice", i+1)
		}
		seen[string(c.Gateway)] = true
		t.Bytes(c.Gateway, c.Commitment[:])
	}
	return t.Encode(), nil
}
