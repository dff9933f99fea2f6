package dicom_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/corpus"
	"github.com/volens-network/volens/test/sample"
)

// requireSound demands of any bytes whatever that they are refused with a reason
// or come out stable and without the sample's secrets.
func requireSound(tb testing.TB, data []byte, size int64) {
	tb.Helper()
	var out bytes.Buffer
	o := options(tb, deid.SafeHarborStrict, dicom.Options{PixelsReviewed: true, Size: size})
	result, err := dicom.Scrub(context.Background(), &out, bytes.NewReader(data), o)
	if err != nil {
		var refusal *deid.RefusalError
		require.ErrorAs(tb, err, &refusal)
		require.NotEmpty(tb, refusal.Detail)
		return
	}
	again := options(tb, deid.SafeHarborStrict, dicom.Options{PixelsReviewed: true})
	var twice bytes.Buffer
	_, err = dicom.Scrub(context.Background(), &twice, bytes.NewReader(out.Bytes()), again)
	require.NoError(tb, err, "what was written must be taken")
	require.True(tb, bytes.Equal(out.Bytes(), twice.Bytes()), "scrubbing twice must be scrubbing once")
	verdict, err := dicom.Verify(context.Background(), o.Profile, result.Entry, &out)
	require.NoError(tb, err)
	require.True(tb, verdict.OK(), "%+v", verdict.Findings)
}

// small lists samples small enough to try every prefix of.
func small() map[string][]byte {
	picture := sample.NewPicture(1, 8, 8, 90)
	all := map[string][]byte{
		"fragments": compressed(sample.ClassCT, "1.2.840.10008.1.2.4.80"),
		"regions":   instance(sample.ClassUltrasound, picture, 8, region(1, 1, 5, 5)),
	}
	for name, e := range encodings() {
		all[name] = sample.DICOM(sample.DICOMOptions{Encoding: e, Picture: picture})
	}
	return all
}

func TestScrub_EveryPrefix(t *testing.T) {
	for name, data := range small() {
		for n := range data {
			var out bytes.Buffer
			o := options(t, deid.SafeHarborStrict, dicom.Options{PixelsReviewed: true, Size: int64(n)})
			_, err := dicom.Scrub(context.Background(), &out, bytes.NewReader(data[:n]), o)
			if err == nil {
				// Cut between two elements a data set is whole; its pixels are gone.
				requireMissing(t, out.Bytes(), 0x7fe00010)
				continue
			}
			var refusal *deid.RefusalError
			require.ErrorAs(t, err, &refusal, "%s, %d bytes", name, n)
		}
	}
}

func TestScrub_BitFlips(t *testing.T) {
	for _, data := range small() {
		for i := 128; i < len(data); i += 3 {
			flipped := bytes.Clone(data)
			flipped[i] ^= 1 << (i % 8)
			requireSound(t, flipped, int64(len(data)))
		}
	}
}

