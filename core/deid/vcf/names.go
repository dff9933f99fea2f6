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
	plainFilter = regexp.MustCompile(`^[0-9A-Za-z_][0-9A-Za-z_.+<>:-]{0,63}$`)
	plainAllele = regexp.MustCompile(`^[0-9A-Za-z*][0-9A-Za-z_:.*-]{0,31}$`)
	formatLine  = regexp.MustCompile(`^VCFv4\.[0-5]$`)
	plainNumber = regexp.MustCompile(`^([0-9]{1,4}|[ARGPM.]|L[ARG])$`)
	plainLength = regexp.MustCompile(`^[0-9]{1,12}$`)
)

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
