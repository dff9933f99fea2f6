package genomeindex

import (
	"errors"
	"math/bits"
	"slices"
)

// MaxEnd is the greatest end of a record that an index takes.
const MaxEnd = 1 << (window + perLevel*maxLevels)

var (
	// ErrOrder is for a file whose records are not sorted by sequence and position.
	ErrOrder = errors.New("genome index: records are not in the order of their coordinates")
	// ErrSize is for coordinates or sequences that an index would need too much memory for.
	ErrSize = errors.New("genome index: too many sequences, or too far apart, to be indexed")
)

const (
	// window is the length of a bin of the finest level, in bits (SAMv1, section 5.3).
	window = 14
	// perLevel is how many bits of a position one level takes off.
	perLevel = 3
	// maxLevels bounds the depth of the tree of bins.
	maxLevels = 8
	// budget bounds the parts that a builder keeps, of at most 16 bytes each.
	budget = 2 << 20
	// perSequence is what a sequence with records costs of the budget.
	perSequence = 16
	// emptyPerPart is how many sequences without records cost one part: an index has eight bytes for each. No file
	// names more than maxSequences.
	emptyPerPart = 2
	maxSequences = budget * emptyPerPart
)

// span is a part of the file, in plain offsets.
type span struct{ from, to uint64 }

// bin is a node of the tree: place at level 0, the finest, covers one window.
type bin struct {
	level uint8
	place uint32
	spans []span
}

// sequence is what is kept of one sequence.
type sequence struct {
	bins   []bin
	linear []uint64 // per window, where the first record lies that reaches into it or beyond the one before
	whole  span
	placed uint64 // records with a place
	mapped uint64 // those among them that are aligned; all of variants
}

// Builder collects where records lie. Its zero value is ready.
type Builder struct {
	err      error
	names    []string // as given to Name
	known    map[string]int32
	ids      []int32
	list     []*sequence
	open     map[uint64]int // of the last sequence: level and place to its bin
	last     int64          // position of the last record
	end      int64          // the end of all
	spent    int
	unplaced uint64
}

// Record is one record of a file. Beg and End are its interval, from 0, half-open; From and
// To its place in the plain text.
type Record struct {
	// Sequence counts from 0; below 0 the record has no place on any.
	Sequence int32
	Beg, End int64
	From, To uint64
	// Unmapped says that a read with a place is not aligned there.
	Unmapped bool
}

// Add enters the next record. Faults are told by File.
func (b *Builder) Add(r Record) {
	if b.err != nil {
		return
	}
	if r.Sequence < 0 {
		b.unplaced++
		return
	}
	r.Beg = max(r.Beg, 0)
	r.End = max(r.End, r.Beg+1)
	s, err := b.sequence(r.Sequence)
	if err == nil && (r.Beg < b.last || b.unplaced > 0) {
		err = ErrOrder
	}
	if err == nil {
		err = b.enter(s, r)
	}
	if err != nil {
		b.fail(err)
	}
}

// Name gives a sequence its number, for files that name it in every record.
func (b *Builder) Name(name []byte) int32 {
	if id, known := b.known[string(name)]; known || b.err != nil {
		return id
	}
	if err := b.spend(perSequence + len(name)/perSequence); err != nil {
		b.fail(err)
		return 0
	}
	if b.known == nil {
		b.known = map[string]int32{}
	}
	id := int32(len(b.names)) //nolint:gosec // bounded by the budget
	b.known[string(name)], b.names = id, append(b.names, string(name))
	return id
}

// fail lets go of everything.
func (b *Builder) fail(err error) { *b = Builder{err: err} }

// sequence is the one that the next record is on.
func (b *Builder) sequence(id int32) (*sequence, error) {
	if n := len(b.ids); n > 0 && b.ids[n-1] == id {
		return b.list[n-1], nil
	}
	if n := len(b.ids); n > 0 && b.ids[n-1] > id {
		return nil, ErrOrder
	}
	if err := b.spend(perSequence); err != nil {
		return nil, err
	}
	s := &sequence{}
	b.ids, b.list = append(b.ids, id), append(b.list, s)
	b.open, b.last = map[uint64]int{}, 0
	return s, nil
}

func (b *Builder) spend(parts int) error {
	if parts > budget-b.spent {
		return ErrSize
	}
	b.spent += parts
	return nil
}

// enter puts a record into its bin and into the windows that no earlier one reached.
func (b *Builder) enter(s *sequence, r Record) error {
	if r.End > MaxEnd {
		return ErrSize
	}
	if s.placed == 0 {
		s.whole.from = r.From
	}
	s.placed++
	if !r.Unmapped {
		s.mapped++
	}
	s.whole.to, b.last, b.end = r.To, r.Beg, max(b.end, r.End)

	first, last := r.Beg>>window, (r.End-1)>>window
	if n := last + 1 - int64(len(s.linear)); n > 0 {
		if err := b.spend(int(n)); err != nil {
			return err
		}
		gap := r.From
		if len(s.linear) > 0 {
			gap = s.linear[len(s.linear)-1]
		}
		for int64(len(s.linear)) < first { // Windows that nothing reaches: a query begins at what lies before them.
			s.linear = append(s.linear, gap)
		}
		for int64(len(s.linear)) <= last {
			s.linear = append(s.linear, r.From)
		}
	}
	level := levelOf(first, last)
	return b.file(s, level, first>>(perLevel*level), span{r.From, r.To})
}

// levelOf is the finest level on which one bin covers both windows.
func levelOf(first, last int64) int {
	return (bits.Len64(uint64(first^last)) + perLevel - 1) / perLevel //nolint:gosec // neither is negative
}

// file appends a span to a bin, or makes its last span longer.
func (b *Builder) file(s *sequence, level int, place int64, part span) error {
	key := uint64(level)<<32 | uint64(place) //nolint:gosec // neither is negative, places below 2^24
	at, known := b.open[key]
	if !known {
		at = len(s.bins)
		b.open[key] = at
		s.bins = append(s.bins, bin{level: uint8(level), place: uint32(place)}) //nolint:gosec // as above
	}
	node := &s.bins[at]
	if n := len(node.spans); n > 0 && node.spans[n-1].to == part.from {
		node.spans[n-1].to = part.to
		return nil
	}
	if err := b.spend(2); err != nil {
		return err
	}
	node.spans = append(node.spans, part)
	return nil
}

// depth is the number of levels above the finest, at least that of BAI and tabix.
func (b *Builder) depth() int {
	depth := fixedDepth
	for b.end > 1<<(window+perLevel*depth) {
		depth++
	}
	return depth
}

// number is the bin's number in a tree of this depth: levels are numbered from the root.
func (n *bin) number(depth int) uint32 {
	return firstOf(depth-int(n.level)) + n.place
}

// firstOf is the number of the first bin of a level, counted from the root.
func firstOf(level int) uint32 { return (1<<(perLevel*level) - 1) / (1<<perLevel - 1) }

// sorted are the bins by their numbers.
func (s *sequence) sorted() []*bin {
	out := make([]*bin, len(s.bins))
	for i := range s.bins {
		out[i] = &s.bins[i]
	}
	slices.SortFunc(out, func(a, b *bin) int {
		if a.level != b.level {
			return int(b.level) - int(a.level)
		}
		return int(a.place) - int(b.place)
	})
	return out
}
