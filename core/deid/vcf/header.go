package vcf

import (
	"regexp"
	"slices"
	"strings"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/reference"
	"github.com/volens-network/volens/core/deid/stream"
)

// column titles of every VCF file.
var titles = []string{"#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"}

// maxRounds bounds how often kept lines are judged anew after one was removed.
const maxRounds = 16

// header is the parsed header of one file.
type header struct {
	metas       []meta
	dropped     []bool
	samples     []string
	hasFormat   bool
	trailingTab bool

	rules *deid.VCFRules
	descs *descriptions
	look  *deid.Look
	tally *deid.Tally

	info    map[string]*deid.Field
	format  map[string]*deid.Field
	filters map[string]bool
	alleles map[string]bool
	// blockedIDs tells that a removed text names an entry of a public database.
	blockedIDs bool
}

// readHeader reads up to the #CHROM line.
func readHeader(in *stream.Lines, limit int) (*header, error) {
	h := &header{}
	size := 0
	for {
		line, err := in.Next()
		if err != nil {
			return nil, headerEnd(err, in.N)
		}
		if size += len(line); size > limit {
			return nil, deid.RefuseAt(deid.CodeHeaderTooLong, in.N, "the header is longer than the limit")
		}
		text := string(line)
		switch {
		case strings.HasPrefix(text, "##"):
			h.metas = append(h.metas, parseMeta(text))
			if first := &h.metas[0]; first.key != "fileformat" || !formatLine.MatchString(first.value) {
				return nil, deid.RefuseAt(deid.CodeNotThisFormat, in.N, "not a version from 4.0 to 4.5")
			}
		case strings.HasPrefix(text, "#"):
			return h, h.readColumns(text, in.N)
		case text == "":
		default:
			return nil, deid.RefuseAt(deid.CodeMalformedHeader, in.N, "records begin before the #CHROM line")
		}
	}
}

// readColumns reads the #CHROM line.
func (h *header) readColumns(text string, line int) error {
	columns := strings.Split(text, "\t")
	if n := len(columns); n > len(titles) && columns[n-1] == "" {
		h.trailingTab = true
		columns = columns[:n-1]
	}
	if len(columns) < len(titles) || !slices.Equal(columns[:len(titles)], titles) {
		return deid.RefuseAt(deid.CodeMalformedHeader, line, "the #CHROM line lacks its columns")
	}
	if len(columns) == len(titles) {
		return nil
	}
	if columns[len(titles)] != "FORMAT" {
		return deid.RefuseAt(deid.CodeMalformedHeader, line, "the ninth column is not FORMAT")
	}
	h.hasFormat = true
	h.samples = columns[len(titles)+1:]
	seen := make(map[string]bool, len(h.samples))
	for _, name := range h.samples {
		if strings.TrimSpace(name) == "" {
			return deid.RefuseAt(deid.CodeEmptySample, line, "a sample has no name")
		}
		if seen[name] {
			return deid.RefuseAt(deid.CodeDuplicateSample, line, "two samples have the same name")
		}
		seen[name] = true
	}
	return nil
}

// judge decides on each line and fills the second look.
func (h *header) judge(p *deid.Profile, surrogates map[string]bool, tally *deid.Tally) error {
	h.rules, h.tally = &p.VCF, tally
	var err error
	if h.descs, err = newDescriptions(h.rules); err != nil {
		return err
	}
	h.look = deid.NewLook(p, vocabulary(h.rules), reference.IsPublic)
	for _, name := range h.samples {
		if !surrogates[name] {
			h.look.Value(name)
			h.look.Words(name)
		}
	}
	h.dropped = make([]bool, len(h.metas))
	seen := map[string]bool{}
	for i := range h.metas {
		m := &h.metas[i]
		id := m.key + "\x00" + m.get("ID")
		if !h.permitted(m) || seen[id] {
			h.drop(i)
			continue
		}
		seen[id] = true
		h.remember(m)
	}
	return h.dropConflicts()
}

