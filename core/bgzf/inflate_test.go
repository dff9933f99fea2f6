package bgzf_test

import (
	"bytes"
	stdflate "compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
)

// member wraps a deflate stream as one block that claims to hold plain, and the closing one.
func member(stream, plain []byte) []byte {
	head := []byte{0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0, 0, 0}
	binary.LittleEndian.PutUint16(head[16:], uint16(len(head)+len(stream)+8-1))
	out := append(head, stream...)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(plain))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(plain)))
	return append(out, 0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0, 27, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}

// kinds of content, each of which uses other parts of the format.
func kinds() map[string][]byte {
	rng := rand.New(rand.NewPCG(11, 12))
	noise := make([]byte, 40_000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	skewed := make([]byte, 60_000) // Codes of up to 15 bits.
	for i := range skewed {
		skewed[i] = byte(min(255, rng.ExpFloat64()*12))
	}
	far := append(bytes.Clone(noise[:200]), make([]byte, 32_500)...)
	return map[string][]byte{
		"empty":  {},
		"one":    {7},
		"zeros":  make([]byte, 65_280),
		"noise":  noise,
		"skewed": skewed,
		"text":   text(65_280),
		"far": append(
			far,
			noise[:200]...),
		"ab":      bytes.Repeat([]byte("ab"), 30_000),
		"abcdefg": bytes.Repeat([]byte("abcdefg"), 9000),
	}
}

func TestReader_EveryFormOfDeflate(t *testing.T) {
	for name, plain := range kinds() {
		for level := -2; level <= 9; level++ {
			var std, other bytes.Buffer
			a, err := stdflate.NewWriter(&std, level)
			require.NoError(t, err)
			b, err := flate.NewWriter(&other, level)
			require.NoError(t, err)
			for i := 0; i < len(plain); i += 20_000 { // Several blocks, stored ones in between.
				piece := plain[i:min(i+20_000, len(plain))]
				for _, w := range []interface {
					io.Writer
					Flush() error
				}{a, b} {
					_, err := w.Write(piece)
					require.NoError(t, err)
					require.NoError(t, w.Flush())
				}
			}
			require.NoError(t, a.Close())
			require.NoError(t, b.Close())
			for _, stream := range [][]byte{std.Bytes(), other.Bytes()} {
				if len(stream) > 65_000 {
					continue // It fits in no block.
				}
				got, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(member(stream, plain)), 1))
				require.NoError(t, err, "%s level %d", name, level)
				require.True(t, bytes.Equal(plain, got), "%s level %d", name, level)
			}
		}
	}
}

// requireLikeStandard: what the standard library takes, and nothing else, is unpacked, and to
// the same bytes.
func requireLikeStandard(t *testing.T, stream []byte) {
	t.Helper()
	if len(stream) > 60_000 {
		return
	}
	src := bytes.NewReader(stream)
	plain, err := io.ReadAll(io.LimitReader(stdflate.NewReader(src), 1<<16+1))
	good := err == nil && len(plain) <= 1<<16 && src.Len() == 0
	got, failed := io.ReadAll(bgzf.NewReader(bytes.NewReader(member(stream, plain[:min(len(plain), 1<<16)])), 1))
	if !good {
		require.ErrorIs(t, failed, bgzf.ErrChecksum)
		return
	}
	require.NoError(t, failed)
	require.True(t, bytes.Equal(plain, got))
}

func TestReader_DamagedDeflate(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, plain := range kinds() {
		for _, level := range []int{0, 1, 6, -2} {
			var out bytes.Buffer
			w, err := stdflate.NewWriter(&out, level)
			require.NoError(t, err)
			_, err = w.Write(plain[:min(len(plain), 3000)])
			require.NoError(t, err)
			require.NoError(t, w.Close())
			for range 200 {
				bad := bytes.Clone(out.Bytes())
				at := rng.IntN(min(len(bad), 200))
				bad[at] ^= 1 << rng.IntN(8)
				requireLikeStandard(t, bad)
				requireLikeStandard(t, out.Bytes()[:rng.IntN(out.Len())])
			}
		}
	}
}

func FuzzInflate(f *testing.F) {
	for _, plain := range kinds() {
		for _, level := range []int{0, 1, 6, -2} {
			var out bytes.Buffer
			w, err := stdflate.NewWriter(&out, level)
			require.NoError(f, err)
			_, err = w.Write(plain[:min(len(plain), 500)])
			require.NoError(f, err)
			require.NoError(f, w.Close())
			f.Add(out.Bytes())
		}
	}
	f.Add([]byte{3, 0})
	f.Add([]byte{5, 0})
	f.Fuzz(func(t *testing.T, stream []byte) { requireLikeStandard(t, stream) })
}
