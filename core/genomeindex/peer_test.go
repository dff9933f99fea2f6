package genomeindex_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/bam"
	"github.com/volens-network/volens/core/deid/stream"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/core/genomeindex"
	"github.com/volens-network/volens/test/corpus"
)

// run has a program of the peer do something.
func run(t *testing.T, stdin []byte, name string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: what it reads through our index is not compared", name)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	require.NoError(t, err, "%s %v: %s", name, args, words.String())
	return string(out)
}

func pack(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := bgzf.NewWriter(&out, 1)
	_, err := w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func unpack(t *testing.T, file []byte) []byte {
	t.Helper()
	out, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(file), 1))
	require.NoError(t, err)
	return out
}

type verifier func(context.Context, *deid.Profile, deid.Entry, io.Reader) (*deid.Verdict, error)

// variants de-identifies a VCF with its index.
func variants(t *testing.T, data []byte) ([]byte, *deid.FileResult) {
	t.Helper()
	var out bytes.Buffer
	result, err := vcf.Scrub(t.Context(), &out, bytes.NewReader(data), vcf.Options{
		Profile: corpus.Profile(t, deid.SafeHarborStrict), Pseudonyms: corpus.Pseudonyms(t, deid.SafeHarborStrict),
		AllSamples: true, Index: true, Workers: 2,
	})
	require.NoError(t, err)
	requireVerified(t, vcf.Verify, out.Bytes(), result)
	requireSame(t, out.Bytes(), result)
	return out.Bytes(), result
}

// reads de-identifies a BAM with its index.
func reads(t *testing.T, data []byte) ([]byte, *deid.FileResult) {
	t.Helper()
	var out bytes.Buffer
	result, err := bam.Scrub(t.Context(), &out, bytes.NewReader(data), bam.Options{
		Profile: corpus.Profile(t, deid.SafeHarborStrict), Pseudonyms: corpus.Pseudonyms(t, deid.SafeHarborStrict),
		AllSamples: true, Index: true, Workers: 2, Rand: bytes.NewReader(make([]byte, 32)),
	})
	require.NoError(t, err)
	requireVerified(t, bam.Verify, out.Bytes(), result)
	requireSame(t, out.Bytes(), result)
	return out.Bytes(), result
}

// requireVerified: the attestor makes the same index out of the payload, and no other file
// passes for it.
func requireVerified(t *testing.T, verify verifier, out []byte, result *deid.FileResult) {
	t.Helper()
	if result.Entry.Index == nil {
		return
	}
	profile := corpus.Profile(t, deid.SafeHarborStrict)
	verdict, err := verify(t.Context(), profile, result.Entry, bytes.NewReader(out))
	require.NoError(t, err)
	require.NoError(t, stream.VerifyIndex(verdict, *result.Entry.Index, bytes.NewReader(result.IndexFile)))
	corpus.RequireClean(t, verdict, nil)

	other := bytes.Clone(result.IndexFile)
	other[len(other)/2] ^= 1
	verdict, err = verify(t.Context(), profile, result.Entry, bytes.NewReader(out))
	require.NoError(t, err)
	require.NoError(t, stream.VerifyIndex(verdict, *result.Entry.Index, bytes.NewReader(other)))
	require.Equal(t, []deid.Check{deid.CheckDigest, deid.CheckIndex}, corpus.Failed(verdict))
}

// requireSame: a file that is there already gives the index that was made while it was written.
func requireSame(t *testing.T, out []byte, result *deid.FileResult) {
	t.Helper()
	index, err := genomeindex.Of(t.Context(), bytes.NewReader(out), 2)
	if result.Entry.Index == nil {
		require.True(t, errors.Is(err, genomeindex.ErrOrder) || errors.Is(err, genomeindex.ErrSize), "%v", err)
		return
	}
	require.NoError(t, err)
	require.Equal(t, result.Entry.Index.Kind, index.Kind)
	file, err := index.File()
	require.NoError(t, err)
	require.True(t, bytes.Equal(result.IndexFile, file), "it is another one")
}

// place writes a file and its index into a folder of their own.
func place(t *testing.T, name string, file, index []byte, kind genomeindex.Kind) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, file, 0o600))
	if index != nil {
		require.NoError(t, os.WriteFile(path+"."+string(kind), index, 0o600))
	}
	return path
}

