package genomeindex

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/volens-network/volens/core/bgzf"
)

// Kind is the suffix of an index file, without its dot.
type Kind string

// The kinds of indexes: Tabix is for variants, BAI for reads, CSI for either beyond 2^29.
const (
	Tabix Kind = "tbi"
	BAI   Kind = "bai"
	CSI   Kind = "csi"
)

// Known tells whether it is one of them.
func (k Kind) Known() bool { return k == Tabix || k == BAI || k == CSI }

// Packed tells whether a file of this kind is in BGZF.
func (k Kind) Packed() bool { return k != BAI }

// fixedDepth is the depth of the trees of BAI and tabix.
const fixedDepth = 5

// tabixForm is how tabix finds its columns in VCF: format 2, sequence in column 1, position
// in column 2, no column of an end, lines of meta begin with #, none is skipped.
var tabixForm = []uint32{2, 1, 2, 0, '#', 0}

// Index is the plain content of an index file.
type Index struct {
	Kind    Kind
	Content []byte
}

// File is the index file: the content, in BGZF where its kind is.
func (i *Index) File() ([]byte, error) {
	if !i.Kind.Packed() {
		return i.Content, nil
	}
	var out bytes.Buffer
	w := bgzf.NewWriter(&out, 1)
	if _, err := w.Write(i.Content); err != nil {
		return nil, fmt.Errorf("genome index: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("genome index: %w", err)
	}
	return out.Bytes(), nil
}

// Variants is the index of a VCF, whose sequences Name named. The error is ErrOrder, ErrSize
// or bgzf.ErrSmallBlocks: then there is none.
func (b *Builder) Variants(at *bgzf.Offsets) (*Index, error) {
	form := encoding(nil).words(tabixForm...)
	var names encoding
	for _, name := range b.names {
		names = append(append(names, name...), 0)
	}
	form = append(form.count(len(names)), names...)
	if depth := b.depth(); depth > fixedDepth {
		out := encoding("CSI\x01").words(window, uint32(depth)).count(len(form)) //nolint:gosec // at most maxLevels
		return b.finish(CSI, append(out, form...).count(len(b.names)), len(b.names), at)
	}
	out := encoding("TBI\x01").count(len(b.names))
	return b.finish(Tabix, append(out, form...), len(b.names), at)
}

// Reads is the index of a BAM file with so many sequences in its header, of which those without
// reads count, too. Its errors are those of Variants.
func (b *Builder) Reads(sequences int, at *bgzf.Offsets) (*Index, error) {
	if b.err == nil && sequences > (budget-b.spent)*emptyPerPart {
		b.fail(ErrSize)
	}
	if depth := b.depth(); depth > fixedDepth {
		out := encoding("CSI\x01").words(window, uint32(depth), 0) //nolint:gosec // at most maxLevels
		return b.finish(CSI, out.count(sequences), sequences, at)
	}
	return b.finish(BAI, encoding("BAI\x01").count(sequences), sequences, at)
}

// finish appends the index of every sequence.
func (b *Builder) finish(kind Kind, out encoding, sequences int, at *bgzf.Offsets) (*Index, error) {
	if b.err != nil {
		return nil, b.err
	}
	cursor, err := at.Cursor()
	if err != nil {
		return nil, err
	}
	depth, next := b.depth(), 0
	for id := range sequences {
		if next == len(b.ids) || int(b.ids[next]) != id {
			out = out.empty(kind)
			continue
		}
		out = out.sequence(kind, b.list[next], depth, cursor)
		next++
	}
	return &Index{Kind: kind, Content: out.long(b.unplaced)}, nil
}

// encoding is the content of an index on its way, little-endian.
type encoding []byte

func (e encoding) words(values ...uint32) encoding {
	for _, v := range values {
		e = binary.LittleEndian.AppendUint32(e, v)
	}
	return e
}

func (e encoding) count(n int) encoding { return e.words(uint32(n)) } //nolint:gosec // bounded by the budget

func (e encoding) long(values ...uint64) encoding {
	for _, v := range values {
		e = binary.LittleEndian.AppendUint64(e, v)
	}
	return e
}

// empty is a sequence without records: no bins, and where there are windows, none.
func (e encoding) empty(kind Kind) encoding {
	if kind == CSI {
		return e.words(0)
	}
	return e.words(0, 0)
}

// sequence writes the bins, then the bin of statistics that samtools and htslib keep, which
// has a number beyond all others, then the windows.
func (e encoding) sequence(kind Kind, s *sequence, depth int, at *bgzf.Cursor) encoding {
	linear := make([]uint64, len(s.linear))
	for i, plain := range s.linear {
		linear[i] = at.Virtual(plain)
	}
	bins := s.sorted()
	e = e.count(len(bins) + 1)
	for _, node := range bins {
		e = e.words(node.number(depth))
		if kind == CSI {
			first := int(node.place) << (perLevel * node.level)
			e = e.long(linear[min(first, len(linear)-1)])
		}
		spans := node.virtual(at)
		e = e.count(len(spans))
		for _, part := range spans {
			e = e.long(part.from, part.to)
		}
	}
	e = e.words(firstOf(depth+1) + 1)
	if kind == CSI {
		e = e.long(0)
	}
	e = e.words(2).long(at.Virtual(s.whole.from), at.Virtual(s.whole.to), s.mapped, s.placed-s.mapped)
	if kind == CSI {
		return e
	}
	return e.count(len(linear)).long(linear...)
}

// virtual are the spans in virtual offsets; those that touch in one block become one.
func (n *bin) virtual(at *bgzf.Cursor) []span {
	out := make([]span, 0, len(n.spans))
	for _, part := range n.spans {
		next := span{at.Virtual(part.from), at.Virtual(part.to)}
		if last := len(out) - 1; last >= 0 && out[last].to>>16 == next.from>>16 {
			out[last].to = next.to
			continue
		}
		out = append(out, next)
	}
	return out
}
