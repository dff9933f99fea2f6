package dicom_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/sample"
)

// encodings lists every way in which elements can be written.
func encodings() map[string]sample.Encoding {
	undefined := sample.ExplicitLittle
	undefined.Undefined = true
	implicitUndefined := sample.ImplicitLittle
	implicitUndefined.Undefined = true
	bigUndefined := sample.ExplicitBig
	bigUndefined.Undefined = true
	noPreamble := sample.ExplicitLittle
	noPreamble.NoPreamble = true
	noMeta := sample.ImplicitLittle
	noMeta.NoMeta = true
	executable := sample.ExplicitLittle
	executable.Preamble = "MZ\x90 a program of Jane Fictiva"
	return map[string]sample.Encoding{
		"implicit little":             sample.ImplicitLittle,
		"explicit little":             sample.ExplicitLittle,
		"explicit big":                sample.ExplicitBig,
		"deflated":                    sample.Deflated,
		"undefined lengths":           undefined,
		"implicit, undefined lengths": implicitUndefined,
		"big, undefined lengths":      bigUndefined,
		"no preamble":                 noPreamble,
		"no meta":                     noMeta,
		"a program before":            executable,
	}
}

func TestScrub_EveryEncoding(t *testing.T) {
	for name, e := range encodings() {
		for _, profile := range deid.Profiles() {
			for _, bits := range []int{8, 16} {
				picture := sample.NewPicture(3, 64, 48, 200)
				data := sample.DICOM(sample.DICOMOptions{Encoding: e, Picture: picture, Bits: bits})
				out, result, err := scrub(t, profile, data, dicom.Options{})
				require.NoError(t, err, name)
				for _, secret := range sample.DICOMSecrets() {
					require.NotContains(t, string(out), secret, name)
				}
				require.True(
					t,
					bytes.HasSuffix(out, picture.Bytes(e, bits)),
					"pixels must stay byte for byte: %s",
					name,
				)
				_, all := read(t, out)
				for _, el := range all {
					require.Zero(t, el.tag>>16&1, "a private tag: %s", name)
					require.False(t, el.tag>>24 == 0x60 || el.tag>>24 == 0x50, "an overlay or curve: %s", name)
				}
				require.NotZero(t, count(result, "private", "X"))
				requireStable(t, profile, result, out, dicom.Options{})
			}
		}
	}
}

func TestScrub_TransferSyntaxes(t *testing.T) {
	for name, e := range encodings() {
		out, _ := clean(t, sample.DICOM(sample.DICOMOptions{Encoding: e}))
		want := e.Syntax
		if e.Deflated {
			want = sample.ExplicitLittle.Syntax
		}
		syntax, _ := read(t, out)
		require.Equal(t, want, syntax, name)
	}
	// What the meta information says counts less than what is there.
	for _, lie := range []sample.Encoding{
		{Syntax: sample.ImplicitLittle.Syntax},
		{Syntax: sample.ExplicitLittle.Syntax, Implicit: true},
		{Syntax: sample.ExplicitLittle.Syntax, BigEndian: true},
		{Syntax: sample.ExplicitBig.Syntax},
	} {
		out, result := clean(t, sample.DICOM(sample.DICOMOptions{Encoding: lie}))
		require.Contains(t, result.Warnings, "transfer_syntax_corrected")
		requireValue(t, out, 0x00080060, "CT")
	}
}

func TestScrub_WhatTheOutputDeclares(t *testing.T) {
	data := sample.DICOM(
		sample.DICOMOptions{Encoding: sample.ExplicitLittle, Picture: sample.NewPicture(1, 32, 32, 99)},
	)
	out, result := clean(t, data)
	require.Equal(t, "dcm", result.Entry.Kind)
	require.EqualValues(t, len(out), result.Entry.Bytes)
	requireValue(t, out, 0x00120062, "YES")
	requireValue(t, out, 0x00280301, "NO")
	requireValue(t, out, 0x00280303, "MODIFIED")
	method, _ := value(t, out, 0x00120063)
	require.Contains(t, method, deid.SafeHarborStrict)
	_, all := read(t, out)
	var codes []string
	last := uint32(0)
	for _, el := range all {
		if el.depth == 2 && el.tag == 0x00080100 && last > 0x00120000 {
			codes = append(codes, text(el))
		}
		if el.depth == 0 {
			require.Greater(t, el.tag, last, "tags must go up")
			last = el.tag
		}
	}
	require.Equal(t, []string{"113100", "113101", "113103", "113104", "113105", "113107", "113108"}, codes)
	meta, _ := value(t, out, 0x00020012)
	require.True(t, deid.IsSurrogateUID(meta), meta)
	requireMissing(t, out, 0x00020016)
}

