package vcf_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/sample"
)

// file joins lines into a file with the given header lines, samples and records.
func file(meta []string, samples string, records ...string) []byte {
	lines := append([]string{"##fileformat=VCFv4.2"}, meta...)
	columns := "#CHROM POS ID REF ALT QUAL FILTER INFO"
	if samples != "" {
		columns += " FORMAT " + samples
	}
	lines = append(lines, strings.ReplaceAll(columns, " ", "\t"))
	for _, r := range records {
		lines = append(lines, strings.ReplaceAll(r, " ", "\t"))
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

// body scrubs a file under the strict profile and returns its records.
func body(t *testing.T, data []byte) []string {
	t.Helper()
	out, _, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{AllSamples: true})
	require.NoError(t, err)
	_, records, _ := strings.Cut(string(out[bytes.Index(out, []byte("#CHROM")):]), "\n")
	return strings.Split(strings.TrimSuffix(records, "\n"), "\n")
}

func refusalOf(t *testing.T, data []byte, o vcf.Options) *deid.RefusalError {
	t.Helper()
	_, _, err := scrub(t, deid.SafeHarborStrict, data, o)
	var refusal *deid.RefusalError
	require.ErrorAs(t, err, &refusal)
	return refusal
}

func requireRefused(t *testing.T, code deid.Code, data []byte, o vcf.Options) {
	t.Helper()
	refusal := refusalOf(t, data, o)
	require.Equal(t, code, refusal.Code, refusal.Detail)
}

func TestScrub_HeaderKeepsOnlyTheAllowList(t *testing.T) {
	data := file([]string{
		"##fileDate=20230314",
		`##contig=<ID=chr1,length=248956422,assembly=GRCh38.p14,md5=abc,URL=file:///home/x,species="Homo sapiens">`,
		"##contig=<ID=chr2,assembly=ourOwnBuild,length=12x>",
		`##INFO=<ID=DP,Number=1,Type=Integer,Description="Total Depth">`,
		`##INFO=<ID=MQ,Number=1,Type=Float,Description="Made for Jane Doe">`,
		`##INFO=<ID=OWNER,Number=1,Type=String,Description="Who it is">`,
		`##INFO=<ID=AF,Number=A,Type=Fluff,Description="Allele Frequency">`,
		`##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">`,
		`##FILTER=<ID=q10,Description="Quality below 10">`,
		`##FILTER=<ID=bad name,Description="x">`,
		`##ALT=<ID=DEL,Description="Deletion">`,
		`##SAMPLE=<ID=JANE_DOE,Description="Jane Doe, born 1962-03-17">`,
		"##INFO=<ID=SB", "##custom", "##reference=file:///data/GRCh38.fa",
	}, "JANE_DOE", "chr1 5 . A G . . DP=3 GT 0/1")
	out, result, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{})
	require.NoError(t, err)
	require.Equal(t, strings.Join([]string{
		"##fileformat=VCFv4.2",
		"##contig=<ID=chr1,length=248956422,assembly=GRCh38>",
		"##contig=<ID=chr2>",
		`##INFO=<ID=DP,Number=1,Type=Integer,Description="Total Depth">`,
		`##INFO=<ID=MQ,Number=1,Type=Float,Description=".">`,
		`##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">`,
		`##FILTER=<ID=q10,Description="Quality below 10">`,
		`##ALT=<ID=DEL,Description="Deletion">`,
		`##FILTER=<ID=OTHER,Description=".">`,
		"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tvolens-1",
		"chr1\t5\t.\tA\tG\t.\t.\tDP=3\tGT\t0/1", "",
	}, "\n"), string(out))
	require.Equal(t, "vcf", result.Entry.Kind)
	require.Equal(t, int64(len(out)), result.Entry.Bytes)
	require.EqualValues(t, 1, result.Entry.Records)
	require.Contains(t, result.Actions, deid.Action{Format: "vcf", Rule: "header:SAMPLE", Action: "drop", Count: 1})
	require.Contains(t, result.Actions, deid.Action{Format: "vcf", Rule: "sample", Action: "rename", Count: 1})
}