// regions are every sequence as a whole, and windows of many lengths all over its records.
func regions(positions map[string][]int64) []string {
	rng := rand.New(rand.NewPCG(7, 11))
	var out []string
	for name, list := range positions {
		out = append(out, name)
		for range min(len(list), 40) {
			at := max(list[rng.IntN(len(list))]+rng.Int64N(200)-100, 1)
			length := int64(1) << rng.IntN(24)
			out = append(out, fmt.Sprintf("%s:%d-%d", name, at, at+length))
		}
	}
	return out
}

// positionsOf finds sequence and position in lines of columns.
func positionsOf(t *testing.T, text string, sequence, position int) map[string][]int64 {
	t.Helper()
	out := map[string][]int64{}
	for line := range strings.Lines(text) {
		columns := strings.SplitN(line, "\t", position+2)
		if line[0] == '#' || columns[sequence] == "*" {
			continue
		}
		var at int64
		_, err := fmt.Sscan(columns[position], &at)
		require.NoError(t, err)
		out[columns[sequence]] = append(out[columns[sequence]], at)
	}
	return out
}

// requireLikeTabix holds region queries through our index against those through the peers'.
func requireLikeTabix(t *testing.T, out []byte, result *deid.FileResult) {
	t.Helper()
	kind := result.Entry.Index.Kind
	ours := place(t, "ours.vcf.gz", out, result.IndexFile, kind)
	theirs := place(t, "theirs.vcf.gz", out, nil, "")
	args := []string{"-p", "vcf", theirs}
	if kind == genomeindex.CSI {
		args = append([]string{"-C"}, args...)
	}
	run(t, nil, "tabix", args...)
	list := regions(positionsOf(t, string(unpack(t, out)), 0, 1))
	require.NotEmpty(t, list)
	want := run(t, nil, "tabix", append([]string{theirs}, list...)...)
	require.NotEmpty(t, want)
	require.Equal(t, want, run(t, nil, "tabix", append([]string{ours}, list...)...))
	require.Equal(t, run(t, nil, "tabix", "-l", theirs), run(t, nil, "tabix", "-l", ours))
	joined := strings.Join(list, ",")
	require.Equal(t, run(t, nil, "bcftools", "view", "-H", "-r", joined, theirs),
		run(t, nil, "bcftools", "view", "-H", "-r", joined, ours))
	require.Equal(t, run(t, nil, "bcftools", "index", "-n", theirs), run(t, nil, "bcftools", "index", "-n", ours))
}

// requireLikeSamtools does the same for reads.
func requireLikeSamtools(t *testing.T, out []byte, result *deid.FileResult) {
	t.Helper()
	kind := result.Entry.Index.Kind
	ours := place(t, "ours.bam", out, result.IndexFile, kind)
	theirs := place(t, "theirs.bam", out, nil, "")
	args := []string{"index", theirs}
	if kind == genomeindex.CSI {
		args = []string{"index", "-c", theirs}
	}
	run(t, nil, "samtools", args...)
	list := regions(positionsOf(t, run(t, nil, "samtools", "view", theirs), 2, 3))
	require.NotEmpty(t, list)
	for _, region := range append(list, "*") {
		require.Equal(
			t,
			run(t, nil, "samtools", "view", theirs, region),
			run(t, nil, "samtools", "view", ours, region),
			region,
		)
	}
	require.Equal(t, run(t, nil, "samtools", "idxstats", theirs), run(t, nil, "samtools", "idxstats", ours))
}

func TestVariants_CorpusIsReadAsThroughThePeersIndexes(t *testing.T) {
	indexed := 0
	for _, name := range corpus.Files(t, "vcf/*.vcf*", "vcf/*.bgz") {
		if strings.HasSuffix(name, ".tbi") {
			continue
		}
		data := corpus.Read(t, name)
		if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			data = pack(t, data)
		}
		out, result := variants(t, data)
		if result.Entry.Index == nil {
			require.Contains(t, strings.Join(result.Warnings, " "), "no_index", name)
			continue
		}
		if result.Entry.Records > 0 {
			indexed++
			t.Run(name, func(t *testing.T) { requireLikeTabix(t, out, result) })
		}
	}
	require.GreaterOrEqual(t, indexed, 20)
}

