package dicom_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/corpus"
	"github.com/volens-network/volens/test/sample"
)

// wiped is a fragment without what stands beside its picture.
func wiped(t *testing.T, fragments ...[][]byte) []byte {
	t.Helper()
	out, err := dicom.Notes(fragments...)
	require.NoError(t, err)
	return out
}

// requireSilent checks that nothing of what was beside a picture is left.
func requireSilent(t *testing.T, out []byte, why string, args ...any) {
	t.Helper()
	for _, text := range beside {
		require.False(t, bytes.Contains(out, []byte(text[len(text)-12:])), why, args)
	}
}

// However a fragment is handed over, its bytes become the same, also where a second picture begins in it.
func TestNotes_EverySplitOfAWrite(t *testing.T) {
	_, photo := photograph(t)
	for name, stream := range map[string][]byte{
		"jpeg": photo, "two pictures": slices.Concat(photo, photo), "jpeg 2000": codestream(),
		"ff behind the end": append(bytes.Clone(photo), 0xff, 0xff, 0xd8, 'J', 'a', 'n', 'e'),
		"ff at the end":     append(bytes.Clone(photo), 0xff),
	} {
		want := wiped(t, [][]byte{stream})
		require.Len(t, want, len(stream), name)
		requireSilent(t, want, name)
		for at := 1; at < len(stream); at++ {
			require.True(t, bytes.Equal(want, wiped(t, [][]byte{stream[:at], stream[at:]})), "%s split at %d", name, at)
		}
		var single [][]byte
		for i := range stream {
			single = append(single, stream[i:i+1])
		}
		require.True(t, bytes.Equal(want, wiped(t, single)), "%s byte by byte", name)
		require.True(t, bytes.Equal(want, wiped(t, [][]byte{want})), "%s again", name)
	}
	both := wiped(t, [][]byte{slices.Concat(photo, photo)})
	_, err := jpeg.Decode(bytes.NewReader(both[len(photo):]))
	require.NoError(t, err, "the second picture is whole")
}

// frames are pictures with notes, of two kinds.
func frames(t *testing.T) map[string][]byte {
	t.Helper()
	_, photo := photograph(t)
	return map[string][]byte{"jpeg": photo, "jpeg 2000": codestream()}
}

// A frame that ends too early, anywhere, does not hide the one behind it; where that cannot be told from what is said
// beside the first one, both are refused.
func TestNotes_AFrameBehindACutOne(t *testing.T) {
	for name, frame := range frames(t) {
		alone := wiped(t, [][]byte{frame})
		refused := 0
		for at := 1; at < len(frame); at++ {
			out, err := dicom.Notes([][]byte{frame[:at]}, [][]byte{frame})
			var refusal *deid.RefusalError
			if errors.As(err, &refusal) {
				require.Equal(t, deid.CodeTruncated, refusal.Code)
				refused++
				continue
			}
			require.NoError(t, err)
			require.True(t, bytes.Equal(alone, out[at:]), "%s behind one of %d bytes", name, at)
		}
		require.Less(t, refused, len(frame)*2/3, "only within what is said beside it: %s", name)
		require.Positive(t, refused, name)
	}
}

// The mark with which a stream begins may stand in several fragments, also behind a cut frame.
func TestNotes_AStartInSeveralFragments(t *testing.T) {
	for name, frame := range frames(t) {
		alone := wiped(t, [][]byte{frame})
		tile := bytes.Index(frame, []byte{0xff, 0x93}) + 4 // within data of a tile, or none
		for before, cut := range map[string][]byte{"nothing": nil, "a frame": frame, "half a tile": frame[:max(tile, 2)]} {
			for at := 1; at < 9; at++ {
				fragments := [][][]byte{{frame[:at]}, {frame[at:]}}
				if len(cut) > 0 {
					fragments = append([][][]byte{{cut}}, fragments...)
				}
				out := wiped(t, fragments...)
				require.True(t, bytes.Equal(alone, out[len(cut):]), "%s behind %s, split at %d", name, before, at)
			}
			single := [][][]byte{{frame[:1]}, {frame[1:2]}, {frame[2:3]}, {frame[3:]}}
			require.True(t, bytes.Equal(alone, wiped(t, single...)), "%s in small fragments", name)
		}
	}
}