func TestScrub_DescriptionsThatRepeatARemovedValueGo(t *testing.T) {
	out, _, err := scrub(t, deid.SafeHarborStrict, file([]string{
		"##note=Allele Frequency", "##tool=bcftools +fill-tags DP Genotype",
		`##INFO=<ID=AF,Number=A,Type=Float,Description="Allele Frequency">`,
		`##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">`,
	}, "x", "1 5 . A G . . AF=0.5 GT 0/1"), vcf.Options{})
	require.NoError(t, err)
	require.Contains(t, string(out), `##INFO=<ID=AF,Number=A,Type=Float,Description=".">`)
	require.Contains(t, string(out), `##FORMAT=<ID=GT,Number=1,Type=String,Description=".">`)
}

func TestScrub_KeysThatRepeatARemovedValueGo(t *testing.T) {
	data := file([]string{
		"##cmd=annotate InbreedingCoeff filterName=JanesOwnFilter",
		`##INFO=<ID=InbreedingCoeff,Number=1,Type=Float,Description="x">`,
		`##FILTER=<ID=JanesOwnFilter,Description="x">`,
	}, "JANE_ROE",
		"1 5 . A G . JanesOwnFilter InbreedingCoeff=0.5;DP=3 GT 0/1",
		"1 6 . A G . q1;JanesOwnFilter;PASS DP=3 GT 0/1")
	require.Equal(t, []string{
		"1\t5\t.\tA\tG\t.\tOTHER\tDP=3\tGT\t0/1",
		"1\t6\t.\tA\tG\t.\tOTHER;PASS\tDP=3\tGT\t0/1",
	}, body(t, data))
}

func TestScrub_RecordsKeepTheirBytes(t *testing.T) {
	meta := []string{`##FILTER=<ID=s50,Description="x">`}
	for _, c := range []struct{ in, want string }{
		{"1 5 rs12 A G 1.50e+01 s50 DP=007;AF=0.50 GT 0/1", ""},
		{"1 5 rs12;LAB7;COSV99 A G . PASS . GT 0|1", "1 5 rs12;COSV99 A G . PASS . GT 0|1"},
		{"1 5 JANE_VAR A G . PASS LAB=7;DP=3;NOTE=a GT 0|1", "1 5 . A G . PASS DP=3 GT 0|1"},
		{"1 5 rs A G high JANE X=1 GT 0|1", "1 5 . A G . OTHER . GT 0|1"},
		{"1 5 . N <DEL>,<CN4>,* . PASS SVTYPE=DEL;END=9;SVLEN=-4 GT 1/2", ""},
		{"1 5 . A <JANE> . PASS . GT 0|1", "refused"},
		{"1 5 . T T[chr2:5[,]<c7>:9]T,.T,T. . . . GT 0/1", ""},
		{"1 5 . T T[chr2[ . . . GT 0/1", "refused"},
		{"1 5 . A G . . SVTYPE=JANE;DP=jane;MQ=nan;QD=1,inf GT 0/1", "1 5 . A G . . MQ=nan;QD=1,inf GT 0/1"},
		{"1 5 . A G . . DB;DB=0;H2=jane GT 0/1", "1 5 . A G . . DB;DB=0 GT 0/1"},
		{"1 5 . A G . . . GT:LAB:DP:PID 0/1:jane:5:12_A_G", "1 5 . A G . . . GT:DP:PID 0/1:5:12_A_G"},
		{"1 5 . A G . . . GT:DP 0/1:jane", "1 5 . A G . . . GT:DP 0/1:."},
		{"1 5 . A G . . . LAB jane", "1 5 . A G . . . . ."},
		{"1 5 . A G . . . GT:FT:DP 0/1:s50;jane:3", "1 5 . A G . . . GT:FT:DP 0/1:s50;OTHER:3"},
		{"1 5 . A G . . . GT:DP 0/1", ""},
		{"1 5 . A G . . . GT 0/1:7", "refused"},
		{"1 5 . A G . . . . .", ""},
		{"1 -5 . A G . . . GT 0/1", "refused"},
		{"1 5 . jane G . . . GT 0/1", "refused"},
		{"1 5 . A  . . . GT 0/1", "refused"},
		{"j@ne 5 . A G . . . GT 0/1", "refused"},
		{"1 5 . A G . . . GT", "refused"},
		{"1 5 . A G . . . GT 0/1 0/1", "refused"},
		{"1 5", "refused"},
	} {
		data := file(meta, "x", c.in)
		if c.want == "refused" {
			refusal := refusalOf(t, data, vcf.Options{})
			require.Equal(t, deid.CodeMalformedRecord, refusal.Code, c.in)
			require.Equal(t, 4, refusal.Count, c.in)
			continue
		}
		if c.want == "" {
			c.want = c.in
		}
		require.Equal(t, []string{strings.ReplaceAll(c.want, " ", "\t")}, body(t, data), c.in)
	}
}

