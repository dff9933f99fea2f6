package bam

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

// The checks that are of this format only.
const (
	// CheckReadNames: no read has the name that an instrument gave it.
	CheckReadNames deid.Check = "surrogate_read_names"
	// CheckTags: records have only tags of the allow-list.
	CheckTags deid.Check = "tag_allow_list"
)

// Verify re-runs every check of a payload that needs no original: its digest, its
// form, the patterns, and that scrubbing it again changes nothing. The error is
// for a payload that could not be read to its end; faults of the payload are
// findings. It reads the payload once.
func Verify(ctx context.Context, profile *deid.Profile, entry deid.Entry, payload io.Reader) (*deid.Verdict, error) {
	if profile == nil {
		return nil, errors.New("bam: a profile is needed")
	}
	opts, err := Options{
		Profile: profile, Pseudonyms: deid.KeepingPseudonymizer(profile), AllSamples: true, Index: entry.Index != nil,
		keep: true,
	}.withDefaults()
	if err != nil {
		return nil, err
	}
	packed := map[string]bgzf.Kind{kindBAM: bgzf.BGZF, kindSAM: bgzf.Plain, kindPackedSAM: bgzf.BGZF}
	v, result, err := stream.Verify(ctx, entry, payload, packed, opts.rewrite)
	if err != nil || result == nil {
		return v, err
	}
	var header, names, reads, tags int64
	for _, action := range result.Actions {
		switch {
		case action.Rule == "header:RG.SM" || action.Rule == "header:RG.ID":
			names += action.Count
		case strings.HasPrefix(action.Rule, "header:"):
			header += action.Count
		case action.Rule == "read-name":
			reads += action.Count
		default:
			tags += action.Count
		}
	}
	v.Add(deid.CheckHeader, header == 0, fmt.Sprintf("%d header lines or tags are not allowed", header))
	v.Add(deid.CheckSamples, names == 0 && result.Entry.Subjects == entry.Subjects,
		fmt.Sprintf("%d samples or read groups have no surrogate name", names))
	v.Add(CheckReadNames, reads == 0, fmt.Sprintf("%d reads have no surrogate name", reads))
	v.Add(CheckTags, tags == 0, fmt.Sprintf("%d tags are not allowed", tags))
	return v, nil
}
