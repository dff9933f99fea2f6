package bam

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/reference"
)

const (
	// sampleDomain is that of all formats: one person has one name in a dataset.
	sampleDomain = "sample"
	groupDomain  = "read-group"
	programName  = "pg"
	maxSequences = 1 << 20
)

// field is one TAG:VALUE of a header line.
type field struct{ tag, value string }

// headerLine is one @ line.
type headerLine struct {
	kind   string
	fields []field
	text   string // of a @CO line, or of one that is not fields
}

func (l *headerLine) get(tag string) string {
	for _, f := range l.fields {
		if f.tag == tag {
			return f.value
		}
	}
	return ""
}

// sequence is one reference sequence.
type sequence struct{ name, length string }

// header is what the text of a header says, and what becomes of it.
type header struct {
	profile   *deid.Profile
	names     *deid.Pseudonymizer
	look      *deid.Look
	count     *deid.Tally
	lines     []headerLine
	sequences []sequence
	samples   map[string]bool
	groups    map[string]string
	programs  map[string]string
	assembly  string
}

// words stand in every header.
var words = []string{
	"coordinate", "queryname", "unsorted", "unknown", "none", "query", "reference", "linear", "circular", "volens",
}

func newHeader(p *deid.Profile, names *deid.Pseudonymizer) *header {
	vocabulary := slices.Concat(words, p.BAM.Platforms, p.BAM.Programs, p.BAM.Species, p.VCF.Assemblies)
	return &header{
		profile: p, names: names, look: deid.NewLook(p, vocabulary, reference.IsPublic), count: deid.NewTally(format),
		samples: map[string]bool{}, groups: map[string]string{}, programs: map[string]string{},
	}
}

// parseLine takes a line of the header apart.
func parseLine(line string) headerLine {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(line, "@"), "\t")
	l := headerLine{kind: kind}
	for part := range strings.SplitSeq(rest, "\t") {
		tag, value, ok := strings.Cut(part, ":")
		if !ok || len(tag) != 2 || kind == "CO" {
			return headerLine{kind: kind, text: rest}
		}
		l.fields = append(l.fields, field{tag, value})
	}
	return l
}

// add reads one line.
func (h *header) add(line string, number int) error {
	l := parseLine(line)
	h.lines = append(h.lines, l)
	if l.kind == "SQ" {
		s := sequence{l.get("SN"), l.get("LN")}
		if !reference.IsPlain([]byte(s.name)) || !plainNumber.MatchString(s.length) ||
			len(h.sequences) >= maxSequences {
			return deid.RefuseAt(deid.CodeMalformedHeader, number, "a @SQ line has no plain name and length")
		}
		h.sequences = append(h.sequences, s)
		if h.assembly == "" {
			h.assembly = reference.ByLength(s.name, s.length)
		}
	}
	return nil
}

// judge fills the second look with all that goes, then names what stays.
func (h *header) judge(all bool) error {
	for i := range h.lines {
		h.remember(&h.lines[i])
	}
	for i := range h.lines {
		l := &h.lines[i]
		switch id := l.get("ID"); {
		case l.kind == "PG" && id != "":
			if h.programs[id] == "" {
				h.programs[id] = programName + strconv.Itoa(len(h.programs)+1)
			}
		case l.kind == "RG" && id != "":
			h.groups[id] = h.names.Name(groupDomain, id)
			if sample := l.get("SM"); sample != "" {
				h.samples[sample] = true
			}
		}
	}
	for _, s := range h.sequences {
		if !reference.IsPublic(s.name) && h.look.Hits(s.name) {
			return deid.Refuse(deid.CodeIdentifierRemain, "the name of a sequence repeats what must be removed")
		}
	}
	if n := len(h.samples); n > 1 && !all {
		return &deid.RefusalError{
			Code: deid.CodeSeveralPersons, Count: n,
			Detail: "the read groups are of " + strconv.Itoa(n) + " samples; declare the right to all",
		}
	}
	return nil
}

