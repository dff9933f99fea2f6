package envelope_test

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/merkle"
)

func leavesOf(tb testing.TB, file []byte) []merkle.Hash {
	tb.Helper()
	leaves, err := merkle.Leaves(bytes.NewReader(file), envelope.LeafSize, 1000)
	require.NoError(tb, err)
	return leaves
}

// counting counts the bytes that are read.
type counting struct {
	io.ReaderAt
	n atomic.Int64
}

func (c *counting) ReadAt(p []byte, offset int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, offset)
	c.n.Add(int64(n))
	return n, err
}

func TestNewReaderAt_Ranges(t *testing.T) {
	w := newWorld(t)
	for _, n := range borders {
		plaintext := text(n)
		sealed, file := w.seal(t, plaintext)
		r, size, err := envelope.NewReaderAt(
			bytes.NewReader(file), int64(len(file)), leavesOf(t, file), sealed.Facts, w.identity(t, sealed.U[:]))
		require.NoError(t, err, "%d bytes", n)
		require.EqualValues(t, n, size)
		for _, span := range [][2]int{{0, 0}, {0, 1}, {0, n}, {n / 2, n/2 + 1}, {n / 3, n}, {max(n-5, 0), n}} {
			from, to := span[0], min(span[1], n)
			got := make([]byte, to-from)
			read, err := r.ReadAt(got, int64(from))
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
			}
			require.Equal(t, len(got), read)
			require.True(t, bytes.Equal(plaintext[from:to], got), "%d bytes, %v", n, span)
		}
	}
}

func TestNewReaderAt_ReadsOnlyWhatItNeeds(t *testing.T) {
	w := newWorld(t)
	plaintext := text(20 << 20)
	sealed, file := w.seal(t, plaintext)
	src := &counting{ReaderAt: bytes.NewReader(file)}
	r, _, err := envelope.NewReaderAt(src, int64(len(file)), leavesOf(t, file), sealed.Facts, w.patient(t))
	require.NoError(t, err)
	got := make([]byte, 100)
	_, err = r.ReadAt(got, 10<<20)
	require.NoError(t, err)
	require.Equal(t, plaintext[10<<20:][:100], got)
	require.LessOrEqual(t, src.n.Load(), int64(5*envelope.LeafSize))
}

func TestNewReaderAt_DamagedLeaf(t *testing.T) {
	w := newWorld(t)
	plaintext := text(5 << 20)
	sealed, file := w.seal(t, plaintext)
	leaves := leavesOf(t, file)
	bad := bytes.Clone(file)
	bad[2<<20] ^= 1
	r, _, err := envelope.NewReaderAt(bytes.NewReader(bad), int64(len(bad)), leaves, sealed.Facts, w.patient(t))
	require.NoError(t, err, "the damage is elsewhere")
	_, err = r.ReadAt(make([]byte, 10), 100)
	require.NoError(t, err)
	_, err = r.ReadAt(make([]byte, 10), 2<<20)
	require.ErrorIs(t, err, envelope.ErrIntegrity)
}

func TestNewReaderAt_Refuses(t *testing.T) {
	w := newWorld(t)
	sealed, file := w.seal(t, text(3<<20))
	leaves, size := leavesOf(t, file), int64(len(file))
	open := func(src io.ReaderAt, size int64, leaves []merkle.Hash, facts envelope.Facts, identity age.Identity) error {
		_, _, err := envelope.NewReaderAt(src, size, leaves, facts, identity)
		return err
	}
	src, identity := bytes.NewReader(file), w.identity(t, sealed.U[:])
	require.NoError(t, open(src, size, leaves, sealed.Facts, identity))

	require.ErrorIs(t, open(src, size, leaves[:2], sealed.Facts, identity), envelope.ErrIntegrity)
	require.ErrorIs(t, open(src, 0, nil, sealed.Facts, identity), envelope.ErrIntegrity)
	require.ErrorIs(t, open(src, -1, nil, sealed.Facts, identity), envelope.ErrIntegrity)
	require.ErrorIs(t, open(src, size-1, leaves, sealed.Facts, identity), envelope.ErrIntegrity, "cut")
	wrong := append([]merkle.Hash(nil), leaves...)
	wrong[1][0] ^= 1
	require.ErrorIs(t, open(src, size, wrong, sealed.Facts, identity), envelope.ErrIntegrity)
	facts := sealed.Facts
	facts.BodySHA256[0] ^= 1
	require.ErrorIs(t, open(src, size, leaves, facts, identity), envelope.ErrIntegrity)
	release := w.release(t, sealed.U[:])
	release.Half[0] ^= 1
	other, err := envelope.NewIdentity(release)
	require.NoError(t, err)
	require.ErrorIs(t, open(src, size, leaves, sealed.Facts, other), envelope.ErrWrapKey)
	broken := errors.New("connection lost")
	require.ErrorIs(t, open(failing{broken}, size, leaves, sealed.Facts, identity), broken)
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }
