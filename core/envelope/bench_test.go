package envelope_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/merkle"
)

const benchSize = 64 << 20

func BenchmarkSeal(b *testing.B) {
	w, plaintext := newWorld(b), text(benchSize)
	b.SetBytes(benchSize)
	for b.Loop() {
		_, err := envelope.Seal(io.Discard, bytes.NewReader(plaintext), w.options(b))
		require.NoError(b, err)
	}
}

// BenchmarkSeal_StockAge is the peer: age and the same three digests, one after
// the other in one goroutine.
func BenchmarkSeal_StockAge(b *testing.B) {
	w, plaintext := newWorld(b), text(benchSize)
	b.SetBytes(benchSize)
	for b.Loop() {
		plainSum, fileSum := sha256.New(), sha256.New()
		tree, err := merkle.NewStream(envelope.LeafSize, nil)
		require.NoError(b, err)
		out, err := age.Encrypt(io.MultiWriter(fileSum, tree), w.patient(b).Recipient())
		require.NoError(b, err)
		_, err = io.Copy(out, io.TeeReader(bytes.NewReader(plaintext), plainSum))
		require.NoError(b, err)
		require.NoError(b, out.Close())
	}
}

func BenchmarkOpen(b *testing.B) {
	w := newWorld(b)
	sealed, file := w.seal(b, text(benchSize))
	identity := w.identity(b, sealed.U[:])
	b.SetBytes(benchSize)
	for b.Loop() {
		_, err := envelope.Open(io.Discard, bytes.NewReader(file), sealed.Facts, identity)
		require.NoError(b, err)
	}
}
