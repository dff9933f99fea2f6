package walk

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/volens-network/volens/client/fault"
)

const (
	// maxLook is how much of the plain text of a file is looked at.
	maxLook = 64 << 20
	// leastValue is from how many characters on a value of a dropped line counts, and
	// leastName a sample's name.
	leastValue = 8
	leastName  = 3
	// fixedColumns stand before the samples in a VCF.
	fixedColumns = 9

	separators = "\t\n;,:=|/ "
)

// header is what stands before the records of a VCF.
type header struct {
	lines []string // that begin with ##
	names []string // of samples
}

// Leftovers counts what still identifies somebody in an opened VCF: strings that the
// caller knows, sample names of the original, header lines of a kind that never stays,
// lines of the original's header that are gone, and their values of 8 characters or more
// with a letter. It shares no code with what removed them. Of longer files the first 64 MiB of text are looked at.
func Leftovers(original, opened string, secrets []string) (int, error) {
	before, err := readHeader(original)
	if err != nil {
		return 0, err
	}
	text, err := readText(opened)
	if err != nil {
		return 0, err
	}
	now, err := parseHeader(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		return 0, err
	}
	return count(before, now, newHaystack(text), secrets), nil
}

func count(before, now header, stack haystack, secrets []string) int {
	found := 0
	note := func(left bool) {
		if left {
			found++
		}
	}
	for _, secret := range secrets {
		note(strings.Contains(stack.text, secret))
	}
	for _, name := range before.names {
		note(slices.Contains(now.names, name))
		note(len(name) >= leastName && hasLetter(name) && stack.holds(name))
	}
	for _, line := range now.lines {
		key, _, _ := strings.Cut(strings.TrimPrefix(line, "##"), "=")
		note(key != "fileformat" && !slices.Contains(rewritten, key))
	}
	stays := identifiers(now)
	for _, line := range before.lines {
		if slices.Contains(now.lines, line) {
			continue
		}
		note(stack.holds(line))
		for _, value := range values(line) {
			note(len(value) >= leastValue && hasLetter(value) && !stays[value] && stack.holds(value))
		}
	}
	return found
}

// rewritten lines stay in another form, so that only their values count as a whole.
var rewritten = []string{"INFO", "FORMAT", "FILTER", "ALT", "contig"}

// values are the values of a header line: whole, by attribute, and in lines of free text
// by word.
func values(line string) []string {
	key, value, _ := strings.Cut(strings.TrimPrefix(line, "##"), "=")
	out := []string{value, strings.Trim(value, `<>"`)}
	quoted := false
	for pair := range strings.FieldsFuncSeq(value, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == '<' || r == '>' || r == ',' && !quoted
	}) {
		_, attribute, _ := strings.Cut(pair, "=")
		out = append(out, strings.Trim(attribute, `"`))
	}
	if !slices.Contains(rewritten, key) {
		out = append(
			out,
			strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" ,;=<>\"'[]()", r) })...)
	}
	return slices.DeleteFunc(out, func(v string) bool { return v == formatWord })
}

// formatWord is the one word of the format that is long enough for a value.
const formatWord = "Description"

// identifiers are the IDs of lines that stay.
func identifiers(h header) map[string]bool {
	out := make(map[string]bool)
	for _, line := range h.lines {
		if _, rest, found := strings.Cut(line, "<ID="); found {
			name, _, _ := strings.Cut(rest, ",")
			out[strings.TrimSuffix(name, ">")] = true
		}
	}
	return out
}

// haystack is a text in which many strings are looked for.
type haystack struct {
	text string
	// words are the header, and of the records each word once that has a letter.
	words string
}

func newHaystack(text string) haystack {
	var words strings.Builder
	seen := make(map[string]bool)
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "#") {
			words.WriteString(line + "\n")
			continue
		}
		for word := range strings.FieldsFuncSeq(line, isSeparator) {
			if !seen[word] && hasLetter(word) {
				seen[word] = true
				words.WriteString(word + "\n")
			}
		}
	}
	return haystack{text: text, words: words.String()}
}

// holds reports whether a string is in the text. Most are not, and one of their words
// tells so without a look at the whole text.
func (h haystack) holds(value string) bool {
	for word := range strings.FieldsFuncSeq(value, isSeparator) {
		if hasLetter(word) && !strings.Contains(h.words, word) {
			return false
		}
	}
	return strings.Contains(h.text, value)
}

func isSeparator(r rune) bool { return strings.ContainsRune(separators, r) }

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

// readHeader reads the header of a VCF, packed or not.
func readHeader(path string) (h header, err error) {
	err = withText(path, func(text io.Reader) error {
		h, err = parseHeader(bufio.NewReader(text))
		return err
	})
	return h, err
}

func readText(path string) (text string, err error) {
	err = withText(path, func(r io.Reader) error {
		raw, err := io.ReadAll(r)
		text = string(raw)
		return err
	})
	return text, err
}

// withText opens the plain text of a file, up to maxLook bytes of it.
func withText(path string, use func(io.Reader) error) (err error) {
	file, err := os.Open(path)
	var failed *os.PathError
	if errors.As(err, &failed) { // The path may name a person.
		return fault.E(fault.KindOf(err), "open: %w", failed.Err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return unpacked(file, use)
}

// unpacked takes gzip off, if it is there.
func unpacked(file io.Reader, use func(io.Reader) error) error {
	head := bufio.NewReader(file)
	magic, err := head.Peek(2)
	if err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return use(io.LimitReader(head, maxLook)) // A file too short to be packed is plain.
	}
	packed, err := gzip.NewReader(head)
	if err != nil {
		return err
	}
	return use(io.LimitReader(packed, maxLook))
}

// parseHeader reads lines up to the one with the samples' names.
func parseHeader(r *bufio.Reader) (header, error) {
	var h header
	for {
		line, err := r.ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "##"):
			h.lines = append(h.lines, line)
		case strings.HasPrefix(line, "#"):
			columns := strings.Split(line, "\t")
			h.names = columns[min(fixedColumns, len(columns)):]
			return h, nil
		case line != "":
			return h, nil // No VCF: what de-identifies it will say so.
		}
		if errors.Is(err, io.EOF) {
			return h, nil
		}
		if err != nil {
			return h, err
		}
	}
}
