package walk_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/test/sample"
)

const original = `##fileformat=VCFv4.3
##SAMPLE=<ID=DOE_JANE,Description="Jane Q. Doe, born 1962",Phone="+47 73 55 01 00">
##source=LabSystem at genome-lab.example, operator=kari.nordmann
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth as counted by Kari">
##contig=<ID=chr1,length=248956422,assembly=GRCh38,md5=6aef897c3d6ff0c78aff06ac189178dd>
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	DOE_JANE	7
chr1	1001	rs12	A	G	50	PASS	DP=7	GT	0/1	1/1
`

const clean = `##fileformat=VCFv4.3
##INFO=<ID=DP,Number=1,Type=Integer,Description=".">
##contig=<ID=chr1,length=248956422,assembly=GRCh38>
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	S1	S2
chr1	1001	rs12	A	G	50	PASS	DP=7	GT	0/1	1/1
`

func write(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func pack(t *testing.T, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func leftovers(t *testing.T, before, after string, secrets ...string) int {
	t.Helper()
	plain, err := walk.Leftovers(write(t, []byte(before)), write(t, []byte(after)), secrets)
	require.NoError(t, err)
	packed, err := walk.Leftovers(write(t, pack(t, before)), write(t, pack(t, after)), secrets)
	require.NoError(t, err)
	require.Equal(t, plain, packed, "packed or plain must not matter")
	return plain
}

func TestLeftovers_None(t *testing.T) {
	require.Zero(t, leftovers(t, original, clean, "Jane", "1962"))
}

func TestLeftovers_Found(t *testing.T) {
	for what, spoil := range map[string]func(string) string{
		"a name in the header":        func(s string) string { return strings.Replace(s, "S1", "DOE_JANE", 1) },
		"a number as a name":          func(s string) string { return strings.Replace(s, "S2", "7", 1) },
		"a name in a record":          func(s string) string { return strings.Replace(s, "DP=7", "DP=7;FROM=DOE_JANE", 1) },
		"a name inside of a word":     func(s string) string { return strings.Replace(s, "rs12", "xDOE_JANEx", 1) },
		"a dropped line":              func(s string) string { return strings.SplitN(original, "\n", 4)[2] + "\n" + s },
		"a description":               func(s string) string { return strings.Replace(s, `"."`, `"See: Depth as counted by Kari"`, 1) },
		"a value of a dropped line":   func(s string) string { return strings.Replace(s, "rs12", "kari.nordmann", 1) },
		"a sentence of a header line": func(s string) string { return strings.Replace(s, `"."`, `"Jane Q. Doe, born 1962"`, 1) },
		"a digest of a contig":        func(s string) string { return strings.Replace(s, "PASS", "6aef897c3d6ff0c78aff06ac189178dd", 1) },
		"the original":                func(string) string { return original },
	} {
		require.NotZero(t, leftovers(t, original, spoil(clean)), what)
	}
	require.Equal(t, 1, leftovers(t, original, clean, "rs12"), "what the caller knows")
}

func TestLeftovers_ShortOrNumericIsNoValue(t *testing.T) {
	before := strings.Replace(original, "LabSystem", "Lab", 1)
	require.Zero(t, leftovers(t, before, strings.Replace(clean, "rs12", "Lab", 1)))
	before = strings.Replace(original, "born 1962", "born 123456789", 1)
	require.Zero(t, leftovers(t, before, strings.Replace(clean, "rs12", "123456789", 1)))
}

// What the product removes leaves nothing; what it was given leaves much.
func TestLeftovers_OfASample(t *testing.T) {
	o := sample.Options{Seed: 4, Records: 400, Samples: 2}
	var before bytes.Buffer
	require.NoError(t, sample.VCF(&before, o))
	for _, name := range deid.Profiles() {
		p, err := deid.LoadProfile(name)
		require.NoError(t, err)
		var key []byte
		if p.Samples == deid.SamplesKeyed {
			key = []byte("0123456789abcdef")
		}
		pseudonyms, err := deid.NewPseudonymizer(p, key)
		require.NoError(t, err)
		var after bytes.Buffer
		_, err = vcf.Scrub(context.Background(), &after, bytes.NewReader(before.Bytes()),
			vcf.Options{Profile: p, Pseudonyms: pseudonyms, AllSamples: true})
		require.NoError(t, err)
		require.Zero(t, leftovers(t, before.String(), after.String(), sample.Identifiers(o)...), name)
	}
	require.Greater(t, leftovers(t, before.String(), before.String(), sample.Identifiers(o)...), 10)
}

func TestLeftovers_BadFiles(t *testing.T) {
	_, err := walk.Leftovers(filepath.Join(t.TempDir(), "jane-doe.vcf"), write(t, []byte(clean)), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotContains(t, err.Error(), "jane")
	_, err = walk.Leftovers(write(t, []byte(original)), write(t, pack(t, clean)[:40]), nil)
	require.Error(t, err, "a truncated file is not looked at by half")
	none, err := walk.Leftovers(write(t, nil), write(t, nil), nil)
	require.NoError(t, err)
	require.Zero(t, none)
}
