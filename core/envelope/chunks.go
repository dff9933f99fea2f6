package envelope

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"runtime"

	"golang.org/x/crypto/chacha20poly1305"
)

// The payload of an age file (C2SP age, "Payload"): chunks of chunkSize bytes, the last may be shorter, each sealed
// with ChaCha20-Poly1305 under one key. The nonce is an 11-byte big-endian counter and one byte that is 1 for the
// last chunk. No chunk depends on another, so that several workers can seal or open them.
const (
	chunkSize       = 64 << 10
	sealedChunkSize = chunkSize + chacha20poly1305.Overhead
	streamNonceSize = 16
	// batchChunks is how many chunks a worker takes at once.
	batchChunks = 4
	// maxWorkers bounds memory: each worker has about two batches under way.
	maxWorkers = 16
)

// workersOf returns how many workers to use for a wish: one for each processor if there is none.
func workersOf(wish int) int {
	if wish < 1 {
		wish = runtime.GOMAXPROCS(0)
	}
	return min(wish, maxWorkers)
}

// payloadCipher derives the payload key from the file key and the nonce that follows the header.
func payloadCipher(fileKey, nonce []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, fileKey, nonce, "payload", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("payload key: %w", err)
	}
	defer clear(key)
	return chacha20poly1305.New(key)
}

// chunkNonce is the nonce of a chunk, by its place in the file.
func chunkNonce(index uint64, last bool) []byte {
	nonce := make([]byte, chacha20poly1305.NonceSize)
	binary.BigEndian.PutUint64(nonce[3:11], index)
	if last {
		nonce[11] = 1
	}
	return nonce
}

// batch is a run of chunks on its way through a worker.
type batch struct {
	in, out []byte
	// index is the place of the first chunk, last whether the file ends with this batch.
	index uint64
	last  bool
	err   error
	ready chan struct{}
}

// each calls do with every chunk of a batch: pieces of size bytes of in, and at least one.
func (b *batch) each(size int, do func(piece, nonce []byte) error) error {
	rest, index := b.in, b.index
	for {
		n := min(size, len(rest))
		end := n == len(rest)
		if err := do(rest[:n], chunkNonce(index, b.last && end)); err != nil {
			return err
		}
		if end {
			return nil
		}
		rest, index = rest[n:], index+1
	}
}
