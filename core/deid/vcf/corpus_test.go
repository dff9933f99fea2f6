package vcf_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/corpus"
)

// refused says which files of the corpus are refused, and why. Every other one
// must come out clean.
var refused = map[string]deid.Code{
	"awkward/bitflip.vcf.gz":      deid.CodeMalformedRecord,
	"awkward/bomb.vcf.gz":         deid.CodeNotThisFormat,
	"awkward/crlf_nul.vcf":        deid.CodeNUL,
	"awkward/dicom_named.vcf":     deid.CodeNotThisFormat,
	"awkward/double_gz.vcf.gz":    deid.CodeDoubleGzip,
	"awkward/dup_samples.vcf":     deid.CodeDuplicateSample,
	"awkward/empty.vcf":           deid.CodeEmpty,
	"awkward/fhir_named.vcf.gz":   deid.CodeNotThisFormat,
	"awkward/huge_line.vcf.gz":    deid.CodeBomb,
	"awkward/no_eof.vcf.gz":       deid.CodeTruncated,
	"awkward/trunc.vcf.gz":        deid.CodeTruncated,
	"awkward/utf16.vcf":           deid.CodeUTF16,
	"awkward/random.bin":          deid.CodeNotThisFormat,
	"awkward/study.zip":           deid.CodeNotThisFormat,
	"awkward/vcf_named.dcm":       deid.CodeMalformedRecord,
	"vcf/serialization_test.bcf":  deid.CodeBCF,
	"vcf/HiSeq.10000.vcf.bgz.tbi": deid.CodeNotThisFormat,
	"vcf/exac.vcf.gz.tbi":         deid.CodeNotThisFormat,
}

func corpusFiles(t *testing.T) []string {
	t.Helper()
	return corpus.Files(t, "vcf/*", "awkward/*vcf*", "awkward/*.bin", "awkward/*.zip")
}

// inflate is the test's own way to the plain text.
func inflate(t *testing.T, data []byte) string {
	t.Helper()
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return string(data)
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(text)
}

func TestScrub_EveryFileOfTheCorpus(t *testing.T) {
	files := corpusFiles(t)
	secrets := corpus.Truth(t)
	for _, name := range files {
		for _, profile := range deid.Profiles() {
			t.Run(name+"/"+profile, func(t *testing.T) {
				data := corpus.Read(t, name)
				out, result, err := scrub(t, profile, data, vcf.Options{AllSamples: true})
				if code, ok := refused[name]; ok {
					corpus.RequireRefused(t, code, err)
					return
				}
				require.NoError(t, err)
				requireClean(t, inflate(t, data), inflate(t, out))
				for _, secret := range secrets[name] {
					require.NotContains(t, inflate(t, out), secret)
				}
				requireVerified(t, profile, result, out)
			})
		}
	}
}

// requireClean holds the output against the original by the letter of the rule:
// no original sample name, no removed header line, and none of its values of 8
// characters or more with a letter.
func requireClean(t *testing.T, original, output string) {
	t.Helper()
	keptLines := map[string]bool{}
	for line := range strings.SplitSeq(output, "\n") {
		if !strings.HasPrefix(line, "##") {
			break
		}
		kind, _, _ := strings.Cut(line[2:], "=")
		require.Contains(t, []string{"fileformat", "contig", "INFO", "FORMAT", "FILTER", "ALT"}, kind)
		keptLines[line] = true
	}
	ids, words := rewrittenIDs(output), wordsOf(output)
	holds := func(v string) bool {
		if strings.ContainsAny(v, "\t\n;,:=|/ ") {
			return strings.Contains(output, v)
		}
		return strings.Contains(words, v)
	}
	for line := range strings.SplitSeq(original, "\n") {
		line = strings.TrimSuffix(line, "\r")
		switch {
		case keptLines[line]:
		case strings.HasPrefix(line, "##"):
			require.NotContains(t, output, line+"\n")
			key, value, _ := strings.Cut(line[2:], "=")
			rewritten := key == "INFO" || key == "FORMAT" || key == "FILTER" || key == "ALT" || key == "contig"
			for _, v := range valuesOf(value, rewritten) {
				if len(v) < 8 || !strings.ContainsFunc(v, isLetter) || ids[v] || v == "Description" {
					continue
				}
				require.False(t, holds(v), "value %q of a removed %s line", v, key)
			}
		case strings.HasPrefix(line, "#CHROM"):
			for i, sample := range strings.Split(line, "\t") {
				if i > 8 && sample != "" {
					require.NotContains(t, strings.Split(headerOf(output), "\t"), sample)
					require.False(t, len(sample) > 2 && strings.ContainsFunc(sample, isLetter) && holds(sample), sample)
				}
			}
		case line != "":
			return
		}
	}
}

