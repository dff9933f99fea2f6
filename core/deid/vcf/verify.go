package vcf

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
)

// Check names one thing that Verify looks at.
type Check string

// The checks of Verify.
const (
	// CheckReadable: the payload is a whole VCF file within the limits.
	CheckReadable Check = "readable"
	// CheckDigest: its bytes and their number are those of the report's entry.
	CheckDigest Check = "digest"
	// CheckContainer: it is packed as the entry's kind says, never as plain gzip.
	CheckContainer Check = "container"
	// CheckHeader: it has only header lines of the allow-list, with known
	// descriptions.
	CheckHeader Check = "header_allow_list"
	// CheckSamples: every sample has a surrogate name, as many as the entry says.
	CheckSamples Check = "surrogate_samples"
	// CheckPatterns: the second look finds no pattern.
	CheckPatterns Check = "patterns"
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

// Verdict is what Verify found.
type Verdict struct {
	Findings []Finding `json:"findings"`
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

func (v *Verdict) add(check Check, ok bool, detail string) {
	if ok {
		detail = ""
	}
	v.Findings = append(v.Findings, Finding{Check: check, OK: ok, Detail: detail})
}

var errNoProfile = errors.New("vcf: a profile is needed")

// hashed hashes what is read.
type hashed struct {
	src io.Reader
	sum *digester
}

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.src.Read(p)
	if _, werr := h.sum.Write(p[:n]); werr != nil {
		return n, werr
	}
	return n, err
}

func newDigester() *digester {
	return &digester{dst: io.Discard, hash: sha256.New()}
}

// Verify re-runs every check of a payload that needs no original: its digest,
// its form, the patterns, and that scrubbing it again changes nothing. The error
// is for a payload that could not be read to its end; faults of the payload are
// findings. It reads the payload once.
func Verify(ctx context.Context, profile *deid.Profile, entry deid.Entry, payload io.Reader) (*Verdict, error) {
	if profile == nil {
		return nil, errNoProfile
	}
	opts, err := Options{
		Profile: profile, Pseudonyms: deid.KeepingPseudonymizer(profile), AllSamples: true,
	}.withDefaults()
	if err != nil {
		return nil, err
	}
	file := &hashed{src: payload, sum: newDigester()}
	v := &Verdict{}
	before, after := newDigester(), newDigester()
	in, err := open(file, opts.MaxRatio, opts.Workers)
	var result *deid.FileResult
	if err == nil {
		in.inflated = &hashed{src: in.inflated, sum: before}
		result, err = rewrite(ctx, after, in, opts)
	}
	var refusal *deid.RefusalError
	switch {
	case errors.As(err, &refusal):
		v.add(CheckReadable, refusal.Code == deid.CodeIdentifierRemain, string(refusal.Code))
		v.add(CheckPatterns, refusal.Code != deid.CodeIdentifierRemain, refusal.Detail)
		return v, nil
	case err != nil:
		return nil, err
	}
	// What follows the text, such as the closing block, belongs to the digest.
	if _, err := io.Copy(io.Discard, file); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	v.add(CheckReadable, true, "")
	v.add(CheckPatterns, true, "")
	v.add(CheckDigest, file.sum.sum() == entry.SHA256 && file.sum.n == entry.Bytes,
		"the bytes are not those of the report")
	packed := map[string]bgzf.Kind{"vcf": bgzf.Plain, "vcf.gz": bgzf.BGZF}
	want, known := packed[entry.Kind]
	v.add(CheckContainer, known && want == in.kind, "the container is not the one of the report")
	v.judge(result, entry)
	v.add(CheckIdempotent, before.sum() == after.sum() && len(result.Warnings) == 0, "the profile changes the payload")
	return v, nil
}

// judge draws findings from what a second scrub had to do.
func (v *Verdict) judge(result *deid.FileResult, entry deid.Entry) {
	header, renamed := int64(0), int64(0)
	for _, action := range result.Actions {
		switch {
		case strings.HasPrefix(action.Rule, "header:"):
			header += action.Count
		case action.Rule == "sample":
			renamed += action.Count
		}
	}
	v.add(CheckHeader, header == 0, fmt.Sprintf("%d header lines or descriptions are not allowed", header))
	v.add(CheckSamples, renamed == 0 && result.Entry.Subjects == entry.Subjects,
		fmt.Sprintf("%d of %d samples have no surrogate name", renamed, result.Entry.Subjects))
}
