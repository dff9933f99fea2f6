package threshold

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// ErrShares is returned for secret shares that do not belong where they are used.
var ErrShares = errors.New("shares do not belong here")

const (
	sharesHeader = 8 + 8 + 2
	sharesEntry  = 2 + ScalarSize
)

// Shares are the secret shares of one operator in one epoch.
type Shares struct {
	keyID, epoch uint64
	indices      []int // ascending from 1
	x            []*Scalar
}

// KeyID returns the number of the key that is shared.
func (s *Shares) KeyID() uint64 { return s.keyID }

// Epoch returns the epoch that the shares belong to.
func (s *Shares) Epoch() uint64 { return s.epoch }

// Indices returns the share indices, ascending.
func (s *Shares) Indices() []int { return slices.Clone(s.indices) }

// Bytes encodes the shares for sealing into the share file. The result is secret.
func (s *Shares) Bytes() []byte {
	out := make([]byte, 0, sharesHeader+len(s.x)*sharesEntry)
	out = binary.BigEndian.AppendUint64(out, s.keyID)
	out = binary.BigEndian.AppendUint64(out, s.epoch)
	out = binary.BigEndian.AppendUint16(out, uint16(len(s.x))) //nolint:gosec // at most MaxShares
	for i, x := range s.x {
		out = binary.BigEndian.AppendUint16(out, uint16(s.indices[i])) //nolint:gosec // at most MaxShares
		out = append(out, x.Bytes()...)
	}
	return out
}

// ParseShares reads what Bytes wrote. It returns ErrLength or ErrEncoding.
func ParseShares(raw []byte) (*Shares, error) {
	if len(raw) < sharesHeader {
		return nil, fmt.Errorf("shares of %d bytes: %w", len(raw), ErrLength)
	}
	n := int(binary.BigEndian.Uint16(raw[16:]))
	if n == 0 || n > MaxShares || len(raw) != sharesHeader+n*sharesEntry {
		return nil, fmt.Errorf("%d shares in %d bytes: %w", n, len(raw), ErrLength)
	}
	out := &Shares{keyID: binary.BigEndian.Uint64(raw), epoch: binary.BigEndian.Uint64(raw[8:])}
	last := 0
	for entry := range slices.Chunk(raw[sharesHeader:], sharesEntry) {
		k := int(binary.BigEndian.Uint16(entry))
		x, err := DecodeScalar(entry[2:])
		if err != nil || k <= last || k > MaxShares || x.isZero() {
			out.Zero()
			return nil, fmt.Errorf("share %d after %d: %w", k, last, ErrEncoding)
		}
		last = k
		out.indices, out.x = append(out.indices, k), append(out.x, x)
	}
	return out, nil
}

// Zero erases the shares.
func (s *Shares) Zero() {
	for _, x := range s.x {
		x.Zero()
	}
}
