package threshold

import (
	"crypto/sha512"
	"fmt"
	"io"

	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// ConfirmationSize is the length of an encoded confirmation.
const ConfirmationSize = AddressSize + SchnorrSize

// Confirmation proves that an operator holds all its shares of a new committee.
type Confirmation struct {
	Operator []byte // 20-byte address
	Proof    []byte // SchnorrSize bytes
}

// Confirm proves possession of the shares that FinishPrivate made for the
// committee c. It reads 32 bytes of rand.
func (r *Run) Confirm(rand io.Reader, operator []byte, shares *Shares, c *Committee) (Confirmation, error) {
	if err := c.matchShares(operator, shares); err != nil {
		return Confirmation{}, fmt.Errorf("confirm: %w", err)
	}
	seed, g, public := r.confirmed(operator, c)
	secret := &Scalar{}
	defer secret.Zero()
	var product scalar.Scalar
	for i, x := range shares.x {
		secret.s.Add(&secret.s, product.Mul(&g[i].s, &x.s))
	}
	product.Zero()
	proof, err := proveSchnorr(rand, r.ctx.transcript("confirm-challenge").Bytes(seed[:]), secret, public)
	if err != nil {
		return Confirmation{}, fmt.Errorf("confirm: %w", err)
	}
	return Confirmation{Operator: append([]byte(nil), operator...), Proof: proof}, nil
}

// VerifyConfirmation checks a confirmation against the committee that
// FinishPublic made. The caller checks that the operator sent it.
func (r *Run) VerifyConfirmation(x Confirmation, c *Committee) error {
	if len(c.indices[string(x.Operator)]) == 0 {
		return fmt.Errorf("confirmation of %x: %w", x.Operator, ErrOperator)
	}
	seed, _, public := r.confirmed(x.Operator, c)
	if err := verifySchnorr(r.ctx.transcript("confirm-challenge").Bytes(seed[:]), public, x.Proof); err != nil {
		return fmt.Errorf("confirmation of %x: %w", x.Operator, err)
	}
	return nil
}

// confirmed is the statement: the weights of an operator's shares and the sum of its share keys.
func (r *Run) confirmed(operator []byte, c *Committee) (seed [sha512.Size]byte, g []Scalar, public *Point) {
	own := c.indices[string(operator)]
	t := r.ctx.transcript("confirm").Bytes(c.key.y.enc[:])
	t.Uint(uint64(c.t)).Uint(uint64(len(c.x))) //nolint:gosec // T is positive
	t.Bytes(operator).Uint(uint64(len(own)))
	for _, k := range own {
		t.Uint(uint64(k)).Bytes(c.x[k-1].enc[:]) //nolint:gosec // k is positive
	}
	seed = t.Sum512()
	g = weights(seed, domainG, len(own))
	sum := newMSM(len(own))
	for i, k := range own {
		sum.addTable(&g[i].s, c.tables[k-1])
	}
	return seed, g, mustPoint(sum.sum())
}

// MarshalBinary encodes the confirmation in ConfirmationSize bytes.
func (x Confirmation) MarshalBinary() ([]byte, error) {
	out := append(append([]byte(nil), x.Operator...), x.Proof...)
	if len(x.Operator) != AddressSize || len(out) != ConfirmationSize {
		return nil, fmt.Errorf("confirmation of %d bytes: %w", len(out), ErrLength)
	}
	return out, nil
}

// UnmarshalConfirmation reads what MarshalBinary wrote. It checks the length
// only; VerifyConfirmation checks the rest.
func UnmarshalConfirmation(raw []byte) (Confirmation, error) {
	if len(raw) != ConfirmationSize {
		return Confirmation{}, fmt.Errorf("confirmation of %d bytes: %w", len(raw), ErrLength)
	}
	raw = append([]byte(nil), raw...)
	return Confirmation{Operator: raw[:AddressSize:AddressSize], Proof: raw[AddressSize:]}, nil
}