// A small copy of the picture, in Exif, is no picture where a fragment happens to begin with it.
func TestNotes_AThumbnailAtTheBeginOfAFragment(t *testing.T) {
	plain, _ := photograph(t)
	head := append([]byte{0xff, 0xd8}, segment(0xe1, append([]byte("Exif\x00\x00"), plain...)...)...)
	whole := append(bytes.Clone(head), plain[2:]...)
	at := bytes.Index(whole[2:], plain[:4]) + 2
	require.Positive(t, at)
	_, err := dicom.Notes([][]byte{whole[:at]}, [][]byte{whole[at:]})
	corpus.RequireRefused(t, deid.CodeTruncated, err)
	require.False(t, bytes.Contains(wiped(t, [][]byte{whole}), plain[:20]) &&
		bytes.Index(wiped(t, [][]byte{whole}), plain[:20]) == at, "in one fragment it goes")
}

// What nobody could search does not pass: streams that begin otherwise, and files in pieces.
func TestNotes_StreamsThatAreNotRead(t *testing.T) {
	_, photo := photograph(t)
	for name, fragments := range map[string][][][]byte{
		"bytes before":       {{append([]byte{0, 0}, photo...)}},
		"a fill byte before": {{append([]byte{0xff}, photo...)}},
		"text":               {{[]byte(beside[2])}},
		"a file in pieces":   {{[]byte("\x00\x00\x00")}, {[]byte("\x0cjP  \r\n\x87\n" + beside[0])}},
		"a file as frame 2":  {{photo}, {[]byte("\x00\x00\x00\x0cJXL \r\n\x87\n" + beside[0])}},
	} {
		_, err := dicom.Notes(fragments...)
		corpus.RequireRefused(t, deid.CodeUnsupported, err)
		require.Error(t, err, name)
	}
	xl := []byte{0xff, 0x0a, 1, 2, 3, 4, 5, 6, 7, 8}
	for _, number := range []string{"110", "111", "112"} {
		out, err := dicom.NotesOf("1.2.840.10008.1.2.4."+number, [][]byte{xl}, [][]byte{xl})
		require.NoError(t, err)
		require.Equal(t, slices.Concat(xl, xl), out)
	}
}

// Two bytes do not make any text JPEG XL: only the transfer syntax allows a stream that is not read.
func TestScrub_JPEGXLInAnotherSyntax(t *testing.T) {
	text := append([]byte{0xff, 0x0a}, beside[2]+"."...)
	text = append(text, make([]byte, len(text)&1)...)
	reviewed := dicom.Options{PixelsReviewed: true}
	for syntax, passes := range map[string]bool{
		syntaxBaseline: false, syntaxTwoK: false, "1.2.840.10008.1.2.4.80": false, "1.2.840.10008.1.2.4.201": false,
		"1.2.840.10008.1.2.4.110": true, "1.2.840.10008.1.2.4.111": true, "1.2.840.10008.1.2.4.112": true,
	} {
		for _, fragments := range [][][]byte{{text}, {text[:2], text[2:]}} {
			_, _, err := scrub(t, deid.SafeHarborStrict, encoded(syntax, fragments...), reviewed)
			if passes {
				require.NoError(t, err, syntax)
				continue
			}
			corpus.RequireRefused(t, deid.CodeUnsupported, err)
		}
	}
}

