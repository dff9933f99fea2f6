package formats_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/genomeindex"
	"github.com/volens-network/volens/core/manifest"
	"github.com/volens-network/volens/test/sample"
)

const sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:248956422\n@RG\tID:rg1\tSM:Fictiva\n" +
	"A00111:7:HX3:1:1101:10:20\t0\tchr1\t100\t60\t4M\t*\t0\t0\tACGT\tIIII\tRG:Z:rg1\n"

func rules(t *testing.T) formats.Rules {
	t.Helper()
	profile, err := deid.LoadProfile(deid.SafeHarborStrict)
	require.NoError(t, err)
	pseudonyms, err := deid.NewPseudonymizer(profile, nil)
	require.NoError(t, err)
	return formats.Rules{Profile: profile, Pseudonyms: pseudonyms, Workers: 1, Year: 2026, Rand: rand.Reader}
}

func scrub(r formats.Rules, data []byte) ([]byte, *deid.FileResult, filetype.Detection, error) {
	found, src, err := formats.Detect(bytes.NewReader(data))
	if err != nil {
		return nil, nil, found, err
	}
	var out bytes.Buffer
	result, err := r.Scrub(context.Background(), &out, src, int64(len(data)), found)
	return out.Bytes(), result, found, err
}

func variants(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, sample.VCF(&out, sample.Options{Seed: 3, Records: 50}))
	return out.Bytes()
}

func picture() []byte { return sample.DICOM(sample.DICOMOptions{Encoding: sample.ExplicitLittle}) }

func TestScrub_EveryFormatHasItsPackage(t *testing.T) {
	for kind, data := range map[string][]byte{
		"vcf": variants(t), "dcm": picture(), "fhir.json": sample.FHIR(), "sam": []byte(sam),
	} {
		t.Run(kind, func(t *testing.T) {
			r := rules(t)
			out, result, _, err := scrub(r, data)
			require.NoError(t, err)
			require.Equal(t, kind, result.Entry.Kind)
			report := deid.NewReport(r.Profile, "1")
			report.Add(result)
			files, _, err := formats.Verify(context.Background(), report, r.Profile, bytes.NewReader(out), r.Year)
			require.NoError(t, err)
			require.Len(t, files, 1)
			require.True(t, files[0].OK, "%+v", files[0].Findings)
			for _, secret := range append(sample.FHIRSecrets(), sample.DICOMSecrets()...) {
				require.NotContains(t, string(out), secret)
			}
		})
	}
}

func TestDetect_RefusesWhatNoPackageCleans(t *testing.T) {
	for name, data := range map[string]string{
		"noise": "\x01\x02\x03\x04", "archive": "PK\x03\x04zip", "reads": "@r1\nACGT\n+\nIIII\n",
	} {
		_, _, err := formats.Detect(bytes.NewReader([]byte(data)))
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, deid.CodeNotThisFormat, refusal.Code, name)
	}
	_, _, err := formats.Detect(bytes.NewReader(nil))
	var refusal *deid.RefusalError
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, deid.CodeEmpty, refusal.Code, "whoever picked the wrong file is told what is the matter")
	_, _, err = formats.Detect(iotest.ErrReader(io.ErrClosedPipe))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// What has to be converted first is refused with the command that does it.
func TestDetect_NamesTheWayOut(t *testing.T) {
	bcf := append([]byte("BCF\x02\x02"), make([]byte, 64)...)
	var packed bytes.Buffer
	w := bgzf.NewWriter(&packed, 1)
	_, err := w.Write(bcf)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, c := range map[string]struct {
		data []byte
		code deid.Code
		way  string
	}{
		"BCF":        {bcf, deid.CodeBCF, "bcftools view -O z"},
		"packed BCF": {packed.Bytes(), deid.CodeBCF, "bcftools view -O z"},
		"CRAM":       {append([]byte("CRAM\x03\x00"), make([]byte, 64)...), deid.CodeCRAM, "samtools view -b"},
	} {
		_, _, _, err := scrub(rules(t), c.data)
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, c.code, refusal.Code, name)
		require.Contains(t, err.Error(), c.way, name)
	}
}

// TestDetect_BCFOfBcftools looks at what the peer writes, packed and not, and follows the advice.
func TestDetect_BCFOfBcftools(t *testing.T) {
	bcftools, err := exec.LookPath("bcftools")
	if err != nil {
		t.Skip("bcftools is not installed")
	}
	dir := t.TempDir()
	text := filepath.Join(dir, "a.vcf")
	require.NoError(t, os.WriteFile(text, variants(t), 0o600))
	for _, kind := range []string{"b", "u"} {
		binary, again := filepath.Join(dir, kind+".bcf"), filepath.Join(dir, kind+".vcf.gz")
		said, err := exec.CommandContext(t.Context(), bcftools, "view", "-O", kind, "-o", binary, text).CombinedOutput()
		require.NoError(t, err, "%s", said)
		data, err := os.ReadFile(binary)
		require.NoError(t, err)
		_, _, _, err = scrub(rules(t), data)
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, deid.CodeBCF, refusal.Code)
		said, err = exec.CommandContext(t.Context(), bcftools, "view", "-O", "z", "-o", again, binary).CombinedOutput()
		require.NoError(t, err, "%s", said)
		data, err = os.ReadFile(again)
		require.NoError(t, err)
		_, result, _, err := scrub(rules(t), data)
		require.NoError(t, err)
		require.Equal(t, "vcf.gz", result.Entry.Kind)
	}
}

