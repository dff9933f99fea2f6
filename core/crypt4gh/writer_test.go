package crypt4gh_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/volens-network/volens/core/crypt4gh"
)

// The reader below is written from the standard's text. test/bench has another referee: the library that archives
// use reads our files there.
func TestWriter_ReadBack(t *testing.T) {
	reader, other := newKey(t), newKey(t)
	for _, n := range []int{0, 1, crypt4gh.SegmentSize - 1, crypt4gh.SegmentSize, 3*crypt4gh.SegmentSize + 5} {
		plaintext := bytes.Repeat([]byte("chr1\t100\t"), n/9+1)[:n]
		var file bytes.Buffer
		w, err := crypt4gh.NewWriter(&file, rand.Reader, other.PublicKey(), reader.PublicKey())
		require.NoError(t, err)
		_, err = io.Copy(w, iotest.HalfReader(bytes.NewReader(plaintext)))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.True(t, bytes.Equal(plaintext, read(t, file.Bytes(), reader)), "%d bytes", n)
		require.True(t, bytes.Equal(plaintext, read(t, file.Bytes(), other)), "%d bytes", n)
		require.NotContains(t, file.String(), "chr1")
	}
}

func TestWriter_NothingTwice(t *testing.T) {
	reader := newKey(t)
	var one, two bytes.Buffer
	for _, file := range []*bytes.Buffer{&one, &two} {
		w, err := crypt4gh.NewWriter(file, rand.Reader, reader.PublicKey())
		require.NoError(t, err)
		_, err = w.Write(make([]byte, 2*crypt4gh.SegmentSize))
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
	require.NotEqual(t, one.Bytes()[16:], two.Bytes()[16:])
	segment := chacha20poly1305.NonceSize + crypt4gh.SegmentSize + chacha20poly1305.Overhead
	body := one.Bytes()[one.Len()-2*segment:]
	require.NotEqual(t, body[:segment], body[segment:], "equal segments under equal nonces")
}

func TestWriter_Failures(t *testing.T) {
	reader := newKey(t)
	_, err := crypt4gh.NewWriter(io.Discard, rand.Reader)
	require.ErrorContains(t, err, "no reader")
	_, err = crypt4gh.NewWriter(io.Discard, bytes.NewReader(make([]byte, 70)), reader.PublicKey())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "randomness ends")
	zero, err := ecdh.X25519().NewPublicKey(make([]byte, 32))
	require.NoError(t, err)
	_, err = crypt4gh.NewWriter(io.Discard, rand.Reader, zero)
	require.ErrorIs(t, err, crypt4gh.ErrKey, "a point of low order")

	full := errors.New("no space")
	w, err := crypt4gh.NewWriter(&limited{room: 200, err: full}, rand.Reader, reader.PublicKey())
	require.NoError(t, err)
	_, err = w.Write(make([]byte, crypt4gh.SegmentSize))
	require.ErrorIs(t, err, full)
	_, err = w.Write([]byte{1})
	require.ErrorIs(t, err, full, "a failed file is not continued")
	require.ErrorIs(t, w.Close(), full)

	w, err = crypt4gh.NewWriter(io.Discard, rand.Reader, reader.PublicKey())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.ErrorIs(t, w.Close(), crypt4gh.ErrClosed)
	_, err = w.Write([]byte{1})
	require.ErrorIs(t, err, crypt4gh.ErrClosed)
}

func TestParsePublicKey(t *testing.T) {
	want := newKey(t).PublicKey()
	line := base64.StdEncoding.EncodeToString(want.Bytes())
	block := pem.EncodeToMemory(&pem.Block{Type: "CRYPT4GH PUBLIC KEY", Bytes: want.Bytes()})
	for _, text := range []string{string(block), line, "\n" + line + "\r\n"} {
		got, err := crypt4gh.ParsePublicKey([]byte(text))
		require.NoError(t, err)
		require.True(t, want.Equal(got))
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "CRYPT4GH PRIVATE KEY", Bytes: want.Bytes()})
	short := pem.EncodeToMemory(&pem.Block{Type: "CRYPT4GH PUBLIC KEY", Bytes: want.Bytes()[1:]})
	for name, text := range map[string]string{
		"nothing": "", "words": "age1qqq", "a private key": string(private), "31 bytes": string(short), "two keys": string(block) + string(block),
		"a long line": line + line,
	} {
		_, err := crypt4gh.ParsePublicKey([]byte(text))
		require.ErrorIs(t, err, crypt4gh.ErrKey, name)
	}
}

func FuzzParsePublicKey(f *testing.F) {
	f.Add(
		[]byte(
			"-----BEGIN CRYPT4GH PUBLIC KEY-----\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END CRYPT4GH PUBLIC KEY-----\n",
		),
	)
	f.Add([]byte("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := crypt4gh.ParsePublicKey(text)
		if err != nil {
			require.ErrorIs(t, err, crypt4gh.ErrKey)
			return
		}
		require.Len(t, key.Bytes(), 32)
	})
}

// read opens a whole file with one of its keys.
func read(t *testing.T, file []byte, key *ecdh.PrivateKey) []byte {
	t.Helper()
	require.Equal(t, "crypt4gh", string(file[:8]))
	require.EqualValues(t, 1, binary.LittleEndian.Uint32(file[8:]))
	packets := binary.LittleEndian.Uint32(file[12:])
	file = file[16:]
	var data []byte
	for range packets {
		size := binary.LittleEndian.Uint32(file)
		packet := file[4:size]
		file = file[size:]
		require.Zero(t, binary.LittleEndian.Uint32(packet), "method")
		writer, err := ecdh.X25519().NewPublicKey(packet[4:36])
		require.NoError(t, err)
		shared, err := key.ECDH(writer)
		require.NoError(t, err)
		sum := blake2b.Sum512(bytes.Join([][]byte{shared, key.PublicKey().Bytes(), writer.Bytes()}, nil))
		if opened, err := open(t, sum[:32], packet[36:]); err == nil {
			require.Equal(t, make([]byte, 8), opened[:8], "type and method")
			data = opened[8:]
		}
	}
	require.Len(t, data, 32, "no packet is for this reader")
	var out []byte
	for len(file) > 0 {
		n := min(len(file), chacha20poly1305.NonceSize+crypt4gh.SegmentSize+chacha20poly1305.Overhead)
		opened, err := open(t, data, file[:n])
		require.NoError(t, err)
		out, file = append(out, opened...), file[n:]
	}
	return out
}

func open(t *testing.T, key, sealed []byte) ([]byte, error) {
	t.Helper()
	aead, err := chacha20poly1305.New(key)
	require.NoError(t, err)
	return aead.Open(nil, sealed[:chacha20poly1305.NonceSize], sealed[chacha20poly1305.NonceSize:], nil)
}

func newKey(t *testing.T) *ecdh.PrivateKey {
	t.Helper()
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	return key
}

type limited struct {
	room int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.room {
		return 0, l.err
	}
	l.room -= len(p)
	return len(p), nil
}
