package client_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/core/bgzf"
)

// opened writes what a fetch might have opened, in BGZF, and asks for its index.
func opened(t *testing.T, name, plain string, packed bool) *client.Fetched {
	t.Helper()
	data := []byte(plain)
	if packed {
		var out bytes.Buffer
		w := bgzf.NewWriter(&out, 1)
		_, err := w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		data = out.Bytes()
	}
	out := &client.Fetched{Path: filepath.Join(t.TempDir(), name)}
	require.NoError(t, os.WriteFile(out.Path, data, 0o600))
	(&client.Session{}).Index(t.Context(), out)
	return out
}

const (
	head   = "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
	first  = "chr1\t100\t.\tA\tC\t.\tPASS\t.\n"
	second = "chr1\t90000\t.\tA\tC\t.\tPASS\t.\n"
)

func TestFetchIndex_SortedVariants(t *testing.T) {
	out := opened(t, "x.vcf.gz", head+first+second, true)
	require.Equal(t, out.Path+".tbi", out.Index)
	require.Empty(t, out.IndexNote)
	require.Len(t, entries(t, filepath.Dir(out.Path)), 2, "nothing else is left")
	tabix, err := exec.LookPath("tabix")
	if err != nil {
		t.Skip("tabix is not installed")
	}
	said, err := exec.CommandContext(t.Context(), tabix, out.Path, "chr1:80000-90000").CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, second, string(said))
}

// A file without an index is as good as before, and it is said why.
func TestFetchIndex_NoneIsNoFault(t *testing.T) {
	for name, c := range map[string]struct {
		plain  string
		packed bool
		note   string
	}{
		"unsorted":   {head + second + first, true, "not sorted"},
		"malformed":  {head + first + "chr1\n", true, "no VCF or BAM"},
		"text":       {head + first, false, ""},
		"other kind": {`{"resourceType":"Patient"}`, true, ""},
	} {
		out := opened(t, "x", c.plain, c.packed)
		require.Empty(t, out.Index, name)
		require.Contains(t, out.IndexNote, c.note, name)
		require.Equal(t, c.note == "", out.IndexNote == "", name)
		require.Len(t, entries(t, filepath.Dir(out.Path)), 1, name)
	}
}

func TestFetchIndex_NeverOverAnotherFile(t *testing.T) {
	out := opened(t, "x.vcf.gz", head+first, true)
	require.NoError(t, os.WriteFile(out.Index, []byte("of somebody"), 0o600))
	again := &client.Fetched{Path: out.Path}
	(&client.Session{}).Index(t.Context(), again)
	require.Empty(t, again.Index)
	require.Contains(t, again.IndexNote, "exists already")
	kept, err := os.ReadFile(out.Index)
	require.NoError(t, err)
	require.Equal(t, "of somebody", string(kept))

	gone := &client.Fetched{Path: filepath.Join(t.TempDir(), "gone")}
	(&client.Session{}).Index(t.Context(), gone)
	require.NotEmpty(t, gone.IndexNote)
	require.NotContains(t, gone.IndexNote, gone.Path)
}
