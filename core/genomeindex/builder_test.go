package genomeindex_test

import (
	"bytes"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/genomeindex"
)

func record(sequence int32, beg, end int64) genomeindex.Record {
	return genomeindex.Record{Sequence: sequence, Beg: beg, End: end}
}

func TestBuilder_RecordsOutOfOrder(t *testing.T) {
	for name, list := range map[string][]genomeindex.Record{
		"position":             {record(0, 10, 11), record(0, 9, 10)},
		"sequence":             {record(1, 10, 11), record(0, 20, 21)},
		"placed after others":  {record(0, 10, 11), record(-1, -1, 0), record(0, 20, 21)},
		"sequence comes again": {record(0, 1, 2), record(1, 1, 2), record(0, 30, 31)},
	} {
		t.Run(name, func(t *testing.T) {
			var b genomeindex.Builder
			for _, r := range list {
				b.Add(r)
			}
			_, err := b.Variants(&bgzf.Offsets{})
			require.ErrorIs(t, err, genomeindex.ErrOrder)
			_, err = b.Reads(2, &bgzf.Offsets{})
			require.ErrorIs(t, err, genomeindex.ErrOrder)
		})
	}
}

func TestBuilder_ANameThatComesAgain(t *testing.T) {
	var b genomeindex.Builder
	for _, name := range []string{"chr1", "chr2", "chr1"} {
		b.Add(record(b.Name([]byte(name)), 5, 6))
	}
	_, err := b.Variants(&bgzf.Offsets{})
	require.ErrorIs(t, err, genomeindex.ErrOrder)
}

func TestBuilder_BeyondEveryTree(t *testing.T) {
	for _, end := range []int64{genomeindex.MaxEnd + 1, math.MaxInt64} {
		var b genomeindex.Builder
		b.Add(record(0, 0, end))
		_, err := b.Variants(&bgzf.Offsets{})
		require.ErrorIs(t, err, genomeindex.ErrSize)
	}
}

// A file cannot make a builder take more memory than a genome needs, or more time than its
// records are worth.
func TestBuilder_MemoryIsBounded(t *testing.T) {
	hostile := map[string]func(b *genomeindex.Builder, i int32){
		"sequences":    func(b *genomeindex.Builder, i int32) { b.Add(record(i, 1<<29-1, 1<<29)) },
		"far apart":    func(b *genomeindex.Builder, i int32) { b.Add(record(0, int64(i)<<30, int64(i)<<30+1)) },
		"wide":         func(b *genomeindex.Builder, i int32) { b.Add(record(i, 0, 1<<34)) },
		"alternating":  func(b *genomeindex.Builder, i int32) { b.Add(record(0, int64(i), int64(i)+1+int64(i%2)<<15)) },
		"names alone":  func(b *genomeindex.Builder, i int32) { b.Name([]byte{byte(i), byte(i >> 8), byte(i >> 16)}) },
		"wide, nested": func(b *genomeindex.Builder, i int32) { b.Add(record(0, int64(i), 1<<35-int64(i))) },
	}
	for name, add := range hostile {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var b genomeindex.Builder
			for i := range int32(3_000_000) {
				add(&b, i)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(64<<20))
			runtime.KeepAlive(&b)
		})
	}
}

func TestBuilder_OfNothing(t *testing.T) {
	var b genomeindex.Builder
	index, err := b.Reads(3, &bgzf.Offsets{})
	require.NoError(t, err)
	require.Equal(t, genomeindex.BAI, index.Kind)
	require.Equal(t, append([]byte("BAI\x01\x03\x00\x00\x00"), bytes.Repeat([]byte{0}, 3*8+8)...), index.Content)
	index, err = b.Variants(&bgzf.Offsets{})
	require.NoError(t, err)
	require.Equal(t, genomeindex.Tabix, index.Kind)
}

// A header of BAM may name sequences that no read is on: an index has eight bytes for each.
func TestReads_SequencesWithoutReads(t *testing.T) {
	const most = 32 << 20 // bytes of content: doc.go
	var b genomeindex.Builder
	_, err := b.Reads(1<<24, &bgzf.Offsets{})
	require.ErrorIs(t, err, genomeindex.ErrSize)

	b = genomeindex.Builder{}
	index, err := b.Reads(most/8, &bgzf.Offsets{})
	require.NoError(t, err, "more than any assembly has")
	require.LessOrEqual(t, len(index.Content), most+64)
	_, err = b.Reads(most/8, &bgzf.Offsets{})
	require.NoError(t, err, "asking changes nothing")

	b.Add(record(0, 1, 2))
	_, err = b.Reads(most/8, &bgzf.Offsets{})
	require.ErrorIs(t, err, genomeindex.ErrSize, "what is used is counted beside")
}
