package bam_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/bam"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/test/corpus"
)

// patient is a header full of what identifies somebody.
var patient = []string{
	"@HD VN:1.6 SO:coordinate",
	"@SQ SN:chr1 LN:248956422 AS:GRCh38.p14 M5:6aef897c3d6ff0c78aff06ac189178dd UR:file:///home/drsmith/jane.fa SP:Homo~sapiens",
	"@RG ID:JANE_L1 SM:Jane~Doe LB:DOE_1962 PU:A00123:456:HFLOW2XX:1 CN:St.~Olav DT:2023-03-14 PL:ILLUMINA PI:350",
	"@PG ID:bwa PN:bwa VN:0.7.17 CL:bwa~mem~/data/doe_jane_MRN4711/r1.fq",
	"@PG ID:MarkDuplicates.jane PN:MarkDuplicates PP:bwa VN:3.0.0",
	"@CO sample~of~Jane~Doe,~born~1962-03-17",
}

func TestScrub_SAM(t *testing.T) {
	data := lines(append(
		patient,
		"A00123:456:HFLOW2XX:1:1101:1000:2000 99 chr1 10 60 4M = 40 34 ACGT ?@AB NM:i:0 MD:Z:4 RG:Z:JANE_L1 BC:Z:ACGTJANE CO:Z:Jane~Doe",
		"A00123:456:HFLOW2XX:1:1101:1000:2000 147 chr1 40 60 4M = 10 -34 ACGT ?@AB MC:Z:4M SA:Z:chr1,5,+,4M,60,0; XX:Z:x RG:Z:OTHER",
	)...)
	out, result, err := scrub(t, deid.SafeHarborStrict, data, bam.Options{})
	require.NoError(t, err)
	got := strings.Split(string(out), "\n")
	require.Equal(t, []string{
		"@HD\tVN:1.6\tSO:coordinate",
		"@SQ\tSN:chr1\tLN:248956422\tAS:GRCh38\tM5:6aef897c3d6ff0c78aff06ac189178dd\tSP:Homo sapiens",
		"@RG\tID:volens-1\tSM:volens-2\tPL:ILLUMINA\tPI:350",
		"@PG\tID:pg1\tPN:bwa\tVN:0.7.17",
		"@PG\tID:pg2\tPN:MarkDuplicates\tPP:pg1\tVN:3.0.0",
	}, got[:5])
	first, second := strings.Split(got[5], "\t"), strings.Split(got[6], "\t")
	require.Equal(t, first[0], second[0], "both reads of a template keep one name")
	require.Len(t, first[0], 17)
	require.Equal(
		t,
		"99\tchr1\t10\t60\t4M\t=\t40\t34\tACGT\t?@AB\tNM:i:0\tMD:Z:4\tRG:Z:volens-1",
		strings.Join(first[1:], "\t"),
	)
	require.Equal(t, []string{"MC:Z:4M", "SA:Z:chr1,5,+,4M,60,0;"}, second[11:])
	require.Equal(t, "sam", result.Entry.Kind)
	require.Equal(t, 1, result.Entry.Subjects)
	require.EqualValues(t, 2, result.Entry.Records)
	require.Equal(t, []facet.Facet{{Code: facet.Assembly, Value: "GRCh38"}}, result.Facets)
	requireVerified(t, deid.SafeHarborStrict, result, out)
}

func TestScrub_BAM(t *testing.T) {
	header := string(lines(patient...))
	tags := "RGZJANE_L1\x00" + "NMC\x02" + "MDZ4\x00" + "BCZACGT\x00" + "COZJane\x00" + "MLBC\x02\x00\x00\x00\x05\x06" + "ZZi\x01\x02\x03\x04"
	data := pack(t, file(header, read("A00123:456:HFLOW2XX:1", tags), read("*", "")))
	out, result, err := scrub(t, deid.ResearchShifted, data, bam.Options{Workers: 2})
	require.NoError(t, err)
	plain, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(out), 1))
	require.NoError(t, err)
	for _, word := range []string{"Jane", "JANE", "DOE", "A00123", "HFLOW", "Olav", "4711", "2023", "ACGT", "CL:", "ZZ"} {
		require.NotContains(t, string(plain), word)
	}
	require.Contains(t, string(plain), "MLBC\x02\x00\x00\x00\x05\x06")
	require.Equal(t, "bam", result.Entry.Kind)
	require.EqualValues(t, 2, result.Entry.Records)
	requireVerified(t, deid.ResearchShifted, result, out)

	alone, _, err := scrub(t, deid.ResearchShifted, data, bam.Options{Workers: 1})
	require.NoError(t, err)
	require.True(t, bytes.Equal(out, alone), "the number of workers does not show")
}

