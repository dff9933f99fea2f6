package vcf

import (
	"regexp"
	"strings"

	"github.com/volens-network/volens/core/deid"
)

// other stands for the name of a filter that may not remain.
const other = "OTHER"

// grammar is the words that stand in every output.
var grammar = []string{
	"fileformat", "VCFv4.0", "VCFv4.1", "VCFv4.2", "VCFv4.3", "VCFv4.4", "VCFv4.5", "contig", "length", "assembly",
	"INFO", "FORMAT", "FILTER", "ALT", "ID", "Number", "Type", "Description", "Integer", "Float", "String", "Flag",
	"CHROM", "POS", "REF", "QUAL", "PASS", other, deid.SurrogatePrefix,
}

var (
	plainContig = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_.*:+|-]{0,127}$`)
	// publicContig is the names that reference assemblies give to sequences.
	publicContig = regexp.MustCompile(`(?i)^(chr)?([0-9]{1,2}|x|y|m|mt|un|ebv)$|` +
		`^(chr([0-9]{1,2}|x|y|un)_)?(gl|ki|kn|kq|kv|kz|jh|kb|ml|jtfh)[0-9]{6}[0-9]*([v.]?[0-9])?(_random|_alt|_fix|_decoy)?$|` +
		`^n[ctw]_[0-9]{6,9}(\.[0-9]+)?$|^hla-[a-z0-9]{1,5}([*:][0-9a-z*:]*)?$|^hs37d5$`)
	plainFilter = regexp.MustCompile(`^[0-9A-Za-z_][0-9A-Za-z_.+<>:-]{0,63}$`)
	plainAllele = regexp.MustCompile(`^[0-9A-Za-z*][0-9A-Za-z_:.*-]{0,31}$`)
	formatLine  = regexp.MustCompile(`^VCFv4\.[0-5]$`)
	plainNumber = regexp.MustCompile(`^([0-9]{1,4}|[ARGPM.]|L[ARG])$`)
	plainLength = regexp.MustCompile(`^[0-9]{1,12}$`)
	patchLevel  = regexp.MustCompile(`\.p[0-9]{1,2}$`)
)

// isPublicContig tells whether a name is one of a public reference.
func isPublicContig(name string) bool {
	return len(name) < 64 && publicContig.MatchString(name)
}

// vocabulary is the grammar and the listed keys that are too short to be told
// from a genome's text.
func vocabulary(rules *deid.VCFRules) []string {
	words := append([]string(nil), grammar...)
	words = append(words, rules.Assemblies...)
	words = append(words, rules.Alleles...)
	for _, fields := range [][]deid.Field{rules.Info, rules.Format} {
		for _, f := range fields {
			if len(f.ID) < 4 {
				words = append(words, f.ID)
			}
		}
	}
	return words
}

// assembly returns the listed short name of an assembly, or "".
func assembly(rules *deid.VCFRules, name string) string {
	name = patchLevel.ReplaceAllString(name, "")
	for _, known := range rules.Assemblies {
		if name == known {
			return known
		}
	}
	return ""
}

// descriptions tells which descriptions are known ones.
type descriptions struct {
	info   map[string][]string
	format map[string][]string
	texts  *regexp.Regexp
}

func newDescriptions(rules *deid.VCFRules) (*descriptions, error) {
	d := &descriptions{info: map[string][]string{}, format: map[string][]string{}}
	for _, f := range rules.Info {
		d.info[f.ID] = f.Descriptions
	}
	for _, f := range rules.Format {
		d.format[f.ID] = f.Descriptions
	}
	var err error
	d.texts, err = regexp.Compile(`^(` + strings.Join(rules.Texts, "|") + `)$`)
	return d, err
}

func (d *descriptions) known(kind, id, text string) bool {
	var list []string
	switch kind {
	case "INFO":
		list = d.info[id]
	case "FORMAT":
		list = d.format[id]
	default:
		return d.texts.MatchString(text)
	}
	for _, known := range list {
		if text == known {
			return true
		}
	}
	return false
}
