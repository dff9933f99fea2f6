package threshold

import (
	"crypto/sha512"
	"errors"
	"fmt"
	"io"

	"github.com/oasisprotocol/curve25519-voi/curve/scalar"

	"github.com/volens-network/volens/core/transcript"
)

// ProofSize is the length of a Proof2: Pbar, A, A' and f.
const ProofSize = 3*PointSize + ScalarSize

// ErrProof is returned when a proof does not hold.
var ErrProof = errors.New("proof does not hold")

// Label separates the kinds of statements: a proof under one label never
// verifies under another.
type Label string

// The labels of Proof2.
const (
	LabelCapsule  Label = "capsule"
	LabelSeat     Label = "seat"
	LabelDecision Label = "decision"
)

// Statement says that somebody knows the discrete logarithm of Point, in a
// context, under a label.
type Statement struct {
	Label   Label
	Context *transcript.Transcript
	Point   []byte // 32 bytes
	Proof   []byte // ProofSize bytes
}

// opened is a decoded statement.
type opened struct {
	p, pbar, a, abar *Point
	f, e             *Scalar
}

// Prove proves knowledge of secret for the point secret*G (docs/spec/custody.md
// section 4). The result is ProofSize bytes.
func (k *Key) Prove(rand io.Reader, label Label, context *transcript.Transcript, secret *Scalar) ([]byte, error) {
	if secret.isZero() {
		return nil, fmt.Errorf("%s proof: %w", label, ErrIdentity)
	}
	p, pbar := secret.base(), secret.mul(k.gbar)
	t := k.transcript(string(label)).Nest(context).Bytes(p.enc[:], pbar.enc[:])
	nonce, err := hedgedNonce(rand, secret, t)
	if err != nil {
		return nil, fmt.Errorf("%s proof: %w", label, err)
	}
	defer nonce.Zero()
	a, abar := nonce.base(), nonce.mul(k.gbar)
	f := secret.respond(nonce, hashToScalar(t.Bytes(a.enc[:], abar.enc[:])))
	proof := make([]byte, 0, ProofSize)
	proof = append(proof, pbar.enc[:]...)
	proof = append(proof, a.enc[:]...)
	proof = append(proof, abar.enc[:]...)
	return append(proof, f.Bytes()...), nil
}

// Verify checks statements about one key together, in one multi-scalar
// multiplication. It returns nil when all hold, and ErrProof or an error of
// decoding otherwise; it does not say which one is wrong when the proofs are
// well-formed.
func (k *Key) Verify(statements ...Statement) error {
	decoded := make([]*opened, len(statements))
	batch := transcript.New("proof-batch")
	for i, s := range statements {
		o, err := k.open(s)
		if err != nil {
			return fmt.Errorf("%s proof %d: %w", s.Label, i, err)
		}
		decoded[i] = o
		batch.Bytes(o.p.enc[:], o.pbar.enc[:], o.a.enc[:], o.abar.enc[:], o.f.Bytes()).Nest(s.Context)
	}
	if !k.holds(decoded, batch.Sum512()) {
		return fmt.Errorf("%d statements about key %d: %w", len(statements), k.id, ErrProof)
	}
	return nil
}

// holds checks decoded statements with weights drawn from seed.
func (k *Key) holds(statements []*opened, seed [sha512.Size]byte) bool {
	rhos, sigmas := weights(seed, domainRho, len(statements)), weights(seed, domainSigma, len(statements))
	sum := newMSM(4 * len(statements))
	products := make([]scalar.Scalar, 2*len(statements))
	var gbar, product scalar.Scalar
	for i, o := range statements {
		rho, sigma := &rhos[i].s, &sigmas[i].s
		sum.subtractBase(rho, &o.f.s)
		gbar.Sub(&gbar, product.Mul(sigma, &o.f.s))
		sum.add(rho, o.a)
		sum.add(products[2*i].Mul(rho, &o.e.s), o.p)
		sum.add(sigma, o.abar)
		sum.add(products[2*i+1].Mul(sigma, &o.e.s), o.pbar)
	}
	sum.addTable(&gbar, k.gbarTable)
	return sum.vanishes()
}

// open decodes a statement and computes its challenge.
func (k *Key) open(s Statement) (*opened, error) {
	if len(s.Proof) != ProofSize {
		return nil, fmt.Errorf("proof of %d bytes: %w", len(s.Proof), ErrLength)
	}
	out := &opened{}
	points := []**Point{&out.p, &out.pbar, &out.a, &out.abar}
	names := []string{"statement", "Pbar", "A", "A'"}
	encodings := [][]byte{s.Point, s.Proof[:32], s.Proof[32:64], s.Proof[64:96]}
	for i, raw := range encodings {
		p, err := DecodePoint(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", names[i], err)
		}
		*points[i] = p
	}
	f, err := DecodeScalar(s.Proof[96:])
	if err != nil {
		return nil, fmt.Errorf("f: %w", err)
	}
	out.f = f
	t := k.transcript(string(s.Label)).Nest(s.Context)
	out.e = hashToScalar(t.Bytes(out.p.enc[:], out.pbar.enc[:], out.a.enc[:], out.abar.enc[:]))
	return out, nil
}