// A strict payload that is scrubbed again, with another key, keeps all but the
// names of its reads.
func TestVerify_FindsWhatIsLeft(t *testing.T) {
	out, result, err := scrub(t, deid.SafeHarborStrict, lines(append(patient,
		"READ:1 0 chr1 10 60 4M * 0 0 ACGT ?@AB NM:i:0")...), bam.Options{})
	require.NoError(t, err)
	p := corpus.Profile(t, deid.SafeHarborStrict)
	for name, c := range map[string]struct {
		change []string
		failed []deid.Check
	}{
		"read name": {[]string{"\nv", "\nw"}, []deid.Check{bam.CheckReadNames}},
		"sample":    {[]string{"SM:volens-2", "SM:Janet-2"}, []deid.Check{deid.CheckSamples}},
		"tag":       {[]string{"NM:i:0", "XJ:i:0"}, []deid.Check{bam.CheckTags}},
		"header":    {[]string{"PI:350", "PU:350"}, []deid.Check{deid.CheckHeader}},
	} {
		bad := bytes.Replace(out, []byte(c.change[0]), []byte(c.change[1]), 1)
		require.NotEqual(t, out, bad)
		verdict, err := bam.Verify(context.Background(), p, result.Entry, bytes.NewReader(bad))
		require.NoError(t, err)
		failed := corpus.Failed(verdict)
		require.Subset(t, failed, append(c.failed, deid.CheckDigest, deid.CheckIdempotent), name)
		require.NotContains(t, failed, deid.CheckReadable)
	}
	verdict, err := bam.Verify(context.Background(), p, result.Entry, strings.NewReader("no reads"))
	require.NoError(t, err)
	require.False(t, verdict.OK())
}

func TestScrub_SeveralPersons(t *testing.T) {
	data := lines("@HD VN:1.6", "@RG ID:a SM:Jane", "@RG ID:b SM:John")
	_, _, err := scrub(t, deid.SafeHarborStrict, data, bam.Options{})
	var refusal *deid.RefusalError
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, deid.CodeSeveralPersons, refusal.Code)
	require.Equal(t, 2, refusal.Count)
	out, result, err := scrub(t, deid.SafeHarborStrict, data, bam.Options{AllSamples: true})
	require.NoError(t, err)
	require.Equal(t, 2, result.Entry.Subjects)
	requireVerified(t, deid.SafeHarborStrict, result, out)
}

// What a removed line said may not come back by another way.
func TestScrub_SecondLook(t *testing.T) {
	data := lines("@HD VN:1.6", "@SQ SN:JaneDoe1962 LN:5", "@RG ID:a SM:JaneDoe1962")
	requireRefused(t, deid.CodeIdentifierRemain, data)
}

func TestScrub_Refusals(t *testing.T) {
	record := read("r", "")
	longName := bytes.Clone(record)
	longName[4+8] = 200
	foreign := bytes.Clone(record)
	binary.LittleEndian.PutUint32(foreign[4:], 1)
	huge := bytes.Clone(record)
	binary.LittleEndian.PutUint32(huge, 1<<30)
	manyBases := bytes.Clone(record)
	binary.LittleEndian.PutUint32(manyBases[4+16:], 1<<31)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write(file(""))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	other := file("@SQ\tSN:chr2\tLN:5\n")
	for name, c := range map[string]struct {
		code deid.Code
		data []byte
	}{
		"empty":                 {deid.CodeEmpty, nil},
		"text":                  {deid.CodeNotThisFormat, []byte("hello, world\n")},
		"FASTQ":                 {deid.CodeNotThisFormat, []byte("@read1\nACGT\n+\n!!!!\n")},
		"CRAM":                  {deid.CodeCRAM, []byte("CRAM\x03\x00")},
		"bare BAM":              {deid.CodeNotThisFormat, file("")},
		"BAM in gzip":           {deid.CodeNotThisFormat, zipped.Bytes()},
		"UTF-16":                {deid.CodeUTF16, []byte("\xff\xfe@\x00H\x00D\x00")},
		"gzip inside BGZF":      {deid.CodeDoubleGzip, pack(t, zipped.Bytes())},
		"lists differ":          {deid.CodeMalformedHeader, pack(t, other)},
		"name of a sequence":    {deid.CodeMalformedHeader, lines("@HD VN:1.6", "@SQ SN:a,b LN:5")},
		"length of a sequence":  {deid.CodeMalformedHeader, lines("@SQ SN:chr1 LN:x")},
		"header of zeros":       {deid.CodeMalformedHeader, pack(t, file("@CO\ta\n\x00b\n"))},
		"long header":           {deid.CodeHeaderTooLong, pack(t, append([]byte("BAM\x01"), u32(1<<30)...))},
		"many sequences":        {deid.CodeHeaderTooLong, pack(t, append([]byte("BAM\x01\x00\x00\x00\x00"), u32(1<<30)...))},
		"short record":          {deid.CodeMalformedRecord, pack(t, file("", append(u32(4), 0, 0, 0, 0)))},
		"long name":             {deid.CodeMalformedRecord, pack(t, file("", longName))},
		"foreign sequence":      {deid.CodeMalformedRecord, pack(t, file("", foreign))},
		"record above limit":    {deid.CodeMalformedRecord, pack(t, file("", huge))},
		"more bases than bytes": {deid.CodeMalformedRecord, pack(t, file("", manyBases))},
		"cut tag":               {deid.CodeMalformedRecord, pack(t, file("", read("r", "NM")))},
		"text without end":      {deid.CodeMalformedRecord, pack(t, file("", read("r", "MDZ4")))},
		"long array":            {deid.CodeMalformedRecord, pack(t, file("", read("r", "MLBC\xff\xff\xff\xff\x01")))},
		"unknown type":          {deid.CodeMalformedRecord, pack(t, file("", read("r", "NM?\x01\x02")))},
		"cut record":            {deid.CodeTruncated, pack(t, file("", record[:20]))},
		"few columns":           {deid.CodeMalformedRecord, lines("@HD VN:1.6", "r 0 chr1 1")},
		"flag":                  {deid.CodeMalformedRecord, lines("@HD VN:1.6", "r x chr1 1 60 4M * 0 0 ACGT ?@AB")},
		"CIGAR":                 {deid.CodeMalformedRecord, lines("@HD VN:1.6", "r 0 chr1 1 60 Jane * 0 0 ACGT ?@AB")},
		"bases":                 {deid.CodeMalformedRecord, lines("@HD VN:1.6", "r 0 chr1 1 60 4M * 0 0 Jane ?@AB")},
		"qualities":             {deid.CodeMalformedRecord, lines("@HD VN:1.6", "r 0 chr1 1 60 4M * 0 0 ACGT ?@A")},
		"tag":                   {deid.CodeMalformedRecord, lines("@HD VN:1.6", "r 0 chr1 1 60 4M * 0 0 ACGT ?@AB Jane")},
		"zero byte":             {deid.CodeNUL, lines("@HD VN:1.6", "r\x00 0")},
	} {
		t.Run(name, func(t *testing.T) { requireRefused(t, c.code, c.data) })
	}
}

