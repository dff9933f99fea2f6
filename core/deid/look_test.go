package deid_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

// vocabulary of the tests' format.
var words = []string{"fileformat", "Description", "contig", "GT", "DP", "volens-"}

func newLook(tb testing.TB, values ...string) *deid.Look {
	tb.Helper()
	l := deid.NewLook(load(tb, deid.SafeHarborStrict), words, nil)
	for _, v := range values {
		l.Value(v)
	}
	return l
}

// look sends text through in pieces of n bytes, as a header or as a body.
func look(l *deid.Look, text string, n int, body bool) (string, error) {
	var out bytes.Buffer
	w := l.Writer(&out)
	if body {
		w.Body()
	}
	for len(text) > 0 {
		piece := text[:min(n, len(text))]
		if _, err := io.WriteString(w, piece); err != nil {
			return out.String(), err
		}
		text = text[len(piece):]
	}
	return out.String(), w.Close()
}

func requireHit(t *testing.T, l *deid.Look, text string, body bool) {
	t.Helper()
	for _, n := range []int{1, 3, 7, 1 << 20} {
		_, err := look(l, text, n, body)
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal, "%q in pieces of %d", text, n)
		require.Equal(t, deid.CodeIdentifierRemain, refusal.Code)
	}
}

func requireMiss(t *testing.T, l *deid.Look, text string, body bool) {
	t.Helper()
	for _, n := range []int{1, 3, 7, 1 << 20} {
		got, err := look(l, text, n, body)
		require.NoError(t, err, "%q in pieces of %d", text, n)
		require.Equal(t, text, got)
	}
}

func TestLook_CaseAndSeparators(t *testing.T) {
	l := newLook(t, "DOE_JANE_19620317")
	for _, text := range []string{
		"DOE_JANE_19620317", "doe_jane_19620317", "Doe Jane 19620317", "doe-jane.1962-03-17", "doejane19620317",
		"xxDOEJANE19620317yy", "\t1\tdoe^jane^19620317\t",
	} {
		requireHit(t, l, "chr1\t5\t"+text+"\tA\n", true)
	}
	for _, text := range []string{"DOE\tJANE_19620317", "DOE_JANE_1962031", "DOE,JANE"} {
		requireMiss(t, l, text, true)
	}
}

func TestLook_Encodings(t *testing.T) {
	name := "Björn Åkesson"
	l := newLook(t, name)
	wide := func(little bool) string {
		var out []byte
		for _, u := range utf16.Encode([]rune(name)) {
			if little {
				out = append(out, byte(u), byte(u>>8))
			} else {
				out = append(out, byte(u>>8), byte(u))
			}
		}
		return string(out)
	}
	latin := ""
	for _, r := range name {
		latin += string([]byte{byte(r)})
	}
	for _, text := range []string{
		name, strings.ToUpper(name), latin, wide(true), wide(false),
		base64.StdEncoding.EncodeToString([]byte(name)),
		base64.StdEncoding.EncodeToString([]byte("x" + name + "!")),
		base64.StdEncoding.EncodeToString([]byte("xy" + name + "z")),
		hex.EncodeToString([]byte(name)), strings.ToUpper(hex.EncodeToString([]byte(name))),
		"Bj%C3%B6rn%20%C3%85kesson", "Bj%C3%B6rn+%C3%85kesson",
	} {
		requireHit(t, l, ">"+text+"<", true)
	}
}

func TestLook_LatinOriginalFoundAsUTF8(t *testing.T) {
	requireHit(t, newLook(t, "Bj\xf6rn \xc5kesson"), "Björn Åkesson", true)
}

func TestLook_PunctuationOfTheOriginalMayBeGone(t *testing.T) {
	requireHit(t, newLook(t, "Doe, Jane (1962)"), "DoeJane1962", true)
}

