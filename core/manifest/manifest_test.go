package manifest_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/genomeindex"
	"github.com/volens-network/volens/core/manifest"
)

func contents() [][]byte {
	return [][]byte{[]byte("##fileformat=VCFv4.2\n"), {}, bytes.Repeat([]byte{7}, 512), bytes.Repeat([]byte("ab"), 700)}
}

func archive(tb testing.TB, files [][]byte) (*manifest.Manifest, []byte) {
	tb.Helper()
	m := &manifest.Manifest{}
	for i, content := range files {
		m.Add([]string{".vcf.gz", ".dcm"}[i%2], filetype.VCF, int64(len(content)), sha256.Sum256(content))
	}
	var out bytes.Buffer
	require.NoError(tb, manifest.Write(&out, m, func(i int, dst io.Writer) error {
		_, err := dst.Write(files[i])
		return err
	}))
	return m, out.Bytes()
}

func unpack(src io.Reader) (*manifest.Manifest, [][]byte, error) {
	var got [][]byte
	m, err := manifest.Read(src, func(_ int, _ manifest.File, content io.Reader) error {
		data, err := io.ReadAll(content)
		got = append(got, data)
		return err
	})
	return m, got, err
}

func TestArchive_ThereAndBack(t *testing.T) {
	files := contents()
	want, raw := archive(t, files)
	for _, src := range []io.Reader{bytes.NewReader(raw), iotest.OneByteReader(bytes.NewReader(raw))} {
		m, got, err := unpack(src)
		require.NoError(t, err)
		require.Equal(t, want, m)
		require.Len(t, got, len(files))
		for i := range files {
			require.True(t, bytes.Equal(files[i], got[i]), "file %d", i)
		}
	}
	_, again := archive(t, files)
	require.Equal(t, filetype.FormatArchive, filetype.DetectBytes(raw, true).Format)
	require.Equal(t, raw, again, "one manifest, one string of bytes")
}

// A stock tar reads the archive.
func TestArchive_StockTar(t *testing.T) {
	files := contents()
	m, raw := archive(t, files)
	r := tar.NewReader(bytes.NewReader(raw))
	entry, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, "manifest.json", entry.Name)
	encoded, err := io.ReadAll(r)
	require.NoError(t, err)
	decoded, err := manifest.Decode(encoded)
	require.NoError(t, err)
	require.Equal(t, m, decoded)
	for i, f := range m.Files {
		entry, err := r.Next()
		require.NoError(t, err)
		require.Equal(t, f.Name, entry.Name)
		require.True(t, entry.ModTime.Unix() == 0 && entry.Uid == 0 && entry.Uname == "")
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		require.True(t, bytes.Equal(files[i], data))
	}
	_, err = r.Next()
	require.ErrorIs(t, err, io.EOF)
}

// What is not read is checked all the same.
func TestRead_LeftUnread(t *testing.T) {
	_, raw := archive(t, contents())
	_, err := manifest.Read(bytes.NewReader(raw), func(int, manifest.File, io.Reader) error { return nil })
	require.NoError(t, err)
	raw[len(raw)-1500] ^= 1
	_, err = manifest.Read(bytes.NewReader(raw), func(int, manifest.File, io.Reader) error { return nil })
	require.ErrorIs(t, err, manifest.ErrManifest)
}

// No byte of an archive can change, be cut off or be added.
func TestRead_EveryByteCounts(t *testing.T) {
	_, raw := archive(t, contents())
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 0x20
		_, _, err := unpack(bytes.NewReader(bad))
		require.ErrorIs(t, err, manifest.ErrManifest, "byte %d", i)
		_, _, err = unpack(bytes.NewReader(raw[:i]))
		require.ErrorIs(t, err, manifest.ErrManifest, "cut to %d", i)
	}
	_, _, err := unpack(bytes.NewReader(append(bytes.Clone(raw), 0)))
	require.ErrorIs(t, err, manifest.ErrManifest)
}

func TestRead_ErrorsOfOthers(t *testing.T) {
	_, raw := archive(t, contents())
	broken := errors.New("connection lost")
	for _, n := range []int{0, 100, 600, 1300, len(raw) - 100, len(raw)} {
		src := io.MultiReader(bytes.NewReader(raw[:n]), iotest.ErrReader(broken))
		_, _, err := unpack(src)
		require.ErrorIs(t, err, broken, "after %d bytes", n)
		require.NotErrorIs(t, err, manifest.ErrManifest)
	}
	full := errors.New("no space")
	_, err := manifest.Read(bytes.NewReader(raw), func(int, manifest.File, io.Reader) error { return full })
	require.ErrorIs(t, err, full)
}

func TestWrite_OnlyWhatTheManifestSays(t *testing.T) {
	m := &manifest.Manifest{}
	m.Add(".dcm", filetype.DICOMStudy, 3, sha256.Sum256([]byte("abc")))
	for _, body := range []string{"ab", "abcd", "abd"} {
		err := manifest.Write(io.Discard, m, func(_ int, dst io.Writer) error {
			_, err := io.WriteString(dst, body)
			return err
		})
		require.ErrorIs(t, err, manifest.ErrManifest, body)
	}
	broken := errors.New("disk gone")
	require.ErrorIs(t, manifest.Write(io.Discard, m, func(int, io.Writer) error { return broken }), broken)
	require.ErrorIs(t, manifest.Write(io.Discard, &manifest.Manifest{}, nil), manifest.ErrManifest)
}

