package fhir

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
)

// format names this format in reports.
const format = "fhir"

// Options says how to scrub. Profile, Pseudonyms and Year are needed.
type Options struct {
	Profile    *deid.Profile
	Pseudonyms *deid.Pseudonymizer
	// Year is the year of today: ages are reckoned against it.
	Year int
	// AllSamples takes resources of several patients. It declares that the
	// caller may do so.
	AllSamples bool
	// Workers is how many blocks of a packed input or output are worked on at a
	// time; the output does not depend on it.
	Workers int
	// MaxRatio replaces stream.DefaultRatio where not 0.
	MaxRatio int64

	keep bool // leave dates and surrogates as they are
}

func (o Options) withDefaults() (Options, error) {
	switch {
	case o.Profile == nil || o.Pseudonyms == nil:
		return o, errors.New("fhir: a profile and a pseudonymizer are needed")
	case o.Year < 1900:
		return o, errors.New("fhir: the year of today is needed")
	}
	return o, nil
}

// Scrub writes the de-identified form of src to dst: JSON for one resource, and
// NDJSON for one a line, BGZF where src was packed. It fails with a
// *deid.RefusalError when the input is not taken; on any error what was written
// must be thrown away. The result's entry has the digest and the size of what was
// written; put it into a deid.Report.
func Scrub(ctx context.Context, dst io.Writer, src io.Reader, opts Options) (*deid.FileResult, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	limits := stream.Limits{Ratio: opts.MaxRatio, Workers: opts.Workers}
	return stream.Scrub(ctx, dst, src, limits, stream.Gzipped, opts.rewrite)
}

// rewrite is the scrub under these options.
func (o Options) rewrite(ctx context.Context, dst io.Writer, in *stream.Source) (*deid.FileResult, error) {
	return rewrite(ctx, dst, in, o)
}

// The kinds of entries that a scrub makes; packed ones have the suffix.
const (
	kindJSON     = "fhir.json"
	kindNDJSON   = "fhir.ndjson"
	packedSuffix = ".gz"
)

// rewrite is the scrub between the plain text of the input and that of the
// output.
func rewrite(ctx context.Context, dst io.Writer, in *stream.Source, opts Options) (*deid.FileResult, error) {
	if err := in.SniffText(); err != nil {
		return nil, err
	}
	rules, err := newRules(&opts.Profile.FHIR)
	if err != nil {
		return nil, fmt.Errorf("fhir: %w", err)
	}
	look := deid.NewCodeLook(patternsFor(opts.Profile), vocabulary())
	forms := dates{mode: opts.Profile.Dates.Mode, shift: opts.Pseudonyms.Shift(), year: opts.Year, keep: opts.keep}
	after := &words{dst: dst, look: look, rules: rules, forms: forms, seen: map[string]bool{}, given: map[given]bool{}}
	s := &scrubber{
		opts: opts, rules: rules, in: newScanner(in), dates: forms, look: look,
		count: deid.NewTally(format), out: emitter{dst: after},
		ids: &ids{
			names: opts.Pseudonyms, rule: opts.Profile.Samples, keep: opts.keep, look: look,
			patients: map[string]bool{}, known: map[string]string{}, resolved: map[string]string{},
		},
		pool: map[string]string{}, shown: facets{},
	}
	records, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.out.flush(true), after.end()); err != nil {
		return nil, err
	}
	rules.tally(s.count)
	s.count.Warn(in.BOM, "bom_removed")
	s.count.Warn(after.partial, "second_look_in_parts")
	kind := kindJSON
	if records > 1 {
		kind = kindNDJSON
	}
	return &deid.FileResult{
		Entry: deid.Entry{
			Kind: kind, Subjects: len(s.ids.patients), Records: records, ReferenceYear: opts.Year,
		},
		Actions: s.count.Actions(), Recheck: look.Recheck(), Warnings: s.count.Warnings(),
		Facets: s.shown.list(),
	}, nil
}

// all rewrites resource after resource until the end of the text.
func (s *scrubber) all(ctx context.Context) (int64, error) {
	for n := int64(0); ; n++ {
		before := s.in.line
		c, err := s.in.space()
		switch {
		case errors.Is(err, io.EOF) && n == 0:
			return 0, deid.Refuse(deid.CodeEmpty, "there is nothing in it")
		case errors.Is(err, io.EOF):
			return n, s.persons()
		case err != nil:
			return 0, err
		case c != '{' && n == 0:
			return 0, deid.Refuse(deid.CodeNotThisFormat, "the content does not start as a FHIR resource does")
		case n > 0 && s.in.line == before:
			return 0, s.in.malformed("there is more than one resource in a line")
		case c != '{':
			return 0, s.in.malformed("a line is no resource")
		}
		if err := s.resource(ctx, "", 0); err != nil {
			return 0, err
		}
		s.out.newline()
	}
}

// persons refuses resources of several patients unless that was declared.
func (s *scrubber) persons() error {
	n := len(s.ids.patients)
	if n > 1 && !s.opts.AllSamples {
		return &deid.RefusalError{
			Code: deid.CodeSeveralPersons, Count: n,
			Detail: fmt.Sprintf("the file speaks of %d patients; declare the right to all of them", n),
		}
	}
	return nil
}
