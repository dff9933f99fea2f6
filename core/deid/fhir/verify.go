package fhir

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
)

// CheckElements is the check that the payload has only elements, codes and extensions that the
// profile keeps.
const CheckElements deid.Check = "elements_allow_list"

// Verify re-runs every check of a payload that needs no original: its digest, its
// form, the patterns, and that scrubbing it again changes nothing. The error is
// for a payload that could not be read to its end; faults of the payload are
// findings. It reads the payload once.
func Verify(ctx context.Context, profile *deid.Profile, entry deid.Entry, payload io.Reader) (*deid.Verdict, error) {
	if profile == nil {
		return nil, errors.New("fhir: a profile is needed")
	}
	opts := Options{
		Profile: profile, Pseudonyms: deid.KeepingPseudonymizer(profile), Year: entry.ReferenceYear, AllSamples: true,
		keep: true,
	}
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	packed := map[string]bgzf.Kind{
		kindJSON: bgzf.Plain, kindNDJSON: bgzf.Plain,
		kindJSON + packedSuffix: bgzf.BGZF, kindNDJSON + packedSuffix: bgzf.BGZF,
	}
	v, result, err := stream.Verify(ctx, entry, payload, packed, opts.rewrite)
	if err != nil || result == nil {
		return v, err
	}
	var dropped, replaced int64
	for _, action := range result.Actions {
		if action.Action == "replace" {
			replaced += action.Count
		} else {
			dropped += action.Count
		}
	}
	v.Add(CheckElements, dropped == 0, fmt.Sprintf("%d elements are not allowed", dropped))
	v.Add(deid.CheckSamples, replaced == 0 && result.Entry.Subjects == entry.Subjects,
		fmt.Sprintf("%d ids or dates are original ones", replaced))
	return v, nil
}
