package dicom

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
)

// The checks of Verify beside those of deid.
const (
	// CheckAttributes: no attribute is there that the profile removes, empties
	// or replaces, no private and no unknown one.
	CheckAttributes deid.Check = "attribute_rules"
	// CheckUIDs: every UID is a surrogate or one of the standard.
	CheckUIDs deid.Check = "surrogate_uids"
	// CheckDates: every date has the form that the profile allows.
	CheckDates deid.Check = "dates"
	// CheckPixels: the detector finds no text that could be blanked.
	CheckPixels deid.Check = "pixels"
)

// Verify re-runs every check of a payload that needs no original: its digest,
// the rules for attributes, UIDs, dates and pixels, the patterns, and that
// scrubbing it again changes nothing. Whether a person looked at pictures that
// no program can judge is the report's word. The error is for a payload that
// could not be read to its end; faults of the payload are findings. It reads the
// payload once.
func Verify(ctx context.Context, profile *deid.Profile, entry deid.Entry, payload io.Reader) (*deid.Verdict, error) {
	if profile == nil {
		return nil, errOptions
	}
	opts := Options{
		Profile: profile, Pseudonyms: deid.KeepingPseudonymizer(profile), PixelsReviewed: true, Size: entry.Bytes,
	}
	v, result, err := stream.Verify(ctx, entry, payload, map[string]bgzf.Kind{kind: bgzf.Plain},
		func(ctx context.Context, dst io.Writer, in *stream.Source) (*deid.FileResult, error) {
			return rewrite(ctx, dst, in, opts)
		})
	if err != nil || result == nil {
		return v, err
	}
	judge(v, result)
	return v, nil
}

// judge draws findings from what a second scrub had to do.
func judge(v *deid.Verdict, result *deid.FileResult) {
	counts := map[deid.Check]int64{}
	checks := []deid.Check{CheckAttributes, deid.CheckSamples, CheckUIDs, CheckDates, CheckPixels}
	for _, action := range result.Actions {
		counts[checkOf(action)] += action.Count
	}
	for _, check := range checks {
		v.Add(check, counts[check] == 0, fmt.Sprintf("the profile would change %d elements or frames", counts[check]))
	}
}

// checkOf says which check an action of a second scrub fails, "" if none.
func checkOf(action deid.Action) deid.Check {
	switch {
	case action.Rule == rulePixels:
		if slices.Contains([]string{actionPassed, actionReviewed}, action.Action) {
			return ""
		}
		return CheckPixels
	case action.Rule == ruleUID:
		return CheckUIDs
	case action.Rule == ruleDate:
		return CheckDates
	case action.Rule == tagPatientID.rule(), action.Rule == tagPatientName.rule():
		return deid.CheckSamples
	default:
		return CheckAttributes
	}
}
