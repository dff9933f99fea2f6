package threshold

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20"

	"github.com/volens-network/volens/core/transcript"
)

// nonceEntropy is how many fresh random bytes go into each proof nonce.
const nonceEntropy = 32

// Domains of batch weights (docs/spec/custody.md 2.3).
const (
	domainD     byte = 1
	domainG     byte = 2
	domainRho   byte = 3
	domainSigma byte = 4
	domainTau   byte = 5
)

// hashToScalar is H_s: SHA-512 modulo the group order.
func hashToScalar(t *transcript.Transcript) *Scalar {
	sum := t.Sum512()
	return wideScalar(&sum)
}

// hedgedNonce derives a proof nonce from the secret, fresh randomness and the
// statement, so that neither a broken nor a repeating source of randomness
// gives the secret away.
func hedgedNonce(rand io.Reader, secret *Scalar, statement *transcript.Transcript) (*Scalar, error) {
	var fresh [nonceEntropy]byte
	if _, err := io.ReadFull(rand, fresh[:]); err != nil {
		return nil, fmt.Errorf("draw nonce: %w", err)
	}
	secretBytes := secret.Bytes()
	defer clear(secretBytes)
	defer clear(fresh[:])
	// The items are framed here and not by package transcript, whose growing buffer would leave copies of the secret.
	h := sha512.New()
	h.Write(transcript.New("nonce").Encode())
	for _, item := range [][]byte{secretBytes, fresh[:], statement.Encode()} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(item)))) //nolint:gosec // items are far below 4 GiB
		h.Write(item)
	}
	sum := [sha512.Size]byte(h.Sum(nil))
	defer clear(sum[:])
	nonce := wideScalar(&sum)
	if nonce.isZero() {
		return nil, fmt.Errorf("nonce: %w", ErrIdentity)
	}
	return nonce, nil
}

// hkdf64 is HKDF-SHA512 (RFC 5869) for an output of 64 bytes, which is one
// block. Shorter outputs are its prefixes.
func hkdf64(salt, ikm, info []byte) [sha512.Size]byte {
	extract := hmac.New(sha512.New, salt)
	extract.Write(ikm)
	prk := extract.Sum(nil)
	defer clear(prk)
	expand := hmac.New(sha512.New, prk)
	expand.Write(info)
	expand.Write([]byte{1})
	return [sha512.Size]byte(expand.Sum(nil))
}

// draws are n 128-bit weights of one seed and domain, for a batched check.
func draws(seed [sha512.Size]byte, domain byte, n int) []integer {
	const size = 8 * weightWords
	h := sha512.Sum512(append(append([]byte(nil), seed[:]...), domain))
	stream := make([]byte, size*n)
	must(chacha20.NewUnauthenticatedCipher(h[:32], h[32:44])).XORKeyStream(stream, stream)
	out := make([]integer, n)
	for i := range out {
		for word := range weightWords {
			out[i][word] = binary.LittleEndian.Uint64(stream[size*i+8*word:])
		}
	}
	return out
}

// weights are draws as scalars.
func weights(seed [sha512.Size]byte, domain byte, n int) []Scalar {
	out := make([]Scalar, n)
	for i, weight := range draws(seed, domain, n) {
		weight.scalar(&out[i].s)
	}
	return out
}
