package e2e_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet/walk"
)

var corpus = filepath.Join("..", "..", "..", "shared", "corpus")

// corpusFiles are a genome of one person, reads over a region, 629 persons, and two with
// every kind of identifying header line.
var corpusFiles = []string{
	"vcf/NA12878.g.vcf.gz", "vcf/HiSeq.10000.vcf.bgz", "vcf/1kg.vcf.gz", "vcf/phi_header_multisample.vcf",
}

// stepNames are the story in its order.
var stepNames = []string{
	"network", "keys", "deid", "ingest", "attest", "consent", "approve", "request", "decide", "release", "fetch",
	"denied", "withdrawn", "audit",
}

// demo plays the story and returns its summary.
func demo(t *testing.T, portOffset int, args ...string) walk.Summary {
	t.Helper()
	volens, _ := programs(t)
	temporary := t.TempDir()
	args = append([]string{"demo", "--once", "--output", "json", "--port-offset", strconv.Itoa(portOffset)}, args...)
	out := run(bounded(t), t, temporary, volens, args...)
	require.Zero(t, out.code, "%s\n%s", out.stdout, out.stderr)
	requireNothingLeft(t, portOffset, temporary)

	lines := strings.Split(strings.TrimSuffix(out.stdout, "\n"), "\n")
	require.Len(t, lines, len(stepNames)+1, out.stdout)
	for i, name := range stepNames {
		var step walk.Step
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &step))
		require.Equal(t, name, step.Step)
		require.Equal(t, i+1, step.Number)
		require.Positive(t, step.Height)
		t.Logf("%2d %-9s height %-4d %5.1f s  %s", step.Number, step.Step, step.Height, step.Seconds, step.Text)
	}
	var summary walk.Summary
	require.NoError(t, json.Unmarshal([]byte(lines[len(stepNames)]), &summary))
	t.Logf("summary %s", lines[len(stepNames)])
	requireKept(t, summary)
	return summary
}

// requireKept checks that the whole promise was kept.
func requireKept(t *testing.T, s walk.Summary) {
	t.Helper()
	require.Equal(t, "summary", s.Step)
	require.True(t, s.OK)
	require.Empty(t, s.Failed)
	require.True(t, s.StockAge)
	require.True(t, s.DeniedRefused)
	require.True(t, s.WithdrawnRefused)
	require.NotEmpty(t, s.Datasets)
	seen := map[string]bool{}
	for _, d := range s.Datasets {
		require.False(t, seen[d.ID])
		seen[d.ID] = true
		require.Len(t, d.ID, 32)
		require.Len(t, d.DeidSHA256, 64)
		require.Equal(t, d.DeidSHA256, d.PlaintextSHA256)
		require.Equal(t, d.DeidSHA256, d.FetchedSHA256)
		require.Equal(t, d.ReadyHeight+2, d.ReleaseHeight)
		require.EqualValues(t, 2, d.ReleaseBlocks)
	}
	first := s.Datasets[0]
	require.Equal(t, first.DeidSHA256, s.DeidSHA256)
	require.Equal(t, first.PlaintextSHA256, s.PlaintextSHA256)
	require.Equal(t, first.FetchedSHA256, s.FetchedSHA256)
	require.Equal(t, first.ReadyHeight, s.ReadyHeight)
	require.Equal(t, first.ReleaseHeight, s.ReleaseHeight)
	require.Equal(t, first.ReleaseBlocks, s.ReleaseBlocks)
	requireShares(t, s)
}

// requireShares checks who was paid for each seat: 80, 5, 5, 5 and 5 percent.
func requireShares(t *testing.T, s walk.Summary) {
	t.Helper()
	const unit = 1_000_000
	sums := map[string]uint64{}
	for _, p := range s.Paid {
		require.Equal(t, "uusd", p.Denom)
		require.NotEmpty(t, p.Address)
		sums[p.Role] += p.Amount
		held := p.Role == "attestor" || p.Role == "gateway"
		require.Equal(t, held, p.HeldUntil > s.ReleaseHeight, "%+v", p)
	}
	seats := uint64(len(s.Datasets))
	patient := sums["patient"] / seats
	require.EqualValues(t, 10*unit, patient)
	for _, role := range []string{"attestor", "gateway", "committee", "pool"} {
		require.Equal(t, patient/16*seats, sums[role], role)
	}
}

func TestWalk(t *testing.T) {
	summary := demo(t, portsWalk)
	require.Len(t, summary.Datasets, 1)
	require.Equal(t, "VCF", summary.Datasets[0].Kind)
}

func TestWalk_Corpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("SKIPPED: the shared corpus is not beside the repository")
	}
	dir := filepath.Join(t.TempDir(), "town")
	args := []string{"--dir", dir}
	for _, name := range corpusFiles {
		args = append(args, "--input", filepath.Join(corpus, filepath.FromSlash(name)))
	}
	summary := demo(t, portsCorpus, args...)
	require.Len(t, summary.Datasets, len(corpusFiles))
	truth := readTruth(t)
	for i, name := range corpusFiles {
		opened := filepath.Join(dir, "fetched", strconv.Itoa(i+1), "opened-by-age")
		left, err := walk.Leftovers(filepath.Join(corpus, filepath.FromSlash(name)), opened, truth[name])
		require.NoError(t, err)
		require.Zero(t, left, name)
		text := plainText(t, opened)
		for _, secret := range truth[name] {
			require.NotContains(t, text, secret, "%s in %s", secret, name)
		}
	}
	require.NotEmpty(t, truth[corpusFiles[3]])
}

// readTruth lists what must not survive, by file.
func readTruth(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpus, "TRUTH.json"))
	require.NoError(t, err)
	raw := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(data, &raw))
	all := map[string][]string{}
	for name, value := range raw {
		var list []string
		if json.Unmarshal(value, &list) == nil {
			all[name] = list
		}
	}
	return all
}

// plainText is the test's own way into a packed file.
func plainText(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	var text io.Reader = file
	packed, err := gzip.NewReader(file)
	if errors.Is(err, gzip.ErrHeader) {
		_, err = file.Seek(0, io.SeekStart)
	} else {
		text = packed
	}
	require.NoError(t, err)
	raw, err := io.ReadAll(text)
	require.NoError(t, err)
	require.Contains(t, string(raw[:64]), "##fileformat=VCF")
	return string(raw)
}