// permitted tells whether a line is of a kind and form that may stay.
func (h *header) permitted(m *meta) bool {
	if !slices.Contains(h.rules.Header, m.key) {
		return false
	}
	if m.key == "fileformat" {
		return formatLine.MatchString(m.value)
	}
	id := m.get("ID")
	if !m.structured {
		return false
	}
	switch m.key {
	case "contig":
		return reference.IsPlain([]byte(id))
	case "INFO":
		return slices.ContainsFunc(h.rules.Info, func(f deid.Field) bool { return f.ID == id }) && validShape(m)
	case "FORMAT":
		return slices.ContainsFunc(h.rules.Format, func(f deid.Field) bool { return f.ID == id }) && validShape(m)
	case "FILTER":
		return plainFilter.MatchString(id) && id != "0"
	case "ALT":
		return plainAllele.MatchString(id)
	}
	return false
}

func validShape(m *meta) bool {
	return plainNumber.MatchString(m.get("Number")) && outputType(m.get("Type")) != ""
}

// outputType is the type that is written; a Character is a String.
func outputType(name string) string {
	switch name {
	case "Integer", "Float", "String", "Flag":
		return name
	case "Character":
		return "String"
	}
	return ""
}

// drop removes a line and remembers its values.
func (h *header) drop(i int) {
	m := &h.metas[i]
	h.dropped[i] = true
	h.tally.Add("header:"+kindOf(m.key), "drop", 1)
	keptKind := slices.Contains(h.rules.Header, m.key) && m.structured
	h.look.Attribute(m.value)
	for _, a := range m.attrs {
		if m.personal() {
			h.look.Value(a.value)
		} else {
			h.look.Attribute(a.value)
		}
	}
	if m.personal() && !m.structured {
		h.look.Value(m.value)
	}
	if !keptKind {
		h.look.Words(m.value)
	}
}

// remember keeps the values that a kept line loses. A line with attributes that
// go loses its description too.
func (h *header) remember(m *meta) {
	whole := m.whole()
	for _, a := range m.attrs {
		if !writable(a.key) || a.key == "Description" && !whole {
			h.look.Attribute(a.value)
		}
	}
}

// dropConflicts removes lines whose ID holds an identifying value. What such a
// line said may be in another one, so it goes on until nothing changes.
func (h *header) dropConflicts() error {
	for range maxRounds {
		changed := false
		for i := range h.metas {
			m := &h.metas[i]
			id := m.get("ID")
			if h.dropped[i] || id == "" || m.key == "contig" && reference.IsPublic(id) || !h.look.Hits(id) {
				continue
			}
			h.drop(i)
			h.tally.Add("header:conflict", "drop", 1)
			changed = true
		}
		if !changed {
			h.index()
			return nil
		}
	}
	return deid.Refuse(deid.CodeMalformedHeader, "names of the header repeat what must be removed")
}

// index sets up what records are judged by.
func (h *header) index() {
	h.blockedIDs = h.namesPublicIDs()
	h.info, h.format = map[string]*deid.Field{}, map[string]*deid.Field{}
	h.filters, h.alleles = map[string]bool{other: true}, map[string]bool{}
	for i := range h.rules.Info {
		if f := &h.rules.Info[i]; len(f.ID) < 4 || !h.look.Hits(f.ID) {
			h.info[f.ID] = f
		}
	}
	for i := range h.rules.Format {
		if f := &h.rules.Format[i]; len(f.ID) < 4 || !h.look.Hits(f.ID) {
			h.format[f.ID] = f
		}
	}
	for _, name := range h.rules.Alleles {
		h.alleles[name] = true
	}
	for i := range h.metas {
		if h.dropped[i] {
			continue
		}
		switch m := &h.metas[i]; m.key {
		case "FILTER":
			h.filters[m.get("ID")] = true
		case "ALT":
			h.alleles[m.get("ID")] = true
		}
	}
}

// namesPublicIDs tells whether a removed text or a sample's name has something
// like the entries that the ID column may keep: those must then be compared.
func (h *header) namesPublicIDs() bool {
	entry, err := regexp.Compile(`(?i)(` + strings.Join(h.rules.IDs, "|") + `)[0-9]`)
	if err != nil || slices.ContainsFunc(h.samples, entry.MatchString) {
		return true
	}
	for i := range h.metas {
		if h.dropped[i] && entry.MatchString(h.metas[i].value) {
			return true
		}
	}
	return false
}
