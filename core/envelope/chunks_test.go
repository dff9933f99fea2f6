package envelope_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"filippo.io/age"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/envelope"
)

const sealedChunk = chunk + 16

// What we seal, age opens, and what age seals, we open: sizes around chunks and batches, one worker and several.
func TestStream_BothWaysWithAge(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	for _, n := range append([]int{7 * chunk, 8 * chunk, 8*chunk + 1, 33*chunk - 1}, borders...) {
		plaintext := text(n)
		for _, workers := range []int{0, 1, 2, 5, 100} {
			var file bytes.Buffer
			err := envelope.SealAge(&file, iotest.HalfReader(bytes.NewReader(plaintext)), workers, identity.Recipient())
			require.NoError(t, err)
			r, err := age.Decrypt(&file, identity)
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.True(t, bytes.Equal(plaintext, got), "%d bytes, %d workers, opened by age", n, workers)

			var out bytes.Buffer
			stock := stockSeal(t, plaintext, identity.Recipient())
			err = envelope.OpenAge(&out, iotest.HalfReader(bytes.NewReader(stock)), workers, identity)
			require.NoError(t, err)
			require.True(t, bytes.Equal(plaintext, out.Bytes()), "%d bytes, %d workers, sealed by age", n, workers)
		}
	}
}

// Whatever is done to a file, ours and age's reader agree on whether it is whole, and ours gives out no byte that
// age would not.
func TestStream_AgreesWithAgeOnDamage(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	whole := stockSeal(t, text(9*chunk+100), identity.Recipient())
	header := len(whole) - (10*16 + 9*chunk + 100)
	empty := stockSeal(t, nil, identity.Recipient())
	rapid.Check(t, func(r *rapid.T) {
		file := bytes.Clone(whole)
		at := rapid.SampledFrom([]int{0, header - 16, header - 1, header}).Draw(r, "base") +
			sealedChunk*rapid.IntRange(0, 9).Draw(r, "chunk") + rapid.IntRange(0, 40).Draw(r, "offset")
		at = min(at, len(file)-1)
		switch rapid.SampledFrom([]string{"flip", "cut", "drop a chunk", "append", "swap", "another tail"}).
			Draw(r, "what") {
		case "flip":
			file[at] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		case "cut":
			file = file[:at]
		case "drop a chunk":
			file = append(file[:header], file[header+sealedChunk:]...)
		case "append":
			file = append(file, rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(r, "more")...)
		case "swap":
			one, two := file[header:header+sealedChunk], file[header+sealedChunk:header+2*sealedChunk]
			copied := bytes.Clone(one)
			copy(one, two)
			copy(two, copied)
		case "another tail":
			file = append(file, empty[len(empty)-16:]...)
		}
		var ours bytes.Buffer
		failed := envelope.OpenAge(&ours, bytes.NewReader(file), 2, identity)
		plain, stock := []byte(nil), error(nil)
		reader, stock := age.Decrypt(bytes.NewReader(file), identity)
		if stock == nil {
			plain, stock = io.ReadAll(reader)
		}
		require.Equal(r, stock == nil, failed == nil, "ours: %v, age: %v", failed, stock)
		require.True(r, bytes.HasPrefix(plain, ours.Bytes()) || bytes.HasPrefix(ours.Bytes(), plain))
		require.True(r, bytes.HasPrefix(text(9*chunk+100), ours.Bytes()), "a byte that was not authenticated")
	})
}

func TestStream_DestinationFailsInTheMiddle(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	full := errors.New("no space")
	for _, room := range []int{0, 300, 5 * chunk, 30 * chunk} {
		err := envelope.SealAge(
			&limited{room: room, err: full},
			bytes.NewReader(text(40*chunk)),
			2,
			identity.Recipient(),
		)
		require.ErrorIs(t, err, full, "%d bytes of room", room)
	}
	file := stockSeal(t, text(40*chunk), identity.Recipient())
	err = envelope.OpenAge(&limited{room: 7 * chunk, err: full}, bytes.NewReader(file), 2, identity)
	require.ErrorIs(t, err, full)
}

func TestReadHeader_Bounded(t *testing.T) {
	endless := io.MultiReader(bytes.NewBufferString("age-encryption.org/v1\n-> X25519 "), zeros{})
	_, _, err := envelope.ReadHeader(endless)
	require.ErrorIs(t, err, envelope.ErrStanza)
}

// zeros is a source without end and without a line.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func stockSeal(t *testing.T, plaintext []byte, recipient age.Recipient) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := age.Encrypt(&file, recipient)
	require.NoError(t, err)
	_, err = w.Write(plaintext)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return file.Bytes()
}
