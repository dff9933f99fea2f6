package threshold

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/oasisprotocol/curve25519-voi/curve"
)

// MaxShares bounds the number of shares of a committee.
const MaxShares = 400

// Errors about committees.
var (
	// ErrCommittee is returned for a committee whose numbers or points do not fit together.
	ErrCommittee = errors.New("committee is not consistent")
	// ErrOperator is returned for an operator that has no place where it is named.
	ErrOperator = errors.New("operator has no shares")
)

// Committee is the public data of one epoch: who holds which share of the key.
// Make it once per epoch and keep it, for it decodes every share key and caches
// Lagrange coefficients. It is safe for concurrent use.
type Committee struct {
	key     *Key
	epoch   uint64
	t       int
	x       []*Point
	tables  []*curve.ExpandedRistrettoPoint // of x, for sums
	owners  [][]byte
	indices map[string][]int // by operator, ascending from 1

	responders responderCache
}

// NewCommittee makes a committee of W = len(x) shares of which any t open: x[i]
// and owners[i] are the encoded share key and the 20-byte operator address of
// share i+1. It returns ErrCommittee when the numbers are out of bounds, when
// one operator holds t shares, or when the first t share keys do not make Y.
func NewCommittee(key *Key, epoch uint64, t int, x, owners [][]byte) (*Committee, error) {
	indices, err := checkAssignment(t, owners)
	if err != nil {
		return nil, err
	}
	if len(x) != len(owners) {
		return nil, fmt.Errorf("%d share keys for %d owners: %w", len(x), len(owners), ErrCommittee)
	}
	points := make([]*Point, len(x))
	for i, raw := range x {
		if points[i], err = DecodePoint(raw); err != nil {
			return nil, fmt.Errorf("share key %d: %w", i+1, err)
		}
	}
	return newCommittee(key, epoch, t, points, owners, indices)
}

func newCommittee(
	key *Key, epoch uint64, t int, x []*Point, owners [][]byte, indices map[string][]int,
) (*Committee, error) {
	c := &Committee{
		key: key, epoch: epoch, t: t, x: x, owners: cloneAll(owners), indices: indices,
		tables: make([]*curve.ExpandedRistrettoPoint, len(x)),
	}
	for i, p := range x {
		c.tables[i] = curve.NewExpandedRistrettoPoint(&p.p)
	}
	first := make([]int, t)
	for i := range first {
		first[i] = i + 1
	}
	if c.respondersOf(first).combine(x[:t]).Equal(&key.y.p) != 1 {
		return nil, fmt.Errorf("share keys of epoch %d do not make key %d: %w", epoch, key.id, ErrCommittee)
	}
	return c, nil
}

// checkAssignment validates a threshold and the owners of shares, and returns
// the share indices of each operator.
func checkAssignment(t int, owners [][]byte) (map[string][]int, error) {
	if len(owners) == 0 || len(owners) > MaxShares || t < 1 || t > len(owners) {
		return nil, fmt.Errorf("threshold %d of %d shares: %w", t, len(owners), ErrCommittee)
	}
	indices := map[string][]int{}
	for i, owner := range owners {
		if len(owner) != AddressSize {
			return nil, fmt.Errorf("owner of share %d has %d bytes: %w", i+1, len(owner), ErrLength)
		}
		indices[string(owner)] = append(indices[string(owner)], i+1)
	}
	for i, owner := range owners {
		if len(indices[string(owner)]) >= t {
			return nil, fmt.Errorf("owner of share %d holds the threshold %d alone: %w", i+1, t, ErrCommittee)
		}
	}
	return indices, nil
}

// Key returns the key that the committee holds.
func (c *Committee) Key() *Key { return c.key }

// Epoch returns the number of the epoch.
func (c *Committee) Epoch() uint64 { return c.epoch }

// Threshold returns T, the number of shares that open.
func (c *Committee) Threshold() int { return c.t }

// Size returns W, the number of shares.
func (c *Committee) Size() int { return len(c.x) }

// Operators returns how many operators hold shares.
func (c *Committee) Operators() int { return len(c.indices) }

// Indices returns the share indices of an operator, ascending from 1; none when
// it holds no share.
func (c *Committee) Indices(operator []byte) []int {
	return slices.Clone(c.indices[string(operator)])
}

// ShareKeys returns the encoded share keys X[1..W], for storing.
func (c *Committee) ShareKeys() [][]byte {
	out := make([][]byte, len(c.x))
	for i, p := range c.x {
		out[i] = p.Bytes()
	}
	return out
}

// Owners returns the operator address of each share, for storing.
func (c *Committee) Owners() [][]byte { return cloneAll(c.owners) }

// CheckShares reports whether these are the secret shares of an operator in
// this epoch: the indices are its own and each scalar belongs to its share key.
// A node calls it when it loads its share file.
func (c *Committee) CheckShares(operator []byte, s *Shares) error {
	if err := c.matchShares(operator, s); err != nil {
		return err
	}
	for i, k := range s.indices {
		if !s.x[i].base().Equal(c.x[k-1]) {
			return fmt.Errorf("share %d does not belong to epoch %d: %w", k, c.epoch, ErrShares)
		}
	}
	return nil
}

// matchShares checks everything but the scalars.
func (c *Committee) matchShares(operator []byte, s *Shares) error {
	own := c.indices[string(operator)]
	if len(own) == 0 {
		return fmt.Errorf("operator %x in epoch %d: %w", operator, c.epoch, ErrOperator)
	}
	if s.keyID != c.key.id || s.epoch != c.epoch || !slices.Equal(s.indices, own) {
		return fmt.Errorf(
			"shares %v of key %d epoch %d where %v of key %d epoch %d are due: %w",
			s.indices, s.keyID, s.epoch, own, c.key.id, c.epoch, ErrShares,
		)
	}
	return nil
}

// EqualAssignment gives one share to each of n operators, in ascending order of
// address, with the threshold floor(2n/3) + 1. It refuses fewer than two
// operators, addresses that are not 20 bytes, and repeated ones.
func EqualAssignment(operators [][]byte) (owners [][]byte, t int, err error) {
	owners = cloneAll(operators)
	slices.SortFunc(owners, bytes.Compare)
	for i := 1; i < len(owners); i++ {
		if bytes.Equal(owners[i-1], owners[i]) {
			return nil, 0, fmt.Errorf("operator %x twice: %w", owners[i], ErrCommittee)
		}
	}
	t = 2*len(owners)/3 + 1
	if _, err := checkAssignment(t, owners); err != nil {
		return nil, 0, err
	}
	return owners, t, nil
}

func cloneAll(in [][]byte) [][]byte {
	out := make([][]byte, len(in))
	for i, b := range in {
		out[i] = bytes.Clone(b)
	}
	return out
}
