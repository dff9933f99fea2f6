package threshold

import (
	"bytes"
	"fmt"
	"io"

	"github.com/oasisprotocol/curve25519-voi/curve"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/transcript"
)

// MinReaderSeed is the least length of a reader seed in bytes.
const MinReaderSeed = 32

// SeatContext is what a seat is bound to: one place in one request of one researcher.
type SeatContext struct {
	LiveChain  string
	RequestID  id.ID
	Index      uint64
	Researcher []byte // 20-byte address
	Q          []byte // 32-byte point
}

func (c *SeatContext) transcript() (*transcript.Transcript, error) {
	if len(c.Researcher) != AddressSize {
		return nil, fmt.Errorf("researcher of %d bytes: %w", len(c.Researcher), ErrLength)
	}
	t := transcript.New("seat-ctx").String(c.LiveChain).Bytes(c.RequestID[:]).Uint(c.Index)
	return t.Bytes(c.Researcher, c.Q), nil
}

// SeatSecret is the researcher's one-time key q of a seat. It opens one dataset;
// a seat must never be assigned twice.
type SeatSecret struct {
	q     *Scalar
	point *Point
}

// SeatProof is a seat as it stands in a message.
type SeatProof struct {
	Context SeatContext
	Proof   []byte // ProofSize bytes
}

// DeriveSeat derives the secret of seat i of a request from the researcher's
// reader seed of at least MinReaderSeed bytes, so that one seed restores all.
func (k *Key) DeriveSeat(readerSeed []byte, liveChain string, request id.ID, i uint64) (*SeatSecret, error) {
	if len(readerSeed) < MinReaderSeed {
		return nil, fmt.Errorf("reader seed of %d bytes: %w", len(readerSeed), ErrLength)
	}
	info := k.transcript("reader").String(liveChain).Bytes(request[:]).Uint(i).Encode()
	wide := hkdf64(nil, readerSeed, info)
	defer clear(wide[:])
	return newSeatSecret(wideScalar(&wide))
}

// SeatSecretFromBytes reads what Bytes wrote. It returns ErrLength, ErrEncoding
// or ErrIdentity.
func SeatSecretFromBytes(raw []byte) (*SeatSecret, error) {
	q, err := DecodeScalar(raw)
	if err != nil {
		return nil, fmt.Errorf("seat secret: %w", err)
	}
	return newSeatSecret(q)
}

func newSeatSecret(q *Scalar) (*SeatSecret, error) {
	if q.isZero() {
		return nil, fmt.Errorf("seat secret: %w", ErrIdentity)
	}
	return &SeatSecret{q: q, point: q.base()}, nil
}

// Bytes returns the secret scalar, 32 bytes.
func (s *SeatSecret) Bytes() []byte { return s.q.Bytes() }

// Q returns the public point of the seat, 32 bytes.
func (s *SeatSecret) Q() []byte { return s.point.Bytes() }

// Zero erases the secret.
func (s *SeatSecret) Zero() { s.q.Zero() }

// Prove binds the seat to its context, whose Q must be that of this secret. The
// result is ProofSize bytes; it reads 32 bytes of rand.
func (s *SeatSecret) Prove(rand io.Reader, k *Key, ctx SeatContext) ([]byte, error) {
	if !bytes.Equal(ctx.Q, s.point.enc[:]) {
		return nil, fmt.Errorf("seat context names another q %x: %w", ctx.Q, ErrProof)
	}
	t, err := ctx.transcript()
	if err != nil {
		return nil, err
	}
	return k.Prove(rand, LabelSeat, t, s.q)
}

// VerifySeats checks the proofs of seats together. The caller checks that the
// researcher signed, and that no Q was ever seen.
func (k *Key) VerifySeats(seats []SeatProof) error {
	statements := make([]Statement, len(seats))
	for i := range seats {
		t, err := seats[i].Context.transcript()
		if err != nil {
			return fmt.Errorf("seat %d: %w", seats[i].Context.Index, err)
		}
		statements[i] = Statement{
			Label: LabelSeat, Context: t, Point: seats[i].Context.Q, Proof: seats[i].Proof,
		}
	}
	return k.Verify(statements...)
}

// Recover turns what the committee published for a seat, S = x(U+Q), into xU =
// S - qY. The result is secret.
func (k *Key) Recover(s []byte, secret *SeatSecret) ([]byte, error) {
	point, err := DecodePoint(s)
	if err != nil {
		return nil, fmt.Errorf("published point: %w", err)
	}
	xU, err := newPoint(new(curve.RistrettoPoint).Sub(&point.p, &secret.q.mul(k.y).p))
	if err != nil {
		return nil, fmt.Errorf("published point opens to nothing: %w", err)
	}
	return xU.Bytes(), nil
}
