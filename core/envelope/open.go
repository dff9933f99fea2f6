package envelope

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/volens-network/volens/core/merkle"
)

// Opened is what one pass over a sealed file found.
type Opened struct {
	// PlaintextSize and PlaintextSHA256 are of what was written.
	PlaintextSize   uint64
	PlaintextSHA256 [digestSize]byte
}

// Open decrypts src into dst and checks it against the chain: header and stanza
// first, digest and tree at the end. The identity is an Identity or the
// patient's own.
//
// Errors of src and dst come back as they are. Otherwise the error is
// ErrIntegrity (not the registered file, or damaged), or that of age for keys
// that do not fit, age.ErrIncorrectIdentity; ErrWrapKey among them if the stanza
// was the right one. After an error nothing in dst may be used.
func Open(dst io.Writer, src io.Reader, facts Facts, identity age.Identity) (*Opened, error) {
	plainSum, fileSum := sha256.New(), sha256.New()
	tree, err := merkle.NewStream(LeafSize, nil)
	if err != nil {
		return nil, err
	}
	plain, file := newTap(digest(plainSum)), newTap(digest(fileSum), tree.Add)
	defer plain.Close()
	defer file.Close()

	err = openAge(io.MultiWriter(dst, plain), io.TeeReader(src, file), 0, registered{facts, identity})
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	out := &Opened{PlaintextSize: plain.Close()}
	file.Close()
	plainSum.Sum(out.PlaintextSHA256[:0])
	if [digestSize]byte(fileSum.Sum(nil)) != facts.SHA256 {
		return nil, fmt.Errorf("open: %w: digest of the file differs", ErrIntegrity)
	}
	if tree.Root() != merkle.Hash(facts.TreeRoot) {
		return nil, fmt.Errorf("open: %w: tree root differs", ErrIntegrity)
	}
	return out, nil
}

// headerError turns an error of age.Decrypt into ours: what is not a mismatch of
// keys is a header or a first chunk that is not the registered one.
func headerError(err error) error {
	var noMatch *age.NoIdentityMatchError
	if errors.As(err, &noMatch) || errors.Is(err, ErrIntegrity) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrIntegrity, err)
}

// watched remembers how its source failed, if it did.
type watched struct {
	src io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.src.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// blame returns the source's own error, if there was one, instead of what
// followed from it.
func (w *watched) blame(err error) error {
	if w.err != nil {
		return w.err
	}
	return err
}
