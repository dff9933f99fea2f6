package vcf

import (
	"errors"
	"io"
	"strings"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/reference"
)

// blank stands for a description that is not a known one.
const blank = "."

func headerEnd(err error, line int) error {
	if errors.Is(err, io.EOF) {
		return deid.RefuseAt(deid.CodeMalformedHeader, line, "the text ends before the #CHROM line")
	}
	return err
}

// write appends the header that may be seen, with the given sample names.
func (h *header) write(out []byte, samples []string) []byte {
	lostFilter := false
	for i := range h.metas {
		m := &h.metas[i]
		if h.dropped[i] {
			lostFilter = lostFilter || m.key == "FILTER"
			continue
		}
		if m.key == "FILTER" && m.get("ID") == other {
			lostFilter = false
		}
		out = h.writeMeta(out, m)
	}
	if lostFilter && !h.declares("FILTER", other) {
		out = append(out, `##FILTER=<ID=`+other+`,Description="`+blank+`">`+"\n"...)
	}
	out = append(out, strings.Join(titles, "\t")...)
	if len(samples) > 0 {
		out = append(out, "\tFORMAT"...)
	}
	for _, name := range samples {
		out = append(append(out, '\t'), name...)
	}
	return append(out, '\n')
}

func (h *header) declares(kind, id string) bool {
	for i := range h.metas {
		if !h.dropped[i] && h.metas[i].key == kind && h.metas[i].get("ID") == id {
			return true
		}
	}
	return false
}

func (h *header) writeMeta(out []byte, m *meta) []byte {
	out = append(append(append(out, "##"...), m.key...), '=')
	switch m.key {
	case "fileformat":
		return append(append(out, m.value...), '\n')
	case "contig":
		out = append(append(out, "<ID="...), m.get("ID")...)
		if length := m.get("length"); plainLength.MatchString(length) {
			out = append(append(out, ",length="...), length...)
		}
		if name := reference.Assembly(h.rules.Assemblies, m.get("assembly")); name != "" && !h.look.Hits(name) {
			out = append(append(out, ",assembly="...), name...)
		}
		return append(out, ">\n"...)
	}
	out = append(append(out, "<ID="...), m.get("ID")...)
	if m.key == "INFO" || m.key == "FORMAT" {
		out = append(append(out, ",Number="...), m.get("Number")...)
		out = append(append(out, ",Type="...), outputType(m.get("Type"))...)
	}
	out = append(out, `,Description="`...)
	text := m.get("Description")
	if text != blank && (!m.whole() || !h.descs.known(m.key, m.get("ID"), text) || h.look.Hits(text)) {
		h.tally.Add("header:description", "blank", 1)
		text = blank
	}
	for i := range len(text) {
		if text[i] == '"' || text[i] == '\\' {
			out = append(out, '\\')
		}
		out = append(out, text[i])
	}
	return append(out, "\">\n"...)
}
