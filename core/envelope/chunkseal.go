package envelope

import (
	"bytes"
	"crypto/cipher"
	"errors"
	"io"

	"filippo.io/age"
)

// errAborted is what a sealer returns after a failure.
var errAborted = errors.New("sealing was given up")

// sealer is age.Encrypt with several workers: an io.Writer whose Close writes the last chunk. Without Close, or
// after an error, what stands in dst does not open as a whole file; abort frees what it holds.
type sealer struct {
	pipe    *pipeline
	current *batch
	done    bool
}

// newSealer writes the header of an age file to dst and returns the writer of its payload.
func newSealer(dst io.Writer, workers int, recipients ...age.Recipient) (*sealer, error) {
	var header bytes.Buffer
	var fileKey []byte
	defer func() { clear(fileKey) }()
	watched := make([]age.Recipient, len(recipients))
	for i, r := range recipients {
		watched[i] = &noting{inner: r, fileKey: &fileKey}
	}
	// age draws the file key and the nonce, and writes the header. Its own writer has not begun and is not used.
	if _, err := age.Encrypt(&header, watched...); err != nil {
		return nil, err
	}
	nonce := header.Bytes()[header.Len()-streamNonceSize:]
	aead, err := payloadCipher(fileKey, nonce)
	if err != nil {
		return nil, err
	}
	if _, err := dst.Write(header.Bytes()); err != nil {
		return nil, err
	}
	pipe := newPipeline(dst, workersOf(workers), batchChunks*chunkSize, batchChunks*sealedChunkSize,
		func(b *batch) error { return sealBatch(aead, b) })
	return &sealer{pipe: pipe, current: pipe.next()}, nil
}

func sealBatch(aead cipher.AEAD, b *batch) error {
	return b.each(chunkSize, func(piece, nonce []byte) error {
		b.out = aead.Seal(b.out, nonce, piece, nil)
		return nil
	})
}

// Write implements io.Writer.
func (s *sealer) Write(p []byte) (int, error) {
	if s.done {
		return 0, errAborted
	}
	total := len(p)
	for len(p) > 0 {
		// A full batch waits until it is known that it is not the last.
		if len(s.current.in) == cap(s.current.in) {
			if !s.pipe.submit(s.current, batchChunks) {
				s.done = true
				return total - len(p), s.pipe.finish()
			}
			s.current = s.pipe.next()
		}
		n := min(len(p), cap(s.current.in)-len(s.current.in))
		s.current.in = append(s.current.in, p[:n]...)
		p = p[n:]
	}
	return total, nil
}

// Close seals the last chunk and waits until all is written.
func (s *sealer) Close() error {
	if s.done {
		return errAborted
	}
	s.done = true
	s.current.last = true
	s.pipe.submit(s.current, batchChunks)
	return s.pipe.finish()
}

// abort ends the workers and leaves the file without its end. It does nothing after Close.
func (s *sealer) abort() {
	if !s.done {
		s.done = true
		_ = s.pipe.finish() //nolint:errcheck // the caller has an error already
	}
}

// noting is a recipient that notes the file key that it wraps.
type noting struct {
	inner   age.Recipient
	fileKey *[]byte
}

// Wrap implements age.Recipient.
func (n *noting) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	stanzas, _, err := n.WrapWithLabels(fileKey)
	return stanzas, err
}

// WrapWithLabels implements age.RecipientWithLabels.
func (n *noting) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	if *n.fileKey == nil {
		*n.fileKey = bytes.Clone(fileKey)
	}
	if labelled, ok := n.inner.(age.RecipientWithLabels); ok {
		return labelled.WrapWithLabels(fileKey)
	}
	stanzas, err := n.inner.Wrap(fileKey)
	return stanzas, nil, err
}
