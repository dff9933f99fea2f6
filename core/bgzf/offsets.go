package bgzf

import "errors"

// ErrSmallBlocks is for a stream of so many small blocks that remembering where they lie
// would take more memory than a stream of its length is worth.
var ErrSmallBlocks = errors.New("bgzf: the blocks are too many and too small to be indexed")

const (
	// freeBlocks is how many blocks are remembered whatever they hold.
	freeBlocks = 1 << 16
	// leastPlain is what a block of more than freeBlocks must hold on average.
	leastPlain = 4 << 10
)

// Offsets says where the blocks of a stream lie, packed and plain. It takes 16 bytes of
// memory for each block, which holds up to 64 KiB. The zero value is empty.
type Offsets struct {
	blocks []extent
	plain  uint64
	empty  int // packed length of the empty blocks at the end
	full   bool
}

// extent is the length of one block, or of several empty ones.
type extent struct{ packed, plain uint64 }

// add appends a block. Empty ones at the end, such as the closing one, are as if they were
// not there.
func (o *Offsets) add(packed, plain int) {
	if plain == 0 {
		o.empty += packed
		return
	}
	if o.empty > 0 {
		o.push(o.empty, 0)
		o.empty = 0
	}
	o.push(packed, plain)
}

func (o *Offsets) push(packed, plain int) {
	if o.full {
		return
	}
	if n := uint64(len(o.blocks)); n >= freeBlocks && n*leastPlain > o.plain {
		o.blocks, o.full = nil, true
		return
	}
	o.blocks = append(o.blocks, extent{packed: uint64(packed), plain: uint64(plain)}) //nolint:gosec // not negative
	o.plain += uint64(plain)                                                          //nolint:gosec // at most maxBlock
}

// Cursor turns plain offsets into virtual ones. It walks from the last offset to the next,
// forwards or back: what lies close together is cheap.
type Cursor struct {
	blocks        []extent
	next          int
	packed, plain uint64 // where block next begins
}

// Cursor begins at the first block. The error is ErrSmallBlocks.
func (o *Offsets) Cursor() (*Cursor, error) {
	if o.full {
		return nil, ErrSmallBlocks
	}
	return &Cursor{blocks: o.blocks}, nil
}

// Virtual is the virtual offset (SAMv1, section 4.1.1) of a plain one: the place of its
// block in the packed stream, shifted by 16 bits, and its place in the block. An offset at
// the end of a block is at the beginning of the next that is not empty, or of the end.
func (c *Cursor) Virtual(plain uint64) uint64 {
	for plain < c.plain {
		c.next--
		c.packed -= c.blocks[c.next].packed
		c.plain -= c.blocks[c.next].plain
	}
	for c.next < len(c.blocks) && plain >= c.plain+c.blocks[c.next].plain {
		c.packed += c.blocks[c.next].packed
		c.plain += c.blocks[c.next].plain
		c.next++
	}
	return c.packed<<16 | (plain-c.plain)&0xffff
}
