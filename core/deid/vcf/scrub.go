package vcf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
	"github.com/volens-network/volens/core/genomeindex"
)

// The limits of a scrub, unless Options says otherwise.
const (
	// DefaultLine is the longest line that is taken, in bytes.
	DefaultLine = 16 << 20
	// DefaultHeader is the longest header that is taken, in bytes.
	DefaultHeader = 8 << 20
)

const (
	outChunk  = 64 << 10
	checkEach = 1024 // records between two looks at the context
	domain    = "sample"
)

// Options says how to scrub. Profile and Pseudonyms are needed.
type Options struct {
	Profile    *deid.Profile
	Pseudonyms *deid.Pseudonymizer
	// Sample names the one sample to keep out of several.
	Sample string
	// AllSamples takes a file of several persons whole. It declares that the
	// caller may do so.
	AllSamples bool
	// Workers is how many blocks are packed or unpacked at a time; the output
	// does not depend on it.
	Workers int
	// Index asks for the index of an output in BGZF.
	Index bool
	// MaxLine, MaxHeader and MaxRatio replace the defaults where not 0.
	MaxLine   int
	MaxHeader int
	MaxRatio  int64
}

func (o Options) withDefaults() (Options, error) {
	if o.Profile == nil || o.Pseudonyms == nil {
		return o, errors.New("vcf: a profile and a pseudonymizer are needed")
	}
	if o.Sample != "" && o.AllSamples {
		return o, errors.New("vcf: either one sample or all of them")
	}
	if o.MaxLine == 0 {
		o.MaxLine = DefaultLine
	}
	if o.MaxHeader == 0 {
		o.MaxHeader = DefaultHeader
	}
	return o, nil
}

// Scrub writes the de-identified form of src to dst: BGZF for gzip and BGZF,
// plain text for plain text. It fails with a *deid.RefusalError when the input is not
// taken; on any error what was written must be thrown away. The result's entry
// has the digest and the size of what was written; put it into a deid.Report.
func Scrub(ctx context.Context, dst io.Writer, src io.Reader, opts Options) (*deid.FileResult, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	limits := stream.Limits{Ratio: opts.MaxRatio, Workers: opts.Workers, Index: opts.Index}
	return stream.Scrub(ctx, dst, src, limits, stream.Gzipped, opts.rewrite)
}

// rewrite is the scrub under these options.
func (o Options) rewrite(ctx context.Context, dst io.Writer, in *stream.Source) (*deid.FileResult, error) {
	return rewrite(ctx, dst, in, o)
}

// rewrite is the scrub between the plain text of the input and that of the
// output.
func rewrite(ctx context.Context, dst io.Writer, in *stream.Source, opts Options) (*deid.FileResult, error) {
	if err := sniff(in); err != nil {
		return nil, err
	}
	text := stream.NewLines(in, opts.MaxLine)
	h, err := readHeader(text, opts.MaxHeader)
	if err != nil {
		return nil, err
	}
	pick, err := choose(h.samples, opts)
	if err != nil {
		return nil, err
	}
	kept := h.samples
	if pick >= 0 {
		kept = h.samples[pick : pick+1]
	}
	count := deid.NewTally(kind)
	names, renamed := rename(kept, opts.Pseudonyms)
	count.Add("sample", "rename", int64(renamed))
	count.Add("sample", "drop", int64(len(h.samples)-len(kept)))
	surrogates := make(map[string]bool, len(names))
	for _, name := range names {
		surrogates[name] = true
	}
	if err := h.judge(opts.Profile, surrogates, count); err != nil {
		return nil, err
	}
	s := newScrubber(h, pick)
	if opts.Index {
		s.index = &genomeindex.Builder{}
	}
	header := h.write(nil, names)
	look := h.look.Writer(dst)
	if _, err := look.Write(header); err != nil {
		return nil, err
	}
	look.Body()
	s.at = uint64(len(header))
	if err := s.run(ctx, look, text); err != nil {
		return nil, err
	}
	s.count.into(count)
	count.Warn(h.trailingTab, "trailing_tab_repaired")
	count.Warn(text.CRLF, "crlf_normalised")
	count.Warn(text.NoEnd, "no_newline_at_end")
	count.Warn(in.BOM, "bom_removed")
	result := &deid.FileResult{
		Entry:    deid.Entry{Kind: kindPlain, Subjects: len(kept), Records: s.count.records},
		Actions:  count.Actions(),
		Recheck:  h.look.Recheck(),
		Warnings: count.Warnings(),
		Facets:   h.facets(s.count.records),
	}
	if s.index != nil {
		result.Index = s.index.Variants
	}
	return result, nil
}

// run rewrites record by record until the end of the text.
func (s *scrubber) run(ctx context.Context, dst *deid.LookWriter, text *stream.Lines) error {
	for n := 0; ; n++ {
		if n%checkEach == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := text.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if len(line) == 0 {
			continue
		}
		from := s.place()
		tail, err := s.record(line, text.N)
		if err != nil {
			return err
		}
		if len(tail) < outChunk {
			if tail != nil {
				s.out = append(append(s.out, tail...), '\n')
			}
			tail = nil
		}
		if len(s.out) >= outChunk || tail != nil {
			if err := s.flush(dst, tail); err != nil {
				return err
			}
		}
		if s.index != nil {
			s.index.Add(s.indexed(from))
		}
	}
	if err := s.flush(dst, nil); err != nil {
		return err
	}
	return dst.Close()
}

func (s *scrubber) flush(dst io.Writer, tail []byte) error {
	if _, err := dst.Write(s.out); err != nil {
		return err
	}
	s.at += uint64(len(s.out) + len(tail))
	s.out = s.out[:0]
	if tail == nil {
		return nil
	}
	s.out = append(s.out, '\n')
	_, err := dst.Write(tail)
	return err
}

// choose returns the index of the sample to keep, or -1 for all.
func choose(samples []string, opts Options) (int, error) {
	if opts.Sample != "" {
		i := slices.Index(samples, opts.Sample)
		if i < 0 {
			return 0, deid.Refuse(deid.CodeSampleNotFound, "the chosen sample is not in the file")
		}
		return i, nil
	}
	if len(samples) > 1 && !opts.AllSamples {
		return 0, &deid.RefusalError{
			Code: deid.CodeSeveralPersons, Count: len(samples),
			Detail: fmt.Sprintf("the file has %d samples; choose one, or declare the right to all", len(samples)),
		}
	}
	return -1, nil
}

func rename(samples []string, p *deid.Pseudonymizer) (names []string, renamed int) {
	for _, sample := range samples {
		name := p.Name(domain, sample)
		if name != sample {
			renamed++
		}
		names = append(names, name)
	}
	return names, renamed
}
