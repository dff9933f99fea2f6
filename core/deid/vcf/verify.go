package vcf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
)

// The kinds of entries that a scrub makes.
const (
	kindPlain  = "vcf"
	kindPacked = "vcf.gz"
)

var errNoProfile = errors.New("vcf: a profile is needed")

// Verify re-runs every check of a payload that needs no original: its digest,
// its form, the patterns, and that scrubbing it again changes nothing. The error
// is for a payload that could not be read to its end; faults of the payload are
// findings. It reads the payload once.
func Verify(ctx context.Context, profile *deid.Profile, entry deid.Entry, payload io.Reader) (*deid.Verdict, error) {
	if profile == nil {
		return nil, errNoProfile
	}
	opts, err := Options{
		Profile: profile, Pseudonyms: deid.KeepingPseudonymizer(profile), AllSamples: true, Index: entry.Index != nil,
	}.withDefaults()
	if err != nil {
		return nil, err
	}
	packed := map[string]bgzf.Kind{kindPlain: bgzf.Plain, kindPacked: bgzf.BGZF}
	v, result, err := stream.Verify(ctx, entry, payload, packed, opts.rewrite)
	if err != nil || result == nil {
		return v, err
	}
	judge(v, result, entry)
	return v, nil
}

// judge draws findings from what a second scrub had to do.
func judge(v *deid.Verdict, result *deid.FileResult, entry deid.Entry) {
	header, renamed := int64(0), int64(0)
	for _, action := range result.Actions {
		switch {
		case strings.HasPrefix(action.Rule, "header:"):
			header += action.Count
		case action.Rule == "sample":
			renamed += action.Count
		}
	}
	v.Add(deid.CheckHeader, header == 0, fmt.Sprintf("%d header lines or descriptions are not allowed", header))
	v.Add(deid.CheckSamples, renamed == 0 && result.Entry.Subjects == entry.Subjects,
		fmt.Sprintf("%d of %d samples have no surrogate name", renamed, result.Entry.Subjects))
}