func TestScrub_SampleNamesAnywhere(t *testing.T) {
	// The name is in INFO, ID, FILTER and FORMAT, each time in another form.
	data := file([]string{`##FILTER=<ID=doe_jane,Description="x">`}, "JANE_DOE JOHN_DOE",
		"1 5 JANE_DOE A G . JaneDoe DP=3;CARRIER=jane-doe GT:WHO 0/1:JANE_DOE 0/0:x",
		"1 6 . A G . doe_jane DP=3 GT 0/1 0/0")
	require.Equal(t, []string{
		"1\t5\t.\tA\tG\t.\tOTHER\tDP=3\tGT\t0/1\t0/0",
		"1\t6\t.\tA\tG\t.\tdoe_jane\tDP=3\tGT\t0/1\t0/0",
	}, body(t, data))
	// Where it cannot go, the file is refused.
	requireRefused(t, deid.CodeIdentifierRemain,
		file(nil, "JANE_DOE", "JANE_DOE_1 5 . A G . . . GT 0/1"), vcf.Options{})
	requireRefused(t, deid.CodeIdentifierRemain,
		file(nil, "x", "chr1 5 . A G . . . GT 0/1", "1962-03-17 5 . A G . . . GT 0/1"), vcf.Options{})
	requireRefused(t, deid.CodeIdentifierRemain, file(nil, "MARY", "1 5 . AMARYA G . . . GT 0/1"), vcf.Options{})
}

func TestScrub_OrdinarySampleNamesDoNotGetInTheWay(t *testing.T) {
	for _, name := range []string{"1", "20", "S1", "A", "GT", "DP", "PASS", "chr1", "GATTACA", "TUMOR", "Sample", "0", "12345"} {
		data := file([]string{
			"##contig=<ID=chr1,length=12345>",
			`##INFO=<ID=DP,Number=1,Type=Integer,Description="Total Depth">`,
			`##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">`,
		}, name, "chr1 12345 . A GATTACA 20 PASS DP=1 GT 0/1")
		require.Equal(t, []string{"chr1\t12345\t.\tA\tGATTACA\t20\tPASS\tDP=1\tGT\t0/1"}, body(t, data), name)
	}
}

func TestScrub_SeveralPersons(t *testing.T) {
	data := file(nil, "JANE_DOE JOHN_DOE",
		"1 5 . A G . . AC=1;AF=0.25;AN=4;DP=9;NS=2 GT:DP 0/1:4 0/0:5", "1 6 . A G . . AC=1 GT . 1/1")
	refusal := refusalOf(t, data, vcf.Options{})
	require.Equal(t, deid.CodeSeveralPersons, refusal.Code)
	require.Equal(t, 2, refusal.Count)
	require.NotContains(t, refusal.Error(), "DOE")

	out, result, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{Sample: "JOHN_DOE"})
	require.NoError(t, err)
	require.Equal(t, 1, result.Entry.Subjects)
	require.True(t, strings.HasSuffix(string(out), "FORMAT\tvolens-1\n"+
		"1\t5\t.\tA\tG\t.\t.\tDP=9\tGT:DP\t0/0:5\n1\t6\t.\tA\tG\t.\t.\t.\tGT\t1/1\n"), string(out))

	_, result, err = scrub(t, deid.SafeHarborStrict, data, vcf.Options{AllSamples: true})
	require.NoError(t, err)
	require.Equal(t, 2, result.Entry.Subjects)
	refusal = refusalOf(t, data, vcf.Options{Sample: "JANE_ROE"})
	require.Equal(t, deid.CodeSampleNotFound, refusal.Code)
	require.NotContains(t, refusal.Error(), "ROE")
}

