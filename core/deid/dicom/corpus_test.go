package dicom_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/corpus"
)

// refused says which files of the corpus are refused even when a person looked
// at their pictures, and why. Every other one must come out clean.
var refused = map[string]deid.Code{
	"awkward/deep_sq.dcm":      deid.CodeTooDeep,
	"awkward/len_bomb.dcm":     deid.CodeTooLarge,
	"awkward/trunc_half.dcm":   deid.CodeTruncated,
	"awkward/trunc_header.dcm": deid.CodeTruncated,
	"awkward/vcf_named.dcm":    deid.CodeNotThisFormat,
	"awkward/random.bin":       deid.CodeNotThisFormat,
	"dicom/DICOMDIR_pydicom":   deid.CodeDirectory,
	"dicom/GH364.dcm":          deid.CodeMalformedElement,
	"dicom/MR_truncated.dcm":   deid.CodeTruncated,
}

// alone lists the files that need no person's eyes.
var alone = []string{
	"CT_small.dcm", "GH223.dcm", "GH610.dcm", "MR01.dcm", "MR02.dcm", "MR03.dcm", "MR04.dcm", "MR05.dcm", "MR06.dcm",
	"Tag-0040-A170-VR-CS.dcm", "UN_sequence.dcm", "badVR.dcm", "burnedin_ct_pseudophi.dcm", "burnedin_us_grey.dcm",
	"chrKoreanMulti.dcm", "chrSQEncoding.dcm", "dcmqi_liver_seg.dcm", "dcmqi_sr.dcm", "emri_small_jpeg_ls_lossless.dcm",
	"liver_1frame.dcm", "no_meta.dcm",
	"no_preamble_dicm_in_data", "parametric_map_float.dcm", "priv_SQ.dcm", "reportsi.dcm", "rtplan.dcm", "test-SR.dcm",
}

func corpusFiles(t *testing.T) []string {
	t.Helper()
	return corpus.Files(t, "dicom/*", "awkward/*dcm*", "awkward/dicom*", "awkward/*.bin")
}

func TestScrub_EveryFileOfTheCorpus(t *testing.T) {
	secrets := corpus.Truth(t)
	handled := 0
	for _, name := range corpusFiles(t) {
		for _, profile := range deid.Profiles() {
			t.Run(name+"/"+profile, func(t *testing.T) {
				data := corpus.Read(t, name)
				o := dicom.Options{PixelsReviewed: true}
				out, result, err := scrub(t, profile, data, o)
				if code, ok := refused[name]; ok {
					require.Error(t, err)
					corpus.RequireRefused(t, code, err)
					return
				}
				require.NoError(t, err)
				handled++
				requireConformance(t, out)
				requireNothingLeft(t, data, out)
				for _, secret := range secrets[name] {
					require.NotContains(t, string(out), secret)
				}
				requireStable(t, profile, result, out, o)
				requirePixelsKept(t, data, out, result)
			})
		}
	}
	if n := peerHandles(t); n > 0 {
		t.Logf(
			"%d files are handled, with a person's word where it is needed; dcmodify takes %d",
			handled/len(deid.Profiles()),
			n,
		)
		require.GreaterOrEqual(t, handled/len(deid.Profiles()), n, "as many files as dcmodify takes")
	}
}

func TestScrub_CorpusWithoutAPersonsEyes(t *testing.T) {
	passed, waiting, turned := 0, 0, 0
	for _, name := range corpusFiles(t) {
		if !strings.HasPrefix(name, "dicom/") {
			continue
		}
		if refused[name] != "" {
			turned++
			continue
		}
		_, _, err := scrub(t, deid.SafeHarborStrict, corpus.Read(t, name), dicom.Options{})
		if slices.Contains(alone, filepath.Base(name)) {
			require.NoError(t, err, name)
			passed++
			continue
		}
		require.Error(t, err, name)
		corpus.RequireRefused(t, deid.CodePixels, err)
		waiting++
	}
	require.Equal(t, len(alone), passed)
	t.Logf("%d files are written, %d after a person looked at their pictures, %d are refused", passed, waiting, turned)
}

// TestGate_CorpusWithText looks for the two files in which people read names,
// and at those beside them in which there are none.
func TestGate_CorpusWithText(t *testing.T) {
	corpusFiles(t)
	for name, want := range map[string]string{
		"burnedin_ct_pseudophi.dcm": "blanked", "burnedin_us_grey.dcm": "blanked", "CT_small.dcm": "passed",
		"MR01.dcm": "passed", "MR02.dcm": "passed", "MR03.dcm": "passed", "MR04.dcm": "passed", "MR05.dcm": "passed",
		"MR06.dcm": "passed", "examples_overlay.dcm": "passed", "image_dfl.dcm": "passed", "NM-MONO2-16-13x-heart": "passed",
	} {
		_, result, err := scrub(
			t,
			deid.SafeHarborStrict,
			corpus.Read(t, "dicom/"+name),
			dicom.Options{PixelsReviewed: true},
		)
		require.NoError(t, err)
		require.NotZero(t, count(result, "pixels", want), name)
		other := map[string]string{"blanked": "passed", "passed": "blanked"}[want]
		require.Zero(t, count(result, "pixels", other), name)
	}
}

var (
	standardUID = regexp.MustCompile(`^1\.2\.840\.10008(\.[0-9]{1,4}){1,9}$`)
	anyUID      = regexp.MustCompile(`[0-9]+(\.[0-9]+){4,}`)
)

