package vcf_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/sample"
)

// failed lists the checks that a payload does not pass. The entry's digest and
// size are made to fit, so that other checks are the ones to fail.
func failed(t *testing.T, entry deid.Entry, payload []byte) []deid.Check {
	t.Helper()
	sum := sha256.Sum256(payload)
	entry.SHA256, entry.Bytes = hex.EncodeToString(sum[:]), int64(len(payload))
	return failedAs(t, entry, payload)
}

func failedAs(t *testing.T, entry deid.Entry, payload []byte) []deid.Check {
	t.Helper()
	p, err := deid.LoadProfile(deid.SafeHarborStrict)
	require.NoError(t, err)
	verdict, err := vcf.Verify(context.Background(), p, entry, bytes.NewReader(payload))
	require.NoError(t, err)
	var list []deid.Check
	for _, f := range verdict.Findings {
		if !f.OK {
			require.NotEmpty(t, f.Detail)
			list = append(list, f.Check)
		}
	}
	require.Equal(t, len(list) == 0, verdict.OK())
	return list
}

func scrubbedSample(t *testing.T, o sample.Options) ([]byte, deid.Entry) {
	t.Helper()
	var data bytes.Buffer
	require.NoError(t, sample.VCF(&data, o))
	out, result, err := scrub(t, deid.SafeHarborStrict, data.Bytes(), vcf.Options{AllSamples: true})
	require.NoError(t, err)
	return out, result.Entry
}

func TestVerify_WhatAScrubLeaves(t *testing.T) {
	for _, o := range []sample.Options{{Records: 400}, {Records: 400, Packed: true}, {Records: 400, Samples: 3}} {
		out, entry := scrubbedSample(t, o)
		require.Empty(t, failedAs(t, entry, out))
	}
}

func TestVerify_FindsEachFault(t *testing.T) {
	out, entry := scrubbedSample(t, sample.Options{Records: 400})
	text := string(out)
	change := func(from, to string) []byte {
		require.Contains(t, text, from)
		return []byte(strings.Replace(text, from, to, 1))
	}
	require.Contains(t, failedAs(t, entry, change("0/1", "1/1")), deid.CheckDigest)
	require.Contains(t, failedAs(t, entry, append([]byte(text), '\n')), deid.CheckDigest)
	for name, c := range map[string]struct {
		check   deid.Check
		payload []byte
	}{
		"a header line too many": {deid.CheckHeader, change("##contig", "##source=us\n##contig")},
		"free text":              {deid.CheckHeader, change("Low quality", "Low quality, says Dr Smith")},
		"original sample":        {deid.CheckSamples, change("volens-1", "JANE_DOE")},
		"a laboratory's id":      {deid.CheckIdempotent, change("\trs", "\tLAB")},
		"an INFO key":            {deid.CheckIdempotent, change("AC=", "WARD=7;AC=")},
		"a carriage return":      {deid.CheckIdempotent, change("\n", "\r\n")},
		"a byte order mark":      {deid.CheckIdempotent, append([]byte("\xef\xbb\xbf"), text...)},
		"an address":             {deid.CheckPatterns, change("\nchr1\t", "\n10.1.2.3\t")},
		"not a VCF":              {deid.CheckReadable, []byte("hello, this is something else")},
		"a cut record":           {deid.CheckReadable, []byte(text[:len(text)-40])},
		"plain gzip":             {deid.CheckContainer, gz(t, out)},
	} {
		require.Contains(t, failed(t, entry, c.payload), c.check, name)
	}
}

func TestVerify_SubjectsAndKind(t *testing.T) {
	out, entry := scrubbedSample(t, sample.Options{Records: 50, Samples: 2})
	entry.Subjects = 1
	require.Equal(t, []deid.Check{deid.CheckSamples}, failedAs(t, entry, out))
	entry.Subjects, entry.Kind = 2, "vcf.gz"
	require.Equal(t, []deid.Check{deid.CheckContainer}, failedAs(t, entry, out))
}

func TestVerify_KeyedPayloadNeedsNoKey(t *testing.T) {
	var data bytes.Buffer
	require.NoError(t, sample.VCF(&data, sample.Options{Records: 100, Samples: 2}))
	out, result, err := scrub(t, deid.ResearchShifted, data.Bytes(), vcf.Options{AllSamples: true})
	require.NoError(t, err)
	requireVerified(t, deid.ResearchShifted, result, out)
	require.Contains(t, failedAs(t, result.Entry, out), deid.CheckSamples, "under another profile it is not accepted")
}

func TestVerify_FailingReader(t *testing.T) {
	p, err := deid.LoadProfile(deid.SafeHarborStrict)
	require.NoError(t, err)
	broken := errors.New("disk gone")
	_, err = vcf.Verify(context.Background(), p, deid.Entry{}, iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	_, err = vcf.Verify(context.Background(), nil, deid.Entry{}, strings.NewReader(""))
	require.Error(t, err)
}