func TestScrub_EveryPrefix(t *testing.T) {
	whole := pack(t, file(string(lines(patient...)), read("r1", "NMC\x01"), read("r2", "")))
	for n := range whole {
		_, _, err := scrub(t, deid.SafeHarborStrict, whole[:n], bam.Options{})
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal, "%d bytes", n)
	}
}

func TestScrub_ABitOfEveryByteFlipped(t *testing.T) {
	whole := file(string(lines(patient...)), read("r1", "RGZJANE_L1\x00MDZ4\x00"))
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 1 << (i * 5 % 8)
		out, result, err := scrub(t, deid.SafeHarborStrict, pack(t, bad), bam.Options{})
		if err != nil {
			var refusal *deid.RefusalError
			require.ErrorAs(t, err, &refusal)
			continue
		}
		requireVerified(t, deid.SafeHarborStrict, result, out)
	}
}

// An output that begins with a record, or has nothing in it, is no SAM that a checker knows.
func TestScrub_NothingOfTheHeaderStays(t *testing.T) {
	requireRefused(t, deid.CodeEmpty, lines("@CO Jane~Doe"))
	requireRefused(t, deid.CodeEmpty, lines("@CO Jane~Doe", "r 4 * 0 0 * * 0 0 ACGT IIII"))
}

func TestScrub_SourceFails(t *testing.T) {
	broken := errors.New("disk")
	src := io.MultiReader(bytes.NewReader(lines(patient...)), iotest.ErrReader(broken))
	_, err := bam.Scrub(context.Background(), io.Discard, src, options(t, deid.SafeHarborStrict, bam.Options{}))
	require.ErrorIs(t, err, broken)
	o := options(t, deid.SafeHarborStrict, bam.Options{})
	o.Rand = iotest.ErrReader(broken)
	_, err = bam.Scrub(context.Background(), io.Discard, bytes.NewReader(lines(patient...)), o)
	require.ErrorIs(t, err, broken)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	data := lines("@HD VN:1.6", "r 0 * 0 0 * * 0 0 * *")
	_, err = bam.Scrub(ctx, io.Discard, bytes.NewReader(data), options(t, deid.SafeHarborStrict, bam.Options{}))
	require.ErrorIs(t, err, context.Canceled)
	_, err = bam.Scrub(context.Background(), io.Discard, bytes.NewReader(data), bam.Options{})
	require.Error(t, err)
}

func FuzzScrub(f *testing.F) {
	f.Add(lines(patient...), false)
	f.Add(
		lines("@HD VN:1.6", "r 0 chr1 1 60 4M * 0 0 ACGT ?@AB MD:Z:4 SA:Z:chr1,5,+,4M,60,0; ML:B:C,1 MM:Z:C+m,1;"),
		false,
	)
	f.Add(file(string(lines(patient...)), read("r", "MDZ4\x00")), true)
	f.Fuzz(func(t *testing.T, data []byte, packed bool) {
		if packed {
			data = pack(t, data)
		}
		out, result, err := scrub(t, deid.SafeHarborStrict, data, bam.Options{AllSamples: true})
		if err != nil {
			var refusal *deid.RefusalError
			require.ErrorAs(t, err, &refusal)
			return
		}
		requireVerified(t, deid.SafeHarborStrict, result, out)
	})
}
