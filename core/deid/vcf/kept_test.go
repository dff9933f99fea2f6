package vcf_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/corpus"
)

// naive is the record rules once more, by splitting strings: slow and plain.
type naive struct {
	profile *deid.Profile
	filters map[string]bool
	lost    map[string]bool
}

// newNaive learns from the output's header which filters stayed, and from the
// removed lines which keys went with them.
func newNaive(t *testing.T, original, output string) *naive {
	t.Helper()
	p := corpus.Profile(t, deid.SafeHarborStrict)
	n := &naive{profile: p, filters: map[string]bool{"PASS": true, ".": true}, lost: map[string]bool{}}
	kept := rewrittenIDs(output)
	for line := range strings.SplitSeq(original, "\n") {
		if !strings.HasPrefix(line, "##") {
			break
		}
		kind, rest, ok := strings.Cut(line[2:], "=<ID=")
		id, _, _ := strings.Cut(rest, ",")
		switch {
		case ok && kept[id] && kind == "FILTER":
			n.filters[id] = true
		case ok && !kept[id]:
			n.lost[id] = true
		}
	}
	return n
}

func isNumberList(value string) bool {
	return strings.Trim(value, "0123456789.,+-eE|/") == ""
}

func (n *naive) keeps(fields []deid.Field, id string) *deid.Field {
	i := slices.IndexFunc(fields, func(f deid.Field) bool { return f.ID == id })
	if i < 0 || n.lost[id] {
		return nil
	}
	return &fields[i]
}

func orDot(parts []string, separator string) string {
	if len(parts) == 0 {
		return "."
	}
	return strings.Join(parts, separator)
}

func (n *naive) record(line string) string {
	c := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
	var ids, filters, info []string
	for id := range strings.SplitSeq(c[2], ";") {
		if strings.HasPrefix(id, "rs") && len(id) > 2 && strings.Trim(id[2:], "0123456789") == "" {
			ids = append(ids, id)
		}
	}
	for f := range strings.SplitSeq(c[6], ";") {
		if !n.filters[f] {
			f = "OTHER"
		}
		if f != "OTHER" || !slices.Contains(filters, f) {
			filters = append(filters, f)
		}
	}
	for item := range strings.SplitSeq(c[7], ";") {
		key, value, has := strings.Cut(item, "=")
		f := n.keeps(n.profile.VCF.Info, key)
		if f != nil && (!has || isNumberList(value) || f.Form != deid.FormNumbers && f.Form != deid.FormFlag) {
			info = append(info, item)
		}
	}
	c[2], c[6], c[7] = orDot(ids, ";"), orDot(filters, ";"), orDot(info, ";")
	if len(c) > 9 {
		n.samples(c)
	}
	return strings.Join(c[:max(8, len(c))], "\t")
}

func (n *naive) samples(c []string) {
	keys := strings.Split(c[8], ":")
	var format []string
	for _, key := range keys {
		if n.keeps(n.profile.VCF.Format, key) != nil {
			format = append(format, key)
		}
	}
	for i := 9; i < len(c); i++ {
		var values []string
		for j, value := range strings.Split(c[i], ":") {
			f := n.keeps(n.profile.VCF.Format, keys[j])
			if f == nil {
				continue
			}
			if f.Form == deid.FormNumbers && !isNumberList(value) {
				value = "."
			}
			values = append(values, value)
		}
		c[i] = orDot(values, ":")
	}
	c[8] = orDot(format, ":")
}

// What stays of a record is what stood there, byte for byte and in its place:
// the same that dropping keys with another tool would leave.
func TestScrub_AgreesWithAPlainImplementation(t *testing.T) {
	corpusFiles(t)
	for _, name := range []string{
		"HiSeq.10000.vcf.bgz", "NA12878.g.vcf.gz", "1kg.vcf.gz", "mpileup.vcf", "multisample.vcf", "freebayes.vcf.gz",
		"gnomad.vcf.gz", "exac.vcf.gz", "phi_header_multisample.vcf", "pharmcat.example.vcf", "gonl.chr20.release4.gtc.vcf.gz",
	} {
		t.Run(name, func(t *testing.T) {
			data := corpus.Read(t, "vcf/"+name)
			out, result, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{AllSamples: true})
			require.NoError(t, err)
			original, output := inflate(t, data), inflate(t, out)
			plain := newNaive(t, original, output)
			got := strings.Split(strings.TrimSuffix(output, "\n"), "\n")
			got = got[slices.IndexFunc(got, func(l string) bool { return strings.HasPrefix(l, "#CHROM") })+1:]
			i := 0
			for line := range strings.SplitSeq(original, "\n") {
				if line == "" || strings.HasPrefix(line, "#") {
					continue
				}
				if want := plain.record(line); want != got[i] {
					require.Equal(t, want, got[i], "record %d", i+1)
				}
				i++
			}
			require.Len(t, got, i)
			require.EqualValues(t, i, result.Entry.Records)
		})
	}
}
