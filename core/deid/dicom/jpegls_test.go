package dicom_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/corpus"
	"github.com/volens-network/volens/test/sample"
)

const (
	syntaxLS     = "1.2.840.10008.1.2.4.80"
	syntaxLSNear = "1.2.840.10008.1.2.4.81"
)

// packedBy has dcmtk pack a picture of so many bits in JPEG-LS. It returns the first frame.
func packedBy(t *testing.T, p *sample.Picture, stored byte, args ...string) []byte {
	t.Helper()
	dcmcjpls, err := exec.LookPath("dcmcjpls")
	if err != nil {
		t.Skip("dcmcjpls of Debian's dcmtk is not installed")
	}
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from.dcm"), filepath.Join(dir, "to.dcm")
	require.NoError(t, os.WriteFile(from, sample.DICOM(sample.DICOMOptions{
		Encoding: sample.ExplicitLittle, Picture: p, More: []sample.Element{
			{Tag: 0x00280002, VR: "US", Value: []byte{1, 0}},
			{Tag: 0x00280101, VR: "US", Value: []byte{stored, 0}},
			{Tag: 0x00280102, VR: "US", Value: []byte{stored - 1, 0}},
			{Tag: 0x00280103, VR: "US", Value: []byte{0, 0}},
			sample.Text(0x00280004, "CS", "MONOCHROME2"),
		},
	}), 0o600))
	said, err := exec.CommandContext(t.Context(), dcmcjpls, append(args, from, to)...).CombinedOutput()
	require.NoError(t, err, "%s", said)
	data, err := os.ReadFile(to)
	require.NoError(t, err)
	return fragment(t, data)
}

// picturesLS are pictures with edges, runs, noise and the greatest values, of at most so many bits.
func picturesLS(stored byte) []*sample.Picture {
	rng := rand.New(rand.NewPCG(4, uint64(stored)))
	most := 1<<stored - 1
	smooth := sample.NewPicture(9, 96, 130, uint16(most))
	noise, flat := sample.NewPicture(9, 61, 67, 1), sample.NewPicture(9, 70, 300, 1)
	steps := sample.NewPicture(9, 33, 41, 1)
	for i := range noise.Grey {
		noise.Grey[i] = uint16(rng.IntN(most + 1))
	}
	for i := range flat.Grey {
		flat.Grey[i] = 0
		if rng.IntN(400) == 0 {
			flat.Grey[i] = uint16(most)
		}
	}
	for i := range steps.Grey {
		steps.Grey[i] = uint16((i / 7 % 5) * most / 4)
	}
	for i := range smooth.Grey {
		smooth.Grey[i] = min(smooth.Grey[i], uint16(most))
	}
	return []*sample.Picture{smooth, noise, flat, steps}
}

// What dcmtk packs is unpacked to the pixels that it packed.
func TestUnpackLS_LikeThePeer(t *testing.T) {
	for _, stored := range []byte{8, 10, 12, 16} {
		for i, p := range picturesLS(stored) {
			for _, args := range [][]string{
				{"+el"}, {"+el", "+t1", "9", "+t2", "19", "+t3", "41"}, {"+el", "+rs", "31"},
			} {
				frame := packedBy(t, p, stored, args...)
				got, ok := dicom.UnpackLS(frame, p.Rows, p.Columns, 1, 16)
				require.True(t, ok, "picture %d of %d bits, %v", i, stored, args)
				require.True(t, bytes.Equal(samplesOf(p), got), "picture %d of %d bits, %v", i, stored, args)
			}
		}
	}
}

// With a tolerance no sample is off by more than it.
func TestUnpackLS_NearLossless(t *testing.T) {
	for _, near := range []int{1, 3, 9} {
		for i, p := range picturesLS(12) {
			frame := packedBy(t, p, 12, "+en", "+md", strconv.Itoa(near))
			got, ok := dicom.UnpackLS(frame, p.Rows, p.Columns, 1, 16)
			require.True(t, ok, "picture %d within %d", i, near)
			for at, grey := range p.Grey {
				have := int(got[2*at]) | int(got[2*at+1])<<8
				require.InDelta(t, int(grey), have, float64(near), "picture %d within %d at %d", i, near, at)
			}
		}
	}
}

