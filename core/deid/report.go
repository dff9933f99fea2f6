package deid

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/genomeindex"
	"github.com/volens-network/volens/core/jcs"
)

// ReportSchema names the form of a report.
const ReportSchema = "deid-report/1"

// Entry is one file of the payload, as written. Name is made by Report.Add; it
// never comes from the input.
type Entry struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
	Subjects int    `json:"subjects"`
	Records  int64  `json:"records"`
	// ReferenceYear is the year against which ages were reckoned, for formats
	// that hold birth dates; 0 for others.
	ReferenceYear int `json:"reference_year,omitempty"`
	// Index is the file beside this one that finds records by their coordinates. Its name is
	// this file's with its kind behind a dot.
	Index *IndexEntry `json:"index,omitempty"`
}

// IndexEntry is the index of a file, as written.
type IndexEntry struct {
	Kind   genomeindex.Kind `json:"kind"`
	Bytes  int64            `json:"bytes"`
	SHA256 string           `json:"sha256"`
}

// Archive is the payload of a dataset that has several files: the one that core/manifest makes of them.
type Archive struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Action counts how often a rule was applied. Rule is from a closed list that
// the format's package documents, never from the input.
type Action struct {
	Format string `json:"format"`
	Rule   string `json:"rule"`
	Action string `json:"action"`
	Count  int64  `json:"count"`
}

// Recheck is the result of the second look at the output. Searched is the number
// of distinct original values searched for, Weak those among them that only
// count as whole words of the header, Skipped those that cannot be searched for
// because they are a single character, a short number or a word of the format.
// Hits is 0 in every report: a hit refuses the file.
type Recheck struct {
	Searched int       `json:"searched"`
	Weak     int       `json:"weak"`
	Skipped  int       `json:"skipped"`
	Hits     int       `json:"hits"`
	Patterns []Pattern `json:"patterns"`
}

// count counts a value by how it is searched for.
func (r *Recheck) count(how class) {
	switch how {
	case skipped:
		r.Skipped++
	case weak:
		r.Weak++
	case strong:
		r.Searched++
	}
}

// FileResult is what a format's package says about one file.
type FileResult struct {
	Entry    Entry
	Actions  []Action
	Recheck  Recheck
	Warnings []string
	// Facets are the coded values that the output shows. They are no part of the
	// report.
	Facets []facet.Facet
	// Images is how many pictures the output has.
	Images int64
	// Index makes the index of an output in blocks, once it is known where they lie; nil
	// where there is none. IndexFile is the file of the entry's index.
	Index     IndexBy
	IndexFile []byte
}

// IndexBy makes an index of a file whose blocks lie at these places. Its errors are those of
// genomeindex.Builder.Variants.
type IndexBy func(at *bgzf.Offsets) (*genomeindex.Index, error)

// Tool names the program that made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// ProfileRef names a profile and binds its file by digest.
type ProfileRef struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
	Basis   string `json:"basis"`
}

// Report says what was done to a dataset. It holds no original value, name, path
// or digest of an input: a digest of an input identifies it to whoever holds it.
type Report struct {
	Schema   string     `json:"schema"`
	Tool     Tool       `json:"tool"`
	Profile  ProfileRef `json:"profile"`
	Payload  []Entry    `json:"payload"`
	Archive  *Archive   `json:"archive,omitempty"`
	Actions  []Action   `json:"actions"`
	Recheck  []Recheck  `json:"recheck"`
	Dates    DateMode   `json:"dates"`
	Warnings []string   `json:"warnings"`
	Limits   []string   `json:"limits"`
}

// The limits that a report states, by what its files hold.
const (
	limitGenome = "a genome identifies by its nature: direct identifiers were removed, nothing more is claimed"
	limitImage  = "burned-in text was sought by a detector or by a person's eyes, not read; a head in slices shows a face"
	limitRecord = "coded facts and years remain: a rare combination of them can single a person out"
)

// limitOf is what a report has to say about a kind of file.
func limitOf(kind string) string {
	switch {
	case strings.HasPrefix(kind, "fhir"):
		return limitRecord
	case strings.HasPrefix(kind, "dcm"):
		return limitImage
	default:
		return limitGenome
	}
}

// NewReport starts a report. The version is the program's own.
func NewReport(p *Profile, version string) *Report {
	return &Report{
		Schema:  ReportSchema,
		Tool:    Tool{Name: "volens", Version: version},
		Profile: ProfileRef{ID: p.ID, Version: p.Version, SHA256: p.SHA256(), Basis: p.Basis},
		Payload: []Entry{}, Actions: []Action{}, Recheck: []Recheck{}, Warnings: []string{},
		Dates:  p.Dates.Mode,
		Limits: []string{},
	}
}

// Add puts a file's result into the report and returns the entry under the name
// that the report gives it: the file's place and its kind, such as "1.vcf.gz".
func (r *Report) Add(f *FileResult) Entry {
	entry := f.Entry
	entry.Name = strconv.Itoa(len(r.Payload)+1) + "." + entry.Kind
	r.Payload = append(r.Payload, entry)
	r.Recheck = append(r.Recheck, f.Recheck)
	for _, action := range f.Actions {
		r.count(action)
	}
	for _, warning := range f.Warnings {
		r.Warnings = insert(r.Warnings, warning)
	}
	r.Limits = insert(r.Limits, limitOf(entry.Kind))
	return entry
}

// insert puts a text into a sorted list that has each once.
func insert(list []string, text string) []string {
	at, found := slices.BinarySearch(list, text)
	if found {
		return list
	}
	return slices.Insert(list, at, text)
}

