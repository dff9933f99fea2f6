package bam_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/bam"
	"github.com/volens-network/volens/test/corpus"
)

// options fills in profile, pseudonyms and a fixed source of randomness.
func options(tb testing.TB, profile string, o bam.Options) bam.Options {
	tb.Helper()
	o.Profile, o.Pseudonyms = corpus.Profile(tb, profile), corpus.Pseudonyms(tb, profile)
	o.Rand = bytes.NewReader(bytes.Repeat([]byte{3}, 64))
	return o
}

func scrub(tb testing.TB, profile string, data []byte, o bam.Options) ([]byte, *deid.FileResult, error) {
	tb.Helper()
	var out bytes.Buffer
	result, err := bam.Scrub(context.Background(), &out, bytes.NewReader(data), options(tb, profile, o))
	return out.Bytes(), result, err
}

func requireVerified(tb testing.TB, profile string, result *deid.FileResult, out []byte) {
	tb.Helper()
	verdict, err := bam.Verify(context.Background(), corpus.Profile(tb, profile), result.Entry, bytes.NewReader(out))
	corpus.RequireClean(tb, verdict, err)
}

func requireRefused(t *testing.T, code deid.Code, data []byte) {
	t.Helper()
	_, _, err := scrub(t, deid.SafeHarborStrict, data, bam.Options{})
	corpus.RequireRefused(t, code, err)
}

// lines joins lines with tabs for spaces; a tilde stands for a space.
func lines(text ...string) []byte {
	joined := strings.ReplaceAll(strings.Join(text, "\n")+"\n", " ", "\t")
	return []byte(strings.ReplaceAll(joined, "~", " "))
}

// pack puts plain bytes into BGZF.
func pack(tb testing.TB, plain []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := bgzf.NewWriter(&out, 1)
	_, err := w.Write(plain)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return out.Bytes()
}

// u32 is a number as BAM writes it.
func u32(n int) []byte {
	return binary.LittleEndian.AppendUint32(nil, uint32(n))
}

// read is a record of BAM with a name, four bases and tags.
func read(name, tags string) []byte {
	var b bytes.Buffer
	b.Write(u32(0)) // refID
	b.Write(u32(9)) // pos
	b.Write([]byte{byte(len(name) + 1), 60, 0, 0, 1, 0, 0, 0})
	b.Write(u32(4))
	b.Write(u32(-1))
	b.Write(u32(-1))
	b.Write(u32(0))
	b.WriteString(name + "\x00")
	b.Write(u32(4 << 4)) // 4M
	b.Write([]byte{0x12, 0x48, 30, 31, 32, 33})
	b.WriteString(tags)
	return append(u32(b.Len()), b.Bytes()...)
}

// file is a whole BAM before it is packed.
func file(header string, records ...[]byte) []byte {
	b := append([]byte("BAM\x01"), u32(len(header))...)
	b = append(append(b, header...), u32(1)...)
	b = append(append(b, u32(5)...), "chr1\x00"...)
	b = append(b, u32(248956422)...)
	return append(b, bytes.Join(records, nil)...)
}
