package client_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/test/sample"
)

// genome writes an invented genome file and returns its path.
func genome(t *testing.T, o sample.Options) string {
	t.Helper()
	var data bytes.Buffer
	if o.Records == 0 {
		o.Records = 50
	}
	require.NoError(t, sample.VCF(&data, o))
	path := filepath.Join(t.TempDir(), "maria-gonzalez.vcf")
	require.NoError(t, os.WriteFile(path, data.Bytes(), 0o600))
	return path
}

// entries lists the names in a folder.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	found, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, entry := range found {
		out = append(out, entry.Name())
	}
	return out
}

func options(t *testing.T, files ...string) client.DeidOptions {
	t.Helper()
	dir := t.TempDir()
	return client.DeidOptions{
		Files: files, Profile: deid.SafeHarborStrict, Out: dir, Report: filepath.Join(dir, "report.json"), Version: "1",
	}
}

func TestDeid_RemovesAndReports(t *testing.T) {
	person := sample.Options{Seed: 7, Packed: true}
	o := options(t, genome(t, person), genome(t, sample.Options{Seed: 8}))

	result, err := client.Deid(context.Background(), o)
	require.NoError(t, err)

	require.ElementsMatch(t, []string{"1.vcf.gz", "1.vcf.gz.tbi", "2.vcf", "report.json"}, entries(t, o.Out))
	require.Len(t, result.Payload, 2)
	require.NotEmpty(t, result.ReportSHA256)
	for _, file := range result.Payload {
		data, err := os.ReadFile(file.Path)
		require.NoError(t, err)
		require.EqualValues(t, len(data), file.Bytes)
		for _, word := range sample.Identifiers(person) {
			require.NotContains(t, string(data), word)
		}
	}
	verdict, err := client.DeidVerify(context.Background(), o.Report,
		[]string{result.Payload[1].Path, result.Payload[0].Path})
	require.NoError(t, err, "files are found by their names")
	require.True(t, verdict.OK)
	require.Equal(t, result.ReportSHA256, verdict.ReportSHA256)
}

func TestDeidVerify_IndexOfAnotherFile(t *testing.T) {
	o := options(t, genome(t, sample.Options{Seed: 7, Packed: true}), genome(t, sample.Options{Seed: 8, Packed: true}))
	result, err := client.Deid(context.Background(), o)
	require.NoError(t, err)
	first, second := result.Payload[0], result.Payload[1]
	files := []string{first.Path, second.Path}
	require.Equal(t, first.Path+".tbi", first.Index)
	require.NotEqual(t, first.SHA256, second.SHA256)
	verdict, err := client.DeidVerify(context.Background(), o.Report, files)
	require.NoError(t, err)
	require.True(t, verdict.OK)

	other, err := os.ReadFile(second.Index)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(first.Index, other, 0o600))
	verdict, err = client.DeidVerify(context.Background(), o.Report, files)
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	require.False(t, verdict.Files[0].OK)
	require.True(t, verdict.Files[1].OK)

	require.NoError(t, os.Remove(first.Index))
	verdict, err = client.DeidVerify(context.Background(), o.Report, files)
	require.NoError(t, err, "a file that was taken elsewhere without its index stands for itself")
	require.True(t, verdict.OK)
}

func TestDeid_SeveralPersons(t *testing.T) {
	file := genome(t, sample.Options{Seed: 1, Samples: 3})
	o := options(t, genome(t, sample.Options{Seed: 2}), file)

	_, err := client.Deid(context.Background(), o)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Equal(t, []string{string(deid.CodeSeveralPersons)}, fault.Reasons(err))
	require.Empty(t, entries(t, o.Out), "a refused file leaves nothing, also of those before it")
	require.NotContains(t, err.Error(), "maria")

	o.AllSamples = true
	result, err := client.Deid(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, 3, result.Payload[1].Subjects)
}

func TestDeid_DICOMBesideGenome(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fictiva-jane.dcm")
	data := sample.DICOM(
		sample.DICOMOptions{Encoding: sample.ExplicitLittle, Picture: sample.NewPicture(1, 64, 64, 900)},
	)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	capture := filepath.Join(t.TempDir(), "capture.dcm")
	require.NoError(t, os.WriteFile(capture, sample.DICOM(sample.DICOMOptions{
		Encoding: sample.ExplicitLittle, Class: sample.ClassCapture, Picture: sample.NewPicture(2, 64, 64, 900),
	}), 0o600))
	o := options(t, path, genome(t, sample.Options{Seed: 7}), capture)

	_, err := client.Deid(context.Background(), o)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Equal(t, []string{string(deid.CodePixels)}, fault.Reasons(err))
	require.Empty(t, entries(t, o.Out))

	o.PixelsReviewed = true
	result, err := client.Deid(context.Background(), o)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"1.dcm", "2.vcf", "3.dcm", "report.json"}, entries(t, o.Out))
	out, err := os.ReadFile(result.Payload[0].Path)
	require.NoError(t, err)
	for _, secret := range sample.DICOMSecrets() {
		require.NotContains(t, string(out), secret)
	}
	verdict, err := client.DeidVerify(context.Background(), o.Report,
		[]string{result.Payload[0].Path, result.Payload[1].Path, result.Payload[2].Path})
	require.NoError(t, err)
	require.True(t, verdict.OK)
}