// requireConformance holds an output against PS3.15 E.1-1 and the rules for
// private tags, UIDs and what must be declared.
func requireConformance(t *testing.T, out []byte) {
	t.Helper()
	actions := actionTable(t)
	_, all := read(t, out)
	for _, el := range all {
		require.Zero(t, el.tag>>16&1, "private %08x", el.tag)
		require.False(t, el.tag>>24 == 0x60 || el.tag>>24 == 0x50, "overlay %08x", el.tag)
		if el.tag>>16 == 0x0002 || el.tag == 0x7fe00010 || el.tag == 0xfffee000 {
			continue
		}
		row, listed := actions[el.tag]
		require.True(t, listed, "unknown tag %08x", el.tag)
		if row.vr == "UI" {
			for uid := range strings.SplitSeq(text(el), `\`) {
				require.True(
					t,
					uid == "" || standardUID.MatchString(uid) || deid.IsSurrogateUID(uid),
					"%08x %s",
					el.tag,
					uid,
				)
			}
		}
		plain := row.vr != "SQ" && row.options == ""
		if row.action == "X" && plain {
			require.Fail(t, "an attribute is there that must go", "%08x", el.tag)
		}
		if (row.action == "Z" || row.action == "X/Z") && plain && el.tag != 0x00100010 {
			require.Empty(t, text(el), "%08x", el.tag)
		}
	}
	requireValue(t, out, 0x00120062, "YES")
}

type tableRow struct{ vr, action, options string }

func actionTable(t *testing.T) map[uint32]tableRow {
	t.Helper()
	data, err := os.ReadFile("attributes.tsv")
	require.NoError(t, err)
	all := map[uint32]tableRow{}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(fields) == 4 {
			all[number(t, fields[0])] = tableRow{fields[1], fields[2], fields[3]}
		}
	}
	return all
}

// requireNothingLeft searches the output, but for its pixels, for every UID of
// the original that is not of the standard, as bytes.
func requireNothingLeft(t *testing.T, data, out []byte) {
	t.Helper()
	for _, uid := range anyUID.FindAllString(string(data), -1) {
		if len(uid) >= 16 && !strings.HasPrefix(uid, "1.2.840.10008") && !deid.IsSurrogateUID(uid) {
			require.NotContains(t, string(out), uid)
		}
	}
}

// requirePixelsKept compares the end of the files, where the pixels are.
func requirePixelsKept(t *testing.T, data, out []byte, result *deid.FileResult) {
	t.Helper()
	for _, header := range []string{"\xe0\x7f\x10\x00OW\x00\x00", "\xe0\x7f\x10\x00OB\x00\x00"} {
		from, to := strings.LastIndex(string(data), header), strings.LastIndex(string(out), header)
		if from < 0 || to < 0 || count(result, "pixels", "blanked") > 0 {
			continue
		}
		before, after := data[from:], out[to:]
		if count(result, "pixels", "wiped") > 0 {
			before = wipedAlike(t, before, after)
		}
		require.True(t, bytes.HasPrefix(before, after), "pixels must stay byte for byte")
	}
}

// wipedAlike is the original with zeros where the output has zeros.
func wipedAlike(t *testing.T, data, out []byte) []byte {
	t.Helper()
	require.GreaterOrEqual(t, len(data), len(out))
	data = bytes.Clone(data)
	for i, c := range out {
		if c == 0 {
			data[i] = 0
		}
	}
	return data
}

// peerHandles counts the files of the corpus that dcmodify takes.
func peerHandles(t *testing.T) int {
	t.Helper()
	dcmodify, err := exec.LookPath("dcmodify")
	if err != nil {
		t.Log("dcmodify of Debian's dcmtk is not installed: its count is not compared")
		return 0
	}
	n := 0
	for _, name := range corpusFiles(t) {
		if name == "dicom/DICOMDIR_pydicom" {
			continue // taken by the peer, with the paths that name patients
		}
		path := filepath.Join(t.TempDir(), "copy.dcm")
		require.NoError(t, os.WriteFile(path, corpus.Read(t, name), 0o600))
		if exec.CommandContext(t.Context(), dcmodify, "-q", "-nb", "-imt", "-ea", "(0010,0010)", path).Run() == nil {
			n++
		}
	}
	return n
}

func TestScrub_PeersReadTheOutputs(t *testing.T) {
	dcmdump, err := exec.LookPath("dcmdump")
	if err != nil {
		t.Skip("dcmdump of Debian's dcmtk is not installed")
	}
	dciodvfy, err := exec.LookPath("dciodvfy")
	if err != nil {
		t.Log("dciodvfy of Debian's dicom3tools is not installed: it is not asked")
	}
	for _, name := range corpusFiles(t) {
		if refused[name] != "" {
			continue
		}
		out, _, err := scrub(t, deid.SafeHarborStrict, corpus.Read(t, name), dicom.Options{PixelsReviewed: true})
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "out.dcm")
		require.NoError(t, os.WriteFile(path, out, 0o600))
		said, err := exec.CommandContext(t.Context(), dcmdump, "-q", path).CombinedOutput()
		require.NoError(t, err, "%s: %s", name, said)
		if dciodvfy == "" {
			continue
		}
		// It fails for faults that the originals have, too; what it must not say
		// is that it cannot read a file of which it can read the original.
		original := corpus.Path(t, name)
		before, after := sayings(t, dciodvfy, original), sayings(t, dciodvfy, path)
		for _, fault := range []string{"read failed", "not valid DICOM", "Tags out of order", "Illegal root", "Bad group length"} {
			require.False(
				t,
				strings.Contains(after, fault) && !strings.Contains(before, fault),
				"%s: %s",
				name,
				fault,
			)
		}
	}
}

// sayings is what dciodvfy says of a file; its exit code tells of any fault.
func sayings(t *testing.T, dciodvfy, path string) string {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), dciodvfy, "-new", path).CombinedOutput()
	var exit *exec.ExitError
	require.True(t, err == nil || errors.As(err, &exit), err)
	return string(said)
}
