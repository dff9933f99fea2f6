package dicom_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"math/bits"
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
	syntaxBaseline = "1.2.840.10008.1.2.4.50"
	syntaxLossless = "1.2.840.10008.1.2.4.57"
	syntaxUsual    = "1.2.840.10008.1.2.4.70"
)

// segment is a marker segment of JPEG.
func segment(marker byte, body ...byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// packLossless packs 16-bit pixels by one predictor, with a code of five bits for each size. With
// restarts every row is an interval of its own.
func packLossless(p *sample.Picture, predictor byte, restarts bool) []byte {
	out := []byte{0xff, 0xd8}
	size := func(n int) []byte { return []byte{byte(n >> 8), byte(n)} }
	head := append([]byte{16}, append(size(p.Rows), size(p.Columns)...)...)
	out = append(out, segment(0xc3, append(head, 1, 1, 0x11, 0)...)...)
	code := make([]byte, 17, 34)
	code[5] = 17
	for i := range 17 {
		code = append(code, byte(i))
	}
	out = append(out, segment(0xc4, code...)...)
	if restarts {
		out = append(out, segment(0xdd, size(p.Columns)...)...)
	}
	out = append(out, segment(0xda, 1, 1, 0, predictor, 0, 0)...)
	w := &jpegBits{out: out}
	at := func(x, y int) int { return int(p.Grey[y*p.Columns+x]) }
	for y := range p.Rows {
		fresh := y == 0 || restarts
		if y > 0 && restarts {
			w.flush()
			w.out = append(w.out, 0xff, 0xd0+byte((y-1)%8))
		}
		for x := range p.Columns {
			var told int
			switch {
			case fresh && x == 0:
				told = 1 << 15
			case fresh:
				told = at(x-1, y)
			case x == 0:
				told = at(x, y-1)
			default:
				a, b, c := at(x-1, y), at(x, y-1), at(x-1, y-1)
				told = []int{0, a, b, c, a + b - c, a + (b-c)>>1, b + (a-c)>>1, (a + b) >> 1}[predictor]
			}
			d := int(int16(at(x, y) - told))
			if d == -1<<15 {
				w.put(16, 5)
				continue
			}
			n := bits.Len(uint(max(d, -d)))
			w.put(n, 5)
			if d < 0 {
				d += 1<<n - 1
			}
			w.put(d, n)
		}
	}
	w.flush()
	return append(w.out, 0xff, 0xd9)
}

// jpegBits writes entropy-coded data.
type jpegBits struct {
	out  []byte
	hold uint64
	have int
}

func (w *jpegBits) put(v, n int) {
	w.hold = w.hold<<n | uint64(v)
	w.have += n
	for w.have >= 8 {
		w.have -= 8
		c := byte(w.hold >> w.have)
		if w.out = append(w.out, c); c == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

func (w *jpegBits) flush() { w.put(1<<((8-w.have%8)%8)-1, (8-w.have%8)%8) }

func samplesOf(p *sample.Picture) []byte {
	var out []byte
	for _, g := range p.Grey {
		out = binary.LittleEndian.AppendUint16(out, g)
	}
	return out
}

func TestUnpackLossless_EveryPredictor(t *testing.T) {
	p := sample.NewPicture(5, 40, 56, 60_000)
	for i := range 200 {
		p.Grey[i*7] = uint16(rand.New(rand.NewPCG(1, uint64(i))).Uint32())
	}
	for predictor := byte(1); predictor <= 7; predictor++ {
		for _, restarts := range []bool{false, true} {
			got, ok := dicom.UnpackLossless(packLossless(p, predictor, restarts), p.Rows, p.Columns, 1, 16)
			require.True(t, ok, "predictor %d", predictor)
			require.True(t, bytes.Equal(samplesOf(p), got), "predictor %d restarts %t", predictor, restarts)
		}
	}
}

func TestUnpackLossless_NothingBesideThePicture(t *testing.T) {
	p := sample.NewPicture(5, 16, 24, 900)
	good := packLossless(p, 1, true)
	_, ok := dicom.UnpackLossless(append(bytes.Clone(good), 0), 16, 24, 1, 16)
	require.True(t, ok, "a byte of padding")
	comment := append([]byte{0xff, 0xd8}, segment(0xfe, []byte("DOE JANE")...)...)
	for name, bad := range map[string][]byte{
		"a comment":        append(comment, good[2:]...),
		"application data": append(append([]byte{0xff, 0xd8}, segment(0xe1, []byte("DOE JANE")...)...), good[2:]...),
		"behind the end":   append(bytes.Clone(good), "DOE JANE"...),
		"two pictures":     append(bytes.Clone(good), good...),
		"nothing":          {},
		"no end":           good[:len(good)-2],
	} {
		_, ok := dicom.UnpackLossless(bad, 16, 24, 1, 16)
		require.False(t, ok, name)
	}
	for cut := range good {
		_, ok := dicom.UnpackLossless(good[:cut], 16, 24, 1, 16)
		require.False(t, ok, "cut at %d", cut)
	}
	for _, size := range [][4]int{{15, 24, 1, 16}, {16, 25, 1, 16}, {16, 24, 3, 16}, {16, 24, 1, 8}} {
		_, ok := dicom.UnpackLossless(good, size[0], size[1], size[2], size[3])
		require.False(t, ok, "%v", size)
	}
}

// baseline is what the standard library makes of a picture.
func baseline(t *testing.T, p *sample.Picture) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, p.Columns, p.Rows))
	for i, g := range p.Grey {
		m.Pix[i] = byte(min(g, 255))
	}
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, m, &jpeg.Options{Quality: 95}))
	return out.Bytes()
}

