package threshold

import (
	"bytes"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/transcript"
)

// DigestSize is the length of a SHA-256 digest in bytes; WrapKeySize that of a wrap key.
const (
	DigestSize  = 32
	WrapKeySize = 32
)

// CapsuleContext is what a capsule is bound to: whose dataset it opens and which bytes.
type CapsuleContext struct {
	DatasetID  id.ID
	Version    uint64
	Owner      []byte // 20-byte address
	SHA256     []byte // of the sealed file, 32 bytes
	TreeRoot   []byte // over the sealed file, 32 bytes
	U          []byte // 32-byte point
	BodySHA256 []byte // of the stanza's body, 32 bytes
	Gate       []byte // encoded transcript "gate"
	FacetsRoot []byte // 32 bytes
}

// transcript is the context item of the capsule's proof.
func (c *CapsuleContext) transcript() (*transcript.Transcript, error) {
	fields := []struct {
		name  string
		value []byte
		size  int
	}{
		{"owner", c.Owner, AddressSize},
		{"sha256", c.SHA256, DigestSize},
		{"tree root", c.TreeRoot, DigestSize},
		{"u", c.U, PointSize},
		{"body sha256", c.BodySHA256, DigestSize},
		{"facets root", c.FacetsRoot, DigestSize},
	}
	for _, f := range fields {
		if len(f.value) != f.size {
			return nil, fmt.Errorf("capsule %s of %d bytes, want %d: %w", f.name, len(f.value), f.size, ErrLength)
		}
	}
	if len(c.Gate) == 0 {
		return nil, fmt.Errorf("capsule gate is empty: %w", ErrLength)
	}
	t := transcript.New("capsule-ctx").Bytes(c.DatasetID[:]).Uint(c.Version).Bytes(c.Owner, c.SHA256, c.TreeRoot, c.U)
	return t.Bytes(c.BodySHA256, c.Gate, c.FacetsRoot), nil
}

// Encapsulation is a freshly drawn shared secret with the committee. It is
// secret; erase it with Zero when the file is sealed and the proof is made.
type Encapsulation struct {
	key    *Key
	r      *Scalar
	u      *Point
	shared *Point // rY
}

// Encapsulate draws a new U = rG and the secret R = rY for one dataset version.
// It reads 64 bytes of rand.
func (k *Key) Encapsulate(rand io.Reader) (*Encapsulation, error) {
	r, err := RandomScalar(rand)
	if err != nil {
		return nil, fmt.Errorf("encapsulate: %w", err)
	}
	return &Encapsulation{key: k, r: r, u: r.base(), shared: r.mul(k.y)}, nil
}

// U returns the public half, 32 bytes.
func (e *Encapsulation) U() []byte { return e.u.Bytes() }

// WrapKey derives the 32-byte key that wraps the file key, from R and from the
// gateways' half g. Either half alone keeps it secret.
func (e *Encapsulation) WrapKey(dataset id.ID, g []byte) []byte {
	return e.key.wrapKey(e.shared, g, dataset, e.u)
}

// Prove binds the capsule to its context: a proof of knowledge of r, of
// ProofSize bytes. It reads 32 bytes of rand.
func (e *Encapsulation) Prove(rand io.Reader, ctx CapsuleContext) ([]byte, error) {
	if !bytes.Equal(ctx.U, e.u.enc[:]) {
		return nil, fmt.Errorf("capsule context names another u %x: %w", ctx.U, ErrProof)
	}
	t, err := ctx.transcript()
	if err != nil {
		return nil, err
	}
	return e.key.Prove(rand, LabelCapsule, t, e.r)
}

// Zero erases the secrets.
func (e *Encapsulation) Zero() {
	e.r.Zero()
	*e.shared = Point{}
}

// VerifyCapsule checks the proof of a capsule. The caller checks that the signer
// is ctx.Owner and that U was never seen.
func (k *Key) VerifyCapsule(ctx CapsuleContext, proof []byte) error {
	t, err := ctx.transcript()
	if err != nil {
		return err
	}
	return k.Verify(Statement{Label: LabelCapsule, Context: t, Point: ctx.U, Proof: proof})
}

// WrapKeyFromShared derives the wrap key of a dataset from xU, which Recover
// gives, the gateways' half g and the dataset's U.
func (k *Key) WrapKeyFromShared(xU, g []byte, dataset id.ID, u []byte) ([]byte, error) {
	shared, err := DecodePoint(xU)
	if err != nil {
		return nil, fmt.Errorf("shared point: %w", err)
	}
	point, err := DecodePoint(u)
	if err != nil {
		return nil, fmt.Errorf("u: %w", err)
	}
	return k.wrapKey(shared, g, dataset, point), nil
}

func (k *Key) wrapKey(shared *Point, g []byte, dataset id.ID, u *Point) []byte {
	info := k.transcript("wrap").Bytes(dataset[:], u.enc[:]).Encode()
	block := hkdf64(g, shared.enc[:], info)
	defer clear(block[:])
	return append([]byte(nil), block[:WrapKeySize]...)
}
