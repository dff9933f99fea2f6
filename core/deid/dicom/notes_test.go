package dicom_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/corpus"
	"github.com/volens-network/volens/test/sample"
)

const syntaxTwoK = "1.2.840.10008.1.2.4.90"

// beside is what cameras and devices write into a picture's stream.
var beside = []string{
	"Exif\x00\x00II*\x00GPS 51.5012 N 0.1419 W, owner J. Roe", "http://ns.adobe.com/xap/1.0/\x00creator J. Roe",
	"seen with her husband", "Photoshop 3.0\x00by-line J. Roe",
}

// photograph is a baseline JPEG with notes beside it.
func photograph(tb testing.TB) (plain, noted []byte) {
	tb.Helper()
	var out bytes.Buffer
	picture := image.NewGray(image.Rect(0, 0, 32, 24))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i)
	}
	require.NoError(tb, jpeg.Encode(&out, picture, nil))
	plain = out.Bytes()
	noted = append([]byte{}, plain[:2]...)
	noted = append(noted, segment(0xe0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01abc")...)...)
	noted = append(noted, segment(0xe1, []byte(beside[0])...)...)
	noted = append(noted, segment(0xe1, []byte(beside[1])...)...)
	noted = append(noted, segment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x01")...)...)
	noted = append(noted, segment(0xed, []byte(beside[3])...)...)
	noted = append(noted, beside[0][8:]...) // no segment at all
	noted = append(noted, 0xff)             // a fill byte
	noted = append(noted, segment(0xfe, []byte(beside[2])...)...)
	noted = append(noted, plain[2:]...)
	return plain, append(noted, beside[2]...)
}

// packets are data of JPEG 2000 with marks before and behind a packet's head, whose number looks like an end.
var packets = []byte{
	1,
	2,
	0xff,
	0x91,
	0,
	4,
	0xff,
	0xd9,
	5,
	0xff,
	0x92,
	0xff,
	0x64,
	0,
	9,
	6,
	7,
	8,
	9,
	10,
	11,
	12,
	13,
	0xff,
	0x91,
	0,
	4,
	0,
	2,
	3,
}

// codestream is one of JPEG 2000 with two tile-parts, of which the last has no length.
func codestream() []byte {
	part := func(psot int, header, data []byte) []byte {
		body := []byte{0, 0, byte(psot >> 24), byte(psot >> 16), byte(psot >> 8), byte(psot), 0, 2}
		out := append(segment(0x90, body...), header...)
		return append(append(out, 0xff, 0x93), data...)
	}
	comment := segment(0x64, append([]byte{0, 1}, beside[2]...)...)
	data := []byte{1, 2, 0xff, 0x7f, 0xff, 0x64, 0, 9, 3}
	out := append([]byte{0xff, 0x4f}, segment(0x51, make([]byte, 36)...)...)
	out = append(append(out, comment...), segment(0x52, 1, 2, 3)...)
	data = append(data, packets...)
	out = append(out, part(12+len(comment)+2+len(data), comment, data)...)
	out = append(out, part(0, comment, data)...)
	return append(append(out, 0xff, 0xd9), beside[3]...)
}

func encoded(syntax string, fragments ...[]byte) []byte {
	return sample.DICOM(sample.DICOMOptions{
		Encoding: sample.Compressed(
			syntax,
		),
		Picture:   sample.NewPicture(1, 24, 32, 200),
		Bits:      8,
		Fragments: append([][]byte{nil}, fragments...),
	})
}

// cut cuts a stream in two fragments of even length.
func cut(stream []byte, at int) [][]byte {
	if len(stream)%2 == 1 {
		stream = append(bytes.Clone(stream), 0)
	}
	return [][]byte{stream[:at], stream[at:]}
}

func TestScrub_WhatStandsBesideAPicture(t *testing.T) {
	_, photo := photograph(t)
	for syntax, stream := range map[string][]byte{
		syntaxBaseline: photo, "1.2.840.10008.1.2.4.80": photo, syntaxTwoK: codestream(),
	} {
		reviewed := dicom.Options{PixelsReviewed: true}
		stream = bytes.Join(cut(stream, 0), nil)
		whole, result, err := scrub(t, deid.SafeHarborStrict, encoded(syntax, stream), reviewed)
		require.NoError(t, err)
		require.EqualValues(t, 1, count(result, "pixels", "wiped"))
		for _, text := range beside {
			require.NotContains(t, string(whole), text[len(text)-12:], syntax)
		}
		requireStable(t, deid.SafeHarborStrict, result, whole, reviewed)
		for at := 2; at < len(stream); at += 2 {
			parts := cut(stream, at)
			if bytes.HasPrefix(parts[1], []byte{0xff, 0xd8}) {
				continue // this would be another picture
			}
			out, _, err := scrub(t, deid.SafeHarborStrict, encoded(syntax, parts...), reviewed)
			require.NoError(t, err)
			one, two := pixelFragments(t, whole), pixelFragments(t, out)
			require.True(t, bytes.Equal(bytes.Join(one, nil), bytes.Join(two, nil)), "%s cut at %d", syntax, at)
		}
	}
}

// pixelFragments are those of an output that ends with compressed pixels, without the offset table.
func pixelFragments(t *testing.T, out []byte) (all [][]byte) {
	t.Helper()
	at := bytes.LastIndex(out, []byte("\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff"))
	require.Positive(t, at)
	for rest := out[at+12:]; ; {
		n := binary.LittleEndian.Uint32(rest[4:])
		if binary.LittleEndian.Uint16(rest[2:]) != 0xe000 {
			return all[1:]
		}
		all = append(all, rest[8:8+n])
		rest = rest[8+n:]
	}
}

func TestScrub_ThePictureItselfStays(t *testing.T) {
	plain, noted := photograph(t)
	reviewed := dicom.Options{PixelsReviewed: true}
	out, result, err := scrub(t, deid.SafeHarborStrict, encoded(syntaxBaseline, plain), reviewed)
	require.NoError(t, err)
	require.Zero(t, count(result, "pixels", "wiped"))
	require.True(t, bytes.HasPrefix(pixelFragments(t, out)[0], plain))

	out, _, err = scrub(t, deid.SafeHarborStrict, encoded(syntaxBaseline, noted), reviewed)
	require.NoError(t, err)
	fragment := pixelFragments(t, out)[0]
	require.Contains(t, string(fragment), "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01\x00\x00\x00")
	require.Contains(t, string(fragment), "Adobe\x00\x64\x00\x00\x00\x00\x01")
	want, err := jpeg.Decode(bytes.NewReader(plain))
	require.NoError(t, err)
	got, err := jpeg.Decode(bytes.NewReader(fragment))
	require.NoError(t, err)
	require.Equal(t, want, got)

	// Of JPEG 2000 everything but the comments is as it was.
	stream := codestream()
	out, _, err = scrub(t, deid.SafeHarborStrict, encoded(syntaxTwoK, stream), reviewed)
	require.NoError(t, err)
	blank := bytes.ReplaceAll(stream, []byte(beside[2]), make([]byte, len(beside[2])))
	blank = bytes.ReplaceAll(blank, []byte(beside[3]), make([]byte, len(beside[3])))
	require.True(t, bytes.HasPrefix(pixelFragments(t, out)[0], blank))
}

func TestScrub_PixelsInAFileOfTheirOwn(t *testing.T) {
	for _, head := range []string{"\x00\x00\x00\x0cjP  \r\n\x87\n", "\x00\x00\x00\x0cJXL \r\n\x87\n"} {
		_, _, err := scrub(
			t, deid.SafeHarborStrict, encoded(syntaxTwoK, []byte(head+beside[0])), dicom.Options{PixelsReviewed: true},
		)
		corpus.RequireRefused(t, deid.CodeUnsupported, err)
	}
}

func FuzzNotes(f *testing.F) {
	_, photo := photograph(f)
	f.Add(photo, uint16(30), false)
	f.Add(codestream(), uint16(70), true)
	f.Fuzz(func(t *testing.T, stream []byte, at uint16, twoK bool) {
		if len(stream) < 4 {
			return
		}
		syntax := syntaxBaseline
		if twoK {
			syntax = syntaxTwoK
		}
		parts := cut(stream, int(at)%len(stream)&^1)
		reviewed := dicom.Options{PixelsReviewed: true}
		out, result, err := scrub(t, deid.SafeHarborStrict, encoded(syntax, parts...), reviewed)
		if err != nil {
			return
		}
		got := pixelFragments(t, out)
		require.Len(t, got, len(parts))
		for i, part := range parts {
			require.Len(t, got[i], len(part))
			for j, c := range got[i] {
				require.True(t, c == part[j] || c == 0)
			}
		}
		requireStable(t, deid.SafeHarborStrict, result, out, reviewed)
	})
}