func TestUnpackLS_NothingBesideThePicture(t *testing.T) {
	p := sample.NewPicture(5, 16, 24, 900)
	good := packedBy(t, p, 12, "+el")
	_, ok := dicom.UnpackLS(good, 16, 24, 1, 16)
	require.True(t, ok)
	comment := append([]byte{0xff, 0xd8}, segment(0xfe, []byte("DOE JANE")...)...)
	for name, bad := range map[string][]byte{
		"a comment":        append(comment, good[2:]...),
		"application data": append(append([]byte{0xff, 0xd8}, segment(0xe8, []byte("DOE JANE")...)...), good[2:]...),
		"a table":          append(append([]byte{0xff, 0xd8}, segment(0xf8, []byte("\x02\x01\x01DOE JANE")...)...), good[2:]...),
		"behind the end":   append(bytes.Clone(good), "DOE JANE"...),
		"two pictures":     append(bytes.Clone(good), good...),
		"nothing":          {},
	} {
		_, ok := dicom.UnpackLS(bad, 16, 24, 1, 16)
		require.False(t, ok, name)
	}
	for cut := range len(good) - 3 { // The last may be padding.
		_, ok := dicom.UnpackLS(good[:cut], 16, 24, 1, 16)
		require.False(t, ok, "cut at %d", cut)
	}
	for _, size := range [][4]int{{15, 24, 1, 16}, {16, 25, 1, 16}, {16, 24, 3, 16}, {16, 24, 1, 8}} {
		_, ok := dicom.UnpackLS(good, size[0], size[1], size[2], size[3])
		require.False(t, ok, "%v", size)
	}
}

// Pictures in JPEG-LS pass without a person's word if the detector finds no text in them.
func TestGate_JPEGLSIsLookedAt(t *testing.T) {
	plain, written := sample.NewPicture(3, 96, 128, 200), sample.NewPicture(3, 96, 128, 200)
	written.Write("DOE JANE", 4, 40, 2, 255)
	for _, syntax := range []string{syntaxLS, syntaxLSNear} {
		file := func(frame []byte) []byte {
			if len(frame)%2 == 1 {
				frame = append(frame, 0)
			}
			return sample.DICOM(sample.DICOMOptions{
				Encoding: sample.Compressed(syntax), Picture: plain, Bits: 16, Fragments: [][]byte{{}, frame},
			})
		}
		out, result := clean(t, file(packedBy(t, plain, 12, "+el")))
		require.EqualValues(t, 1, count(result, "pixels", "passed"))
		requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
		for what, frame := range map[string][]byte{
			"text": packedBy(t, written, 12, "+el"), "short": packedBy(t, plain, 12, "+el")[:200], "no picture": []byte("DOE JANE"),
		} {
			_, _, err := scrub(t, deid.SafeHarborStrict, file(frame), dicom.Options{})
			require.Error(t, err, what)
			corpus.RequireRefused(t, deid.CodePixels, err)
		}
	}
}

func FuzzUnpackLS(f *testing.F) {
	head := func(precision, near byte) []byte {
		out := append([]byte{0xff, 0xd8}, segment(0xf7, precision, 0, 8, 0, 8, 1, 1, 0x11, 0)...)
		return append(out, segment(0xda, 1, 1, 0, near, 0, 0)...)
	}
	f.Add(append(head(8, 0), 0xff, 0x7f, 0x3a, 0x11, 0xff, 0xd9))
	f.Add(append(head(12, 0), bytes.Repeat([]byte{0x24, 0x92, 0x49}, 60)...))
	f.Add(append(head(16, 3), bytes.Repeat([]byte{0x80, 0x01}, 60)...))
	f.Fuzz(func(t *testing.T, packed []byte) {
		for _, allocated := range []int{8, 16} {
			frame, _ := dicom.UnpackLS(packed, 8, 8, 1, allocated)
			require.Len(t, frame, 8*allocated)
		}
	})
}