func TestScrub_OneSampleOfAVCFOnly(t *testing.T) {
	r := rules(t)
	r.Sample = "Jane"
	_, _, _, err := scrub(r, picture())
	require.ErrorIs(t, err, formats.ErrOneSample)
	require.NotContains(t, err.Error(), "Jane")
}

// dataset makes the archive of a genome with its index and of a record, and its report.
func dataset(t *testing.T) (*deid.Report, *deid.Profile, []byte) {
	t.Helper()
	r := rules(t)
	r.Index = true
	report := deid.NewReport(r.Profile, "1")
	var m manifest.Manifest
	var parts [][]byte
	var genome bytes.Buffer
	require.NoError(t, sample.VCF(&genome, sample.Options{Seed: 3, Records: 50, Packed: true}))
	for _, data := range [][]byte{genome.Bytes(), sample.FHIR()} {
		out, result, found, err := scrub(r, data)
		require.NoError(t, err)
		report.Add(result)
		require.NoError(t, formats.AddTo(&m, found.Kind, result.Entry))
		parts = append(parts, out)
		if result.IndexFile != nil {
			parts = append(parts, result.IndexFile)
		}
	}
	require.Len(t, parts, 3)
	var whole bytes.Buffer
	archive, err := formats.WriteArchive(&whole, &m, func(i int, dst io.Writer) error {
		_, err := dst.Write(parts[i])
		return err
	})
	require.NoError(t, err)
	report.Archive = archive
	return report, r.Profile, whole.Bytes()
}

func TestVerify_Archive(t *testing.T) {
	report, profile, whole := dataset(t)
	verify := func(payload []byte) ([]formats.FileVerdict, error) {
		files, _, err := formats.Verify(context.Background(), report, profile, bytes.NewReader(payload), 0)
		return files, err
	}
	files, err := verify(whole)
	require.NoError(t, err)
	require.Len(t, files, 2)
	require.True(t, files[0].OK && files[1].OK, "%+v", files)

	changed := bytes.Clone(whole)
	changed[len(changed)/2] ^= 1
	_, err = verify(changed)
	require.ErrorIs(t, err, manifest.ErrManifest)
	_, err = verify(whole[:len(whole)-1])
	require.ErrorIs(t, err, manifest.ErrManifest)

	index := *report.Payload[0].Index
	report.Payload[0].Index = nil
	_, err = verify(whole)
	require.ErrorIs(t, err, manifest.ErrManifest, "an index that the report does not know")
	report.Payload[0].Index = &index
	index.SHA256 = report.Payload[0].SHA256
	_, err = verify(whole)
	require.ErrorIs(t, err, manifest.ErrManifest, "another index than the report's")
	report.Payload[0].Index.SHA256 = sumOf(t, whole, "000001.vcf.gz.tbi")
	files, err = verify(whole)
	require.NoError(t, err)
	require.True(t, files[0].OK)
	report.Payload[0].Index.Kind = genomeindex.CSI
	files, err = verify(whole)
	require.NoError(t, err)
	require.False(t, files[0].OK, "an index of another kind than the payload gives")
	report.Payload[0].Index.Kind = genomeindex.Tabix

	report.Archive.Bytes++
	_, err = verify(whole)
	require.ErrorIs(t, err, manifest.ErrManifest)
	report.Archive = nil
	_, err = verify(whole)
	require.ErrorIs(t, err, formats.ErrNoArchive)
}

// sumOf is the digest of a file of an archive.
func sumOf(t *testing.T, whole []byte, name string) string {
	t.Helper()
	sum := ""
	_, err := manifest.Read(bytes.NewReader(whole), func(_ int, f manifest.File, _ io.Reader) error {
		if f.Name == name {
			sum = f.SHA256
		}
		return nil
	})
	require.NoError(t, err)
	return sum
}

func TestAddTo_NeedsADigest(t *testing.T) {
	for _, sum := range []string{"", "ab", "zz"} {
		require.Error(t, formats.AddTo(&manifest.Manifest{}, filetype.VCF, deid.Entry{Kind: "vcf", SHA256: sum}))
	}
}

// A report that names an older year makes a person younger: of the band that the facets tell,
// and young enough for a year of birth.
func TestVerify_AReportOfAnotherYear(t *testing.T) {
	r := rules(t)
	for reckoned, now := range map[int]map[int]bool{
		2026: {2026: true, 2027: true, 2025: false, 2028: false, 0: true}, 2004: {2026: false, 0: true},
	} {
		r.Year = reckoned
		out, result, _, err := scrub(r, sample.FHIR())
		require.NoError(t, err)
		report := deid.NewReport(r.Profile, "1")
		report.Add(result)
		for year, want := range now {
			files, _, err := formats.Verify(context.Background(), report, r.Profile, bytes.NewReader(out), year)
			require.NoError(t, err)
			require.Len(t, files, 1)
			require.Equal(t, want, files[0].OK, "%d in %d: %+v", reckoned, year, files[0].Findings)
		}
	}
}