// remember hands over what the line loses.
func (h *header) remember(l *headerLine) {
	h.look.Words(l.text)
	for _, f := range l.fields {
		switch {
		case l.kind == "RG" && (f.tag == "SM" || f.tag == "ID"):
			if !deid.IsSurrogate(h.profile.Samples, f.value) {
				h.look.Value(f.value)
			}
		case l.kind == "RG" && (f.tag == "LB" || f.tag == "PU" || f.tag == "BC"):
			h.look.Attribute(f.value)
		case f.tag == "CL" || f.tag == "DS" || f.tag == "UR":
			h.look.Words(f.value)
		}
	}
}

// write gives the header that may be seen.
func (h *header) write() string {
	var out strings.Builder
	seen := map[string]bool{}
	for i := range h.lines {
		l := &h.lines[i]
		tags, listed := h.profile.BAM.Header[l.kind]
		id := l.kind + "\x00" + l.get("ID") + "\x00" + l.get("SN")
		if !listed || len(l.fields) == 0 || seen[id] {
			h.count.Add("header:"+kindOf(l.kind), "drop", 1)
			continue
		}
		seen[id] = true
		line := "@" + l.kind
		for _, f := range l.fields {
			value, ok := "", slices.Contains(tags, f.tag)
			if ok {
				value, ok = h.value(l.kind, f)
			}
			if !ok {
				h.count.Add("header:"+kindOf(l.kind)+"."+tagOf(f.tag), "drop", 1)
				continue
			}
			if value != f.value {
				h.count.Add("header:"+l.kind+"."+f.tag, "replace", 1)
			}
			line += "\t" + f.tag + ":" + value
		}
		if len(line) > len("@HD") {
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}

// kindOf and tagOf name removed lines and tags by closed lists: they may be names
// themselves.
func kindOf(kind string) string {
	switch kind {
	case "HD", "SQ", "RG", "PG", "CO":
		return kind
	}
	return "other"
}

func tagOf(tag string) string {
	if strings.Contains(" AH AN AS BC CL CN DS DT FO GO ID KS LB LN M5 PG PI PL PM PN PP PU SM SN SO SP SS TP UR VN ",
		" "+tag+" ") {
		return tag
	}
	return "other"
}

var (
	plainNumber = regexp.MustCompile(`^[0-9]{1,12}$`)
	version     = regexp.MustCompile(`^[0-9][0-9A-Za-z.+-]{0,23}$`)
	md5Hex      = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)
	sortWord    = regexp.MustCompile(`^(coordinate|queryname|unsorted|unknown|none|query|reference)$`)
	subSort     = regexp.MustCompile(
		`^(coordinate|queryname|unsorted)(:(natural|lexicographical|umi|template-coordinate))?$`,
	)
	altLocus = regexp.MustCompile(`^(\*|[0-9A-Za-z_.*]{1,64}(:[0-9]{1,12}-[0-9]{1,12})?)$`)
	topology = regexp.MustCompile(`^(linear|circular)$`)
)

// value returns what stays of a listed tag's value.
func (h *header) value(kind string, f field) (string, bool) {
	v, rules := f.value, &h.profile.BAM
	switch f.tag {
	case "ID", "PP":
		if kind == "RG" {
			return h.groups[v], h.groups[v] != ""
		}
		return h.programs[v], h.programs[v] != ""
	case "SM":
		return h.names.Name(sampleDomain, v), v != ""
	case "SN", "LN":
		return v, true // judged when it was read
	case "VN":
		return v, version.MatchString(v) && !h.look.Hits(v)
	case "SO", "GO":
		return v, sortWord.MatchString(v)
	case "SS":
		return v, subSort.MatchString(v)
	case "M5":
		return v, md5Hex.MatchString(v)
	case "PI":
		return v, plainNumber.MatchString(v)
	case "TP":
		return v, topology.MatchString(v)
	case "AH":
		return v, altLocus.MatchString(v) && !h.look.Hits(v)
	case "AN":
		return v, !slices.ContainsFunc(strings.Split(v, ","), func(n string) bool { return !reference.IsPublic(n) })
	case "AS":
		name := reference.Assembly(h.profile.VCF.Assemblies, v)
		return name, name != ""
	case "SP":
		return v, slices.Contains(rules.Species, v)
	case "PL":
		return v, slices.Contains(rules.Platforms, strings.ToUpper(v))
	case "PN":
		return v, slices.Contains(rules.Programs, v)
	}
	return "", false
}
