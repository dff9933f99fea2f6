package stream

import (
	"context"
	"io"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
)

// Limits say how an input is opened and an output packed; zeros are the defaults.
type Limits struct {
	// Ratio is how many times its packed size an input may inflate to.
	Ratio int64
	// Workers is how many blocks are packed or unpacked at a time; the output
	// does not depend on it.
	Workers int
	// Index asks for the index of a packed output, where its format has one.
	Index bool
}

// Scrub runs a format's rewriting from src to dst, in BGZF where src was packed.
// name gives the entry's kind for that which the rewriting set, if the output is
// packed. On any error what was written must be thrown away.
func Scrub(
	ctx context.Context, dst io.Writer, src io.Reader, l Limits, name func(kind string) string, rewrite Rewrite,
) (*deid.FileResult, error) {
	workers := max(l.Workers, 1)
	in, err := Open(src, l.Ratio, workers)
	if err != nil {
		return nil, err
	}
	packed := in.Kind != bgzf.Plain
	sink := NewSink(dst, packed, workers)
	result, err := rewrite(ctx, sink, in)
	if err != nil {
		return nil, err
	}
	kind := result.Entry.Kind
	if packed {
		kind = name(kind)
	}
	if err := sink.Finish(kind, &result.Entry); err != nil {
		return nil, err
	}
	if l.Index && packed {
		return result, addIndex(result, sink.packer.Offsets())
	}
	return result, nil
}

// Gzipped is the name of a kind whose packed form has the usual suffix.
func Gzipped(kind string) string { return kind + ".gz" }
