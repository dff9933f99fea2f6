package bgzf_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
)

// text makes n bytes that deflate well, with some that do not.
func text(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]byte, n)
	for i := range out {
		out[i] = "chr1\t0/1:35,ACGT\n"[rng.IntN(17)]
		if i%1000 < 20 {
			out[i] = byte(rng.Uint32())
		}
	}
	return out
}

func packWith(tb testing.TB, data []byte, workers, chunk int) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := bgzf.NewWriter(&out, workers)
	for len(data) > 0 {
		n := min(chunk, len(data))
		_, err := w.Write(data[:n])
		require.NoError(tb, err)
		data = data[n:]
	}
	require.NoError(tb, w.Close())
	return out.Bytes()
}

func TestWriter_RoundTripAndSameBytesForAnyWorkers(t *testing.T) {
	for _, size := range []int{0, 1, bgzf.BlockSize - 1, bgzf.BlockSize, bgzf.BlockSize + 1, 1 << 20} {
		data := text(size)
		want := packWith(t, data, 1, 1<<20)
		for _, workers := range []int{1, 2, 5} {
			packed := packWith(t, data, workers, 4093)
			require.Equal(t, want, packed, "size %d workers %d", size, workers)
			got, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(packed), workers))
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, got))
			require.Equal(t, bgzf.BGZF, bgzf.Sniff(packed[:min(len(packed), bgzf.SniffLen)]))
		}
	}
}

func TestWriter_ReadByStandardGzip(t *testing.T) {
	data := text(300_000)
	g, err := gzip.NewReader(bytes.NewReader(packWith(t, data, 2, 1000)))
	require.NoError(t, err)
	got, err := io.ReadAll(g)
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, got))
}

func TestWriter_IncompressibleBlocksFit(t *testing.T) {
	data := make([]byte, 5*bgzf.BlockSize)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	packed := packWith(t, data, 2, 1<<16)
	require.Len(t, packed, len(data)+5*(18+5+8)+28, "stored as they are")
	got, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(packed), 2))
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, got))
}

func TestReader_TruncatedAnywhere(t *testing.T) {
	packed := packWith(t, text(200_000), 1, 1<<20)
	for cut := 0; cut < len(packed); cut += 37 {
		for _, workers := range []int{1, 2} {
			_, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(packed[:cut]), workers))
			require.ErrorIs(t, err, bgzf.ErrTruncated, "cut at %d", cut)
		}
	}
	_, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(packed[:len(packed)-28]), 2))
	require.ErrorIs(t, err, bgzf.ErrTruncated, "only the closing block is missing")
}

func TestReader_AnyFlippedByteInABlock(t *testing.T) {
	data := text(3000)
	packed := packWith(t, data, 1, 1<<20)
	for i := range packed {
		if i >= 4 && i < 10 {
			continue // time, flags of the packer and system carry no meaning
		}
		bad := bytes.Clone(packed)
		bad[i] ^= 0x41
		got, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(bad), 1))
		if err == nil {
			require.True(t, bytes.Equal(data, got), "byte %d changed the content unseen", i)
		}
	}
	bad := bytes.Clone(packed)
	bad[len(bad)-28-5] ^= 1
	_, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(bad), 1))
	require.ErrorIs(t, err, bgzf.ErrChecksum)
}

func TestReader_PlainGzipIsNotBGZF(t *testing.T) {
	var out bytes.Buffer
	g := gzip.NewWriter(&out)
	_, err := g.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, g.Close())
	require.Equal(t, bgzf.Gzip, bgzf.Sniff(out.Bytes()))
	_, err = io.ReadAll(bgzf.NewReader(&out, 1))
	require.ErrorIs(t, err, bgzf.ErrHeader)
}

func TestReader_JunkAfterTheClosingBlock(t *testing.T) {
	packed := append(packWith(t, text(100), 1, 100), []byte("junk after the end")...)
	_, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(packed), 1))
	require.ErrorIs(t, err, bgzf.ErrHeader)
}

func TestReader_JoinedStreams(t *testing.T) {
	a, b := text(70_000), text(10)
	joined := append(packWith(t, a, 1, 1<<20), packWith(t, b, 1, 1<<20)...)
	got, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(joined), 2))
	require.NoError(t, err)
	require.True(t, bytes.Equal(append(a, b...), got))
}

func TestReader_FailingSource(t *testing.T) {
	broken := errors.New("disk gone")
	packed := packWith(t, text(200_000), 1, 1<<20)
	src := io.MultiReader(bytes.NewReader(packed[:1000]), iotest.ErrReader(broken))
	_, err := io.ReadAll(bgzf.NewReader(src, 2))
	require.ErrorIs(t, err, broken)
	_, err = io.ReadAll(bgzf.NewReader(iotest.OneByteReader(bytes.NewReader(packed)), 2))
	require.NoError(t, err)
}

// failAfter fails once n bytes were written.
type failAfter struct{ n int }

func (f *failAfter) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestWriter_FailingDestination(t *testing.T) {
	for _, workers := range []int{1, 2} {
		for _, n := range []int{0, 20_000, 60_000} {
			w := bgzf.NewWriter(&failAfter{n: n}, workers)
			_, err := w.Write(text(1 << 20))
			if err == nil {
				err = w.Close()
			}
			require.ErrorIs(t, err, io.ErrShortWrite)
			require.ErrorIs(t, w.Close(), io.ErrShortWrite)
		}
	}
}

func TestWriter_AfterClose(t *testing.T) {
	w := bgzf.NewWriter(io.Discard, 1)
	require.NoError(t, w.Close())
	_, err := w.Write([]byte("x"))
	require.Error(t, err)
}

func TestReader_CorpusFiles(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared corpus is not beside the repository")
	}
	for _, name := range []string{"HiSeq.10000.vcf.bgz", "NA12878.g.vcf.gz", "exac.vcf.gz"} {
		data, err := os.ReadFile(filepath.Join(dir, "vcf", name))
		require.NoError(t, err)
		got, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(data), 2))
		require.NoError(t, err, name)
		std, err := gzip.NewReader(bytes.NewReader(data))
		require.NoError(t, err)
		want, err := io.ReadAll(std)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), name)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte{})
	f.Add(packWith(f, text(500), 1, 500))
	f.Add(packWith(f, nil, 1, 500))
	f.Add([]byte{0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0, 3, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		one, err1 := io.ReadAll(bgzf.NewReader(bytes.NewReader(data), 1))
		two, err2 := io.ReadAll(bgzf.NewReader(bytes.NewReader(data), 2))
		require.Equal(t, err1 == nil, err2 == nil)
		require.True(t, bytes.Equal(one, two))
		if err1 == nil {
			again := packWith(t, one, 2, 1<<16)
			back, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(again), 2))
			require.NoError(t, err)
			require.True(t, bytes.Equal(one, back))
		}
	})
}

func BenchmarkWriter(b *testing.B) {
	data := text(8 << 20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		packWith(b, data, 2, 1<<16)
	}
}

func BenchmarkReader(b *testing.B) {
	data := text(8 << 20)
	packed := packWith(b, data, 2, 1<<16)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		_, err := io.Copy(io.Discard, bgzf.NewReader(bytes.NewReader(packed), 2))
		require.NoError(b, err)
	}
}
