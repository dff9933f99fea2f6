package dicom_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
)

func TestTry(t *testing.T) {
	files, _ := filepath.Glob("../../../../shared/corpus/dicom/*")
	more, _ := filepath.Glob("../../../../shared/corpus/awkward/*dcm*")
	more2, _ := filepath.Glob("../../../../shared/corpus/awkward/dicom*")
	for _, name := range append(append(files, more...), more2...) {
		data, _ := os.ReadFile(name)
		p, err := deid.LoadProfile(deid.SafeHarborStrict)
		if err != nil {
			t.Fatal(err)
		}
		for _, reviewed := range []bool{false, true} {
			ps, _ := deid.NewPseudonymizer(p, nil)
			var out bytes.Buffer
			r, err := dicom.Scrub(context.Background(), &out, bytes.NewReader(data), dicom.Options{Profile: p, Pseudonyms: ps, PixelsReviewed: reviewed, Size: int64(len(data))})
			if err != nil {
				fmt.Println(filepath.Base(name), reviewed, "REFUSED", err)
				continue
			}
			px := ""
			for _, a := range r.Actions {
				if a.Rule == "pixels" || a.Rule == "vr_conflict" || a.Rule == "text" {
					px += fmt.Sprint(a.Rule, a.Action, a.Count, " ")
				}
			}
			fmt.Println(filepath.Base(name), reviewed, "ok", out.Len(), r.Warnings, px, r.Recheck.Searched, r.Recheck.Weak)
			os.WriteFile("/tmp/dcm/out/"+filepath.Base(name), out.Bytes(), 0o644)
			if !reviewed {
				break
			}
		}
	}
}