func TestScrub_OnePseudonymForOnePersonOfADataset(t *testing.T) {
	o := options(t, deid.ResearchShifted, vcf.Options{AllSamples: true})
	var first, second bytes.Buffer
	for _, f := range []struct {
		out  *bytes.Buffer
		data []byte
	}{
		{&first, file(nil, "JANE_DOE", "1 5 . A G . . . GT 0/1")},
		{&second, file(nil, "JOHN_DOE JANE_DOE", "1 5 . A G . . . GT 0/1 0/1")},
	} {
		_, err := vcf.Scrub(context.Background(), f.out, bytes.NewReader(f.data), o)
		require.NoError(t, err)
	}
	names := strings.Fields(strings.Split(second.String(), "\n")[1])
	require.Contains(t, first.String(), names[len(names)-1])
	require.NotEqual(t, names[len(names)-1], names[len(names)-2])
}

func TestScrub_Repairs(t *testing.T) {
	plain := file(nil, "JANE_DOE", "1 5 . A G . . . GT 0/1")
	want, _, err := scrub(t, deid.SafeHarborStrict, plain, vcf.Options{})
	require.NoError(t, err)
	for warning, data := range map[string][]byte{
		"trailing_tab_repaired": bytes.Replace(plain, []byte("JANE_DOE\n"), []byte("JANE_DOE\t\n"), 1),
		"crlf_normalised":       bytes.ReplaceAll(plain, []byte("\n"), []byte("\r\n")),
		"no_newline_at_end":     bytes.TrimSuffix(plain, []byte("\n")),
		"bom_removed":           append([]byte("\xef\xbb\xbf"), plain...),
	} {
		out, result, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{})
		require.NoError(t, err, warning)
		require.Equal(t, string(want), string(out), warning)
		require.Equal(t, []string{warning}, result.Warnings)
	}
	both := bytes.ReplaceAll(plain, []byte("JANE_DOE\n"), []byte("JANE_DOE\t\n"))
	both = bytes.ReplaceAll(both, []byte("0/1\n"), []byte("0/1\t\n"))
	out, _, err := scrub(t, deid.SafeHarborStrict, both, vcf.Options{})
	require.NoError(t, err)
	require.Equal(t, string(want), string(out), "records with the same trailing tab")
}

func gz(tb testing.TB, data []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(data)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return out.Bytes()
}

