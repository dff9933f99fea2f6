package genomeindex_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/genomeindex"
)

const vcfHead = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"

// alignments is a BAM of reads of four bases of two sequences, each given by sequence and position.
func alignments(places ...[2]int32) []byte {
	out := []byte("BAM\x01")
	word := func(n int32) { out = binary.LittleEndian.AppendUint32(out, uint32(n)) }
	word(0)
	word(2)
	for _, name := range []string{"chr1\x00", "chr2\x00"} {
		word(int32(len(name)))
		out = append(out, name...)
		word(1 << 20)
	}
	for _, place := range places {
		word(32 + 2 + 4 + 2 + 4)
		word(place[0])
		word(place[1])
		out = append(out, 2, 60, 0, 0, 1, 0, 0, 0)
		word(4)
		word(-1)
		word(-1)
		word(0)
		out = append(out, "r\x00"...)
		word(4 << 4)
		out = append(out, 0x12, 0x48, 30, 30, 30, 30)
	}
	return out
}

func indexOf(t *testing.T, plain []byte) (*genomeindex.Index, error) {
	t.Helper()
	return genomeindex.Of(t.Context(), bytes.NewReader(pack(t, plain)), 1)
}

func TestOf_KindByContent(t *testing.T) {
	for name, c := range map[string]struct {
		plain string
		kind  genomeindex.Kind
	}{
		"variants":           {vcfHead + "chr1\t10\t.\tA\tC\t.\t.\t.\nchr1\t10\t.\tA\tG\t.\t.\tEND=40\n", genomeindex.Tabix},
		"far variants":       {vcfHead + "chr1\t900000000\t.\tA\tC\t.\t.\t.\n", genomeindex.CSI},
		"no variants":        {vcfHead, genomeindex.Tabix},
		"no end of the line": {vcfHead + "chr1\t10\t.\tA\tC\t.\t.\t.", genomeindex.Tabix},
		"reads":              {string(alignments([2]int32{0, 5}, [2]int32{0, 5}, [2]int32{1, 1}, [2]int32{-1, -1})), genomeindex.BAI},
		"no reads":           {string(alignments()), genomeindex.BAI},
	} {
		index, err := indexOf(t, []byte(c.plain))
		require.NoError(t, err, name)
		require.Equal(t, c.kind, index.Kind, name)
	}
}

func TestOf_SaysWhyThereIsNone(t *testing.T) {
	long := vcfHead + "chr1\t10\t.\tA\tC\t.\t.\tX=" + strings.Repeat("y", 65<<20) + "\n"
	for name, c := range map[string]struct {
		plain string
		why   error
	}{
		"positions":        {vcfHead + "chr1\t10\t.\tA\tC\t.\t.\t.\nchr1\t9\t.\tA\tG\t.\t.\t.\n", genomeindex.ErrOrder},
		"sequences":        {vcfHead + "a\t1\t.\tA\tC\t.\t.\t.\nb\t1\t.\tA\tG\t.\t.\t.\na\t1\t.\tA\tG\t.\t.\t.\n", genomeindex.ErrOrder},
		"reads":            {string(alignments([2]int32{1, 5}, [2]int32{0, 5})), genomeindex.ErrOrder},
		"too far":          {vcfHead + "a\t999999999999\t.\tA\tC\t.\t.\t.\n", genomeindex.ErrSize},
		"position":         {vcfHead + "a\t1x\t.\tA\tC\t.\t.\t.\n", genomeindex.ErrForm},
		"long position":    {vcfHead + "a\t1111111111111\t.\tA\tC\t.\t.\t.\n", genomeindex.ErrForm},
		"columns":          {vcfHead + "a\t1\t.\tA\n", genomeindex.ErrForm},
		"a line":           {long, genomeindex.ErrForm},
		"text":             {"Jane", genomeindex.ErrForm},
		"nothing":          {"", genomeindex.ErrForm},
		"unknown sequence": {string(alignments([2]int32{2, 5})), genomeindex.ErrForm},
		"short record":     {string(alignments()) + "\x04\x00\x00\x00abcd", genomeindex.ErrForm},
		"long record":      {string(alignments()) + "\xff\xff\xff\x7fabcd", genomeindex.ErrForm},
		"half a read":      {string(alignments([2]int32{0, 5})[:60]), genomeindex.ErrForm},
		"half a header":    {"BAM\x01\x10\x00\x00\x00ab", genomeindex.ErrForm},
		"length below 0":   {"BAM\x01\xff\xff\xff\xff", genomeindex.ErrForm},
	} {
		_, err := indexOf(t, []byte(c.plain))
		require.ErrorIs(t, err, c.why, name)
	}
}

func TestOf_SourceAndContext(t *testing.T) {
	file := pack(t, []byte(vcfHead+"chr1\t10\t.\tA\tC\t.\t.\t.\n"))
	_, err := genomeindex.Of(t.Context(), strings.NewReader(vcfHead), 1)
	require.ErrorIs(t, err, bgzf.ErrHeader, "it is not packed")
	_, err = genomeindex.Of(t.Context(), bytes.NewReader(file[:len(file)-28]), 1)
	require.ErrorIs(t, err, bgzf.ErrTruncated)
	broken := errors.New("disk")
	_, err = genomeindex.Of(t.Context(), iotest.ErrReader(broken), 1)
	require.ErrorIs(t, err, broken)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = genomeindex.Of(ctx, bytes.NewReader(file), 1)
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzOf(f *testing.F) {
	f.Add([]byte(vcfHead + "chr1\t10\t.\tA\tC\t.\t.\tSVLEN=-5\nchr2\t10\t.\tA\tG\t.\t.\tEND=40\n"))
	f.Add(alignments([2]int32{0, 5}, [2]int32{1, 9}, [2]int32{-1, -1}))
	f.Fuzz(func(t *testing.T, plain []byte) {
		index, err := indexOf(t, plain)
		if err != nil {
			return
		}
		file, err := index.File()
		require.NoError(t, err)
		require.NotEmpty(t, file)
	})
}

// Wherever a source fails, its error is told and is no fault of the form; wherever it ends, the form is at fault.
func TestOf_SourceFailsAnywhere(t *testing.T) {
	text := "@HD\tVN:1.6\tSO:coordinate\n" // longer than what tells the kind
	plain := append([]byte("BAM\x01"), byte(len(text)), 0, 0, 0)
	plain = append(append(plain, text...), alignments([2]int32{0, 5}, [2]int32{1, 9})[8:]...)
	broken := errors.New("disk")
	for at := range plain {
		block := pack(t, plain[:at])
		block = block[:len(block)-28] // without the block of the end
		_, err := genomeindex.Of(t.Context(), io.MultiReader(bytes.NewReader(block), iotest.ErrReader(broken)), 1)
		require.ErrorIs(t, err, broken, "after %d bytes", at)
		require.NotErrorIs(t, err, genomeindex.ErrForm, "after %d bytes", at)
	}
}

func TestOf_MoreSequencesThanAnIndexTakes(t *testing.T) {
	_, err := indexOf(t, []byte("BAM\x01\x00\x00\x00\x00\x01\x00\x40\x00"))
	require.ErrorIs(t, err, genomeindex.ErrSize)
}
