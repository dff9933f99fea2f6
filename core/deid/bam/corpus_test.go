package bam_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/bam"
)

var corpus = filepath.Join("..", "..", "..", "..", "shared", "corpus")

// refused says which files of the corpus are refused, and why.
var refused = map[string]deid.Code{
	"7.quickcheck.cram30.ok.cram":        deid.CodeUnsupported,
	"9.quickcheck.cram30.truncated.cram": deid.CodeUnsupported,
	"range.bam.bai":                      deid.CodeNotThisFormat,
}

func corpusFiles(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(corpus, "align", "*"))
	require.NoError(t, err)
	if len(found) == 0 {
		t.Skip("the shared corpus is not beside the repository")
	}
	return found
}

func TestScrub_EveryFileOfTheCorpus(t *testing.T) {
	for _, path := range corpusFiles(t) {
		for _, profile := range deid.Profiles() {
			t.Run(filepath.Base(path)+"/"+profile, func(t *testing.T) {
				data, err := os.ReadFile(path)
				require.NoError(t, err)
				out, result, err := scrub(t, profile, data, bam.Options{AllSamples: true})
				if code, ok := refused[filepath.Base(path)]; ok {
					var refusal *deid.RefusalError
					require.ErrorAs(t, err, &refusal)
					require.Equal(t, code, refusal.Code)
					return
				}
				require.NoError(t, err)
				requireVerified(t, profile, result, out)
				requireSameReads(t, path, out, result)
			})
		}
	}
}

// samtools runs the peer, which must be installed.
func samtools(t *testing.T, input []byte, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("samtools")
	if err != nil {
		t.Skip("samtools is not installed")
	}
	cmd := exec.Command(path, args...)
	cmd.Stdin = bytes.NewReader(input)
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	require.NoError(t, err, words.String())
	return string(out)
}

// requireSameReads has samtools read both: all columns but the name are equal, the
// names partition the records as before, and no identifying tag is left.
func requireSameReads(t *testing.T, original string, out []byte, result *deid.FileResult) {
	t.Helper()
	data, err := os.ReadFile(original)
	require.NoError(t, err)
	before := strings.Split(strings.TrimSpace(samtools(t, data, "view", "--no-PG", "-")), "\n")
	after := strings.Split(strings.TrimSpace(samtools(t, out, "view", "--no-PG", "-")), "\n")
	require.Len(t, after, len(before))
	require.EqualValues(t, len(before), result.Entry.Records)
	names := map[string]string{}
	for i := range before {
		a, b := strings.Split(before[i], "\t"), strings.Split(after[i], "\t")
		require.Equal(t, a[1:11], b[1:11])
		require.NotEqual(t, a[0], b[0])
		if known, met := names[a[0]]; met {
			require.Equal(t, known, b[0])
		}
		names[a[0]] = b[0]
		for _, tag := range b[11:] {
			require.NotContains(t, []string{"BC", "QT", "RX", "CB", "PG", "CO"}, tag[:2])
		}
	}
	header := samtools(t, out, "view", "-H", "--no-PG", "-")
	for line := range strings.Lines(samtools(t, data, "view", "-H", "--no-PG", "-")) {
		for field := range strings.SplitSeq(strings.TrimSpace(line), "\t") {
			tag, value, _ := strings.Cut(field, ":")
			if strings.Contains(" SM LB DS PU CL CN DT UR ", " "+tag+" ") && len(value) > 2 {
				require.NotContains(t, header, value)
			}
		}
	}
}

func TestScrub_BoundedMemory(t *testing.T) {
	for _, path := range corpusFiles(t) {
		file, err := os.Open(path)
		require.NoError(t, err)
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		o := options(t, deid.SafeHarborStrict, bam.Options{AllSamples: true})
		_, err = bam.Scrub(context.Background(), io.Discard, file, o)
		var refusal *deid.RefusalError
		require.True(t, err == nil || errors.As(err, &refusal), "%v", err)
		runtime.ReadMemStats(&after)
		require.NoError(t, file.Close())
		require.Less(t, after.Sys-before.Sys, uint64(64<<20))
	}
}