// The rule for common small values.
func TestLook_SmallValues(t *testing.T) {
	body := "chr1\t4711880\trs12\tTAGA\tGATTACA\t29\tPASS\tDP=4711880\tGT\t0/1:S1\n"
	for _, value := range []string{"1", "S", "47118", "DP", "gt", "4711880", "TAGA", "GATTACA", "S1", "form", "cript"} {
		requireMiss(t, newLook(t, value), body, true)
	}
	for value, header := range map[string]string{
		"4711880": "##contig=<ID=4711880>", "GATTACA": "##x=gattaca;", "S1": "#CHROM\tS1", "form": "##a=form",
	} {
		requireHit(t, newLook(t, value), header+"\n", false)
		requireMiss(t, newLook(t, value), "##fileformat=x"+value+"x\n", false)
	}
	for _, value := range []string{"1", "47118", "DP"} {
		requireMiss(t, newLook(t, value), "##x=1,47118,DP\n", false)
	}
	requireHit(t, newLook(t, "Mary"), "\tMARY\t", true)
	requireHit(t, newLook(t, "A1234"), "\tA1234\t", true)
	requireMiss(t, newLook(t, "A1234"), "G\tA\t1234\n", true)
}

func TestLook_Counts(t *testing.T) {
	l := newLook(t, "Jane Doe", "JANE-DOE", "S1", "1", "DP")
	l.Words("operator kari.nordmann at desk")
	r := l.Recheck()
	require.Equal(t, 1, r.Weak)
	require.Equal(t, 2, r.Skipped)
	require.Equal(t, 4, r.Searched, "Jane Doe once, operator, kari.nordmann and nordmann")
	require.Zero(t, r.Hits)
}

func TestLook_AttributesAndWords(t *testing.T) {
	l := newLook(t)
	l.Attribute("short")
	l.Attribute("12345678")
	l.Attribute("Germline Tissue")
	requireMiss(t, l, "short 12345678", true)
	requireHit(t, l, "GERMLINE_TISSUE", true)

	l = newLook(t)
	l.Words(`view -s X /mnt/drsmith99/wes.vcf.gz, "LowQual," genome-lab.stolav.example`)
	for _, text := range []string{"drsmith99", "xdrsmith99x", "genome-lab.stolav.example", "wes.vcf.gz"} {
		requireHit(t, l, text, true)
	}
	for _, text := range []string{"DRSMITH99", "LowQual,", "view"} {
		requireMiss(t, l, text, true)
	}
}

func TestLook_ExactWordFoundBesideAnotherCase(t *testing.T) {
	l := newLook(t)
	l.Words("validate tranches")
	requireMiss(t, l, strings.Repeat("HARD_TO_VALIDATE;VQSRTrancheSNP\n", 5000), true)
	requireHit(t, l, "HARD_TO_VALIDATE xvalidatex", true)
}

func TestLook_ExemptWords(t *testing.T) {
	l := deid.NewLook(load(t, deid.SafeHarborStrict), words, func(w string) bool {
		return strings.Contains("chrUn_KI270742v1", w)
	})
	l.Words("-L chrUn_KI270742v1")
	requireMiss(t, l, "chrUn_KI270742v1\t1", true)
}

func TestLook_Patterns(t *testing.T) {
	for _, text := range []string{
		"kari.nordmann@stolav.example", "a@b.no", "http://x", "file:///seq", "s3://bucket", "/home/kari/x", "/Users/k",
		`C:\data`, `\Users\k`, "10.1.2.3", "\t192.168.100.200\n", "123-45-6789", "+47 73 55 01 00", "+4773550100",
		"(+1) 555-010-9999", "555-010-9999", "1962-03-17", "Date=2023-02-03T08:20",
	} {
		requireHit(t, newLook(t), text, true)
		require.True(t, newLook(t).Hits(text), text)
	}
	for _, text := range []string{
		"0/1:35,0:99:0,105,1575", "1.25", "1.2.3", "1.2.3.4.5", "1.2.3.1234", "AF=0.5,0.25", "1e-05,1e+05", "-0.13,-0.58,-3.62",
		"FDRtranche2.00to10.00+", "a@b", "@", "chr1:100-200", "HLA-A*01:01:01:01", "1-2-3", "12345-12-1234",
		"9999-12-12", "2023-1-17", "20230317", "+5", "99.90to100.00+\t12345678", "T[chrA:5[", "0|1|2", "::/", ":/",
	} {
		requireMiss(t, newLook(t), text+"\n", true)
		require.False(t, newLook(t).Hits(text), text)
	}
}