func TestDeid_UnknownContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "named.vcf")
	require.NoError(t, os.WriteFile(path, []byte("%PDF-1.7 not a genome\n"), 0o600))
	o := options(t, path)

	_, err := client.Deid(context.Background(), o)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Equal(t, []string{string(deid.CodeNotThisFormat)}, fault.Reasons(err))
	require.Empty(t, entries(t, o.Out))

	o.Out = filepath.Join(o.Out, "new")
	_, err = client.Deid(context.Background(), o)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.NoDirExists(t, o.Out, "a folder that was made for nothing goes again")
}

func TestDeid_NeverOverwrites(t *testing.T) {
	o := options(t, genome(t, sample.Options{Seed: 3}))
	kept := filepath.Join(o.Out, "1.vcf")
	require.NoError(t, os.WriteFile(kept, []byte("mine"), 0o600))

	_, err := client.Deid(context.Background(), o)
	require.Equal(t, fault.Usage, fault.KindOf(err))
	require.Equal(t, []string{"1.vcf"}, entries(t, o.Out))
	data, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Equal(t, "mine", string(data))
}

func TestDeid_Usage(t *testing.T) {
	file := genome(t, sample.Options{Seed: 4})
	for name, change := range map[string]func(*client.DeidOptions){
		"no file":         func(o *client.DeidOptions) { o.Files = nil },
		"no report":       func(o *client.DeidOptions) { o.Report = "" },
		"unknown profile": func(o *client.DeidOptions) { o.Profile = "none" },
		"no key":          func(o *client.DeidOptions) { o.Profile = deid.ResearchShifted },
	} {
		o := options(t, file)
		change(&o)
		_, err := client.Deid(context.Background(), o)
		require.Equal(t, fault.Usage, fault.KindOf(err), name)
	}
	o := options(t, "absent.vcf")
	_, err := client.Deid(context.Background(), o)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.ErrorContains(t, err, `file "absent.vcf"`, "as it was typed: docs/adr/023-naming-files.md")
	letter := filepath.Join(t.TempDir(), "maria.vcf")
	require.NoError(t, os.WriteFile(letter, []byte("this is a letter"), 0o600))
	_, err = client.Deid(context.Background(), options(t, letter))
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.NotContains(t, err.Error(), "maria", "the path of a file that was read may name a person")
}

func TestDeid_KeyedByDataset(t *testing.T) {
	root := bytes.Repeat([]byte{5}, 32)
	file := genome(t, sample.Options{Seed: 5})
	digests := map[string]bool{}
	for _, dataset := range []id.ID{{1}, {1}, {2}} {
		key, err := client.PseudonymKey(root, dataset)
		require.NoError(t, err)
		o := options(t, file)
		o.Profile, o.Key = deid.ResearchShifted, key
		result, err := client.Deid(context.Background(), o)
		require.NoError(t, err)
		digests[result.Payload[0].SHA256] = true
	}
	require.Len(t, digests, 2, "the same dataset gets the same names, another one others")

	_, err := client.PseudonymKey(root[:8], id.ID{1})
	require.Error(t, err)
}

func TestDeidVerify_Faults(t *testing.T) {
	o := options(t, genome(t, sample.Options{Seed: 6}))
	result, err := client.Deid(context.Background(), o)
	require.NoError(t, err)
	path := result.Payload[0].Path

	_, err = client.DeidVerify(context.Background(), o.Report, nil)
	require.Equal(t, fault.Usage, fault.KindOf(err))
	_, err = client.DeidVerify(context.Background(), o.Report, []string{filepath.Join(o.Out, "absent")})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = client.DeidVerify(context.Background(), o.Report, []string{o.Out})
	require.Equal(t, fault.Usage, fault.KindOf(err), "a folder")

	data, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := bytes.SplitAfter(data, []byte("\n"))
	data = append(data, lines[len(lines)-2]...)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	verdict, err := client.DeidVerify(context.Background(), o.Report, []string{path})
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	require.False(t, verdict.OK)
	require.Contains(t, verdict.Failed(), "digest")

	report, err := os.ReadFile(o.Report)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(o.Report, append(report, '\n'), 0o600))
	_, err = client.DeidVerify(context.Background(), o.Report, []string{path})
	require.Equal(t, fault.Integrity, fault.KindOf(err), "a report has one form only")
}
