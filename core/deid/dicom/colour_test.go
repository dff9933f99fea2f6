package dicom_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/sample"
)

// colours is a colour profile with these tags, of which the data follow one another.
func colours(tags ...[2]string) []byte {
	out := make([]byte, 128)
	copy(out[4:], "lcms\x04\x30\x00\x00mntrRGB XYZ \x07\xe8\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06acspAPPL")
	copy(out[48:], "SCANSN77")
	copy(out[68:], "\x00\x00\xf6\xd6\x00\x01\x00\x00\x00\x00\xd3\x2dROE ")
	copy(out[84:], "0123456789abcdef")
	out = binary.BigEndian.AppendUint32(out, uint32(len(tags)))
	at := len(out) + 12*len(tags)
	var data []byte
	for _, tag := range tags {
		out = binary.BigEndian.AppendUint32(append(out, tag[0]...), uint32(at+len(data)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(tag[1])))
		data = append(data, tag[1]...)
	}
	out = append(out, data...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

func colourElement(value []byte) []byte {
	return sample.DICOM(sample.DICOMOptions{
		Encoding: sample.ExplicitLittle, More: []sample.Element{{Tag: 0x00282000, VR: "OB", Value: value}},
	})
}

func TestScrub_ColourProfiles(t *testing.T) {
	white := "XYZ \x00\x00\x00\x00\x00\x00\xf3\x51\x00\x01\x00\x00\x00\x01\x16\xcc"
	curve := "curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33\x00\x00"
	profile := colours(
		[2]string{"desc", "desc\x00\x00\x00\x00\x00\x00\x00\x18Dr Joan Roe, SN 99887766 "},
		[2]string{"wtpt", white},
		[2]string{"cprt", "text\x00\x00\x00\x00Elm House Hospital, ward 7  "},
		[2]string{"rTRC", curve},
		[2]string{
			"gTRC",
			"text\x00\x00\x00\x00a curve that is a text: Roe ",
		},
		[2]string{"priv", "data\x00\x00\x00\x00Roe "},
	)
	out, result := clean(t, colourElement(profile))
	require.EqualValues(t, 1, count(result, "0028-2000", "C"))
	got, there := value(t, out, 0x00282000)
	require.True(t, there)
	for _, text := range []string{"Roe", "ROE", "SN", "Elm", "lcms", "0123456789abcdef", "\x07\xe8\x00\x02", "desc", "text"} {
		require.NotContains(t, got, text)
	}
	for _, text := range []string{white, curve[:14], "mntrRGB XYZ ", "acsp"} {
		require.Contains(t, got, text)
	}
	require.Contains(t, got, "\x00\x00\x00\x02wtpt")
	requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
}

func TestScrub_WhatIsNoColourProfile(t *testing.T) {
	good := colours([2]string{"wtpt", strings.Repeat("x", 20)})
	outside, many := bytes.Clone(good), bytes.Clone(good)
	binary.BigEndian.PutUint32(outside[136:], 0xfffffff0)
	binary.BigEndian.PutUint32(many[128:], 0xffffffff)
	for _, value := range [][]byte{[]byte("Dr Joan Roe"), good[:120], good[:140], outside, many, bytes.ToUpper(good)} {
		out, result := clean(t, colourElement(value))
		requireMissing(t, out, 0x00282000)
		require.EqualValues(t, 1, count(result, "0028-2000", "X"))
	}
}

func FuzzColourProfile(f *testing.F) {
	f.Add(colours([2]string{"wtpt", strings.Repeat("x", 20)}, [2]string{"desc", strings.Repeat("y", 9)}))
	f.Fuzz(func(t *testing.T, value []byte) {
		if len(value) > 1<<15 {
			return
		}
		data := colourElement(value)
		requireSound(t, data, int64(len(data)))
	})
}