func TestScrub_RefusesWithAReason(t *testing.T) {
	good := file(nil, "x", "1 5 . A G . . . GT 0/1")
	packed := gz(t, good)
	huge := file(nil, "x", "1 5 . A G . . X="+strings.Repeat("A", 20<<20)+" GT 0/1")
	damaged := bytes.Clone(packed)
	damaged[len(damaged)-6] ^= 1
	for name, c := range map[string]struct {
		code deid.Code
		data []byte
	}{
		"empty":            {deid.CodeEmpty, nil},
		"only line ends":   {deid.CodeEmpty, []byte("\n\r\n")},
		"empty in gzip":    {deid.CodeEmpty, gz(t, nil)},
		"other text":       {deid.CodeNotThisFormat, []byte("hello, world, this is no genome")},
		"JSON":             {deid.CodeNotThisFormat, []byte(`{"resourceType":"Patient"}`)},
		"BCF":              {deid.CodeBCF, gz(t, []byte("BCF\x02\x02 and so on, long enough"))},
		"old version":      {deid.CodeNotThisFormat, bytes.Replace(good, []byte("v4.2"), []byte("v3.3"), 1)},
		"future version":   {deid.CodeNotThisFormat, bytes.Replace(good, []byte("v4.2"), []byte("v4.9"), 1)},
		"UTF-16":           {deid.CodeUTF16, []byte("#\x00#\x00f\x00i\x00l\x00e\x00f\x00o\x00r\x00m\x00a\x00t\x00")},
		"UTF-16 with mark": {deid.CodeUTF16, []byte("\xff\xfe#\x00#\x00f\x00i\x00l\x00e\x00f\x00o\x00r\x00m\x00a\x00t\x00")},
		"zero byte":        {deid.CodeNUL, bytes.Replace(good, []byte("0/1"), []byte("0\x001"), 1)},
		"zero in header":   {deid.CodeNUL, file([]string{"##x=\x00"}, "x")},
		"gzip in gzip":     {deid.CodeDoubleGzip, gz(t, packed)},
		"cut gzip":         {deid.CodeTruncated, packed[:len(packed)-9]},
		"damaged gzip":     {deid.CodeCorrupt, damaged},
		"junk after gzip":  {deid.CodeCorrupt, append(bytes.Clone(packed), "something after the end"...)},
		"bomb":             {deid.CodeBomb, gz(t, append(bytes.Clone(good), bytes.Repeat([]byte("1\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1\n"), 2<<20)...))},
		"long line":        {deid.CodeLineTooLong, huge},
		"long header":      {deid.CodeHeaderTooLong, file([]string{"##x=" + strings.Repeat("y", 9<<20)}, "x")},
		"no columns":       {deid.CodeMalformedHeader, []byte("##fileformat=VCFv4.2\n##x=y\n")},
		"early records":    {deid.CodeMalformedHeader, []byte("##fileformat=VCFv4.2\n1\t5\t.\tA\tG\t.\t.\t.\n")},
		"spaces":           {deid.CodeMalformedHeader, []byte("##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO\n")},
		"ninth column":     {deid.CodeMalformedHeader, bytes.Replace(good, []byte("FORMAT\t"), []byte("JANE\t"), 1)},
		"same sample":      {deid.CodeDuplicateSample, file(nil, "x x")},
		"nameless sample":  {deid.CodeEmptySample, file(nil, "x  y")},
	} {
		t.Run(name, func(t *testing.T) {
			requireRefused(t, c.code, c.data, vcf.Options{AllSamples: true})
		})
	}
}

func TestScrub_Options(t *testing.T) {
	good := file(nil, "x", "1 5 . A G . . . GT 0/1")
	_, err := vcf.Scrub(context.Background(), io.Discard, bytes.NewReader(good), vcf.Options{})
	require.Error(t, err, "a profile is needed")
	_, _, err = scrub(t, deid.SafeHarborStrict, good, vcf.Options{Sample: "x", AllSamples: true})
	require.Error(t, err, "either one or all")
	requireRefused(t, deid.CodeLineTooLong, good, vcf.Options{MaxLine: 10})
	requireRefused(t, deid.CodeHeaderTooLong, good, vcf.Options{MaxHeader: 10})
}

func TestScrub_FailingSourceAndDestination(t *testing.T) {
	broken := errors.New("disk gone")
	var data bytes.Buffer
	require.NoError(t, sample.VCF(&data, sample.Options{Records: 5000, Packed: true}))
	for _, cut := range []int{0, 5, 500, data.Len() / 2, data.Len() - 5} {
		src := io.MultiReader(bytes.NewReader(data.Bytes()[:cut]), iotest.ErrReader(broken))
		var out bytes.Buffer
		_, err := vcf.Scrub(context.Background(), &out, src, options(t, deid.SafeHarborStrict, vcf.Options{}))
		require.ErrorIs(t, err, broken, "cut at %d", cut)
		_, err = io.ReadAll(bgzf.NewReader(&out, 1))
		require.ErrorIs(t, err, bgzf.ErrTruncated, "what was written must not read as whole")
	}
	for _, n := range []int{0, 1000, 50_000} {
		dst := &limited{n: n}
		_, err := vcf.Scrub(context.Background(), dst, bytes.NewReader(data.Bytes()),
			options(t, deid.SafeHarborStrict, vcf.Options{}))
		require.ErrorIs(t, err, io.ErrShortWrite)
	}
}

