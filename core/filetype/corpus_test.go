package filetype_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/filetype"
)

// TestCorpus_FilesOfOthers looks at files that other programs wrote. It is
// skipped where the folder is not there.
func TestCorpus_FilesOfOthers(t *testing.T) {
	corpus := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the shared corpus is not on this machine")
	}
	for folder, want := range map[string]map[filetype.Kind]bool{
		"dicom": {filetype.DICOMStudy: true},
		"vcf":   {filetype.VCF: true, filetype.GVCF: true},
		"fhir":  {filetype.FHIRBundle: true},
	} {
		names := files(t, filepath.Join(corpus, folder))
		require.NotEmpty(t, names)
		known := 0
		for _, name := range names {
			got := detectFile(t, name)
			if got.Known() && got.Kind != "" {
				require.True(t, want[got.Kind], "%s: %+v", filepath.Base(name), got)
				known++
				continue
			}
			t.Logf("%s: %+v", filepath.Base(name), got)
		}
		require.GreaterOrEqual(t, 10*known, 9*len(names), "%s: %d of %d", folder, known, len(names))
	}
}

func files(t *testing.T, folder string) []string {
	t.Helper()
	var names []string
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".tbi", ".csi", ".bcf": // indexes and binary calls are not for us
		default:
			names = append(names, path)
		}
		return nil
	}))
	return names
}

func detectFile(t *testing.T, name string) filetype.Detection {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	got, _, err := filetype.Detect(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return got
}
