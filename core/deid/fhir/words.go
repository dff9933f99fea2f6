package fhir

import (
	"bytes"
	"io"
	"maps"
	"sync"

	"github.com/volens-network/volens/core/deid"
)

const (
	// maxWords bounds how many different texts of the output are remembered.
	maxWords = 1 << 17
	// maxWord bounds one of them; what stays is never longer.
	maxWord = 256
	// minNumber is the length from which a whole number is looked at.
	minNumber = 6
)

// words is the second look at the output. It takes the JSON that is about to be
// written apart by itself, remembers each different text once, and at the end
// holds all of them against everything that was removed, before and after. What
// the rules name to the letter, such as code systems, is no text of the input.
type words struct {
	dst     io.Writer
	look    *deid.CodeLook
	rules   *rules
	forms   dates
	seen    map[string]bool
	given   map[given]bool // texts that the rules name, as they were met of late
	token   []byte
	name    []byte // of the member
	inText  bool
	escaped bool
	ended   bool // a string has ended: it is a name if a colon follows
	partial bool
	hit     bool
}

// given is a text of a member.
type given struct{ name, text string }

func (w *words) Write(p []byte) (int, error) {
	for at := 0; at < len(p); {
		if w.inText && !w.escaped {
			end, _ := plainEnd(p, at)
			w.push(p[at:end])
			if at = end; at == len(p) {
				break
			}
		}
		w.take(p[at])
		at++
	}
	if w.hit {
		return 0, errRemains
	}
	return w.dst.Write(p)
}

var errRemains = deid.Refuse(deid.CodeIdentifierRemain, "the second look found a value of the original in the output")

// take takes one byte that is not a plain one of a string.
func (w *words) take(c byte) {
	switch {
	case w.escaped:
		w.escaped = false
		w.push([]byte{c})
	case w.inText && c == '\\':
		w.escaped = true
	case w.inText:
		w.inText, w.ended = false, true
	case c == ':':
		w.name = append(w.name[:0], w.token...)
		w.token, w.ended = w.token[:0], false
	case c == '"':
		w.inText = true
		w.token = w.token[:0]
	case c == ',' || c == '}' || c == ']' || c == '\n':
		w.finish()
	case c != '{' && c != '[':
		// Of a number or a literal. A sign, a point or an exponent makes it no
		// whole number.
		w.push([]byte{c})
	}
}

func (w *words) push(text []byte) {
	w.token = append(w.token, text[:min(len(text), maxWord-len(w.token))]...)
}

// finish ends a value.
func (w *words) finish() {
	if len(w.token) == 0 {
		w.ended = false
		return
	}
	if w.wanted() {
		if len(w.seen) >= maxWords {
			w.compare()
			w.partial = true
		}
		w.seen[string(w.token)] = true
	}
	w.token, w.ended = w.token[:0], false
}

// wanted tells whether a value is to be remembered: a text that comes from the input,
// or a whole number that might be somebody's, if it was not met before.
func (w *words) wanted() bool {
	if !w.ended {
		return len(w.token) >= minNumber && digits(w.token) == len(w.token) && !w.seen[string(w.token)]
	}
	if w.made() || w.seen[string(w.token)] {
		return false
	}
	if w.given[given{string(w.name), string(w.token)}] {
		return false
	}
	id := given{string(w.name), string(w.token)}
	if !spec().bound[id.name] && !w.named(id.text) {
		return true
	}
	if len(w.given) >= maxKnown {
		clear(w.given)
	}
	w.given[id] = true
	return false
}

// made tells whether a text is made by us: a surrogate, alone or behind the type of a
// resource, or a date as the profile has it.
func (w *words) made() bool {
	text := w.token
	if text[0] <= '9' && (len(text) == len("2000") || w.forms.mode == deid.DateShift) && isDate(string(text)) {
		return true
	}
	if !bytes.HasPrefix(text, []byte(deid.SurrogatePrefix)) {
		text = text[max(bytes.LastIndexByte(text, '/'), bytes.LastIndexByte(text, '#'))+1:]
	}
	return bytes.HasPrefix(text, []byte(deid.SurrogatePrefix)) && len(text) < 32 ||
		bytes.HasPrefix(text, []byte(urnUUID+uuidMark))
}

// named tells whether a text is given by the rules.
func (w *words) named(text string) bool {
	return string(w.name) == "system" && w.rules.system(text) != nil ||
		string(w.name) == "url" && w.rules.extensions[text] || w.rules.units[text] || spec().resources[text]
}

// compare holds the texts so far against what was removed so far.
func (w *words) compare() {
	w.hit = w.hit || w.look.Hits(maps.Keys(w.seen))
	clear(w.seen)
}

// end is the last comparison.
func (w *words) end() error {
	w.compare()
	if w.hit {
		return errRemains
	}
	return nil
}

// vocabulary is what stands in every output.
var vocabulary = sync.OnceValue(func() *deid.Vocabulary {
	list := append([]string{"volens", "Patient", "collection", "true", "false"}, codeWords...)
	for name := range spec().resources {
		if spec().resources[name] {
			list = append(list, name)
		}
	}
	return deid.NewVocabulary(list)
})

// patternsFor leaves out what coded data are made of: addresses of code systems,
// which are held against the list, and dates where dates may stay.
func patternsFor(p *deid.Profile) []deid.Pattern {
	var list []deid.Pattern
	for _, pattern := range p.Patterns {
		if pattern == deid.PatternDate && p.Dates.Mode == deid.DateShift {
			continue
		}
		list = append(list, pattern)
	}
	return list
}
