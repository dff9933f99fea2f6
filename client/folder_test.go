package client_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/manifest"
	"github.com/volens-network/volens/test/sample"
)

// folder holds two genomes of one person, a hidden file and a folder below.
func folder(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	below := filepath.Join(top, "second visit")
	require.NoError(t, os.Mkdir(below, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(top, ".notes"), []byte("Jane Roe"), 0o600))
	require.NoError(t, os.Rename(genome(t, sample.Options{Seed: 31}), filepath.Join(top, "jane-roe.vcf")))
	require.NoError(t, os.Rename(genome(t, sample.Options{Seed: 32, Packed: true}), filepath.Join(below, "b.vcf.gz")))
	return top
}

// A folder becomes one dataset, is attested, released and opened; a stock tar takes it apart.
func TestWalk_Folder(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.readyOf(t, folder(t))
	require.Equal(t, "vcf", in.Kind)
	require.Equal(t, in.DeidSHA256, in.PlaintextSHA256)
	require.Empty(t, entries(t, filepath.Join(p.patient.Dir, "spool")), "nothing is left of the spool")

	file, err := client.ReadRequest(p.study(t))
	require.NoError(t, err)
	p.approve(t, file)
	asked, err := p.researcher.SubmitRequest(ctx, file)
	require.NoError(t, err)
	_, err = p.patient.Decide(ctx, asked.RequestID, in.DatasetID, true)
	require.NoError(t, err)
	got, err := p.researcher.Fetch(ctx, client.FetchOptions{RequestID: asked.RequestID, Out: t.TempDir(), Wait: true})
	require.NoError(t, err)
	require.Equal(t, in.DeidSHA256, got.PlaintextSHA256)
	require.Equal(t, ".tar", filepath.Ext(got.Path))

	opened, err := os.ReadFile(got.Path)
	require.NoError(t, err)
	for _, name := range []string{"jane", "roe", "visit", ".notes"} {
		require.NotContains(t, string(bytes.ToLower(opened)), name, "a name from the patient's disk")
	}
	names := []string{}
	for r := tar.NewReader(bytes.NewReader(opened)); ; {
		entry, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		names = append(names, entry.Name)
	}
	require.Equal(t, []string{"manifest.json", "000001.vcf", "000002.vcf.gz", "000002.vcf.gz.tbi"}, names)

	verdict, err := client.DeidVerify(ctx, in.Report, []string{got.Path})
	require.NoError(t, err)
	require.True(t, verdict.OK)
	require.Len(t, verdict.Files, 2)
	swapped(t, in.Report, opened)
}

// swapped: another archive of the same files is not the one of the report.
func swapped(t *testing.T, report string, opened []byte) {
	t.Helper()
	var files [][]byte
	m, err := manifest.Read(bytes.NewReader(opened), func(_ int, _ manifest.File, content io.Reader) error {
		data, err := io.ReadAll(content)
		files = append(files, data)
		return err
	})
	require.NoError(t, err)
	for name, change := range map[string]func(*manifest.Manifest){
		"another kind": func(m *manifest.Manifest) { m.Files[0].Kind = "GVCF" },
		"a file less":  func(m *manifest.Manifest) { m.Files = m.Files[:1] },
	} {
		other := &manifest.Manifest{Schema: m.Schema, Files: append([]manifest.File(nil), m.Files...)}
		change(other)
		path := filepath.Join(t.TempDir(), "other.tar")
		var archive bytes.Buffer
		require.NoError(t, manifest.Write(&archive, other, func(i int, dst io.Writer) error {
			_, err := dst.Write(files[i])
			return err
		}))
		require.NoError(t, os.WriteFile(path, archive.Bytes(), 0o600))
		_, err := client.DeidVerify(context.Background(), report, []string{path})
		require.Equal(t, fault.Integrity, fault.KindOf(err), name)
	}
}

// One file that is refused refuses all, and nothing stays behind.
func TestIngest_FolderWithARefusedFile(t *testing.T) {
	p := together(t)
	top := folder(t)
	require.NoError(t, os.WriteFile(filepath.Join(top, "letter.txt"), []byte("Dear Jane Roe"), 0o600))
	_, err := p.patient.Ingest(context.Background(), client.IngestOptions{Files: []string{top}})
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.ErrorContains(t, err, "file 2 of 3")
	require.NotContains(t, err.Error(), "letter", "a path may name a person")
	require.Empty(t, entries(t, filepath.Join(p.patient.Dir, "spool")))
	require.Empty(t, entries(t, filepath.Join(p.patient.Dir, "reports")))

	_, err = p.patient.Ingest(context.Background(), client.IngestOptions{Files: []string{t.TempDir()}})
	require.Equal(t, fault.Usage, fault.KindOf(err), "an empty folder")
	_, err = p.patient.Ingest(context.Background(), client.IngestOptions{})
	require.Equal(t, fault.Usage, fault.KindOf(err))
}
