package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/bench/measure"
	"github.com/volens-network/volens/test/sample"
)

// genomeRecords makes a sample of about 13 MB of text.
const genomeRecords = 100_000

// removed is the one INFO key of the sample that no profile keeps: what the peer is asked to remove. It gets the
// header that ours writes, too. It is not asked to filter ids, to look at values or to search its output.
const removed = "INFO/LABNOTE"

// genome is one person's variants, plain and packed, in files.
type genome struct {
	plain, packed string
	size          int64 // of the plain file
}

func newGenome(e *env) (*genome, error) {
	g := &genome{plain: e.path("sample.vcf"), packed: e.path("sample.vcf.gz")}
	for path, packed := range map[string]bool{g.plain: false, g.packed: true} {
		write := func(dst *os.File) error {
			return sample.VCF(dst, sample.Options{Seed: 1, Records: genomeRecords, Packed: packed})
		}
		if err := create(path, write); err != nil {
			return nil, err
		}
	}
	size, err := sizeOf(g.plain)
	g.size = size
	return g, err
}

// megabytes is the size of the plain text.
func (g *genome) megabytes() float64 { return float64(g.size) / 1e6 }

// strict is the profile of the rows of de-identification.
func strict() (*deid.Profile, *deid.Pseudonymizer, error) {
	profile, err := deid.LoadProfile(deid.SafeHarborStrict)
	if err != nil {
		return nil, nil, err
	}
	pseudonyms, err := deid.NewPseudonymizer(profile, nil)
	return profile, pseudonyms, err
}

// scrub de-identifies a file of variants.
func scrub(dst io.Writer, path string) error {
	profile, pseudonyms, err := strict()
	if err != nil {
		return err
	}
	return read(path, func(src io.Reader) error {
		_, err := vcf.Scrub(context.Background(), dst, src, vcf.Options{Profile: profile, Pseudonyms: pseudonyms})
		return err
	})
}

// genomeCases measures de-identification in plain megabytes per second of processor time, files to files, with
// all threads of both sides counted.
func genomeCases(e *env) []measure.Case {
	const peer = "bcftools annotate and reheader"
	return []measure.Case{
		{
			Name: "vcf-scrub-bgzf", Unit: "plain MB per CPU-s", Better: measure.More, Runs: samples, PeerName: peer,
			Target: measure.Times(2), Prepare: scrubBeside(e, true),
		},
		{
			Name: "vcf-scrub-plain", Unit: "plain MB per CPU-s", Better: measure.More, Runs: samples, PeerName: peer,
			Target: measure.Times(2.3), Prepare: scrubBeside(e, false),
		},
		{
			// Output at most 1.10 times the peer's is a ratio of at least 1 / 1.10.
			Name: "vcf-scrub-bgzf-size", Unit: "bytes", Runs: once, PeerName: peer,
			Target: measure.Times(0.909), Prepare: func() (measure.Sample, measure.Sample, error) { return sizes(e) },
		},
		{
			Name: "bgzf-inflate", Unit: "plain MB per CPU-s", Better: measure.More, Runs: samples,
			PeerName: "bgzip -dc", Target: measure.Times(0.3),
			Prepare: func() (measure.Sample, measure.Sample, error) { return inflate(e) },
		},
	}
}

func scrubBeside(e *env, packed bool) prepare {
	return func() (measure.Sample, measure.Sample, error) {
		g, err := newGenome(e)
		if err != nil {
			return nil, nil, err
		}
		from, kind := g.plain, "v"
		if packed {
			from, kind = g.packed, "z"
		}
		ours := measure.Rate(measure.Process, g.megabytes(), func() error {
			return create(e.path("ours"), func(dst *os.File) error { return scrub(dst, from) })
		})
		b, err := newBcftools(e, g)
		if b == nil {
			return ours, nil, err
		}
		return ours, measure.Rate(b.Clock, g.megabytes(), func() error {
			return b.scrub(from, e.path("peer"), kind)
		}), nil
	}
}

// sizes compares the lengths of packed outputs.
func sizes(e *env) (ours, peer measure.Sample, err error) {
	g, err := newGenome(e)
	if err != nil {
		return nil, nil, err
	}
	ours = func() (float64, error) {
		if err := create(e.path("ours"), func(dst *os.File) error { return scrub(dst, g.packed) }); err != nil {
			return 0, err
		}
		size, err := sizeOf(e.path("ours"))
		return float64(size), err
	}
	b, err := newBcftools(e, g)
	if b == nil {
		return ours, nil, err
	}
	return ours, func() (float64, error) {
		if err := b.scrub(g.packed, e.path("peer"), "z"); err != nil {
			return 0, err
		}
		size, err := sizeOf(e.path("peer"))
		return float64(size), err
	}, nil
}

func inflate(e *env) (ours, peer measure.Sample, err error) {
	g, err := newGenome(e)
	if err != nil {
		return nil, nil, err
	}
	ours = measure.Rate(measure.Process, g.megabytes(), func() error {
		return read(g.packed, func(src io.Reader) error {
			n, err := io.Copy(io.Discard, bgzf.NewReader(src, 1))
			if err == nil && n != g.size {
				err = fmt.Errorf("inflated to %d bytes of %d", n, g.size)
			}
			return err
		})
	})
	bgzip := e.program("bgzip")
	if bgzip == "" {
		return ours, nil, nil
	}
	c := &children{}
	return ours, measure.Rate(c.Clock, g.megabytes(), func() error { return c.run(bgzip, "-dc", g.packed) }), nil
}
