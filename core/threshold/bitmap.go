package threshold

import (
	"fmt"
	"math/bits"
)

// Bitmap says which jobs of a batch a contribution covers. Bit j, counted from
// 0, is bit j mod 8 of byte j div 8, the least significant first.
type Bitmap []byte

// NewBitmap returns an empty bitmap for n jobs.
func NewBitmap(n int) Bitmap {
	return make(Bitmap, (n+7)/8)
}

// FullBitmap returns a bitmap in which all n jobs are set.
func FullBitmap(n int) Bitmap {
	b := NewBitmap(n)
	for j := range n {
		b.Set(j)
	}
	return b
}

// Set marks job j, which must be below the number of jobs.
func (b Bitmap) Set(j int) {
	b[j/8] |= 1 << (j % 8)
}

// Has reports whether job j is marked; false when j is out of range.
func (b Bitmap) Has(j int) bool {
	return j >= 0 && j/8 < len(b) && b[j/8]&(1<<(j%8)) != 0
}

// Count returns how many jobs are marked.
func (b Bitmap) Count() int {
	n := 0
	for _, v := range b {
		n += bits.OnesCount8(v)
	}
	return n
}

// check refuses a bitmap that is not the canonical one for n jobs.
func (b Bitmap) check(n int) error {
	if len(b) != (n+7)/8 {
		return fmt.Errorf("coverage of %d bytes for %d jobs: %w", len(b), n, ErrLength)
	}
	if n%8 != 0 && b[len(b)-1]>>(n%8) != 0 {
		return fmt.Errorf("coverage marks jobs beyond %d: %w", n, ErrEncoding)
	}
	return nil
}

// jobs lists the marked jobs, ascending.
func (b Bitmap) jobs() []int {
	out := make([]int, 0, b.Count())
	for j := range len(b) * 8 {
		if b.Has(j) {
			out = append(out, j)
		}
	}
	return out
}
