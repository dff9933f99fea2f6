package sample_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/sample"
)

func generate(t *testing.T, o sample.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, sample.VCF(&out, o))
	return out.Bytes()
}

func TestVCF_SameSeedSameBytes(t *testing.T) {
	o := sample.Options{Seed: 7, Records: 500}
	first := generate(t, o)
	require.Equal(t, first, generate(t, o))
	require.NotEqual(t, generate(t, o), generate(t, sample.Options{Seed: 8, Records: 500}))
}

func TestVCF_DefaultSizeAndShape(t *testing.T) {
	text := string(generate(t, sample.Options{}))
	records, last, contig := 0, 0, ""
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		records++
		columns := strings.Split(line, "\t")
		require.Len(t, columns, 10)
		pos := 0
		for _, c := range columns[1] {
			pos = 10*pos + int(c-'0')
		}
		if columns[0] == contig {
			require.GreaterOrEqual(t, pos, last, line)
		}
		contig, last = columns[0], pos
		require.NotEqual(t, columns[3], columns[4])
	}
	require.Equal(t, sample.DefaultRecords, records)
}

func TestVCF_PackedHoldsTheSame(t *testing.T) {
	o := sample.Options{Seed: 3, Records: 2000}
	plain := generate(t, o)
	o.Packed = true
	packed := generate(t, o)
	got, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(packed), 2))
	require.NoError(t, err)
	require.Equal(t, plain, got)
}

func TestVCF_IdentifiersAreThereAndGoAway(t *testing.T) {
	for _, o := range []sample.Options{
		{Seed: 1, Records: 300},
		{Seed: 2, Records: 300, Samples: 3},
		{Seed: 3, Records: 300, Packed: true},
	} {
		data := generate(t, o)
		text := string(data)
		if o.Packed {
			plain, err := io.ReadAll(bgzf.NewReader(bytes.NewReader(data), 1))
			require.NoError(t, err)
			text = string(plain)
		}
		for _, profile := range deid.Profiles() {
			clean := scrubbed(t, profile, data)
			for _, id := range sample.Identifiers(o) {
				require.Contains(t, text, id)
				require.NotContains(t, clean, id)
			}
		}
	}
}

func scrubbed(t *testing.T, profile string, data []byte) string {
	t.Helper()
	p, err := deid.LoadProfile(profile)
	require.NoError(t, err)
	var key []byte
	if p.Samples == deid.SamplesKeyed {
		key = []byte("0123456789abcdef")
	}
	names, err := deid.NewPseudonymizer(p, key)
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = vcf.Scrub(context.Background(), &out, bytes.NewReader(data), vcf.Options{
		Profile: p, Pseudonyms: names, AllSamples: true,
	})
	require.NoError(t, err)
	if bgzf.Sniff(out.Bytes()[:bgzf.SniffLen]) == bgzf.Plain {
		return out.String()
	}
	plain, err := io.ReadAll(bgzf.NewReader(&out, 1))
	require.NoError(t, err)
	return string(plain)
}

func TestVCF_OneHundredSeedsPass(t *testing.T) {
	for seed := range uint64(100) {
		scrubbed(
			t,
			deid.SafeHarborStrict,
			generate(t, sample.Options{Seed: seed, Records: 50, Samples: 1 + int(seed%4)}),
		)
	}
}

func TestVCF_OutOfRange(t *testing.T) {
	require.Error(t, sample.VCF(io.Discard, sample.Options{Records: -1}))
	require.Error(t, sample.VCF(io.Discard, sample.Options{Samples: 5000}))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestVCF_FailingDestination(t *testing.T) {
	require.ErrorIs(t, sample.VCF(broken{}, sample.Options{}), io.ErrShortWrite)
	require.ErrorIs(t, sample.VCF(broken{}, sample.Options{Packed: true}), io.ErrShortWrite)
}

func TestFHIR_IsFullOfWhatMustGo(t *testing.T) {
	for _, secret := range sample.FHIRSecrets() {
		require.Contains(t, string(sample.FHIR()), secret)
	}
}