// Of JPEG 2000, too, what no picture needs goes: segments that no standard names, and what stands between two.
func TestNotes_ReservedSegmentsOfJPEG2000(t *testing.T) {
	const second = "1.2.840.10008.1.2.4.92" // T.801, the second part
	start := append([]byte{0xff, 0x4f}, segment(0x51, make([]byte, 36)...)...)
	tile := slices.Concat(segment(0x90, 0, 0, 0, 0, 0, 0, 0, 1), []byte{0xff, 0x93, 1, 2, 3, 0xff, 0xd9})
	part := tile[:12]
	for _, marker := range []byte{0x02, 0x4e, 0x54, 0x62, 0x64, 0x65, 0x6f, 0x7a, 0x8f, 0x94, 0xc0, 0xe1, 0xfe} {
		note := segment(marker, []byte(beside[2])...)
		for _, stream := range [][]byte{slices.Concat(start, note, tile), slices.Concat(start, part, note, tile[12:])} {
			out, err := dicom.NotesOf(second, [][]byte{stream})
			require.NoError(t, err)
			requireSilent(t, out, "marker %x", marker)
			require.True(t, bytes.HasSuffix(out, tile[12:]), "marker %x", marker)
			require.Equal(t, out, wiped(t, [][]byte{out}), "marker %x", marker)
		}
	}
	for _, marker := range []byte{0x50, 0x52, 0x53, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5c, 0x5d, 0x5e, 0x5f, 0x60, 0x61, 0x63} {
		stream := slices.Concat(start, segment(marker, 1, 2, 3, 4), tile)
		require.Equal(t, stream, wiped(t, [][]byte{stream}), "marker %x", marker)
	}
	for _, marker := range []byte{0x5a, 0x5b, 0x70, 0x74, 0x75, 0x77, 0x78, 0x79} {
		stream := slices.Concat(start, segment(marker, 1, 2, 3, 4), tile)
		out, err := dicom.NotesOf(second, [][]byte{stream})
		require.NoError(t, err)
		require.Equal(t, stream, out, "marker %x", marker)
		require.NotEqual(t, stream, wiped(t, [][]byte{stream}), "marker %x in the first part", marker)
	}
	for _, stream := range [][]byte{
		slices.Concat(start, []byte(beside[2]), tile), slices.Concat(start, part, []byte(beside[2]), tile[12:]),
	} {
		out := wiped(t, [][]byte{stream})
		requireSilent(t, out, "between segments")
		require.True(t, bytes.HasSuffix(out, tile[12:]))
	}
}

// Segments that no JPEG needs go like comments; those of JPEG-LS stay.
func TestNotes_ReservedSegments(t *testing.T) {
	for _, marker := range []byte{0x02, 0xbf, 0xf0, 0xf6, 0xf9, 0xfd, 0xfe, 0xe5} {
		out := wiped(t, [][]byte{append([]byte{0xff, 0xd8}, segment(marker, []byte(beside[2])...)...)})
		requireSilent(t, out, "marker %x", marker)
	}
	for _, marker := range []byte{0xc0, 0xc4, 0xdb, 0xdd, 0xf7, 0xf8} {
		stream := append([]byte{0xff, 0xd8}, segment(marker, 1, 2, 3, 4)...)
		require.Equal(t, stream, wiped(t, [][]byte{stream}))
	}
}

// Lengths that cannot be are no way around, and no end.
func TestNotes_HostileLengths(t *testing.T) {
	comment := segment(0xfe, []byte(beside[2])...)
	for _, length := range []byte{0, 1, 2} {
		for _, marker := range []byte{0xdb, 0xfe, 0xe1, 0xda} {
			stream := slices.Concat([]byte{0xff, 0xd8, 0xff, marker, 0, length}, comment, []byte{0xff, 0xd9})
			requireSilent(t, wiped(t, [][]byte{stream}), "marker %x of length %d", marker, length)
		}
	}
	note := segment(0x64, append([]byte{0, 1}, beside[2]...)...)
	size := append([]byte{0xff, 0x4f}, segment(0x51, make([]byte, 36)...)...)
	for _, psot := range []uint32{0, 1, 9, 11, 12, 13} {
		tile := segment(0x90, 0, 0, byte(psot>>24), byte(psot>>16), byte(psot>>8), byte(psot), 0, 1)
		stream := slices.Concat(size, tile, note, []byte{0xff, 0x93, 1, 2, 3, 0xff, 0xd9})
		requireSilent(t, wiped(t, [][]byte{stream}), "psot %d", psot)
		requireSilent(t, wiped(t, [][]byte{slices.Concat(stream, tile, note)}), "behind psot %d", psot)
	}
}

