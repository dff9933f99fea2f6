package vcf

import "strings"

// attr is one key=value of a structured header line.
type attr struct {
	key   string
	value string
}

// meta is one ## line.
type meta struct {
	key        string
	value      string
	attrs      []attr
	structured bool
}

// parseMeta takes a header line apart. A value in angle brackets that cannot be
// taken apart to its last character is not structured.
func parseMeta(line string) meta {
	key, value, _ := strings.Cut(strings.TrimPrefix(line, "##"), "=")
	m := meta{key: key, value: value}
	if len(value) >= 2 && value[0] == '<' && value[len(value)-1] == '>' {
		m.attrs, m.structured = parseAttrs(value[1 : len(value)-1])
	}
	return m
}

// parseAttrs reads key=value pairs, joined by commas, with values in quotes
// where they hold a comma. A backslash in quotes guards the next character.
func parseAttrs(text string) ([]attr, bool) {
	var attrs []attr
	for {
		eq := strings.IndexByte(text, '=')
		if eq < 1 {
			return attrs, false
		}
		a := attr{key: strings.TrimSpace(text[:eq])}
		if strings.ContainsAny(a.key, "\",<>") || a.key == "" {
			return attrs, false
		}
		text = text[eq+1:]
		var rest string
		if strings.HasPrefix(text, `"`) {
			value, after, ok := parseQuoted(text[1:])
			if !ok || after != "" && after[0] != ',' {
				return attrs, false
			}
			a.value, rest = value, after
		} else {
			end := valueEnd(text)
			a.value, rest = text[:end], text[end:]
		}
		attrs = append(attrs, a)
		if rest == "" {
			return attrs, true
		}
		text = rest[1:]
	}
}

// valueEnd finds the comma that ends a bare value; a list in square brackets may
// hold commas.
func valueEnd(text string) int {
	depth := 0
	for i := range len(text) {
		switch {
		case text[i] == '[':
			depth++
		case text[i] == ']':
			depth--
		case text[i] == ',' && depth <= 0:
			return i
		}
	}
	return len(text)
}

func parseQuoted(text string) (value, rest string, ok bool) {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return out.String(), text[i+1:], true
		case text[i] == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
		}
		out.WriteByte(text[i])
	}
	return "", "", false
}

// get returns an attribute's value.
func (m *meta) get(key string) string {
	for _, a := range m.attrs {
		if a.key == key {
			return a.value
		}
	}
	return ""
}

// writable tells whether an attribute may be written again.
func writable(key string) bool {
	switch key {
	case "ID", "Number", "Type", "Description", "length", "assembly":
		return true
	}
	return false
}

// whole tells whether all attributes may be written again. A line with others is
// trusted less: its description goes too.
func (m *meta) whole() bool {
	for _, a := range m.attrs {
		if !writable(a.key) {
			return false
		}
	}
	return true
}

// personal tells whether a line describes a person.
func (m *meta) personal() bool {
	switch strings.ToLower(m.key) {
	case "sample", "pedigree", "individual", "patient", "subject", "person":
		return true
	}
	return false
}

// kindOf names a removed line by a closed list: its key may be a name itself.
func kindOf(key string) string {
	lower := strings.ToLower(key)
	switch key {
	case "SAMPLE", "PEDIGREE", "META", "INFO", "FORMAT", "FILTER", "ALT", "contig", "source", "reference":
		return key
	}
	switch {
	case strings.Contains(lower, "command") || strings.Contains(lower, "cmd"):
		return "command"
	case strings.Contains(lower, "date") || strings.Contains(lower, "time"):
		return "date"
	case strings.HasPrefix(lower, "gvcfblock"):
		return "GVCFBlock"
	case strings.Contains(lower, "version"):
		return "version"
	}
	return "other"
}