func TestReads_CorpusIsReadAsThroughThePeersIndexes(t *testing.T) {
	corpus.Files(t, "align/*")
	for _, name := range []string{"align/range.bam", "align/mpileup.2.sam"} {
		t.Run(name, func(t *testing.T) {
			data := corpus.Read(t, name)
			if strings.HasSuffix(name, ".sam") {
				data = []byte(run(t, data, "samtools", "view", "-b", "--no-PG", "-"))
			}
			out, result := reads(t, data)
			require.Equal(t, genomeindex.BAI, result.Entry.Index.Kind)
			requireLikeSamtools(t, out, result)
		})
	}
}

// manyVariants is a sorted VCF with long deletions, positions that repeat, sparse and dense
// sequences, and one that begins at 0.
func manyVariants(far int64) []byte {
	rng := rand.New(rand.NewPCG(3, 5))
	var out bytes.Buffer
	out.WriteString("##fileformat=VCFv4.2\n" +
		"##INFO=<ID=END,Number=1,Type=Integer,Description=\"Stop position of the interval\">\n" +
		"##INFO=<ID=SVLEN,Number=.,Type=Integer,Description=\"Difference in length between REF and ALT alleles\">\n")
	for i := range 6 {
		fmt.Fprintf(&out, "##contig=<ID=chr%d>\n", i+1)
	}
	out.WriteString("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n")
	for i := range 6 {
		at := int64(0)
		for n := range 4000 {
			switch step := int64(1) << (3 * i); {
			case n%3 > 0:
				at += rng.Int64N(step) + 1
			case n == 2100:
				at += far
			}
			info := "."
			switch rng.IntN(40) {
			case 0:
				info = fmt.Sprintf("END=%d", at+1+rng.Int64N(1<<22))
			case 1:
				info = fmt.Sprintf("SVLEN=-%d", 1+rng.Int64N(1<<15))
			}
			ref := strings.Repeat("A", 1+rng.IntN(3))
			fmt.Fprintf(&out, "chr%d\t%d\t.\t%s\tC\t%d\tPASS\t%s\n", i+1, at, ref, n, info)
		}
	}
	return out.Bytes()
}

func TestVariants_ManySequencesAndLongRecords(t *testing.T) {
	for kind, far := range map[genomeindex.Kind]int64{genomeindex.Tabix: 1 << 20, genomeindex.CSI: 1 << 30} {
		t.Run(string(kind), func(t *testing.T) {
			out, result := variants(t, pack(t, manyVariants(far)))
			require.NotNil(t, result.Entry.Index)
			require.Equal(t, kind, result.Entry.Index.Kind)
			requireLikeTabix(t, out, result)
		})
	}
}

// manyReads is a sorted SAM with spliced, unmapped and unplaced reads, and a sequence that
// has none.
func manyReads(length int64) []byte {
	rng := rand.New(rand.NewPCG(9, 2))
	var out bytes.Buffer
	out.WriteString("@HD\tVN:1.6\tSO:coordinate\n")
	for i := range 4 {
		fmt.Fprintf(&out, "@SQ\tSN:chr%d\tLN:%d\n", i+1, length)
	}
	n := 0
	for _, name := range []string{"chr1", "chr2", "chr4"} {
		at := int64(1)
		for range 3000 {
			at += rng.Int64N(length / 4000)
			cigar, flag := "10M", 0
			switch rng.IntN(30) {
			case 0:
				cigar = fmt.Sprintf("4M%dN6M", 1+rng.IntN(1<<17))
			case 1:
				cigar, flag = "*", flagUnmapped
			case 2:
				cigar = "2S4M1D4M"
			}
			fmt.Fprintf(&out, "r%d\t%d\t%s\t%d\t60\t%s\t*\t0\t0\tACGTACGTAC\tIIIIIIIIII\n", n, flag, name, at, cigar)
			n++
		}
	}
	for range 500 {
		fmt.Fprintf(&out, "r%d\t4\t*\t0\t0\t*\t*\t0\t0\tACGTACGTAC\tIIIIIIIIII\n", n)
		n++
	}
	return out.Bytes()
}

const flagUnmapped = 4

func TestReads_SplicedUnmappedAndUnplaced(t *testing.T) {
	for kind, length := range map[genomeindex.Kind]int64{genomeindex.BAI: 200_000_000, genomeindex.CSI: 1_900_000_000} {
		t.Run(string(kind), func(t *testing.T) {
			data := run(t, manyReads(length), "samtools", "view", "-b", "--no-PG", "-")
			out, result := reads(t, []byte(data))
			require.NotNil(t, result.Entry.Index)
			require.Equal(t, kind, result.Entry.Index.Kind)
			requireLikeSamtools(t, out, result)
		})
	}
}
