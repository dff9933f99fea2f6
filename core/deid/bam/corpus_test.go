package bam_test

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/bam"
	"github.com/volens-network/volens/test/corpus"
)

// refused says which files of the corpus are refused, and why.
var refused = map[string]deid.Code{
	"7.quickcheck.cram30.ok.cram":        deid.CodeCRAM,
	"9.quickcheck.cram30.truncated.cram": deid.CodeCRAM,
	"range.bam.bai":                      deid.CodeNotThisFormat,
}

func TestScrub_EveryFileOfTheCorpus(t *testing.T) {
	for _, name := range corpus.Files(t, "align/*") {
		for _, profile := range deid.Profiles() {
			t.Run(path.Base(name)+"/"+profile, func(t *testing.T) {
				data := corpus.Read(t, name)
				out, result, err := scrub(t, profile, data, bam.Options{AllSamples: true})
				if code, ok := refused[path.Base(name)]; ok {
					corpus.RequireRefused(t, code, err)
					return
				}
				require.NoError(t, err)
				requireVerified(t, profile, result, out)
				requireSameReads(t, data, out, result)
			})
		}
	}
}

// samtools runs the peer, which must be installed.
func samtools(t *testing.T, input []byte, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("samtools")
	if err != nil {
		t.Skip("samtools is not installed")
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader(input)
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	require.NoError(t, err, words.String())
	return string(out)
}

// requireSameReads has samtools read both: all columns but the name are equal, the
// names partition the records as before, and no identifying tag is left.
func requireSameReads(t *testing.T, data, out []byte, result *deid.FileResult) {
	t.Helper()
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
	corpus.RequireBounded(t, corpus.Files(t, "align/*"), func(ctx context.Context, src io.Reader) error {
		_, err := bam.Scrub(ctx, io.Discard, src, options(t, deid.SafeHarborStrict, bam.Options{AllSamples: true}))
		return err
	})
}
