package bam

import (
	"bytes"
	"strconv"

	"github.com/volens-network/volens/core/deid/reference"
)

// columns is the number of columns of a record in SAM before its tags.
const columns = 11

// line rewrites a record of SAM (SAMv1, section 1.4) into s.out.
func (s *scrubber) line(in []byte, number int) error {
	s.records++
	fields := bytes.Split(in, []byte{'\t'})
	if len(fields) < columns {
		return malformed(int64(number), "a record has too few columns")
	}
	for _, at := range []int{1, 3, 4, 7} {
		if !isNumber(fields[at]) {
			return malformed(int64(number), "a column that must be a number is none")
		}
	}
	for _, at := range []int{2, 6} {
		if name := fields[at]; string(name) != "*" && string(name) != "=" && !reference.IsPlain(name) {
			return malformed(int64(number), "a sequence has no plain name")
		}
	}
	bases := len(fields[9])
	if string(fields[9]) == "*" {
		bases = 0
	}
	switch {
	case !isCIGAR(fields[5]), !isNumber(bytes.TrimPrefix(fields[8], []byte("-"))),
		bases > 0 && !all(fields[9], func(c byte) bool { return isBase(c) || c == '=' || c == '.' }),
		string(fields[10]) != "*" && len(fields[10]) != len(fields[9]),
		!all(fields[10], func(c byte) bool { return c >= '!' && c <= '~' }):
		return malformed(int64(number), "a column has not its form")
	}
	s.bases += int64(bases)
	s.out = s.out[:0]
	s.name(fields[0])
	for _, field := range fields[1:columns] {
		s.out = append(append(s.out, '\t'), field...)
	}
	for _, tag := range fields[columns:] {
		if len(tag) < 5 || tag[2] != ':' || tag[4] != ':' {
			return malformed(int64(number), "a tag has not its form")
		}
		s.textTag(tag, bases)
	}
	s.out = append(s.out, '\n')
	return nil
}

// textTag writes a tag of SAM if it stays.
func (s *scrubber) textTag(in []byte, bases int) {
	tag, kind, value := string(in[:2]), in[3], in[5:]
	switch {
	case tag == "RG" && kind == 'Z' && s.tags["RG"]:
		if group := s.groups[string(value)]; group != "" {
			s.out = append(append(append(s.out, '\t'), in[:5]...), group...)
		} else {
			s.lost["RG"]++
		}
		return
	case !s.tags[tag]:
	case kind == 'Z' && textTag(tag, value, bases):
		s.see(value)
		s.out = append(append(s.out, '\t'), in...)
		return
	case kind == 'A' && len(value) == 1 && value[0] > ' ' && value[0] <= '~', kind == 'i' && isInteger(value),
		kind == 'f' && isFloat(value), kind == 'B' && isArray(value):
		s.out = append(append(s.out, '\t'), in...)
		return
	}
	s.lost[s.lostName(tag)]++
}

func isInteger(text []byte) bool {
	_, err := strconv.ParseInt(string(text), 10, 33)
	return err == nil
}

func isFloat(text []byte) bool {
	_, err := strconv.ParseFloat(string(text), 32)
	return err == nil && len(text) < 32
}

// isArray takes a letter of a type and numbers.
func isArray(text []byte) bool {
	if len(text) == 0 || sizes[text[0]] == 0 || text[0] == 'A' {
		return false
	}
	for item := range bytes.SplitSeq(bytes.TrimPrefix(text[1:], []byte(",")), []byte(",")) {
		if len(text) > 1 && !isFloat(item) {
			return false
		}
	}
	return true
}
