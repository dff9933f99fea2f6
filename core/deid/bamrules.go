package deid

import (
	"fmt"
	"regexp"
	"slices"
)

// ReadNameRule says what becomes of the names of reads, which tell instrument,
// run and flow cell.
type ReadNameRule string

// The rules for read names.
const (
	ReadNamesReplace ReadNameRule = "replace"
	ReadNamesKeep    ReadNameRule = "keep"
)

// BAMRules says what may stay of SAM and BAM files.
type BAMRules struct {
	// Header lists for each kind of @ line the tags that may stay.
	Header map[string][]string `json:"header"`
	// Platforms, Programs and Species list values of PL, PN and SP.
	Platforms []string     `json:"platforms"`
	Programs  []string     `json:"programs"`
	Species   []string     `json:"species"`
	ReadNames ReadNameRule `json:"read_names"`
	// Tags lists tags of records that may stay: those of numbers with any
	// number, those of text with text of the form that the SAM specification
	// gives them.
	Tags []string `json:"tags"`
}

var (
	headerLine = regexp.MustCompile(`^(HD|SQ|RG|PG)$`)
	headerTag  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]$`)
)

func (r *BAMRules) validate() error {
	for kind, tags := range r.Header {
		if !headerLine.MatchString(kind) || slices.ContainsFunc(tags, notATag) {
			return fmt.Errorf("bam header line %q", kind)
		}
	}
	if r.ReadNames != ReadNamesReplace && r.ReadNames != ReadNamesKeep {
		return fmt.Errorf("bam read names %q", r.ReadNames)
	}
	if i := slices.IndexFunc(r.Tags, notATag); i >= 0 {
		return fmt.Errorf("bam tag %q", r.Tags[i])
	}
	return nil
}

func notATag(s string) bool { return !headerTag.MatchString(s) }