// framesOf is a film of so many frames, each in one fragment, behind a table.
func framesOf(t *testing.T, frames int, table ...byte) ([]byte, error) {
	t.Helper()
	plain, _ := photograph(t)
	plain = append(plain, make([]byte, len(plain)&1)...)
	fragments := [][]byte{table}
	for range frames {
		fragments = append(fragments, plain)
	}
	data := sample.DICOM(sample.DICOMOptions{
		Encoding: sample.Compressed(syntaxBaseline), Picture: sample.NewPicture(1, 24, 32, 200), Bits: 8,
		Fragments: fragments, More: []sample.Element{sample.Text(0x00280008, "IS", strconv.Itoa(frames))},
	})
	out, _, err := scrub(t, deid.SafeHarborStrict, data, dicom.Options{PixelsReviewed: true})
	return out, err
}

// A table has an offset for each frame, no less and no more, and they ascend from 0; what says something else in its
// place is left out.
func TestScrub_TableOfOffsets(t *testing.T) {
	for name, of := range map[string]struct {
		table string
		kept  bool
	}{
		"none":                {"", true},
		"ascending":           {"\x00\x00\x00\x00\x10\x00\x00\x00\x20\x00\x00\x00", true},
		"one zero":            {"\x00\x00\x00\x00", false},
		"all zero":            {"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", false},
		"text behind a zero":  {"\x00\x00\x00\x00her name", false},
		"descending":          {"\x00\x00\x00\x00\x20\x00\x00\x00\x10\x00\x00\x00", false},
		"twice":               {"\x00\x00\x00\x00\x10\x00\x00\x00\x10\x00\x00\x00", false},
		"not from zero":       {"\x08\x00\x00\x00\x10\x00\x00\x00\x20\x00\x00\x00", false},
		"text of that length": {"seen by him.", false},
	} {
		out, err := framesOf(t, 3, []byte(of.table)...)
		require.NoError(t, err, name)
		item := append([]byte{0xfe, 0xff, 0x00, 0xe0, byte(len(of.table)), 0, 0, 0}, of.table...)
		if !of.kept {
			item = []byte{0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0, 0xfe, 0xff, 0x00, 0xe0}
			require.NotContains(
				t,
				string(out),
				"\xff\xff\xff\xff\xfe\xff\x00\xe0"+string([]byte{byte(len(of.table)), 0, 0, 0}),
				name,
			)
		}
		require.Contains(t, string(out), "\xff\xff\xff\xff"+string(item), name)
	}
	_, err := framesOf(t, 1, 0, 0, 0, 0)
	require.NoError(t, err)
	for name, table := range map[string]string{
		"too few":        "\x00\x00\x00\x00\x10\x00\x00\x00",
		"too many":       "\x00\x00\x00\x00\x10\x00\x00\x00\x20\x00\x00\x00\x30\x00\x00\x00",
		"one, and words": "name",
	} {
		_, err := framesOf(t, 3, []byte(table)...)
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, deid.CodeMalformedElement, refusal.Code, name)
	}
}

// A frame in the place of the table of offsets would pass unseen.
func TestScrub_TableOfOffsetsThatIsNone(t *testing.T) {
	_, photo := photograph(t)
	for name, table := range map[string][]byte{
		"a frame": append(bytes.Clone(photo), make([]byte, -len(photo)&3)...), "text": []byte(beside[2] + "...")[:20], "short": {0, 0},
	} {
		data := sample.DICOM(sample.DICOMOptions{
			Encoding: sample.Compressed(syntaxBaseline), Picture: sample.NewPicture(1, 24, 32, 200), Bits: 8,
			Fragments: [][]byte{table, append(bytes.Clone(photo), make([]byte, len(photo)&1)...)},
		})
		_, _, err := scrub(t, deid.SafeHarborStrict, data, dicom.Options{PixelsReviewed: true})
		require.Error(t, err, name)
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal, name)
	}
}
