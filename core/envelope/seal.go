package envelope

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/core/threshold"
)

// Options say to whom a file is sealed.
type Options struct {
	// Key is the committee's key.
	Key *threshold.Key
	// DatasetID is the dataset that the file becomes.
	DatasetID id.ID
	// Half is g, HalfSize random bytes drawn for this file.
	Half []byte
	// Patient is the patient's own recipient for this dataset (core/derive).
	Patient *age.HybridRecipient
	// Rand gives the capsule's randomness. The file key is drawn by age.
	Rand io.Reader
	// Workers seal chunks at the same time; 0 is one for each processor.
	Workers int
}

// Sealed is what one pass over a source found. Everything exported is public or
// becomes so, but for the plaintext's digest and size.
type Sealed struct {
	Facts
	// Size is the length of the sealed file in bytes.
	Size uint64
	// PlaintextSize and PlaintextSHA256 are of the bytes that were sealed.
	PlaintextSize   uint64
	PlaintextSHA256 [digestSize]byte

	secret *threshold.Encapsulation
}

// Seal encrypts src into dst and computes every digest in the same pass. If src
// or dst fails, the age stream is left without its end: the bytes in dst do not
// open as a whole file, and the caller throws them away.
//
// Call Prove next, or Zero if no proof is wanted.
func Seal(dst io.Writer, src io.Reader, o Options) (*Sealed, error) {
	if o.Key == nil || o.Patient == nil {
		return nil, errors.New("seal: committee key or patient's recipient is missing")
	}
	recipient, err := NewRecipient(o.Rand, o.Key, o.DatasetID, o.Half)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	out := &Sealed{secret: recipient.secret}
	if err := out.copy(dst, src, o.Workers, recipient, o.Patient); err != nil {
		out.Zero()
		return nil, fmt.Errorf("seal: %w", err)
	}
	out.KeyID, out.DatasetID = o.Key.ID(), o.DatasetID
	out.U, out.BodySHA256 = recipient.stanza.U, recipient.stanza.BodySHA256()
	return out, nil
}

func (s *Sealed) copy(dst io.Writer, src io.Reader, workers int, recipients ...age.Recipient) error {
	plainSum, fileSum := sha256.New(), sha256.New()
	tree, err := merkle.NewStream(LeafSize, nil)
	if err != nil {
		return err
	}
	plain, file := newTap(digest(plainSum)), newTap(digest(fileSum), tree.Add)
	defer plain.Close()
	defer file.Close()

	w, err := newSealer(io.MultiWriter(dst, file), workers, recipients...)
	if err != nil {
		return err
	}
	defer w.abort()
	if _, err := io.CopyBuffer(w, io.TeeReader(src, plain), make([]byte, blockSize)); err != nil {
		return err // The stream stays open: its last chunk is missing.
	}
	if err := w.Close(); err != nil {
		return err
	}
	s.PlaintextSize, s.Size = plain.Close(), file.Close()
	plainSum.Sum(s.PlaintextSHA256[:0])
	fileSum.Sum(s.SHA256[:0])
	s.TreeRoot = tree.Root()
	return nil
}

// Registration is what the capsule is bound to besides the file.
type Registration struct {
	// Version is the dataset's version, 1 for a new dataset.
	Version uint64
	// Owner is the 20-byte address that signs the registration.
	Owner []byte
	// Gate is what gate.Gate returned for the gateways.
	Gate []byte
	// FacetsRoot is the root of the dataset's facets, 32 bytes.
	FacetsRoot []byte
}

// Context is the capsule's context in a registration.
func (f Facts) Context(r Registration) threshold.CapsuleContext {
	return threshold.CapsuleContext{
		DatasetID:  f.DatasetID,
		Version:    r.Version,
		Owner:      r.Owner,
		SHA256:     f.SHA256[:],
		TreeRoot:   f.TreeRoot[:],
		U:          f.U[:],
		BodySHA256: f.BodySHA256[:],
		Gate:       r.Gate,
		FacetsRoot: r.FacetsRoot,
	}
}

// Prove makes the capsule's proof for the registration and erases the capsule's
// secret: a second call returns ErrUsed. It reads 32 bytes of rand. If it fails
// the secret is kept, so that it can be called again.
func (s *Sealed) Prove(rand io.Reader, r Registration) ([]byte, error) {
	if s.secret == nil {
		return nil, fmt.Errorf("prove: %w", ErrUsed)
	}
	proof, err := s.secret.Prove(rand, s.Context(r))
	if err != nil {
		return nil, fmt.Errorf("prove: %w", err)
	}
	s.Zero()
	return proof, nil
}

// Zero erases the capsule's secret.
func (s *Sealed) Zero() {
	if s.secret != nil {
		s.secret.Zero()
		s.secret = nil
	}
}
