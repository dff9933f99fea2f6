package crypt4gh

import (
	"crypto/cipher"
	"crypto/ecdh"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/chacha20poly1305"
)

// SegmentSize is how many bytes of plaintext a segment holds; the last may hold fewer (Crypt4GH 1.0, section 3.1).
const SegmentSize = 64 << 10

const (
	magic   = "crypt4gh"
	version = 1
	// Both methods are number 0: X25519_chacha20_ietf_poly1305 for packets, chacha20_ietf_poly1305 for data.
	method = 0
	// dataParameters is the type of the packet that holds the data key.
	dataParameters = 0
	keySize        = chacha20poly1305.KeySize
	sealedSegment  = chacha20poly1305.NonceSize + SegmentSize + chacha20poly1305.Overhead
	// packetSize is length, method, the writer's public key, nonce, the sealed packet (type, method, key) and its tag.
	packetSize = 4 + 4 + keySize + chacha20poly1305.NonceSize + 4 + 4 + keySize + chacha20poly1305.Overhead
)

// ErrClosed is returned for writing after Close or after an error.
var ErrClosed = errors.New("crypt4gh writer is closed")

// Writer seals what is written to it for its readers. It is not safe for concurrent use.
type Writer struct {
	dst    io.Writer
	rand   io.Reader
	aead   cipher.AEAD
	plain  []byte
	sealed []byte
	err    error
}

// NewWriter writes the header to dst and returns the writer of the data. rand gives the data key, a writer's key
// pair that is used once, and the nonces. At least one reader is needed.
func NewWriter(dst io.Writer, rand io.Reader, readers ...*ecdh.PublicKey) (*Writer, error) {
	if len(readers) == 0 {
		return nil, errors.New("crypt4gh: no reader")
	}
	secrets := make([]byte, 2*keySize)
	defer clear(secrets)
	if _, err := io.ReadFull(rand, secrets); err != nil {
		return nil, fmt.Errorf("crypt4gh: %w", err)
	}
	writer, err := ecdh.X25519().NewPrivateKey(secrets[:keySize])
	if err != nil {
		return nil, fmt.Errorf("crypt4gh: %w", err)
	}
	data := secrets[keySize:]
	header := binary.LittleEndian.AppendUint32([]byte(magic), version)
	header = binary.LittleEndian.AppendUint32(header, uint32(len(readers))) //nolint:gosec // few readers
	for _, reader := range readers {
		if header, err = appendPacket(header, rand, writer, reader, data); err != nil {
			return nil, fmt.Errorf("crypt4gh: %w", err)
		}
	}
	aead, err := chacha20poly1305.New(data)
	if err != nil {
		return nil, fmt.Errorf("crypt4gh: %w", err)
	}
	if _, err := dst.Write(header); err != nil {
		return nil, err
	}
	return &Writer{
		dst: dst, rand: rand, aead: aead, plain: make([]byte, 0, SegmentSize), sealed: make([]byte, 0, sealedSegment),
	}, nil
}

// appendPacket seals the data key for one reader (section 2.2.1 and 2.2.2).
func appendPacket(
	header []byte, rand io.Reader, writer *ecdh.PrivateKey, reader *ecdh.PublicKey, data []byte,
) ([]byte, error) {
	shared, err := writer.ECDH(reader)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	defer clear(shared)
	own := writer.PublicKey().Bytes()
	sum := blake2b.Sum512(append(append(append([]byte(nil), shared...), reader.Bytes()...), own...))
	defer clear(sum[:])
	aead, err := chacha20poly1305.New(sum[:keySize])
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, chacha20poly1305.NonceSize)
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, err
	}
	packet := binary.LittleEndian.AppendUint32(nil, dataParameters)
	packet = append(binary.LittleEndian.AppendUint32(packet, method), data...)
	defer clear(packet)
	header = binary.LittleEndian.AppendUint32(header, packetSize)
	header = append(binary.LittleEndian.AppendUint32(header, method), own...)
	return aead.Seal(append(header, nonce...), nonce, packet, nil), nil
}

// Write implements io.Writer. Whole segments go to the destination at once.
func (w *Writer) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		if w.err != nil {
			return total - len(p), w.err
		}
		n := min(len(p), SegmentSize-len(w.plain))
		w.plain = append(w.plain, p[:n]...)
		p = p[n:]
		if len(w.plain) == SegmentSize {
			w.err = w.flush()
		}
	}
	return total, w.err
}

// Close writes the last segment. It does not close the destination.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	w.err = ErrClosed
	if len(w.plain) == 0 {
		return nil
	}
	return w.flush()
}

func (w *Writer) flush() error {
	w.sealed = w.sealed[:chacha20poly1305.NonceSize]
	if _, err := io.ReadFull(w.rand, w.sealed); err != nil {
		return fmt.Errorf("crypt4gh: %w", err)
	}
	_, err := w.dst.Write(w.aead.Seal(w.sealed, w.sealed, w.plain, nil))
	clear(w.plain)
	w.plain = w.plain[:0]
	return err
}