// wordsOf lists the distinct words of the records that have a letter, and the
// header as it is.
func wordsOf(output string) string {
	var all strings.Builder
	seen := map[string]bool{}
	for line := range strings.SplitSeq(output, "\n") {
		if strings.HasPrefix(line, "#") {
			all.WriteString(line + "\n")
			continue
		}
		for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune("\t;,:=|/ ", r) }) {
			if strings.ContainsFunc(word, isLetter) && !seen[word] {
				seen[word] = true
				all.WriteString(word + "\n")
			}
		}
	}
	return all.String()
}

// rewrittenIDs lists the IDs of lines that stay in another form: they stay too.
func rewrittenIDs(output string) map[string]bool {
	ids := map[string]bool{}
	for line := range strings.SplitSeq(output, "\n") {
		if !strings.HasPrefix(line, "##") {
			break
		}
		if _, rest, ok := strings.Cut(line, "<ID="); ok {
			id, _, _ := strings.Cut(rest, ",")
			ids[strings.TrimSuffix(id, ">")] = true
		}
	}
	return ids
}

func headerOf(output string) string {
	for line := range strings.SplitSeq(output, "\n") {
		if strings.HasPrefix(line, "#CHROM") {
			return line
		}
	}
	return ""
}

func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
}

// valuesOf splits a header value as harshly as one may: whole, by attribute, and
// for lines of free text by word.
func valuesOf(value string, structured bool) []string {
	values := []string{value, strings.Trim(value, `<>"`)}
	inQuotes := false
	for _, pair := range strings.FieldsFunc(value, func(r rune) bool {
		if r == '"' {
			inQuotes = !inQuotes
		}
		return r == '<' || r == '>' || r == ',' && !inQuotes
	}) {
		_, v, _ := strings.Cut(pair, "=")
		values = append(values, strings.Trim(v, `"`))
	}
	if structured {
		return values
	}
	for _, set := range []string{" ", " ,;=<>\"'[]()", " ,;=<>\"'[]()/\\:@", " ,;=<>\"'[]()/\\:@._-"} {
		values = append(values, strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(set, r) })...)
	}
	return values
}

func requireVerified(t *testing.T, profile string, result *deid.FileResult, out []byte) {
	t.Helper()
	verdict, err := vcf.Verify(context.Background(), corpus.Profile(t, profile), result.Entry, bytes.NewReader(out))
	corpus.RequireClean(t, verdict, err)
	if profile != deid.SafeHarborStrict {
		return
	}
	again, _, err := scrub(t, profile, out, vcf.Options{AllSamples: true})
	require.NoError(t, err)
	require.True(t, bytes.Equal(out, again), "scrubbing twice must be scrubbing once")
}

func TestScrub_SeveralPersonsOfTheCorpus(t *testing.T) {
	corpusFiles(t)
	data := corpus.Read(t, "vcf/1kg.vcf.gz")
	_, _, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{})
	var refusal *deid.RefusalError
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, deid.CodeSeveralPersons, refusal.Code)
	require.Equal(t, 629, refusal.Count)
	require.NotContains(t, refusal.Error(), "HG00098")

	out, result, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{Sample: "HG00106"})
	require.NoError(t, err)
	require.Equal(t, 1, result.Entry.Subjects)
	requireClean(t, inflate(t, data), inflate(t, out))
	requireVerified(t, deid.SafeHarborStrict, result, out)
	require.NotContains(t, inflate(t, out), "AF=", "a frequency over all persons must not stay")
}

func TestScrub_BoundedMemory(t *testing.T) {
	corpus.RequireBounded(t, corpusFiles(t), func(ctx context.Context, src io.Reader) error {
		_, err := vcf.Scrub(ctx, io.Discard, src, options(t, deid.SafeHarborStrict, vcf.Options{AllSamples: true}))
		return err
	})
}
