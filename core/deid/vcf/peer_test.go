package vcf_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/corpus"
	"github.com/volens-network/volens/test/sample"
)

var declared = regexp.MustCompile(`^##(INFO|FORMAT)=<ID=([^,>]+)`)

// keys are the fields that a header declares, as bcftools names them.
func keys(text string) map[string]bool {
	found := map[string]bool{}
	for line := range strings.Lines(text) {
		if m := declared.FindStringSubmatch(line); m != nil {
			found[m[1]+"/"+m[2]] = true
		}
	}
	return found
}

// recordsOf are the lines after the header.
func recordsOf(text string) []string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return lines[slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "#CHROM") })+1:]
}

// bcftools removes fields and ids from a file. Of ids it knows all or none; which of
// them stay is tested elsewhere.
func bcftools(t *testing.T, data []byte, fields []string) string {
	t.Helper()
	program, err := exec.LookPath("bcftools")
	if err != nil {
		t.Skip("bcftools is not installed")
	}
	path := filepath.Join(t.TempDir(), "in.vcf")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	remove := strings.Join(append(fields, "ID"), ",")
	cmd := exec.CommandContext(t.Context(), program, "annotate", "--no-version", "-x", remove, path)
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	require.NoError(t, err, words.String())
	return string(out)
}

// requireLikePeer demands records that are identical to those that bcftools leaves
// when it is told to remove the same fields. It writes numbers anew, 0.50 as 0.5, so
// it has to write ours too.
func requireLikePeer(t *testing.T, data []byte) {
	t.Helper()
	out, _, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{AllSamples: true})
	require.NoError(t, err)
	original, output := inflate(t, data), inflate(t, out)
	var removed []string
	kept := keys(output)
	for key := range keys(original) {
		if !kept[key] {
			removed = append(removed, key)
		}
	}
	slices.Sort(removed)
	want := recordsOf(bcftools(t, []byte(original), removed))
	got := recordsOf(bcftools(t, []byte(output), nil))
	require.Len(t, got, len(want))
	for i := range want {
		if want[i] == got[i] {
			continue
		}
		// A filter whose name a removed line repeats is OTHER; the peer knows no such rule.
		a, b := strings.Split(want[i], "\t"), strings.Split(got[i], "\t")
		if strings.Contains(b[6], "OTHER") {
			a[6] = b[6]
		}
		require.Equal(t, a, b, "record %d", i+1)
	}
}

func TestScrub_RecordsAreThoseOfBcftools(t *testing.T) {
	var data bytes.Buffer
	require.NoError(t, sample.VCF(&data, sample.Options{Seed: 5, Records: 2000, Samples: 3}))
	requireLikePeer(t, data.Bytes())
}

func TestScrub_RecordsAreThoseOfBcftoolsInTheCorpus(t *testing.T) {
	files := corpus.Files(t, "vcf/*")
	for _, name := range []string{"vcf/NA12878.g.vcf.gz", "vcf/mpileup.vcf", "vcf/HiSeq.10000.vcf.bgz"} {
		require.Contains(t, files, name)
		t.Run(name, func(t *testing.T) {
			data := corpus.Read(t, name)
			if strings.HasSuffix(name, "bgz") {
				// The peer does not read a tab at the end of the #CHROM line.
				data = []byte(regexp.MustCompile(`(?m)\t+$`).ReplaceAllString(inflate(t, data), ""))
			}
			requireLikePeer(t, data)
		})
	}
}
