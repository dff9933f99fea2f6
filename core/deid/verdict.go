package deid

import (
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/genomeindex"
)

// Check names one thing that an attestor's program looks at in a payload.
type Check string

// The checks that the formats share.
const (
	// CheckReadable: the payload is a whole file of its kind within the limits.
	CheckReadable Check = "readable"
	// CheckDigest: its bytes and their number are those of the report's entry.
	CheckDigest Check = "digest"
	// CheckContainer: it is packed as the entry's kind says, never as plain gzip.
	CheckContainer Check = "container"
	// CheckHeader: it has only header lines of the allow-list, with known
	// descriptions.
	CheckHeader Check = "header_allow_list"
	// CheckSamples: every person has a surrogate name, as many as the entry says.
	CheckSamples Check = "surrogate_samples"
	// CheckPatterns: the second look finds no pattern.
	CheckPatterns Check = "patterns"
	// CheckIndex: the index is the one that the file's records give, and no more.
	CheckIndex Check = "index"
	// CheckYear: ages were reckoned against this year or the last. A report that names an older
	// one makes everybody younger.
	CheckYear Check = "reference_year"
	// CheckIdempotent: the profile changes nothing.
	CheckIdempotent Check = "idempotent"
)

// Finding is one check's result. Detail is for people and holds no value of the
// payload.
type Finding struct {
	Check  Check  `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
}

// Verdict is what the checks of one file of a payload found.
type Verdict struct {
	Findings []Finding `json:"findings"`
	// Facets are the coded values that the payload shows.
	Facets []facet.Facet `json:"-"`
	// Images is how many pictures the payload has.
	Images int64 `json:"-"`
	// Index is what the index that the entry names has to be; nil if it names none, or one
	// that the payload does not give.
	Index *genomeindex.Index `json:"-"`
}

// OK tells whether every check passed.
func (v *Verdict) OK() bool {
	for _, f := range v.Findings {
		if !f.OK {
			return false
		}
	}
	return len(v.Findings) > 0
}

// Add puts a finding into the verdict; the detail stays only if the check failed.
func (v *Verdict) Add(check Check, ok bool, detail string) {
	if ok {
		detail = ""
	}
	v.Findings = append(v.Findings, Finding{Check: check, OK: ok, Detail: detail})
}
