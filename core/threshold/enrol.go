package threshold

import (
	"fmt"
	"io"

	"github.com/volens-network/volens/core/transcript"
)

// EnrolmentSize is the length of an encoded enrolment.
const EnrolmentSize = AddressSize + PointSize + SchnorrSize

// RunContext names one attempt to make or move a committee key.
type RunContext struct {
	OriginChain string
	KeyID       uint64
	Epoch       uint64 // the epoch that the run makes
	Run         uint64 // the number of the attempt
}

// transcript is P0(label): the prefix of every statement inside the run.
func (c RunContext) transcript(label string) *transcript.Transcript {
	return transcript.New(label).String(c.OriginChain).Uint(c.KeyID).Uint(c.Epoch).Uint(c.Run)
}

// EnrolmentSecret is an operator's decryption key ek for one run.
type EnrolmentSecret struct {
	ek *Scalar
}

// Enrolment is an operator's encryption key for one run, with proof of possession.
type Enrolment struct {
	Operator []byte // 20-byte address
	EK       []byte // 32-byte point
	Proof    []byte // SchnorrSize bytes
}

// NewEnrolment draws an operator's key for a run. It reads 96 bytes of rand.
func NewEnrolment(rand io.Reader, ctx RunContext, operator []byte) (*EnrolmentSecret, Enrolment, error) {
	if len(operator) != AddressSize {
		return nil, Enrolment{}, fmt.Errorf("enrol: operator of %d bytes: %w", len(operator), ErrLength)
	}
	ek, err := RandomScalar(rand)
	if err != nil {
		return nil, Enrolment{}, fmt.Errorf("enrol: %w", err)
	}
	secret := &EnrolmentSecret{ek: ek}
	enrolment, err := secret.Enrol(rand, ctx, operator)
	if err != nil {
		secret.Zero()
		return nil, Enrolment{}, err
	}
	return secret, enrolment, nil
}

// Enrol makes the enrolment of a secret that was drawn before, so that an operator
// that restarts in the middle of a run offers the same key again. It reads 32 bytes
// of rand.
func (s *EnrolmentSecret) Enrol(rand io.Reader, ctx RunContext, operator []byte) (Enrolment, error) {
	if len(operator) != AddressSize {
		return Enrolment{}, fmt.Errorf("enrol: operator of %d bytes: %w", len(operator), ErrLength)
	}
	public := s.ek.base()
	proof, err := proveSchnorr(rand, ctx.transcript("enrol").Bytes(operator), s.ek, public)
	if err != nil {
		return Enrolment{}, fmt.Errorf("enrol: %w", err)
	}
	return Enrolment{Operator: append([]byte(nil), operator...), EK: public.Bytes(), Proof: proof}, nil
}

// VerifyEnrolment checks the proof of possession. The caller checks that the
// operator sent it.
func VerifyEnrolment(ctx RunContext, e Enrolment) error {
	if len(e.Operator) != AddressSize {
		return fmt.Errorf("enrolment: operator of %d bytes: %w", len(e.Operator), ErrLength)
	}
	ek, err := DecodePoint(e.EK)
	if err != nil {
		return fmt.Errorf("enrolment of %x: %w", e.Operator, err)
	}
	if err := verifySchnorr(ctx.transcript("enrol").Bytes(e.Operator), ek, e.Proof); err != nil {
		return fmt.Errorf("enrolment of %x: %w", e.Operator, err)
	}
	return nil
}

// Bytes returns the secret, 32 bytes, for sealing until the run ends.
func (s *EnrolmentSecret) Bytes() []byte { return s.ek.Bytes() }

// Zero erases the secret.
func (s *EnrolmentSecret) Zero() { s.ek.Zero() }

// EnrolmentSecretFromBytes reads what Bytes wrote.
func EnrolmentSecretFromBytes(raw []byte) (*EnrolmentSecret, error) {
	ek, err := DecodeScalar(raw)
	if err != nil {
		return nil, fmt.Errorf("enrolment secret: %w", err)
	}
	if ek.isZero() {
		return nil, fmt.Errorf("enrolment secret: %w", ErrIdentity)
	}
	return &EnrolmentSecret{ek: ek}, nil
}

// MarshalBinary encodes the enrolment in EnrolmentSize bytes.
func (e Enrolment) MarshalBinary() ([]byte, error) {
	out := append(append(append([]byte(nil), e.Operator...), e.EK...), e.Proof...)
	if len(e.Operator) != AddressSize || len(e.EK) != PointSize || len(out) != EnrolmentSize {
		return nil, fmt.Errorf("enrolment of %d bytes: %w", len(out), ErrLength)
	}
	return out, nil
}

// UnmarshalEnrolment reads what MarshalBinary wrote. It checks the length only;
// VerifyEnrolment checks the rest.
func UnmarshalEnrolment(raw []byte) (Enrolment, error) {
	if len(raw) != EnrolmentSize {
		return Enrolment{}, fmt.Errorf("enrolment of %d bytes: %w", len(raw), ErrLength)
	}
	raw = append([]byte(nil), raw...)
	return Enrolment{
		Operator: raw[:AddressSize:AddressSize],
		EK:       raw[AddressSize : AddressSize+PointSize : AddressSize+PointSize],
		Proof:    raw[AddressSize+PointSize:],
	}, nil
}
