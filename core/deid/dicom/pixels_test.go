package dicom_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/corpus"
	"github.com/volens-network/volens/test/sample"
)

// instance is an image of a class with elements of one's own.
func instance(class string, p *sample.Picture, bits int, more ...sample.Element) []byte {
	return sample.DICOM(sample.DICOMOptions{
		Encoding: sample.ExplicitLittle, Class: class, Picture: p, Bits: bits, More: more,
	})
}

// pixelsOf cuts the pixels off the end of a file.
func pixelsOf(out []byte, p *sample.Picture, bits int) []byte {
	return out[len(out)-p.Rows*p.Columns*bits/8:]
}

func TestGate_BurnedInTextIsBlanked(t *testing.T) {
	for _, bits := range []int{8, 16} {
		top := uint16(255)
		if bits == 16 {
			top = 4000
		}
		for scale := 1; scale <= 6; scale++ {
			for _, light := range []struct {
				name         string
				tissue, text uint16
			}{{"light", top / 2, top}, {"grey", top / 3, top * 3 / 4}} {
				name := fmt.Sprintf("%d bits, scale %d, %s", bits, scale, light.name)
				p := sample.NewPicture(uint64(scale), 256, 320, light.tissue)
				p.Write("DOE JANE", 10, 12, scale, light.text)
				before := p.Bytes(sample.ExplicitLittle, bits)
				out, result := clean(t, instance(sample.ClassCT, p, bits))
				require.EqualValues(t, 1, count(result, "pixels", "blanked"), name)
				after := pixelsOf(out, p, bits)
				left := 0
				for y := range p.Rows {
					for x := range p.Columns {
						at := (y*p.Columns + x) * bits / 8
						drawn := p.Grey[y*p.Columns+x] == light.text
						if drawn && bytes.Equal(before[at:at+bits/8], after[at:at+bits/8]) {
							left++
						}
					}
				}
				require.Zero(t, left, "every dot of the text must be gone: %s", name)
				require.Equal(t, before[len(before)/2+len(before)/4:], after[len(after)/2+len(after)/4:],
					"far from the text nothing may change: %s", name)
				requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
			}
		}
	}
}

func TestGate_DarkTextIsBlanked(t *testing.T) {
	p := sample.NewPicture(5, 200, 256, 40)
	for i := range p.Grey {
		p.Grey[i] += 180
	}
	p.Write("DOE JANE 1962", 10, 12, 2, 0)
	_, result := clean(t, instance(sample.ClassCT, p, 8))
	require.EqualValues(t, 1, count(result, "pixels", "blanked"))
}

func TestGate_TissueStays(t *testing.T) {
	for seed := range uint64(20) {
		p := sample.NewPicture(seed, 128, 128, 1000)
		out, result := clean(t, instance(sample.ClassCT, p, 16))
		require.EqualValues(t, 1, count(result, "pixels", "passed"))
		require.Equal(t, p.Bytes(sample.ExplicitLittle, 16), pixelsOf(out, p, 16))
	}
}

func TestGate_Frames(t *testing.T) {
	first, second := sample.NewPicture(1, 96, 128, 90), sample.NewPicture(2, 96, 128, 90)
	second.Write("DOE JANE", 4, 40, 2, 255)
	both := &sample.Picture{Rows: 192, Columns: 128, Grey: append(append([]uint16{}, first.Grey...), second.Grey...)}
	e := sample.ExplicitLittle
	out, result := clean(t, instance("1.2.840.10008.5.1.4.1.1.2.1", both, 8,
		sample.Text(0x00280008, "IS", "2"), sample.Element{Tag: 0x00280010, VR: "US", Value: e.Numbers(96)}))
	require.EqualValues(t, 1, count(result, "pixels", "passed"))
	require.EqualValues(t, 1, count(result, "pixels", "blanked"))
	pixels := pixelsOf(out, both, 8)
	require.Equal(t, first.Bytes(e, 8), pixels[:96*128])
	require.NotEqual(t, second.Bytes(e, 8), pixels[96*128:])
}

