package bgzf_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/test/corpus"
)

// awkward is content that leads the packer to its limits.
func awkward() map[string][]byte {
	rng := rand.New(rand.NewPCG(21, 22))
	noise := make([]byte, bgzf.BlockSize)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	all := kinds()
	// The counts of these bytes are Fibonacci's numbers, by which the best code is as deep as can be: 22 bits.
	var deep []byte
	for c, a, b := 0, 1, 1; len(deep)+a < bgzf.BlockSize; c, a, b = c+1, b, a+b {
		deep = append(deep, bytes.Repeat([]byte{byte(c)}, a)...)
	}
	rng.Shuffle(len(deep), func(i, j int) { deep[i], deep[j] = deep[j], deep[i] })
	all["deep"] = deep
	for _, far := range []int{1<<15 - 1, 1 << 15, 1<<15 + 1} { // The window's edge.
		once := append(bytes.Clone(noise[:100]), bytes.Repeat([]byte{'x'}, far-100)...)
		all[fmt.Sprint("window ", far)] = append(once, noise[:100]...)
	}
	for _, n := range []int{256, 257, 258, 259, 260, 515, 516, 517, 521} { // Around the longest match.
		copied := append(bytes.Clone(noise[:600]), noise[:n]...)
		all[fmt.Sprint("copy ", n)] = append(copied, noise[600:700]...)
	}
	all["one byte only"] = bytes.Repeat([]byte{0xff}, bgzf.BlockSize)
	var each []byte
	for c := range 256 {
		each = append(each, byte(c))
	}
	all["every byte once"] = each
	all["ends in the match"] = append(bytes.Clone(noise[:1000]), noise[:300]...)
	all["half noise"] = append(bytes.Clone(noise[:32_000]), bytes.Repeat([]byte("GT:AD:DP\t0/1:"), 2500)...)
	return all
}

// requirePacked: what is packed is read back by us and by the standard library, and is little longer at most.
func requirePacked(tb testing.TB, data []byte) {
	tb.Helper()
	packed := packWith(tb, data, 1, 1<<16)
	const around, stored, last = 18 + 8, 5, 28
	blocks := (len(data) + bgzf.BlockSize - 1) / bgzf.BlockSize
	require.LessOrEqual(tb, len(packed), len(data)+blocks*(around+stored)+last)
	got, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(packed), 1))
	require.NoError(tb, err)
	require.True(tb, bytes.Equal(data, got))
	std, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(tb, err)
	got, err = io.ReadAll(std)
	require.NoError(tb, err)
	require.True(tb, bytes.Equal(data, got))
}

func TestWriter_AwkwardContent(t *testing.T) {
	for name, data := range awkward() {
		t.Run(name, func(t *testing.T) { requirePacked(t, data) })
	}
}

func TestWriter_EveryShortLength(t *testing.T) {
	for n := range 300 {
		requirePacked(t, text(n))
		requirePacked(t, bytes.Repeat([]byte("ab"), n))
		requirePacked(t, bytes.Repeat([]byte{0}, n))
	}
}

// A worker packs one block after another: nothing of the last one may show in the next.
func TestWriter_BlocksDoNotDependOnThoseBefore(t *testing.T) {
	noise := awkward()["half noise"][:bgzf.BlockSize/2]
	alone := packWith(t, text(3000), 1, 1<<16)
	var both bytes.Buffer
	w := bgzf.NewWriter(&both, 1)
	_, err := w.Write(append(append(bytes.Clone(noise), noise...), text(3000)...))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.True(t, bytes.HasSuffix(both.Bytes(), alone))
}

// Reports and manifests hold digests of packed files: a file packed on one machine is packed so on every other,
// and in the browser.
// Of two matches that both go to the end of the last block, what an earlier block left behind it must not choose.
func TestWriter_TheEndDoesNotDependOnWhatWasBefore(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 8))
	noise := func(n int) []byte {
		out := make([]byte, n)
		for i := range out {
			out[i] = byte(rng.IntN(256))
		}
		return out
	}
	for range 20 {
		x := noise(20)
		text := slices.Concat(
			bytes.Repeat(
				[]byte{'P'},
				3*bgzf.BlockSize,
			),
			noise(100),
			x,
			[]byte{'P'},
			noise(700),
			x,
			[]byte{'Q'},
			noise(50),
			bytes.Repeat([]byte("aabbabab"), 100),
			x,
		)
		var first []byte
		for _, workers := range []int{1, 2, 3, 8} {
			out := packWith(t, text, workers, len(text))
			if first == nil {
				first = out
			}
			require.True(t, bytes.Equal(first, out), "%d workers", workers)
		}
	}
}

func TestWriter_BytesAreTheSameEverywhere(t *testing.T) {
	sum := sha256.New()
	for _, name := range []string{"deep", "half noise", "noise", "far"} {
		sum.Write(packWith(t, awkward()[name], 1, 1<<16))
	}
	sum.Write(packWith(t, text(200_000), 2, 1<<16))
	const want = "ea406466d5843fb725e66e2d241cbcbff3266a823e24a81137fe1837ac20a398"
	require.Equal(t, want, hex.EncodeToString(sum.Sum(nil)))
}

// unpacked is the plain text of a file.
func unpacked(t *testing.T, data []byte) []byte {
	t.Helper()
	if bgzf.Sniff(data[:bgzf.SniffLen]) == bgzf.Plain {
		return data
	}
	packed, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	out, err := io.ReadAll(packed)
	require.NoError(t, err)
	return out
}

// htslib's bgzip reads what we pack, and packs it no better than by a tenth at its usual level.
func TestWriter_BesideBgzip(t *testing.T) {
	bgzip, err := exec.LookPath("bgzip")
	if err != nil {
		t.Skip("bgzip is not installed: what it reads and how well it packs is not compared")
	}
	names := corpus.Files(t, "vcf/HiSeq*.bgz", "vcf/*.g.vcf.gz", "vcf/1kg.vcf.gz", "vcf/exac.vcf.gz", "vcf/m*.vcf")
	require.Len(t, names, 6)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			data := unpacked(t, corpus.Read(t, name))
			packed := packWith(t, data, 1, 1<<16)
			unpack := exec.CommandContext(t.Context(), bgzip, "-dc")
			unpack.Stdin = bytes.NewReader(packed)
			got, err := unpack.Output()
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, got))
			pack := exec.CommandContext(t.Context(), bgzip, "-c")
			pack.Stdin = bytes.NewReader(data)
			theirs, err := pack.Output()
			require.NoError(t, err)
			require.LessOrEqual(t, float64(len(packed)), 1.10*float64(len(theirs)))
		})
	}
}

func FuzzDeflate(f *testing.F) {
	for _, data := range awkward() {
		f.Add(data[:min(len(data), 2000)])
	}
	f.Add(text(5000))
	f.Fuzz(func(t *testing.T, data []byte) {
		requirePacked(t, data)
		// The same again and again, and once more from the window's edge: long and far matches.
		requirePacked(t, bytes.Repeat(data, min(3, 1+bgzf.BlockSize/(len(data)+1))))
	})
}