func TestLook_PatternsWherePiecesMeet(t *testing.T) {
	for pad := range 1200 {
		filler := strings.Repeat("x", pad) + " "
		requireMissOnce(t, filler+"1.2.3.4.5 12345-12-1234 9911962-03-17 a+47735501001")
		_, err := look(newLook(t), filler+"10.1.2.3 ", 97, true)
		require.Error(t, err)
		_, err = look(newLook(t), filler+"1962-03-17", 101, true)
		require.Error(t, err)
	}
}

func requireMissOnce(t *testing.T, text string) {
	t.Helper()
	_, err := look(newLook(t), text+strings.Repeat("y", 700), 13, true)
	require.NoError(t, err)
}

func TestLook_PatternsByProfile(t *testing.T) {
	data := variant(t, func(m map[string]any) { m["patterns"] = []string{"email"} })
	p, err := deid.ParseProfile(data)
	require.NoError(t, err)
	l := deid.NewLook(p, nil, nil)
	require.False(t, l.Hits("1962-03-17 10.0.0.1 /home/x http://x"))
	require.True(t, l.Hits("a@b.no"))
}

func TestLookWriter_NothingOfTheBadPieceIsPassedOn(t *testing.T) {
	l := newLook(t, "Jane Doe")
	var out bytes.Buffer
	w := l.Writer(&out)
	_, err := io.WriteString(w, "fine\n")
	require.NoError(t, err)
	_, err = io.WriteString(w, "more Jane Doe\n")
	require.Error(t, err)
	_, err = io.WriteString(w, "fine again\n")
	require.Error(t, err)
	require.Error(t, w.Close())
	require.Equal(t, "fine\n", out.String())
	require.NotContains(t, err.Error(), "Jane")
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestLookWriter_FailingDestination(t *testing.T) {
	broken := errors.New("full")
	w := newLook(t, "Jane Doe").Writer(failing{broken})
	_, err := io.WriteString(w, "x")
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, w.Close(), broken)
}

func TestLookWriter_ManyValuesInALongStream(t *testing.T) {
	l := newLook(t)
	for i := range 3000 {
		l.Value(
			"HG" + strings.Repeat("0", 2) + string(rune('A'+i%26)) + hex.EncodeToString([]byte{byte(i >> 8), byte(i)}),
		)
	}
	line := strings.Repeat("chr1\t1000\trs1\tACGT\tC\t50\tPASS\tDP=35;AF=0.5\tGT:AD\t0/1:35,0\n", 4000)
	requireMiss(t, l, line, true)
	requireHit(t, l, line+"hg00-A_0000", true)
}

func FuzzLook(f *testing.F) {
	f.Add("DOE_JANE_1962", "chr1\t1\tdoe jane 1962\n", uint8(3))
	f.Add("GATTACA", "gattaca", uint8(1))
	f.Add("ab\x00cd\xff", "x1.2.3.4-1962-03-17@", uint8(9))
	f.Fuzz(func(t *testing.T, value, text string, n uint8) {
		l := newLook(t, value)
		_, one := look(l, text, 1+int(n), true)
		_, whole := look(l, text, 1<<20, true)
		require.Equal(t, whole == nil, one == nil, "the answer must not depend on the pieces")
		if whole == nil && len(value) >= 24 && strings.Trim(strings.ToLower(value), "abcdefghijklm") == "" &&
			strings.Trim(strings.ToLower(value), "acgtn") != "" {
			require.NotContains(t, text, value)
		}
	})
}