// region is a region of an ultrasound image; its ends are inside.
func region(x0, y0, x1, y1 uint32) sample.Element {
	number := func(tag, n uint32) sample.Element {
		return sample.Element{Tag: tag, VR: "UL", Value: binary.LittleEndian.AppendUint32(nil, n)}
	}
	return sample.Sequence(0x00186011, []sample.Element{
		number(0x00186018, x0), number(0x0018601a, y0), number(0x0018601c, x1), number(0x0018601e, y1),
	})
}

func TestGate_UltrasoundKeepsOnlyRegions(t *testing.T) {
	p := sample.NewPicture(9, 100, 120, 200)
	out, result := clean(t, instance(sample.ClassUltrasound, p, 8, region(20, 30, 99, 89)))
	require.EqualValues(t, 1, count(result, "pixels", "blanked"))
	pixels, before := pixelsOf(out, p, 8), p.Bytes(sample.ExplicitLittle, 8)
	for y := range 100 {
		for x := range 120 {
			at := y*120 + x
			if x >= 20 && x <= 99 && y >= 30 && y <= 89 {
				require.Equal(t, before[at], pixels[at], "%d,%d is inside", x, y)
			} else {
				require.Zero(t, pixels[at], "%d,%d is outside", x, y)
			}
		}
	}
	requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})

	for name, data := range map[string][]byte{
		"no regions":     instance(sample.ClassUltrasound, p, 8),
		"empty region":   instance(sample.ClassUltrasound, p, 8, region(50, 50, 20, 90)),
		"compressed":     compressed(sample.ClassUltrasound, "1.2.840.10008.1.2.4.50", region(20, 30, 99, 89)),
		"RLE":            compressed(sample.ClassUltrasound, "1.2.840.10008.1.2.5", region(20, 30, 99, 89)),
		"pixels too few": instance(sample.ClassUltrasound, p, 8, region(20, 30, 99, 89), sample.Text(0x00280008, "IS", "9")),
	} {
		_, _, err := scrub(t, deid.SafeHarborStrict, data, dicom.Options{})
		require.Error(t, err, name)
		corpus.RequireRefused(t, deid.CodePixels, err)
	}
}

// compressed is an instance whose pixels no one here can read.
func compressed(class, syntax string, more ...sample.Element) []byte {
	return sample.DICOM(sample.DICOMOptions{
		Encoding: sample.Compressed(syntax), Class: class, Picture: sample.NewPicture(1, 16, 16, 9), Bits: 8,
		Fragments: [][]byte{{}, []byte("\xff\xd8\xff\xda\x00\x02compressed"), []byte("more")}, More: more,
	})
}

func TestGate_NeedsAPersonsEyes(t *testing.T) {
	p := sample.NewPicture(4, 64, 64, 99)
	pdf := sample.Element{Tag: 0x00420011, VR: "OB", Value: []byte("%PDF-1.4 letter")}
	large := sample.NewPicture(4, 2900, 2900, 99)
	for name, data := range map[string][]byte{
		"secondary capture": instance(sample.ClassCapture, p, 8),
		"derived":           instance(sample.ClassCT, p, 8, sample.Text(0x00080008, "CS", `DERIVED\PRIMARY`)),
		"secondary":         instance(sample.ClassCT, p, 8, sample.Text(0x00080008, "CS", `ORIGINAL\SECONDARY`)),
		"says burned in":    instance(sample.ClassCT, p, 8, sample.Text(0x00280301, "CS", "YES")),
		"pdf":               instance(sample.ClassPDF, nil, 8, pdf),
		"large frame":       instance(sample.ClassCT, large, 16),
		"no size":           instance(sample.ClassCT, p, 8, sample.Text(0x00280010, "US", "")),
		"unknown class":     instance("1.2.3.4", p, 8),
	} {
		_, _, err := scrub(t, deid.SafeHarborStrict, data, dicom.Options{})
		require.Error(t, err, name)
		corpus.RequireRefused(t, deid.CodePixels, err)
		out, result, err := scrub(t, deid.SafeHarborStrict, data, dicom.Options{PixelsReviewed: true})
		require.NoError(t, err, name)
		require.EqualValues(t, 1, count(result, "pixels", "reviewed"), name)
		requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{PixelsReviewed: true})
	}
	// A document whose bytes hold the name is not taken on anyone's word.
	pdf.Value = []byte("%PDF-1.4 letter on " + sample.DICOMName)
	_, _, err := scrub(
		t,
		deid.SafeHarborStrict,
		instance(sample.ClassPDF, nil, 8, pdf),
		dicom.Options{PixelsReviewed: true},
	)
	corpus.RequireRefused(t, deid.CodeIdentifierRemain, err)
}

