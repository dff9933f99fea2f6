package bam

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/genomeindex"
)

// format names this format in reports.
const format = "bam"

// The kinds of entries that a scrub makes.
const (
	kindBAM       = "bam"
	kindSAM       = "sam"
	kindPackedSAM = "sam.gz"
)

const (
	// DefaultHeader is the longest header that is taken, in bytes.
	DefaultHeader = 64 << 20
	// maxLine bounds a line of SAM.
	maxLine = 64 << 20
	// keySize is the number of bytes of the key of read names.
	keySize   = 32
	checkEach = 1024 // records between two looks at the context
	magic     = "BAM\x01"
	cram      = "CRAM"
)

// Options says how to scrub. Profile, Pseudonyms and Rand are needed.
type Options struct {
	Profile    *deid.Profile
	Pseudonyms *deid.Pseudonymizer
	// Rand gives the key of the read names, which is used once and forgotten.
	Rand io.Reader
	// AllSamples takes reads of several samples. It declares that the caller may
	// do so.
	AllSamples bool
	// Workers is how many blocks are packed or unpacked at a time; the output
	// does not depend on it.
	Workers int
	// Index asks for the index of an output in BGZF.
	Index bool
	// MaxHeader and MaxRatio replace the defaults where not 0.
	MaxHeader int
	MaxRatio  int64

	keep bool
}

func (o Options) withDefaults() (Options, error) {
	if o.Profile == nil || o.Pseudonyms == nil || o.Rand == nil && !o.keep {
		return o, errors.New("bam: a profile, a pseudonymizer and randomness are needed")
	}
	if o.MaxHeader == 0 {
		o.MaxHeader = DefaultHeader
	}
	return o, nil
}

// Scrub writes the de-identified form of src to dst: BAM for BAM, and SAM for SAM,
// in BGZF where it was packed. It fails with a *deid.RefusalError when the input is
// not taken; on any error what was written must be thrown away. The result's entry
// has the digest and the size of what was written; put it into a deid.Report.
func Scrub(ctx context.Context, dst io.Writer, src io.Reader, opts Options) (*deid.FileResult, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	limits := stream.Limits{Ratio: opts.MaxRatio, Workers: opts.Workers, Index: opts.Index}
	name := func(kind string) string {
		if kind == kindSAM {
			return kindPackedSAM
		}
		return kind
	}
	return stream.Scrub(ctx, dst, src, limits, name, opts.rewrite)
}

// rewrite is the scrub under these options.
func (o Options) rewrite(ctx context.Context, dst io.Writer, in *stream.Source) (*deid.FileResult, error) {
	return rewrite(ctx, dst, in, o)
}

// rewrite is the scrub between the plain bytes of the input and those of the
// output.
func rewrite(ctx context.Context, dst io.Writer, in *stream.Source, opts Options) (*deid.FileResult, error) {
	head, _, err := in.Peek(len(magic))
	if err != nil {
		return nil, err
	}
	key := make([]byte, keySize)
	defer clear(key)
	if !opts.keep {
		if _, err := io.ReadFull(opts.Rand, key); err != nil {
			return nil, fmt.Errorf("bam: %w", err)
		}
	}
	r := &rewriter{
		ctx:    ctx,
		in:     in,
		opts:   opts,
		header: newHeader(opts.Profile, opts.Pseudonyms),
		names:  newReadNames(key, opts.keep),
		out:    bufio.NewWriterSize(dst, 64<<10),
	}
	if opts.Index {
		r.index = &genomeindex.Builder{}
	}
	kind := kindBAM
	switch {
	case string(head) == cram:
		return nil, deid.RefuseCRAM()
	case string(head) == magic && in.Kind != bgzf.BGZF:
		return nil, deid.Refuse(deid.CodeNotThisFormat, "this is BAM without its BGZF blocks")
	case string(head) == magic:
		err = r.bam()
	default:
		kind = kindSAM
		err = r.sam()
	}
	if err != nil {
		return nil, err
	}
	if err := errors.Join(r.out.Flush(), r.look.Close()); err != nil {
		return nil, err
	}
	return r.result(kind), nil
}

// rewriter is one scrub on its way.
type rewriter struct {
	ctx    context.Context //nolint:containedctx // lives as long as one call
	in     *stream.Source
	opts   Options
	header *header
	names  *readNames
	body   *scrubber
	out    *bufio.Writer
	look   *deid.LookWriter // sees the texts of the output
	lines  *stream.Lines

	index     *genomeindex.Builder // nil where none is wanted
	at        uint64               // plain bytes written
	sequences int
}

// begin judges the header and writes its text by the given function.
func (r *rewriter) begin(write func(text string) error) error {
	if err := r.header.judge(r.opts.AllSamples); err != nil {
		return err
	}
	text := r.header.write()
	r.body = newScrubber(r.header, r.names)
	r.look = r.header.look.Writer(io.Discard)
	if _, err := r.look.Write([]byte(text)); err != nil {
		return err
	}
	r.look.Body()
	return write(text)
}

// seen hands the texts of the last records to the second look.
func (r *rewriter) seen(n int64) error {
	if n%checkEach == 0 && r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	if len(r.body.text) < 16<<10 {
		return nil
	}
	_, err := r.look.Write(r.body.text)
	r.body.text = r.body.text[:0]
	return err
}

// finish hands the rest over.
func (r *rewriter) finish() error {
	_, err := r.look.Write(r.body.text)
	return err
}

func (r *rewriter) result(kind string) *deid.FileResult {
	h, s := r.header, r.body
	h.count.Add("read-name", "replace", s.renames)
	for tag, n := range s.lost {
		h.count.Add("tag:"+tag, "drop", n)
	}
	if r.lines != nil {
		h.count.Warn(r.lines.CRLF, "crlf_normalised")
		h.count.Warn(r.lines.NoEnd, "no_newline_at_end")
	}
	h.count.Warn(r.in.BOM, "bom_removed")
	result := &deid.FileResult{
		Entry:   deid.Entry{Kind: kind, Subjects: len(h.samples), Records: s.records},
		Actions: h.count.Actions(), Recheck: h.look.Recheck(), Warnings: h.count.Warnings(),
	}
	if kind == kindBAM && r.index != nil {
		result.Index = func(at *bgzf.Offsets) (*genomeindex.Index, error) { return r.index.Reads(r.sequences, at) }
	}
	if h.assembly != "" {
		result.Facets = append(result.Facets, facet.Facet{Code: facet.Assembly, Value: h.assembly})
	}
	return result
}