func TestScrub_Actions(t *testing.T) {
	more := []sample.Element{
		sample.Text(0x00080070, "LO", "Fictiva Works"), // holds a name
		sample.Text(0x00081090, "LO", "Model 7"),
		sample.Text(0x00181030, "LO", "Head Jane's routine"),
		sample.Text(0x00180010, "LO", "Secret Agent 7"),
		sample.Text(0x00080012, "DA", "1997.04.23"),
		sample.Text(0x00080021, "DA", "not a date"),
		sample.Text(0x00102160, "SH", "Martian"),
		sample.Text(0x00321064, "SQ", ""),
		sample.Text(0x00400254, "LO", "CT"),
		sample.Text(0x00189073, "FD", "12345678"),
		sample.Text(0x00fe0010, "LO", "unknown"),
		{Tag: 0x00080008, VR: "CS", Value: []byte(`ORIGINAL\PRIMARY\` + "a\x01b")},
	}
	data := sample.DICOM(sample.DICOMOptions{Encoding: sample.ExplicitLittle, More: more})
	out, result := clean(t, data)
	for tag, want := range map[uint32]string{
		0x00080050: "", 0x00080080: "", 0x00080090: "", 0x00100010: "volens-1", 0x00100020: "volens-1", 0x00100030: "",
		0x00100040: "F", 0x00101010: "090Y", 0x00101030: "61.5", 0x00181000: "REMOVED", 0x00081030: "CT HEAD of",
		0x0008103e: "AX T1", 0x00080020: "20240101", 0x00080022: "20240101", 0x0008002a: "2024", 0x00080030: "",
		0x00200013: "4", 0x00080070: "REMOVED", 0x00081090: "Model 7", 0x00181030: "Head routine", 0x00180010: "REMOVED",
		0x00080012: "19970101", 0x00080021: "19000101", 0x00189073: "12345678", 0x00400254: "CT", 0x00080008: "",
	} {
		requireValue(t, out, tag, want)
	}
	for _, tag := range []uint32{0x00104000, 0x00204000, 0x00102160, 0x00fe0010, 0x60003000, 0x00091001} {
		requireMissing(t, out, tag)
	}
	require.EqualValues(t, 1, count(result, "age", "over_89"))
	require.EqualValues(t, 1, count(result, "unknown", "X"))
	require.NotZero(t, count(result, "0010-0010", "C"))
	require.NotZero(t, count(result, "uid", "U"))
	require.Positive(t, result.Recheck.Searched)
	require.Contains(t, result.Recheck.Patterns, deid.PatternDateText)
	requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
}

func TestScrub_ShiftedDates(t *testing.T) {
	data := sample.DICOM(sample.DICOMOptions{Encoding: sample.ExplicitLittle})
	out, result, err := scrub(t, deid.ResearchShifted, data, dicom.Options{})
	require.NoError(t, err)
	day, _ := value(t, out, 0x00080020)
	require.Regexp(t, `^202[34][0-9]{4}$`, day)
	require.NotEqual(t, "20240229", day)
	requireValue(t, out, 0x00080022, day)
	requireValue(t, out, 0x0008002a, day+"101112.5")
	requireValue(t, out, 0x00080030, "101112")
	requireValue(t, out, 0x00100030, "")
	requireStable(t, deid.ResearchShifted, result, out, dicom.Options{})
}

func TestScrub_OneDatasetOfSeveralFiles(t *testing.T) {
	for _, profile := range deid.Profiles() {
		o := options(t, profile, dicom.Options{})
		one := func(instance string) []byte {
			var out bytes.Buffer
			data := sample.DICOM(sample.DICOMOptions{
				Encoding: sample.ImplicitLittle, More: []sample.Element{sample.Text(0x00080018, "UI", instance)},
			})
			_, err := dicom.Scrub(context.Background(), &out, bytes.NewReader(data), o)
			require.NoError(t, err)
			return out.Bytes()
		}
		first, second := one("1.2.3.4.5"), one("1.2.3.4.6")
		for _, tag := range []uint32{0x0020000d, 0x0020000e, 0x00100020, 0x00081155} {
			want, _ := value(t, first, tag)
			requireValue(t, second, tag, want)
		}
		a, _ := value(t, first, 0x00080018)
		b, _ := value(t, second, 0x00080018)
		require.NotEqual(t, a, b)
		require.True(t, deid.IsSurrogateUID(a))
		requireValue(t, first, 0x00020003, a)
		requireValue(t, first, 0x00081150, sample.ClassCT)
	}
}

func TestScrub_ReportsAreCleaned(t *testing.T) {
	concept := func(code, meaning string) sample.Element {
		return sample.Sequence(0x0040a043, []sample.Element{
			sample.Text(
				0x00080100,
				"SH",
				code,
			),
			sample.Text(0x00080102, "SH", "DCM"),
			sample.Text(0x00080104, "LO", meaning),
		})
	}
	content := sample.Sequence(
		0x0040a730,
		[]sample.Element{
			sample.Text(0x0040a040, "CS", "TEXT"), concept("121071", "Finding"),
			sample.Text(0x0040a160, "UT", "Jane Fictiva was seen by Dr. No"),
		},
		[]sample.Element{
			sample.Text(0x0040a040, "CS", "PNAME"), concept("121008", "Person Observer Name"),
			sample.Text(0x0040a123, "PN", "Smith^drsmith"),
		},
		[]sample.Element{
			sample.Text(0x0040a040, "CS", "NUM"), concept("G-A437", "Diameter"),
			sample.Sequence(0x0040a300, []sample.Element{sample.Text(0x0040a30a, "DS", "12.5")}),
		},
		[]sample.Element{
			sample.Text(0x0040a040, "CS", "CODE"),
			sample.Sequence(0x0040a168, []sample.Element{
				sample.Text(0x00080100, "SH", "J1"), sample.Text(0x00080102, "SH", "99LOCAL"),
				sample.Text(0x00080104, "LO", "Normal lung of our ward"),
			}),
		},
	)
	data := sample.DICOM(sample.DICOMOptions{
		Encoding: sample.ExplicitLittle, Class: "1.2.840.10008.5.1.4.1.1.88.33", More: []sample.Element{content},
	})
	out, result := clean(t, data)
	for _, gone := range []string{"Fictiva", "Dr. No", "drsmith", "ward"} {
		require.NotContains(t, string(out), gone)
	}
	for _, stays := range []string{"Finding", "Diameter", "12.5", "PNAME", "Normal lung of"} {
		require.Contains(t, string(out), stays)
	}
	requireValue(t, out, 0x0040a160, "REMOVED")
	requireValue(t, out, 0x0040a123, "REMOVED")
	requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
}

func TestScrub_SequencesOfUN(t *testing.T) {
	inner := sample.Encoding{Implicit: true, Undefined: true}
	items := inner.File([]sample.Element{sample.Sequence(0x00081140, []sample.Element{
		sample.Text(0x00081150, "UI", sample.ClassCT), sample.Text(0x00081155, "UI", "1.2.3.4.5.6"),
		{Tag: 0x00081160, VR: "IS", Value: []byte("7 ")},
		{Tag: 0x00280010, VR: "US", Value: []byte{1, 2}},
	})})
	// Take preamble, meta information and the header of the sequence off.
	items = items[bytes.LastIndex(items, []byte{8, 0, 0x40, 0x11})+8:]
	for _, e := range []sample.Encoding{sample.ExplicitLittle, sample.ExplicitBig} {
		data := sample.DICOM(sample.DICOMOptions{
			Encoding: e, More: []sample.Element{{Tag: 0x00081140, VR: "UN", Fragments: [][]byte{}}},
		})
		at := bytes.Index(data, []byte("UN\x00\x00\xff\xff\xff\xff")) + 8
		data = append(append(bytes.Clone(data[:at]), items...), data[at+8:]...)
		out, result := clean(t, data)
		require.NotContains(t, string(out), "1.2.3.4.5.6")
		requireValue(t, out, 0x00081150, sample.ClassCT)
		requireValue(t, out, 0x00081160, "7")
		_, all := read(t, out)
		for _, el := range all {
			if el.tag == 0x00280010 && el.depth > 0 {
				require.EqualValues(
					t,
					0x0201,
					endian(e).Uint16(el.value),
					"numbers are turned to the order of the file",
				)
			}
		}
		requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
	}
}

func TestScrub_OddButReal(t *testing.T) {
	e := sample.ExplicitLittle
	plain := sample.DICOM(sample.DICOMOptions{Encoding: e})
	t.Run("an element without a VR", func(t *testing.T) {
		data := append(bytes.Clone(plain), 0x20, 0, 0x11, 0, 2, 0, 0, 0, '5', ' ')
		out, result := clean(t, data)
		requireValue(t, out, 0x00200011, "5")
		require.Contains(t, result.Warnings, "implicit_element_repaired")
	})
	t.Run("group lengths and repeated elements", func(t *testing.T) {
		data := append(
			bytes.Clone(plain),
			sampleElement(e, sample.Element{Tag: 0x00300000, VR: "UL", Value: []byte{9, 0, 0, 0}})...)
		data = append(data, sampleElement(e, sample.Text(0x00100010, "PN", "Other^Person"))...)
		out, result := clean(t, data)
		requireMissing(t, out, 0x00300000)
		require.NotContains(t, string(out), "Other^Person")
		require.EqualValues(t, 1, count(result, "repeated", "X"))
	})
	t.Run("a VR that is not the attribute's", func(t *testing.T) {
		out, result := clean(t, sample.DICOM(sample.DICOMOptions{Encoding: e, More: []sample.Element{
			sample.Text(0x00181090, "PN", "Hidden^Person"), {Tag: 0x00181110, VR: "OB", Value: []byte("Hidden")},
		}}))
		require.NotContains(t, string(out), "Hidden")
		require.EqualValues(t, 2, count(result, "vr_conflict", "X"))
	})
	t.Run("a space before the data set", func(t *testing.T) {
		noMeta := e
		noMeta.NoMeta = true
		out, _ := clean(t, append([]byte(" "), sample.DICOM(sample.DICOMOptions{Encoding: noMeta})...))
		requireValue(t, out, 0x00080060, "CT")
	})
	t.Run("what follows the pixels", func(t *testing.T) {
		data := sample.DICOM(sample.DICOMOptions{Encoding: e, Picture: sample.NewPicture(1, 16, 16, 99)})
		data = append(
			data,
			sampleElement(e, sample.Element{Tag: 0xfffcfffc, VR: "OB", Value: []byte("Jane Fictiva ")})...)
		out, result := clean(t, data)
		require.NotContains(t, string(out), "Jane")
		require.NotZero(t, count(result, "after_pixels", "X"))
	})
}

func sampleElement(e sample.Encoding, el sample.Element) []byte {
	e.NoMeta = true
	return e.File([]sample.Element{el})
}

func TestScrub_SourceFails(t *testing.T) {
	broken := errors.New("disk")
	data := sample.DICOM(
		sample.DICOMOptions{Encoding: sample.ExplicitLittle, Picture: sample.NewPicture(1, 64, 64, 99)},
	)
	for _, n := range []int{0, 200, 1500, len(data) - 1} {
		src := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(broken))
		_, err := dicom.Scrub(context.Background(), io.Discard, src, options(t, deid.SafeHarborStrict, dicom.Options{}))
		require.ErrorIs(t, err, broken)
	}
	_, err := dicom.Scrub(context.Background(), io.Discard, strings.NewReader(""), dicom.Options{})
	require.Error(t, err)
}