func TestGate_ComputedPixelsPass(t *testing.T) {
	p := sample.NewPicture(4, 64, 64, 99)
	p.Write("DOE JANE", 2, 2, 1, 255)
	out, _ := clean(t, instance("1.2.840.10008.5.1.4.1.1.481.2", p, 16))
	require.Equal(t, p.Bytes(sample.ExplicitLittle, 16), pixelsOf(out, p, 16), "a dose is no picture of a screen")
}

// syntaxes are those with fragments: JPEG, JPEG-LS, JPEG 2000, HTJ2K, MPEG, HEVC.
var syntaxes = []string{
	"50", "51", "57", "70", "80", "81", "90", "91", "92", "93", "100", "101", "102", "103", "104", "105", "106", "107",
	"108", "110", "201", "202", "203",
}

func TestScrub_CompressedPixelsStayByteForByte(t *testing.T) {
	for _, syntax := range syntaxes {
		syntax = "1.2.840.10008.1.2.4." + syntax
		data := compressed(sample.ClassCT, syntax)
		_, _, err := scrub(t, deid.SafeHarborStrict, data, dicom.Options{})
		corpus.RequireRefused(t, deid.CodePixels, err)
		out, result, err := scrub(t, deid.SafeHarborStrict, data, dicom.Options{PixelsReviewed: true})
		require.NoError(t, err)
		at := bytes.Index(data, []byte("\xe0\x7f\x10\x00OB"))
		require.True(t, bytes.HasSuffix(out, data[at:]), syntax)
		got, _ := read(t, out[:len(out)-len(data[at:])])
		require.Equal(t, syntax, got)
		requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{PixelsReviewed: true})
	}
	for _, syntax := range []string{
		"1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.204", "1.2.840.113619.5.2", "1.2.3", "text",
	} {
		_, _, err := scrub(
			t,
			deid.SafeHarborStrict,
			compressed(sample.ClassCT, syntax),
			dicom.Options{PixelsReviewed: true},
		)
		corpus.RequireRefused(t, deid.CodeUnsupported, err)
	}
}

// packRLE packs 16-bit pixels as literal runs (PS3.5, Annex G).
func packRLE(p *sample.Picture) []byte {
	header := make([]byte, 64)
	binary.LittleEndian.PutUint32(header, 2)
	var body []byte
	for i, shift := range []int{8, 0} {
		binary.LittleEndian.PutUint32(header[4+4*i:], uint32(64+len(body)))
		for from := 0; from < len(p.Grey); from += 128 {
			run := p.Grey[from:min(from+128, len(p.Grey))]
			same := true
			for _, g := range run {
				same = same && g>>shift&0xff == run[0]>>shift&0xff
			}
			if same && len(run) > 1 {
				body = append(body, byte(257-len(run)), byte(run[0]>>shift))
				continue
			}
			body = append(body, byte(len(run)-1))
			for _, g := range run {
				body = append(body, byte(g>>shift))
			}
		}
		if len(body)%2 == 1 {
			body = append(body, 0x80)
		}
	}
	return append(header, body...)
}

