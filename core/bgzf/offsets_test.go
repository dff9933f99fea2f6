package bgzf_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
)

// at reads from a virtual offset by its definition: the block there, and a place in it.
func at(t *testing.T, stream []byte, virtual uint64, n int) []byte {
	t.Helper()
	r := bgzf.NewReader(bytes.NewReader(stream[virtual>>16:]), 1)
	_, err := io.CopyN(io.Discard, r, int64(virtual&0xffff))
	require.NoError(t, err)
	got := make([]byte, n)
	_, err = io.ReadFull(r, got)
	require.NoError(t, err)
	return got
}

func TestOffsets_PlacesOfWriterAndReader(t *testing.T) {
	data := text(400_000)
	var out bytes.Buffer
	w := bgzf.NewWriter(&out, 3)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	r := bgzf.NewReader(bytes.NewReader(out.Bytes()), 2)
	read := r.Offsets()
	_, err = io.Copy(io.Discard, r)
	require.NoError(t, err)

	for name, offsets := range map[string]*bgzf.Offsets{"writer": w.Offsets(), "reader": read} {
		cursor, err := offsets.Cursor()
		require.NoError(t, err)
		last := uint64(len(data) - 10)
		for _, plain := range []uint64{
			0, 1, bgzf.BlockSize - 1, bgzf.BlockSize, 3*bgzf.BlockSize + 17, last, 5, 2 * bgzf.BlockSize, 0, last,
		} {
			require.Equal(t, data[plain:plain+10], at(t, out.Bytes(), cursor.Virtual(plain), 10), "%s: %d", name, plain)
		}
		end := cursor.Virtual(uint64(len(data)))
		require.Zero(t, end&0xffff)
		require.EqualValues(t, out.Len()-28, end>>16, "the end is where the closing block begins")
	}
}

func TestOffsets_ManySmallBlocksAreNotRemembered(t *testing.T) {
	var block bytes.Buffer
	w := bgzf.NewWriter(&block, 1)
	_, err := w.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	const blocks = 70_000
	r := bgzf.NewReader(bytes.NewReader(bytes.Repeat(block.Bytes(), blocks)), 1)
	offsets := r.Offsets()
	n, err := io.Copy(io.Discard, r)
	require.NoError(t, err)
	require.EqualValues(t, blocks, n)
	_, err = offsets.Cursor()
	require.ErrorIs(t, err, bgzf.ErrSmallBlocks)
}
