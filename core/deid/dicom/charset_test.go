package dicom_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/sample"
)

// Names in the character sets of PS3.5, Annexes H to K, with the same name as
// UTF-8.
var names = map[string]struct{ set, raw, utf8 string }{
	"latin 1":  {"ISO_IR 100", "Bj\xf6rnsson^\xc5ke", "Björnsson"},
	"latin 2":  {"ISO_IR 101", "Wa\xb3\xeasa^Lech", "Wałęsa"},
	"greek":    {"ISO_IR 126", "\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"},
	"cyrillic": {"ISO_IR 144", "\xbb\xee\xda\xe1\xd5\xdc\xd1\xe3\xe0\xd3", "Люксембург"},
	"utf-8":    {"ISO_IR 192", "Wang^\xe5\xb0\x8f\xe6\x9d\xb1=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1", "小東"},
	"gb18030":  {"GB18030", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "小东"},
	"gbk":      {"GBK", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "小东"},
	"kanji":    {`\ISO 2022 IR 87`, "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "山田"},
	"katakana": {
		`ISO 2022 IR 13\ISO 2022 IR 87`,
		"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J",
		"太郎",
	},
	"hangul":      {`\ISO 2022 IR 149`, "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", "吉洞"},
	"simplified":  {`\ISO 2022 IR 58`, "Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab", "小东"},
	"western mix": {`ISO 2022 IR 6\ISO 2022 IR 100`, "\x1b-ABuc^J\xe9r\xf4me", "Jérôme"},
}

func TestScrub_NamesInOtherCharacterSets(t *testing.T) {
	for name, n := range names {
		t.Run(name, func(t *testing.T) {
			data := sample.DICOM(sample.DICOMOptions{Encoding: sample.ExplicitLittle, More: []sample.Element{
				sample.Text(0x00080005, "CS", n.set),
				sample.Text(0x00100010, "PN", n.raw),
				// The same name in an item with a character set of its own.
				sample.Sequence(0x00081250, []sample.Element{
					sample.Text(0x00080005, "CS", "ISO_IR 192"), sample.Text(0x00181020, "LO", "by "+n.utf8),
				}),
			}})
			out, result := clean(t, data)
			require.NotContains(t, string(out), n.raw)
			require.NotContains(t, string(out), n.utf8, "the name was not read")
			requireValue(t, out, 0x00080005, n.set)
			requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
		})
	}
}

func TestScrub_BrokenCharacterSets(t *testing.T) {
	for _, set := range []string{"", "no such set", "ISO_IR 999", `\\\`, "iso\x00", "ISO 2022 IR 87"} {
		data := sample.DICOM(sample.DICOMOptions{Encoding: sample.ExplicitLittle, More: []sample.Element{
			sample.Text(0x00080005, "CS", set), sample.Text(0x00100010, "PN", "Fictiva\x1b$B\xff\x1b(^\x1b$)C;\x1b"),
		}})
		out, result := clean(t, data)
		require.NotContains(t, string(out), "Fictiva")
		requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
	}
}
