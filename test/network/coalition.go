package network

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/gtank/ristretto255"

	"github.com/volens-network/volens/x/custody/share"
)

// Shares are secret shares of one epoch, by index.
type Shares map[int]*ristretto255.Scalar

// add takes what threshold.Shares.Bytes wrote: key, epoch, number, and an index of two
// bytes before each scalar.
func (s Shares) add(raw []byte) error {
	const head, entry = 18, 34
	if len(raw) < head || (len(raw)-head)%entry != 0 {
		return fmt.Errorf("shares of %d bytes", len(raw))
	}
	for at := head; at < len(raw); at += entry {
		x, err := ristretto255.NewScalar().SetCanonicalBytes(raw[at+2 : at+entry])
		if err != nil {
			return err
		}
		s[int(binary.BigEndian.Uint16(raw[at:]))] = x
	}
	return nil
}

// ReadShares adds the shares of an epoch that lie in a node's home. It opens a copy, for
// the node may be running; the mark is copied before the guard, so that it does not tell of
// records that the copy lacks. It returns share.ErrNone if the node has none.
func (s *Site) ReadShares(node int, keyID, epoch uint64, into Shares) error {
	dir, err := os.MkdirTemp("", "shares-")
	if err != nil {
		return err
	}
	err = readShares(filepath.Join(s.Home(node), secretsFolder), dir, keyID, epoch, into)
	return errors.Join(err, os.RemoveAll(dir))
}

func readShares(from, dir string, keyID, epoch uint64, into Shares) error {
	for _, name := range []string{"share.key", "mark", "guard", shareFile(keyID, epoch)} {
		raw, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%s: %w", name, share.ErrNone)
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, fileMode); err != nil {
			return err
		}
	}
	store, err := share.Open(dir, rand.Reader)
	if err != nil {
		return err
	}
	shares, _, err := store.Load(keyID, epoch)
	if err != nil {
		return err
	}
	defer shares.Zero()
	return into.add(shares.Bytes())
}

// Opens reports whether shares interpolate to the secret behind a public key.
func Opens(y []byte, shares Shares) bool {
	secret := ristretto255.NewScalar()
	for k, x := range shares {
		secret.Add(secret, ristretto255.NewScalar().Multiply(lagrange(k, shares), x))
	}
	return bytes.Equal(ristretto255.NewIdentityElement().ScalarBaseMult(secret).Bytes(), y)
}

// lagrange is the coefficient at 0 of an index among those of shares.
func lagrange(k int, among Shares) *ristretto255.Scalar {
	above, below := number(1), number(1)
	for m := range among {
		if m != k {
			above.Multiply(above, number(m))
			below.Multiply(below, ristretto255.NewScalar().Subtract(number(m), number(k)))
		}
	}
	return above.Multiply(above, ristretto255.NewScalar().Invert(below))
}

func number(n int) *ristretto255.Scalar {
	var raw [32]byte
	binary.LittleEndian.PutUint64(raw[:], uint64(n))
	out, err := ristretto255.NewScalar().SetCanonicalBytes(raw[:])
	if err != nil {
		panic(err) // never: n is below the group's order
	}
	return out
}

// Holding is what a coalition has of an epoch: some shares, too few to open.
type Holding struct {
	Shares    Shares
	Threshold int
}

// Conspire tries every mix of at most T-1 shares of each of two epochs, as if they belonged
// to one, and returns how many were tried and a mix that opened, if one did. The secret is
// the same in both epochs and the sharings are independent, so none must.
func Conspire(y []byte, older, newer Holding) (tried int, opened Shares) {
	last := 0
	for _, h := range []Holding{older, newer} {
		for k := range h.Shares {
			last = max(last, k)
		}
	}
	mix := Shares{}
	var walk func(k, fromOlder, fromNewer int) bool
	walk = func(k, fromOlder, fromNewer int) bool {
		if k > last {
			tried++
			if Opens(y, mix) {
				opened = maps.Clone(mix)
			}
			return len(opened) > 0
		}
		if walk(k+1, fromOlder, fromNewer) {
			return true
		}
		defer delete(mix, k)
		if x, has := older.Shares[k]; has && fromOlder < older.Threshold-1 {
			mix[k] = x
			if walk(k+1, fromOlder+1, fromNewer) {
				return true
			}
		}
		x, has := newer.Shares[k]
		if !has || fromNewer >= newer.Threshold-1 {
			return false
		}
		mix[k] = x
		return walk(k+1, fromOlder, fromNewer+1)
	}
	walk(1, 0, 0)
	return tried, opened
}

// Determines reports whether shares of the given indices of two epochs determine the secret
// by any linear combination at all. The unknowns are the secret and the higher coefficients
// of both sharings; it is determined if its row lies in the span of the shares' rows.
func Determines(older, newer []int, thresholdOlder, thresholdNewer int) bool {
	columns := thresholdOlder + thresholdNewer - 1
	row := func(k, first, coefficients int) []*ristretto255.Scalar {
		out := make([]*ristretto255.Scalar, columns)
		for i := range out {
			out[i] = number(0)
		}
		power := number(1)
		out[0] = number(1)
		for i := range coefficients {
			power = ristretto255.NewScalar().Multiply(power, number(k))
			out[first+i] = power
		}
		return out
	}
	var rows [][]*ristretto255.Scalar
	for _, k := range older {
		rows = append(rows, row(k, 1, thresholdOlder-1))
	}
	for _, k := range newer {
		rows = append(rows, row(k, thresholdOlder, thresholdNewer-1))
	}
	secret := row(0, 1, 0)
	return rank(append(rows, secret), columns) == rank(rows, columns)
}

// rank is the rank of a matrix over the scalars; the rows are left as they are.
func rank(rows [][]*ristretto255.Scalar, columns int) int {
	left := make([][]*ristretto255.Scalar, len(rows))
	for i, row := range rows {
		left[i] = append([]*ristretto255.Scalar(nil), row...)
	}
	found := 0
	zero := number(0)
	for c := range columns {
		pivot := found
		for pivot < len(left) && left[pivot][c].Equal(zero) == 1 {
			pivot++
		}
		if pivot == len(left) {
			continue
		}
		left[found], left[pivot] = left[pivot], left[found]
		inverse := ristretto255.NewScalar().Invert(left[found][c])
		for r := found + 1; r < len(left); r++ {
			factor := ristretto255.NewScalar().Multiply(left[r][c], inverse)
			for j := c; j < columns; j++ {
				term := ristretto255.NewScalar().Multiply(factor, left[found][j])
				left[r][j] = ristretto255.NewScalar().Subtract(left[r][j], term)
			}
		}
		found++
	}
	return found
}