// limited fails once n bytes were written.
type limited struct{ n int }

func (l *limited) Write(p []byte) (int, error) {
	if l.n -= len(p); l.n < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestScrub_Cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := vcf.Scrub(ctx, io.Discard, bytes.NewReader(file(nil, "x", "1 5 . A G . . . GT 0/1")),
		options(t, deid.SafeHarborStrict, vcf.Options{}))
	require.ErrorIs(t, err, context.Canceled)
}

func TestScrub_SameBytesForAnyWorkersAndReader(t *testing.T) {
	var data bytes.Buffer
	require.NoError(t, sample.VCF(&data, sample.Options{Records: 8000, Packed: true}))
	want, _, err := scrub(t, deid.SafeHarborStrict, data.Bytes(), vcf.Options{})
	require.NoError(t, err)
	for _, workers := range []int{2, 4} {
		got, _, err := scrub(t, deid.SafeHarborStrict, data.Bytes(), vcf.Options{Workers: workers})
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got))
	}
	var slow bytes.Buffer
	_, err = vcf.Scrub(context.Background(), &slow, iotest.HalfReader(bytes.NewReader(data.Bytes())),
		options(t, deid.SafeHarborStrict, vcf.Options{}))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, slow.Bytes()))
}

func TestScrub_GzipBecomesBGZF(t *testing.T) {
	data := file(nil, "JANE_DOE", "1 5 . A G . . . GT 0/1")
	plain, _, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{})
	require.NoError(t, err)
	out, result, err := scrub(t, deid.SafeHarborStrict, gz(t, data), vcf.Options{})
	require.NoError(t, err)
	require.Equal(t, "vcf.gz", result.Entry.Kind)
	require.Equal(t, bgzf.BGZF, bgzf.Sniff(out))
	require.Equal(t, string(plain), inflate(t, out))
}

// What is spelt with the characters of numbers is not a number for that: a sample's name
// or a date would pass among them.
func TestScrub_WhatIsNoNumberGoes(t *testing.T) {
	for _, value := range []string{"4711-88", "17.03.1962", "1e5-3", "12e", "1-", "+47-73", "1.2.3|4", "e5"} {
		require.Equal(t, []string{"1\t5\t.\tA\tG\t.\t.\t.\tGT:AD\t0/1:."},
			body(t, file(nil, "JANE_ROE", "1 5 . A G "+value+" . DP="+value+" GT:AD 0/1:"+value)), value)
	}
	for _, value := range []string{
		"-1.5e-10,+3,.5,5.,.", "0/1|2", "/0|1", "1E+05", "-", ".", "1,,2", "nan,-Inf,3",
	} {
		require.Equal(t, []string{"1\t5\t.\tA\tG\t.\t.\tDP=" + value + "\tGT:GL\t0/1:" + value},
			body(t, file(nil, "JANE_ROE", "1 5 . A G . . DP="+value+" GT:GL 0/1:"+value)), value)
	}
}

// A sample's name that is too short, or too like nucleotides, to be searched for in a
// genome's text still counts where it would stand alone.
func TestScrub_ShortSampleNamesInRecords(t *testing.T) {
	requireRefused(t, deid.CodeIdentifierRemain, file(nil, "S1", "S1 5 . A G . . DP=3 GT 0/1"), vcf.Options{})
	requireRefused(t, deid.CodeIdentifierRemain, file(nil, "S1", "1 5 . A A[S1:5[ . . DP=3 GT 0/1"), vcf.Options{})
	require.Equal(t, []string{"1\t5\t.\tA\tG\t.\t.\tDP=3\tGT:PID\t0/1:."},
		body(t, file(nil, "ANNA", "1 5 . A G . . AA=ANNA;DP=3 GT:PID 0/1:ANNA")))
	require.Equal(t, []string{"chr1\t5\t.\tA\tG\t.\t.\tAA=A\tGT:PID\t0/1:5_A_G"},
		body(t, file(nil, "ANNA", "chr1 5 . A G . . AA=A GT:PID 0/1:5_A_G")))
}