func TestScrub_Bombs(t *testing.T) {
	e := sample.ExplicitLittle
	head := sample.DICOM(sample.DICOMOptions{Encoding: e})
	claim := func(tag uint32, vr string, length uint32) []byte {
		out := binary.LittleEndian.AppendUint16(bytes.Clone(head), uint16(tag>>16))
		out = binary.LittleEndian.AppendUint16(out, uint16(tag))
		return binary.LittleEndian.AppendUint32(append(out, vr[0], vr[1], 0, 0), length)
	}
	nested := func(depth int) []sample.Element {
		inner := []sample.Element{sample.Text(0x00200013, "IS", "1")}
		for range depth {
			inner = []sample.Element{sample.Sequence(0x00081140, inner)}
		}
		return inner
	}
	many := make([]sample.Element, 0, 400_000)
	for range cap(many) {
		many = append(many, sample.Text(0x00081155, "UI", "1.2.3"))
	}
	items := make([][]sample.Element, 600_000)
	for name, c := range map[string]struct {
		data []byte
		code deid.Code
	}{
		"value of 3 GB":       {claim(0x70530010, "OB", 3<<30), deid.CodeTruncated},
		"pixels of 3 GB":      {claim(0x7fe00010, "OW", 3<<30), deid.CodeTruncated},
		"sequence of 3 GB":    {claim(0x70000010, "SQ", 3<<30), deid.CodeTruncated},
		"text of 3 GB":        {claim(0x7fe00001, "UT", 3<<30), deid.CodeTruncated},
		"sequence, no end":    {claim(0x70000010, "SQ", 0xffffffff), deid.CodeTruncated},
		"too deep":            {e.File(nested(65)), deid.CodeTooDeep},
		"very deep":           {e.File(nested(5000)), deid.CodeTooDeep},
		"meta without end":    {append(bytes.Clone(head[:132]), 2, 0, 0, 0, 'U', 'N', 0, 0, 0xff, 0xff, 0xff, 0x7f), deid.CodeMalformedElement},
		"too many items":      {e.File([]sample.Element{{Tag: 0x00081140, VR: "SQ", Items: items}}), deid.CodeTooLarge},
		"too many originals":  {e.File([]sample.Element{sample.Sequence(0x00081140, manyUIDs(70_000)...)}), deid.CodeTooLarge},
		"pixels twice":        {pixelsTwice(e), deid.CodeMalformedElement},
		"directory":           {directory(), deid.CodeDirectory},
		"packed":              {packed(t, head), deid.CodeNotThisFormat},
		"nothing":             {nil, deid.CodeEmpty},
		"only a preamble":     {head[:132], deid.CodeNotThisFormat},
		"text":                {[]byte("##fileformat=VCFv4.2\n" + string(make([]byte, 200))), deid.CodeNotThisFormat},
		"item in the open":    {append(bytes.Clone(head), 0xfe, 0xff, 0, 0xe0, 4, 0, 0, 0, 1, 2, 3, 4), deid.CodeMalformedElement},
		"implicit big":        {sample.Encoding{Syntax: sample.ExplicitBig.Syntax, BigEndian: true, Implicit: true}.File(nested(0)), deid.CodeUnsupported},
		"fragments, no coder": {sample.DICOM(sample.DICOMOptions{Encoding: e, Picture: sample.NewPicture(1, 8, 8, 9), Fragments: [][]byte{{}}}), deid.CodeUnsupported},
		"no fragments":        {sample.DICOM(sample.DICOMOptions{Encoding: sample.Compressed("1.2.840.10008.1.2.4.50"), Picture: sample.NewPicture(1, 8, 8, 9)}), deid.CodeUnsupported},
	} {
		for _, known := range []bool{true, false} {
			o := options(t, deid.SafeHarborStrict, dicom.Options{PixelsReviewed: true})
			if known {
				o.Size = int64(len(c.data))
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := dicom.Scrub(context.Background(), io.Discard, bytes.NewReader(c.data), o)
			runtime.ReadMemStats(&after)
			require.Error(t, err, name)
			var refusal *deid.RefusalError
			require.ErrorAs(t, err, &refusal, name)
			require.Contains(t, []deid.Code{c.code, deid.CodeTooLarge}, refusal.Code, name)
			require.Less(t, after.Sys-before.Sys, uint64(128<<20), name)
		}
	}
}

func manyUIDs(n int) [][]sample.Element {
	items := make([][]sample.Element, 0, n)
	for i := range n {
		raw := binary.BigEndian.AppendUint32(nil, uint32(i))
		items = append(items, []sample.Element{sample.Text(0x00081155, "UI", "1.2.3."+string(rune('1'+raw[3]%9))+".4")})
	}
	return items
}

func pixelsTwice(e sample.Encoding) []byte {
	p := sample.NewPicture(1, 8, 8, 9)
	data := sample.DICOM(sample.DICOMOptions{Encoding: e, Picture: p})
	return append(data, sampleElement(e, sample.Element{Tag: 0x7fe00010, VR: "OW", Value: p.Bytes(e, 16)})...)
}

func directory() []byte {
	return sample.ExplicitLittle.File([]sample.Element{
		sample.Text(0x00041130, "CS", "FILES"),
		sample.Sequence(0x00041220, []sample.Element{sample.Text(0x00041500, "CS", `DOE\JANE`)}),
	})
}

func packed(t *testing.T, data []byte) []byte {
	t.Helper()
	out := bytes.NewBuffer([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff})
	w, err := flate.NewWriter(out, flate.BestSpeed)
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return append(out.Bytes(), make([]byte, 8)...)
}

func TestScrub_DeflateBomb(t *testing.T) {
	e := sample.Deflated
	bomb := e.File([]sample.Element{
		sample.Text(0x00080060, "CS", "CT"), {Tag: 0x7fe00010, VR: "OB", Value: make([]byte, 64<<20)},
	})
	_, _, err := scrub(t, deid.SafeHarborStrict, bomb, dicom.Options{PixelsReviewed: true})
	corpus.RequireRefused(t, deid.CodeBomb, err)
	_, _, err = scrub(
		t,
		deid.SafeHarborStrict,
		damaged(sample.DICOM(sample.DICOMOptions{Encoding: e})),
		dicom.Options{},
	)
	var refusal *deid.RefusalError
	require.ErrorAs(t, err, &refusal)
}

// damaged turns bytes of the deflated part round.
func damaged(data []byte) []byte {
	for i := len(data) - 60; i < len(data)-40; i++ {
		data[i] = ^data[i]
	}
	return data
}

func TestScrub_ConstantMemory(t *testing.T) {
	// 256 MiB of pixels, made as they are read.
	const rows, columns, frames = 1024, 1024, 128
	e := sample.ExplicitLittle
	head := sample.DICOM(
		sample.DICOMOptions{Encoding: e, Picture: &sample.Picture{Rows: rows, Columns: columns}, More: []sample.Element{
			sample.Text(0x00280008, "IS", "128"),
		}},
	)
	size := uint32(rows * columns * 2 * frames)
	binary.LittleEndian.PutUint32(head[len(head)-4:], size)
	src := io.MultiReader(bytes.NewReader(head), io.LimitReader(zeros{}, int64(size)))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o := options(t, deid.SafeHarborStrict, dicom.Options{Size: int64(len(head)) + int64(size)})
	result, err := dicom.Scrub(context.Background(), io.Discard, src, o)
	require.NoError(t, err)
	require.EqualValues(t, frames, count(result, "pixels", "passed"))
	runtime.ReadMemStats(&after)
	require.Less(t, after.Sys-before.Sys, uint64(64<<20))

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = dicom.Scrub(
		ctx,
		io.Discard,
		io.MultiReader(bytes.NewReader(head), io.LimitReader(zeros{}, int64(size))),
		o,
	)
	require.ErrorIs(t, err, context.Canceled)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