func (r *Report) count(action Action) {
	for i, old := range r.Actions {
		if old.Format == action.Format && old.Rule == action.Rule && old.Action == action.Action {
			r.Actions[i].Count += action.Count
			return
		}
	}
	r.Actions = append(r.Actions, action)
	slices.SortFunc(r.Actions, compareActions)
}

// Canonical is the report's one form, by RFC 8785. An attestor signs over its
// SHA-256.
func (r *Report) Canonical() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	return jcs.Marshal(r)
}

// Sum256 is SHA-256 over the canonical form.
func (r *Report) Sum256() ([sha256.Size]byte, error) {
	data, err := r.Canonical()
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return sha256.Sum256(data), nil
}

// ParseReport reads a report. Anything but the canonical form of a valid report
// is an error, so that one report has one digest.
func ParseReport(data []byte) (*Report, error) {
	r := &Report{}
	if err := jcs.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	canonical, err := r.Canonical()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(canonical, data) {
		return nil, errors.New("report: not in canonical form")
	}
	return r, nil
}

// ErrUnknownProfile is for a report made under rules that this program does not
// have.
var ErrUnknownProfile = errors.New("report: unknown profile")

// KnownProfile returns the profile that the report was made under, if it is one
// of this program's, its file is the same to the last byte, and what the report says
// of dates and patterns is what the profile demands.
func (r *Report) KnownProfile() (*Profile, error) {
	if !slices.Contains(Profiles(), r.Profile.ID) {
		return nil, ErrUnknownProfile
	}
	p, err := LoadProfile(r.Profile.ID)
	if err != nil {
		return nil, err
	}
	if r.Profile != (ProfileRef{ID: p.ID, Version: p.Version, SHA256: p.SHA256(), Basis: p.Basis}) {
		return nil, ErrUnknownProfile
	}
	if r.Dates != p.Dates.Mode {
		return nil, fmt.Errorf("%w: its dates are of another rule", ErrUnknownProfile)
	}
	for i := range r.Recheck {
		for _, pattern := range p.Patterns {
			// Dates stay where they are shifted.
			if pattern != PatternDate && !slices.Contains(r.Recheck[i].Patterns, pattern) {
				return nil, fmt.Errorf("%w: the second look left a pattern out", ErrUnknownProfile)
			}
		}
	}
	return p, nil
}

// The years that a report may be made in.
const (
	minYear = 2000
	maxYear = 2199
)

var (
	kindForm    = regexp.MustCompile(`^[a-z0-9.]{1,64}$`)
	ruleForm    = regexp.MustCompile(`^[a-z0-9_:.#A-Z-]{1,64}$`)
	codeForm    = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)
	versionForm = regexp.MustCompile(`^[0-9A-Za-z.+-]{1,64}$`)
)

func (r *Report) validate() error {
	switch {
	case r.Schema != ReportSchema:
		return fmt.Errorf("report: schema %q", r.Schema)
	case !versionForm.MatchString(r.Tool.Version) || r.Tool.Name != "volens":
		return errors.New("report: tool")
	case !plainID.MatchString(r.Profile.ID) || !versionForm.MatchString(r.Profile.Version) ||
		!isDigest(r.Profile.SHA256) || !isBasis(r.Profile.Basis):
		return errors.New("report: profile")
	case r.Dates != DateYear && r.Dates != DateShift:
		return errors.New("report: dates")
	case len(r.Payload) != len(r.Recheck):
		return errors.New("report: one recheck for each file")
	case r.Archive != nil && (len(r.Payload) < 2 || r.Archive.Bytes < 0 || !isDigest(r.Archive.SHA256)):
		return errors.New("report: archive")
	}
	for i := range r.Payload {
		if err := r.validateFile(i); err != nil {
			return err
		}
	}
	for _, a := range r.Actions {
		forms := ruleForm.MatchString(a.Format) && ruleForm.MatchString(a.Rule) && ruleForm.MatchString(a.Action)
		if !forms || a.Count < 1 {
			return errors.New("report: action")
		}
	}
	for _, w := range r.Warnings {
		if !codeForm.MatchString(w) {
			return errors.New("report: warning")
		}
	}
	for _, limit := range r.Limits {
		if limit != limitGenome && limit != limitImage && limit != limitRecord {
			return errors.New("report: limit")
		}
	}
	return nil
}

// validateFile checks one file's entry and what the second look counted in it.
func (r *Report) validateFile(i int) error {
	e, look := &r.Payload[i], &r.Recheck[i]
	switch {
	case e.Name != strconv.Itoa(i+1)+"."+e.Kind || !kindForm.MatchString(e.Kind) || !isDigest(e.SHA256):
		return fmt.Errorf("report: payload %d", i+1)
	case e.ReferenceYear != 0 && (e.ReferenceYear < minYear || e.ReferenceYear > maxYear),
		e.ReferenceYear == 0 && strings.HasPrefix(e.Kind, "fhir."):
		return fmt.Errorf("report: reference year of payload %d", i+1)
	case e.Index != nil && (!e.Index.Kind.Known() || e.Index.Bytes < 0 || !isDigest(e.Index.SHA256)):
		return fmt.Errorf("report: index of payload %d", i+1)
	case e.Bytes < 0, e.Subjects < 0, e.Records < 0, look.Searched < 0, look.Weak < 0, look.Skipped < 0, look.Hits != 0:
		return fmt.Errorf("report: counts of payload %d", i+1)
	}
	for _, p := range look.Patterns {
		if p != PatternDateText && !slices.Contains(allPatterns, p) {
			return fmt.Errorf("report: patterns of payload %d", i+1)
		}
	}
	return nil
}

// isBasis tells whether a profile may rest on it.
func isBasis(text string) bool { return text == "safe_harbor" || text == "expert_determination" }

func isDigest(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && strings.ToLower(s) == s
}
