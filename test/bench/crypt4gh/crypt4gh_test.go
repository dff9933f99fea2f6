// Package crypt4gh_test lets the library that genome archives use read what core/crypt4gh writes.
package crypt4gh_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"io"
	"testing"

	"github.com/neicnordic/crypt4gh/keys"
	"github.com/neicnordic/crypt4gh/streaming"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/crypt4gh"
)

func TestArchiveLibraryReadsOurFiles(t *testing.T) {
	reader, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	for _, n := range []int{1, 100, crypt4gh.SegmentSize, 2*crypt4gh.SegmentSize + 7} {
		plaintext := bytes.Repeat([]byte("rs123\t"), n/6+1)[:n]
		var file bytes.Buffer
		w, err := crypt4gh.NewWriter(&file, rand.Reader, reader.PublicKey())
		require.NoError(t, err)
		_, err = w.Write(plaintext)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		r, err := streaming.NewCrypt4GHReader(&file, [32]byte(reader.Bytes()), nil)
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plaintext, got), "%d bytes", n)
	}
}

// The key file is the one that the archive's own generator writes.
func TestArchiveKeyFile(t *testing.T) {
	public, _, err := keys.GenerateKeyPair()
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, keys.WriteCrypt4GHX25519PublicKey(&file, public))
	key, err := crypt4gh.ParsePublicKey(file.Bytes())
	require.NoError(t, err)
	require.Equal(t, public[:], key.Bytes())
}
