package committee

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"github.com/gtank/ristretto255"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

const (
	// OriginChain is the chain id that every key here is bound to.
	OriginChain = "volens-bench-1"
	// LiveChain is the chain id of every seat and job here.
	LiveChain = "volens-bench-2"
	// KeyID is the number of every key here.
	KeyID = 1
	// Height is the height of every round here.
	Height = 1000
)

// Committee is a committee with the shares of all its operators.
type Committee struct {
	*threshold.Committee
	// Operators are the addresses, ascending; each holds one share.
	Operators [][]byte
	// Shares are the secret shares by operator.
	Shares map[string]*threshold.Shares
}

// Addresses makes n operator addresses, ascending.
func Addresses(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = binary.BigEndian.AppendUint32(make([]byte, threshold.AddressSize-4), uint32(i+1))
	}
	return out
}

// Deal makes a committee of n operators with one share each and the threshold of the protocol.
func Deal(n int) (*Committee, error) {
	owners, t, err := threshold.EqualAssignment(Addresses(n))
	if err != nil {
		return nil, err
	}
	coefficients := make([]*ristretto255.Scalar, t)
	for i := range coefficients {
		if coefficients[i], err = randomScalar(); err != nil {
			return nil, err
		}
	}
	out := &Committee{Operators: owners, Shares: map[string]*threshold.Shares{}}
	x := make([][]byte, n)
	for i, owner := range owners {
		share, err := eval(coefficients, i+1)
		if err != nil {
			return nil, err
		}
		x[i] = base(share)
		if out.Shares[string(owner)], err = shares(i+1, share); err != nil {
			return nil, err
		}
	}
	key, err := threshold.NewKey(OriginChain, KeyID, base(coefficients[0]))
	if err != nil {
		return nil, err
	}
	out.Committee, err = threshold.NewCommittee(key, 1, t, x, owners)
	return out, err
}

// Jobs makes n releases to fresh seats.
func (c *Committee) Jobs(n int) ([]threshold.Job, error) {
	out := make([]threshold.Job, n)
	for i := range out {
		u, err := c.Key().Encapsulate(rand.Reader)
		if err != nil {
			return nil, err
		}
		q, err := c.Key().Encapsulate(rand.Reader)
		if err != nil {
			return nil, err
		}
		b, err := threshold.AddPoints(u.U(), q.U())
		if err != nil {
			return nil, err
		}
		dataset := id.ID{2, byte(i), byte(i >> 8)}
		out[i] = threshold.Job{
			ID: threshold.JobID(threshold.JobRelease, KeyID, LiveChain, id.ID{1}, uint64(i), dataset, 1, b),
			B:  b,
		}
	}
	return out, nil
}

// Round makes the round for a batch, as every node does for each height.
func (c *Committee) Round(jobs []threshold.Job) (*threshold.Round, error) {
	return threshold.NewRound(c.Committee, LiveChain, Height, jobs)
}

// Emit lets the first T operators answer a batch.
func (c *Committee) Emit(jobs []threshold.Job) ([]*threshold.Contribution, error) {
	round, err := c.Round(jobs)
	if err != nil {
		return nil, err
	}
	out := make([]*threshold.Contribution, c.Threshold())
	for i, operator := range c.Operators[:len(out)] {
		all := threshold.FullBitmap(round.Len())
		if out[i], err = round.Emit(rand.Reader, operator, c.Shares[string(operator)], all); err != nil {
			return nil, fmt.Errorf("operator %d: %w", i+1, err)
		}
	}
	return out, nil
}

// shares encodes and reads one share, as from a share file.
func shares(index int, share *ristretto255.Scalar) (*threshold.Shares, error) {
	raw := binary.BigEndian.AppendUint64(nil, KeyID)
	raw = binary.BigEndian.AppendUint64(raw, 1)
	raw = binary.BigEndian.AppendUint16(raw, 1)
	raw = binary.BigEndian.AppendUint16(raw, uint16(index))
	return threshold.ParseShares(append(raw, share.Bytes()...))
}

func randomScalar() (*ristretto255.Scalar, error) {
	wide := make([]byte, 64)
	if _, err := rand.Read(wide); err != nil {
		return nil, err
	}
	return ristretto255.NewScalar().SetUniformBytes(wide)
}

// eval is the polynomial's value at k.
func eval(coefficients []*ristretto255.Scalar, k int) (*ristretto255.Scalar, error) {
	raw := make([]byte, threshold.ScalarSize)
	binary.LittleEndian.PutUint32(raw, uint32(k))
	at, err := ristretto255.NewScalar().SetCanonicalBytes(raw)
	if err != nil {
		return nil, err
	}
	out := ristretto255.NewScalar()
	for i := len(coefficients) - 1; i >= 0; i-- {
		out.Multiply(out, at)
		out.Add(out, coefficients[i])
	}
	return out, nil
}

func base(s *ristretto255.Scalar) []byte {
	return ristretto255.NewIdentityElement().ScalarBaseMult(s).Bytes()
}