func TestUnpackBaseline_NothingBesideThePicture(t *testing.T) {
	p := sample.NewPicture(5, 16, 24, 200)
	good := baseline(t, p)
	got, ok := dicom.UnpackBaseline(good, 16, 24, 1)
	require.True(t, ok)
	for i, g := range p.Grey {
		require.InDelta(t, float64(g), float64(got[i]), 12)
	}
	for name, bad := range map[string][]byte{
		"a comment":      append(append([]byte{0xff, 0xd8}, segment(0xfe, []byte("DOE JANE")...)...), good[2:]...),
		"in the data":    append(append(bytes.Clone(good[:len(good)-2]), segment(0xfe, []byte("DOE")...)...), 0xff, 0xd9),
		"behind the end": append(bytes.Clone(good), "DOE JANE"...),
		"nothing":        {}, "no end": good[:len(good)-2],
	} {
		_, ok := dicom.UnpackBaseline(bad, 16, 24, 1)
		require.False(t, ok, name)
	}
	_, ok = dicom.UnpackBaseline(good, 16, 25, 1)
	require.False(t, ok, "another size than the data set says")
}

// Compressed pictures pass without a person's word if the detector finds no text in them.
func TestGate_JPEGIsLookedAt(t *testing.T) {
	plain, written := sample.NewPicture(3, 96, 128, 200), sample.NewPicture(3, 96, 128, 200)
	written.Write("DOE JANE", 4, 40, 2, 255)
	file := func(syntax string, bits int, frame []byte) []byte {
		if len(frame)%2 == 1 {
			frame = append(frame, 0)
		}
		return sample.DICOM(sample.DICOMOptions{
			Encoding: sample.Compressed(syntax), Picture: plain, Bits: bits, Fragments: [][]byte{{}, frame},
		})
	}
	for name, c := range map[string]struct {
		syntax string
		bits   int
		pack   func(p *sample.Picture) []byte
	}{
		"baseline": {syntaxBaseline, 8, func(p *sample.Picture) []byte { return baseline(t, p) }},
		"lossless": {syntaxLossless, 16, func(p *sample.Picture) []byte { return packLossless(p, 4, false) }},
		"usual":    {syntaxUsual, 16, func(p *sample.Picture) []byte { return packLossless(p, 1, false) }},
	} {
		t.Run(name, func(t *testing.T) {
			data := file(c.syntax, c.bits, c.pack(plain))
			out, result := clean(t, data)
			require.EqualValues(t, 1, count(result, "pixels", "passed"))
			require.True(
				t,
				bytes.HasSuffix(out, data[bytes.Index(data, []byte("\xe0\x7f\x10\x00OB")):]),
				"byte for byte",
			)
			requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
			for what, frame := range map[string][]byte{
				"text": c.pack(written), "short": c.pack(plain)[:200], "no picture": []byte("DOE JANE"),
			} {
				_, _, err := scrub(t, deid.SafeHarborStrict, file(c.syntax, c.bits, frame), dicom.Options{})
				require.Error(t, err, what)
				corpus.RequireRefused(t, deid.CodePixels, err)
			}
		})
	}
}

// fragment is the first frame of a compressed file of one fragment.
func fragment(t *testing.T, data []byte) []byte {
	t.Helper()
	at := bytes.Index(data, []byte("\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0"))
	require.Positive(t, at)
	at += 12
	table := int(binary.LittleEndian.Uint32(data[at+4:]))
	at += 8 + table
	n := int(binary.LittleEndian.Uint32(data[at+4:]))
	return data[at+8 : at+8+n]
}

// What dcmtk packs is unpacked to the pixels that it packed.
func TestUnpackLossless_LikeThePeer(t *testing.T) {
	dcmcjpeg, err := exec.LookPath("dcmcjpeg")
	if err != nil {
		t.Skip("dcmcjpeg of Debian's dcmtk is not installed")
	}
	p := sample.NewPicture(9, 96, 130, 4000)
	from := filepath.Join(t.TempDir(), "from.dcm")
	require.NoError(t, os.WriteFile(from, sample.DICOM(sample.DICOMOptions{
		Encoding: sample.ExplicitLittle, Picture: p, More: []sample.Element{
			{Tag: 0x00280002, VR: "US", Value: []byte{1, 0}},
			{Tag: 0x00280101, VR: "US", Value: []byte{16, 0}},
			{Tag: 0x00280102, VR: "US", Value: []byte{15, 0}},
			{Tag: 0x00280103, VR: "US", Value: []byte{0, 0}},
			sample.Text(0x00280004, "CS", "MONOCHROME2"),
		},
	}), 0o600))
	for predictor := 1; predictor <= 7; predictor++ {
		to := filepath.Join(t.TempDir(), "to.dcm")
		said, err := exec.CommandContext(t.Context(), dcmcjpeg, "+el", "+sv", strconv.Itoa(predictor), from, to).
			CombinedOutput()
		require.NoError(t, err, "%s", said)
		data, err := os.ReadFile(to)
		require.NoError(t, err)
		got, ok := dicom.UnpackLossless(fragment(t, data), p.Rows, p.Columns, 1, 16)
		require.True(t, ok, "predictor %d", predictor)
		require.True(t, bytes.Equal(samplesOf(p), got), "predictor %d", predictor)
	}
}

func FuzzUnpackJPEG(f *testing.F) {
	p := sample.NewPicture(5, 8, 8, 900)
	f.Add(packLossless(p, 1, false))
	f.Add(packLossless(p, 7, true))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xc4, 0, 2, 0xff, 0xd9})
	f.Fuzz(func(_ *testing.T, packed []byte) {
		dicom.UnpackLossless(packed, 8, 8, 1, 16)
		dicom.UnpackLossless(packed, 8, 8, 3, 8)
		dicom.UnpackBaseline(packed, 8, 8, 1)
	})
}
