package bam

import (
	"bytes"
	"encoding/binary"

	"github.com/volens-network/volens/core/deid"
)

const (
	// fixed is the length of a record's part of fixed size, without its length.
	fixed = 32
	// maxRecord bounds a record: the longest reads known have some 4 million
	// bases.
	maxRecord = 64 << 20
)

// scrubber rewrites records.
type scrubber struct {
	rules   *deid.BAMRules
	tags    map[string]bool
	names   *readNames
	groups  map[string]string
	look    *deid.Look
	renames int64
	lost    map[string]int64
	records int64
	bases   int64
	out     []byte
	text    []byte // what the second look has to see
}

func newScrubber(h *header, names *readNames) *scrubber {
	s := &scrubber{
		rules: &h.profile.BAM, names: names, groups: h.groups, look: h.look, lost: map[string]int64{},
		tags: map[string]bool{},
	}
	for _, tag := range s.rules.Tags {
		s.tags[tag] = true
	}
	return s
}

func malformed(record int64, detail string) error {
	return deid.RefuseAt(deid.CodeMalformedRecord, int(record), detail)
}

// binary rewrites a record of BAM (SAMv1, section 4.2) into s.out, with its
// length.
func (s *scrubber) binary(in []byte, sequences int32) error {
	s.records++
	if len(in) < fixed {
		return malformed(s.records, "a record is shorter than its fixed part")
	}
	nameLen, cigars := int(in[8]), int(binary.LittleEndian.Uint16(in[12:]))
	bases := int64(binary.LittleEndian.Uint32(in[16:]))
	for _, at := range []int{0, 20} {
		id := int32(binary.LittleEndian.Uint32(in[at:])) //nolint:gosec // two's complement
		if id < -1 || id >= sequences {
			return malformed(s.records, "a record is of a sequence that the header lacks")
		}
	}
	body := int64(fixed) + int64(nameLen) + 4*int64(cigars) + (bases+1)/2 + bases
	if nameLen < 1 || body > int64(len(in)) {
		return malformed(s.records, "the parts of a record are longer than the record")
	}
	name := in[fixed : fixed+nameLen]
	if name[nameLen-1] != 0 || bytes.IndexByte(name, 0) != nameLen-1 {
		return malformed(s.records, "the name of a read does not end where it says")
	}
	s.bases += bases
	s.out = append(s.out[:0], make([]byte, 4)...)
	s.out = append(s.out, in[:fixed]...)
	s.name(name[:nameLen-1])
	s.out = append(s.out, 0)
	s.out[4+8] = byte(len(s.out) - 4 - fixed) //nolint:gosec // the length of an old name, a byte, or of a new one
	s.out = append(s.out, in[fixed+nameLen:body]...)
	if err := s.binaryTags(in[body:], int(bases)); err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(s.out, uint32(len(s.out)-4)) //nolint:gosec // at most maxRecord
	return nil
}

// name writes the new name of a read.
func (s *scrubber) name(name []byte) {
	if s.rules.ReadNames == deid.ReadNamesReplace {
		var replaced bool
		if name, replaced = s.names.replace(name); replaced {
			s.renames++
		}
	} else {
		s.see(name)
	}
	s.out = append(s.out, name...)
}

// see shows a text of the output to the second look.
func (s *scrubber) see(text []byte) { s.text = append(append(s.text, text...), '\n') }

// binaryTags writes the tags that stay.
func (s *scrubber) binaryTags(in []byte, bases int) error {
	for len(in) > 0 {
		if len(in) < 4 {
			return malformed(s.records, "the tags of a record are cut")
		}
		size, ok := tagSize(in)
		if !ok {
			return malformed(s.records, "a tag of a record is longer than the record")
		}
		tag, kind, value := string(in[:2]), in[2], in[3:size]
		switch {
		case tag == "RG" && kind == 'Z' && s.tags["RG"]:
			if group := s.groups[string(value[:len(value)-1])]; group != "" {
				s.out = append(append(append(s.out, in[:3]...), group...), 0)
			} else {
				s.lost["RG"]++
			}
		case !s.tags[tag], kind == 'H', kind == 'Z' && !textTag(tag, value[:len(value)-1], bases):
			s.lost[s.lostName(tag)]++
		default:
			if kind == 'Z' {
				s.see(value[:len(value)-1])
			}
			s.out = append(s.out, in[:size]...)
		}
		in = in[size:]
	}
	return nil
}

// lostName names a removed tag in the report by the standard's list.
func (s *scrubber) lostName(tag string) string {
	if s.tags[tag] || standardTags[tag] {
		return tag
	}
	return "other"
}

// standardTags are tags of SAMtags that tell of persons, samples or machines.
var standardTags = map[string]bool{
	"BC": true, "BZ": true, "CB": true, "CO": true, "CR": true, "CT": true, "CY": true, "FS": true, "LB": true,
	"MI": true, "OX": true, "PG": true, "PT": true, "PU": true, "QT": true, "QX": true, "RX": true, "OA": true,
}

// sizes are the lengths of the types of one value.
var sizes = map[byte]int{'A': 1, 'c': 1, 'C': 1, 's': 2, 'S': 2, 'i': 4, 'I': 4, 'f': 4}

// tagSize is the length of the first tag, which must be whole.
func tagSize(in []byte) (int, bool) {
	switch kind := in[2]; kind {
	case 'Z', 'H':
		end := bytes.IndexByte(in[3:], 0)
		return 3 + end + 1, end >= 0
	case 'B':
		if len(in) < 8 {
			return 0, false
		}
		size, known := sizes[in[3]]
		n := int64(binary.LittleEndian.Uint32(in[4:]))
		total := 8 + n*int64(size)
		return int(total), known && in[3] != 'A' && total <= int64(len(in))
	default:
		size, known := sizes[kind]
		return 3 + size, known && 3+size <= len(in)
	}
}