func TestManifest_Kind(t *testing.T) {
	m := &manifest.Manifest{}
	require.Empty(t, m.Kind())
	for _, step := range []struct{ add, want filetype.Kind }{
		{filetype.FHIRBundle, filetype.FHIRBundle},
		{filetype.DICOMStudy, filetype.DICOMStudy},
		{filetype.VCF, filetype.VCF},
		{filetype.Tabular, filetype.VCF},
		{filetype.GVCF, filetype.GVCF},
	} {
		m.Add(".x", step.add, 0, sha256.Sum256(nil))
		require.Equal(t, step.want, m.Kind())
	}
}

// An index has the number of the file before it, so that programs find it, and takes none.
func TestManifest_Indexes(t *testing.T) {
	made := func() *manifest.Manifest {
		m := &manifest.Manifest{}
		m.Add(".vcf.gz", filetype.VCF, 1, sha256.Sum256(nil))
		m.AddIndex(genomeindex.Tabix, 2, sha256.Sum256(nil))
		m.Add(".bam", filetype.BAM, 3, sha256.Sum256(nil))
		m.AddIndex(genomeindex.CSI, 4, sha256.Sum256(nil))
		m.Add(".dcm", filetype.DICOMStudy, 5, sha256.Sum256(nil))
		return m
	}
	m := made()
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	require.Equal(t, []string{
		"000001.vcf.gz", "000001.vcf.gz.tbi", "000002.bam", "000002.bam.csi", "000003.dcm",
	}, names)
	encoded, err := m.Encode()
	require.NoError(t, err)
	decoded, err := manifest.Decode(encoded)
	require.NoError(t, err)
	require.Equal(t, m, decoded)
	for name, change := range map[string]func(*manifest.Manifest){
		"first":              func(m *manifest.Manifest) { m.Files = m.Files[1:] },
		"of another file":    func(m *manifest.Manifest) { m.Files[1].Name = "000002.vcf.gz.tbi" },
		"of another kind":    func(m *manifest.Manifest) { m.Files[1].Kind = filetype.BAM },
		"no index":           func(m *manifest.Manifest) { m.Files[1].Name = "000001.vcf.gz.txt" },
		"index of an index":  func(m *manifest.Manifest) { m.Files[2].Name = "000001.vcf.gz.tbi.tbi" },
		"a second index":     func(m *manifest.Manifest) { m.Files[2].Name = "000001.vcf.gz.csi" },
		"a number left out":  func(m *manifest.Manifest) { m.Files[4].Name = "000004.dcm" },
		"a number once more": func(m *manifest.Manifest) { m.Files[4].Name = "000002.dcm" },
	} {
		m := made()
		change(m)
		_, err := m.Encode()
		require.ErrorIs(t, err, manifest.ErrManifest, name)
	}
}

func TestDecode_Refuses(t *testing.T) {
	const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	file := func(name, kind, size, sum string) string {
		return fmt.Sprintf(
			`{"files":[{"bytes":%s,"kind":"%s","name":"%s","sha256":"%s"}],"schema":"volens-manifest/1"}`,
			size,
			kind,
			name,
			sum,
		)
	}
	_, err := manifest.Decode([]byte(file("000001.dcm", "VCF", "3", digest)))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"nothing":              ``,
		"no files":             `{"files":[],"schema":"volens-manifest/1"}`,
		"another schema":       `{"files":[],"schema":"volens-manifest/2"}`,
		"a path":               file("../001.dcm", "VCF", "3", digest),
		"a second number":      file("000002.dcm", "VCF", "3", digest),
		"no extension":         file("000001", "VCF", "3", digest),
		"three extensions":     file("000001.a.b.c", "VCF", "3", digest),
		"a capital":            file("000001.DCM", "VCF", "3", digest),
		"a slash":              file("000001./x", "VCF", "3", digest),
		"a negative size":      file("000001.dcm", "VCF", "-3", digest),
		"an unknown kind":      file("000001.dcm", "vCF", "3", digest),
		"no kind":              file("000001.dcm", "", "3", digest),
		"a short digest":       file("000001.dcm", "VCF", "3", digest[2:]),
		"a digest in capitals": file("000001.dcm", "VCF", "3", "BA"+digest[2:]),
		"a space":              " " + file("000001.dcm", "VCF", "3", digest),
		"more":                 file("000001.dcm", "VCF", "3", digest) + "{}",
		"an unknown field":     `{"a":1,"files":[],"schema":"volens-manifest/1"}`,
	} {
		_, err := manifest.Decode([]byte(text))
		require.ErrorIs(t, err, manifest.ErrManifest, name)
	}
}

func FuzzRead(f *testing.F) {
	_, raw := archive(f, contents())
	f.Add(raw)
	f.Add(raw[:1024])
	f.Add(make([]byte, 2048))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, got, err := unpack(bytes.NewReader(raw))
		if err != nil {
			require.ErrorIs(t, err, manifest.ErrManifest)
			return
		}
		var again bytes.Buffer
		require.NoError(t, manifest.Write(&again, m, func(i int, dst io.Writer) error {
			_, err := dst.Write(got[i])
			return err
		}))
		require.Equal(t, raw, again.Bytes(), "an archive that is read is the one that would be written")
	})
}