func TestGate_RLEIsLookedAt(t *testing.T) {
	file := func(p *sample.Picture, frame []byte) []byte {
		return sample.DICOM(sample.DICOMOptions{
			Encoding: sample.Compressed("1.2.840.10008.1.2.5"), Picture: p, Fragments: [][]byte{{}, frame},
		})
	}
	p := sample.NewPicture(3, 96, 128, 900)
	data := file(p, packRLE(p))
	out, result := clean(t, data)
	require.EqualValues(t, 1, count(result, "pixels", "passed"))
	require.True(t, bytes.HasSuffix(out, data[bytes.Index(data, []byte("\xe0\x7f\x10\x00OB")):]))
	requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})

	written := sample.NewPicture(3, 96, 128, 900)
	written.Write("DOE JANE", 4, 40, 2, 4000)
	for name, frame := range map[string][]byte{
		"text": packRLE(written), "short": packRLE(p)[:200], "one segment": append([]byte{1, 0, 0, 0}, packRLE(p)[4:]...), "empty": {},
		"bad offset": append([]byte{2, 0, 0, 0, 1}, packRLE(p)[5:]...),
	} {
		_, _, err := scrub(t, deid.SafeHarborStrict, file(p, frame), dicom.Options{})
		require.Error(t, err, name)
		corpus.RequireRefused(t, deid.CodePixels, err)
	}
}

func TestGate_WhatStandsBehindTheLastFrame(t *testing.T) {
	p := sample.NewPicture(1, 24, 32, 200)
	frame := p.Bytes(sample.ExplicitLittle, 8)
	pixels := func(rest string) []byte {
		return instance(sample.ClassCT, p, 8, sample.Element{
			Tag: 0x7fe00010, VR: "OW", Value: append(bytes.Clone(frame), rest...),
		})
	}
	text := "seen with her husband, 5 Elm Road "
	for _, reviewed := range []bool{false, true} {
		o := dicom.Options{PixelsReviewed: reviewed}
		out, result, err := scrub(t, deid.SafeHarborStrict, pixels(text), o)
		require.NoError(t, err)
		require.EqualValues(t, 1, count(result, "pixels", "wiped"))
		require.NotContains(t, string(out), "husband")
		require.True(t, bytes.HasSuffix(out, append(bytes.Clone(frame), make([]byte, len(text))...)))
		requireStable(t, deid.SafeHarborStrict, result, out, o)
	}
	// A second frame that nobody declared would not be looked at.
	_, _, err := scrub(t, deid.SafeHarborStrict, pixels(string(frame)), dicom.Options{})
	corpus.RequireRefused(t, deid.CodePixels, err)
	// A person who looked did not see it: the declared one is looked at as ever, the other one goes.
	twice := append(bytes.Clone(frame), text...)
	for int64(len(twice)) < 3*int64(len(frame)) {
		twice = append(twice, text...)
	}
	file := instance(sample.ClassCT, p, 8, sample.Element{Tag: 0x7fe00010, VR: "OW", Value: twice[:3*len(frame)]})
	out, result, err := scrub(t, deid.SafeHarborStrict, file, dicom.Options{PixelsReviewed: true})
	require.NoError(t, err)
	require.EqualValues(t, 1, count(result, "pixels", "wiped"))
	require.NotContains(t, string(out), "husband")
	require.True(t, bytes.HasSuffix(out, make([]byte, 2*len(frame))))
}

func TestGate_ADocumentThatNamesThePatient(t *testing.T) {
	document := func(text string) []byte {
		return sample.DICOM(sample.DICOMOptions{Encoding: sample.ExplicitLittle, More: []sample.Element{
			{Tag: 0x00420011, VR: "OB", Value: []byte(text)},
		}})
	}
	reviewed := dicom.Options{PixelsReviewed: true}
	for _, text := range []string{"<name><given>Jane</given></name>", "seen by her: JANE, who"} {
		_, _, err := scrub(t, deid.SafeHarborStrict, document(text), reviewed)
		corpus.RequireRefused(t, deid.CodeIdentifierRemain, err)
	}
	_, _, err := scrub(t, deid.SafeHarborStrict, document("<name><given>January</given></name>"), reviewed)
	require.NoError(t, err)
}
