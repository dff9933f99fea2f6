package dicom

import (
	"context"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
)

// Options says how to scrub. Profile and Pseudonyms are needed.
type Options struct {
	Profile    *deid.Profile
	Pseudonyms *deid.Pseudonymizer
	// PixelsReviewed is the caller's word that a person looked at the pictures,
	// pages or films and found no one named in them. It lets through what the
	// pixel gate would refuse.
	PixelsReviewed bool
	// Size is the number of bytes of the input, 0 if it is not known. With it, a
	// length that is a lie is refused at once.
	Size int64
}

// scrubber is the state of one scrub.
type scrubber struct {
	ctx       context.Context //nolint:containedctx // one scrub, one context
	opts      Options
	policy    *policy
	dates     dater
	look      *deid.Look
	count     *tally
	src       *source
	out       coding
	syntax    syntax
	nodes     []node
	seen      map[tag]bool
	pixels    *header
	picture   picture
	class     string
	instance  string
	held      int64
	largest   int64
	originals int
}

// Scrub writes the de-identified form of src to dst. It fails with a
// *deid.RefusalError when the input is not taken; on any error what was written
// must be thrown away. The result's entry has the digest and the size of what
// was written; put it into a deid.Report.
func Scrub(ctx context.Context, dst io.Writer, src io.Reader, opts Options) (*deid.FileResult, error) {
	in, err := stream.Open(src, 0, 1)
	if err != nil {
		return nil, err
	}
	sink := stream.NewSink(dst, false, 1)
	result, err := rewrite(ctx, sink, in, opts)
	if err != nil {
		return nil, err
	}
	return result, sink.Finish(kind, &result.Entry)
}

// rewrite is the scrub from file to file.
func rewrite(ctx context.Context, dst io.Writer, in *stream.Source, opts Options) (*deid.FileResult, error) {
	if opts.Profile == nil || opts.Pseudonyms == nil {
		return nil, errOptions
	}
	if in.Kind != bgzf.Plain {
		return nil, deid.Refuse(deid.CodeNotThisFormat, "DICOM files are not taken packed")
	}
	s, err := newScrubber(ctx, in, opts)
	if err != nil {
		return nil, err
	}
	m, err := s.begin()
	if err != nil {
		return nil, err
	}
	if s.syntax, err = s.settleSyntax(m); err != nil {
		return nil, err
	}
	if s.syntax.uid == uidDeflated {
		s.inflate()
	}
	s.out = s.syntax.coding
	top := &level{coding: s.out, end: -1, set: latin1}
	if err := s.elements(top); err != nil {
		return nil, err
	}
	if err := s.finish(dst, m, top); err != nil {
		return nil, err
	}
	slices.Sort(s.count.warnings)
	return &deid.FileResult{
		Entry:    deid.Entry{Kind: kind, Subjects: 1, Records: 1},
		Actions:  s.count.actions(),
		Recheck:  s.look.Recheck(),
		Warnings: s.count.warnings,
		Facets:   s.facets(),
		Images:   s.images(),
	}, nil
}

func newScrubber(ctx context.Context, in io.Reader, opts Options) (*scrubber, error) {
	p, err := newPolicy(&opts.Profile.DICOM)
	if err != nil {
		return nil, err
	}
	s := &scrubber{
		ctx: ctx, opts: opts, policy: p, count: newTally(), seen: map[tag]bool{},
		dates: dater{mode: opts.Profile.Dates.Mode, shift: opts.Pseudonyms.Shift()},
	}
	size := opts.Size
	if size == 0 {
		size = -1
	}
	s.src = newSource(in, size)
	s.look = deid.NewLook(opts.Profile, append([]string{dummy}, opts.Profile.DICOM.Terms...), p.isWord)
	s.look.Forbid(deid.PatternDateText)
	return s, nil
}

// isWord tells whether the profile lists a word of descriptions.
func (p *policy) isWord(text string) bool {
	return p.words[lower(text)]
}

// inflate reads on from a deflated data set (PS3.5, A.5). It is written
// inflated, as explicit little endian: packing has nothing to do with content.
func (s *scrubber) inflate() {
	packed := s.src
	s.src = newSource(&bounded{src: flate.NewReader(packed.r), below: packed}, -1)
	s.syntax.uid = uidExplicitLittle
	s.count.add("deflated", "inflate")
}

// finish writes head and pixels, once everything before the pixels is known.
func (s *scrubber) finish(dst io.Writer, m meta, top *level) error {
	if len(s.seen) == 0 && s.pixels == nil {
		return deid.Refuse(deid.CodeEmpty, "there is no data set in it")
	}
	if s.seen[0x00041220] || s.seen[0x00041130] && !s.seen[tagSOPClass] {
		return errDirectory()
	}
	s.settle()
	s.identify(m)
	s.describe()
	if err := s.gate(); err != nil {
		return err
	}
	s.declare()
	look := s.look.Writer(dst)
	look.Bulk()
	if err := s.writeHead(look); err != nil {
		return err
	}
	if s.pixels != nil {
		if err := s.writePixels(look); err != nil {
			return err
		}
		if err := s.rest(top); err != nil {
			return err
		}
	}
	return look.Close()
}

// identify takes class and instance of the file from the data set, or else from
// the meta information.
func (s *scrubber) identify(m meta) {
	for _, n := range s.nodes {
		switch {
		case n.depth > 0 || n.part != partValue:
		case n.tag == tagSOPClass:
			s.class = string(trim(n.value))
		case n.tag == tagInstance:
			s.instance = string(trim(n.value))
		}
	}
	if s.class == "" && isStandard(m.class) {
		s.class = m.class
	}
	if s.instance == "" && m.instance != "" {
		s.instance = s.opts.Pseudonyms.UID(m.instance)
	}
}

// rest passes over what follows the pixels: padding and signatures go, and
// nothing else belongs there.
func (s *scrubber) rest(top *level) error {
	for {
		done, err := s.src.atEnd()
		if err != nil || done {
			return err
		}
		s.pixels = nil
		from := len(s.nodes)
		top.drop = true
		if err := s.elements(top); err != nil {
			return err
		}
		s.nodes = s.nodes[:from]
		if s.pixels != nil {
			return malformed("there are pixels twice")
		}
		s.count.add("after_pixels", "X")
	}
}
