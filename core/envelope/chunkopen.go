package envelope

import (
	"bufio"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

// openAge is age.Decrypt with several workers: it writes the plaintext of any age file to dst, in order, and only
// chunks that were authenticated. Errors of dst and src come back as they are, and those of age for keys that do not
// fit; anything else is ErrIntegrity.
func openAge(dst io.Writer, src io.Reader, workers int, identity age.Identity) error {
	source := &watched{src: src}
	payload, aead, err := openHeader(source, identity)
	if err != nil {
		return source.blame(headerError(err))
	}
	pipe := newPipeline(dst, workersOf(workers), batchChunks*sealedChunkSize, batchChunks*chunkSize,
		func(b *batch) error { return openBatch(aead, b) })
	read := feed(pipe, payload)
	if err := pipe.finish(); err != nil {
		return err
	}
	return read
}

// openHeader finds the file key and returns the payload with its cipher.
func openHeader(src io.Reader, identity age.Identity) (*bufio.Reader, cipher.AEAD, error) {
	header, whole, err := ReadHeader(src)
	if err != nil {
		return nil, nil, err
	}
	fileKey, err := age.DecryptHeader(header, identity)
	if err != nil {
		return nil, nil, err
	}
	defer clear(fileKey)
	payload := bufio.NewReaderSize(whole, chunkSize)
	if _, err := payload.Discard(len(header)); err != nil {
		return nil, nil, err
	}
	nonce := make([]byte, streamNonceSize)
	if _, err := io.ReadFull(payload, nonce); err != nil {
		return nil, nil, fmt.Errorf("nonce: %w", err)
	}
	aead, err := payloadCipher(fileKey, nonce)
	return payload, aead, err
}

// feed reads the payload to its end. The batch that ends with the source is the last.
func feed(pipe *pipeline, payload *bufio.Reader) error {
	for {
		b := pipe.next()
		n, err := io.ReadFull(payload, b.in[:cap(b.in)])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		b.in = b.in[:n]
		_, err = payload.Peek(1)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		b.last = err != nil
		if !pipe.submit(b, batchChunks) || b.last {
			return nil
		}
	}
}

func openBatch(aead cipher.AEAD, b *batch) error {
	first := b.index == 0
	return b.each(sealedChunkSize, func(piece, nonce []byte) error {
		if len(piece) < chacha20poly1305.Overhead || len(piece) == chacha20poly1305.Overhead && !first {
			return fmt.Errorf("%w: last chunk of %d bytes", ErrIntegrity, len(piece))
		}
		first = false
		var err error
		if b.out, err = aead.Open(b.out, nonce, piece, nil); err != nil {
			return fmt.Errorf("%w: a chunk does not authenticate", ErrIntegrity)
		}
		return nil
	})
}
