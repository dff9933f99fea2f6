package threshold

import (
	"encoding/binary"
	"io"

	"github.com/volens-network/volens/core/transcript"
)

// What the tests in threshold_test need of the inside.
var (
	HashToScalar = hashToScalar
	HKDF64       = hkdf64
	HedgedNonce  = hedgedNonce
)

// Draws returns the first n weights of a seed and domain.
func Draws(seed [64]byte, domain byte, n int) []Scalar { return weights(seed, domain, n) }

// ReduceWide reduces WideSize little-endian bytes.
func ReduceWide(raw []byte) *Scalar {
	var sum wide
	for i := range sum {
		sum[i] = binary.LittleEndian.Uint64(raw[8*i:])
	}
	out := &Scalar{}
	sum.reduce(&out.s)
	return out
}

// WideSize is the length of an unreduced sum in bytes.
const WideSize = 8 * wideWords

// AddToWide adds the product of a scalar and a weight to an unreduced sum.
func AddToWide(raw []byte, s, weight *Scalar) []byte {
	var sum wide
	for i := range sum {
		sum[i] = binary.LittleEndian.Uint64(raw[8*i:])
	}
	x, factor := integerOf(&s.s), integerOf(&weight.s)
	sum.addProduct(&x, &factor)
	out := make([]byte, 0, WideSize)
	for _, word := range sum {
		out = binary.LittleEndian.AppendUint64(out, word)
	}
	return out
}

// Lagrange returns the coefficients at 0.
func Lagrange(indices []int) []*Scalar { return lagrange(indices) }

// GbarBytes returns the second generator.
func (k *Key) GbarBytes() []byte { return k.gbar.Bytes() }

// TranscriptOf is P(label).
func (k *Key) TranscriptOf(label string) *transcript.Transcript { return k.transcript(label) }

// TranscriptOf returns the context item of a capsule.
func (c *CapsuleContext) TranscriptOf() (*transcript.Transcript, error) { return c.transcript() }

// TranscriptOf returns the context item of a seat.
func (c *SeatContext) TranscriptOf() (*transcript.Transcript, error) { return c.transcript() }

// ProveForged proves whatever shares a contribution holds, as a cheating operator would.
func (r *Round) ProveForged(rand io.Reader, c *Contribution, shares *Shares) error {
	return r.prove(rand, c, shares)
}

// ForceDispute makes the dispute of a share that may be good.
func (r *Run) ForceDispute(rand io.Reader, d *Deal, k int, ek *EnrolmentSecret) (*Dispute, error) {
	return r.dispute(rand, d, k, ek, ek.ek.mul(d.a))
}

// ForceShares builds shares that do not come from a run.
func ForceShares(keyID, epoch uint64, indices []int, x []*Scalar) *Shares {
	return &Shares{keyID: keyID, epoch: epoch, indices: indices, x: x}
}

// Secrets returns the scalars of shares.
func (s *Shares) Secrets() []*Scalar { return s.x }

// LagrangeSums returns the sum of the first points with the coefficients of indices as
// Combine makes it, with a chain or not, and term by term.
func LagrangeSums(indices []int, encoded [][]byte) (combined, plain []byte, chain bool) {
	points, sum := make([]*Point, len(indices)), newMSM(len(indices))
	r := newResponders(indices, MaxShares)
	for i, lambda := range lagrange(indices) {
		points[i] = must(DecodePoint(encoded[i]))
		sum.add(&lambda.s, points[i])
	}
	return mustPoint(r.combine(points)).Bytes(), mustPoint(sum.sum()).Bytes(), r.chain != nil
}
