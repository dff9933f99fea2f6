package session_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/manifest"
	"github.com/volens-network/volens/test/sample"
	"github.com/volens-network/volens/web/wasm/session"
)

func options() session.Options {
	return session.Options{Version: "1", Year: 2026, Rand: rand.Reader}
}

func open(t *testing.T, o session.Options) *session.Dataset {
	t.Helper()
	d, err := session.Open(o)
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d
}

// into gathers chunks.
func into(dst *bytes.Buffer) session.Sink {
	return func(_ context.Context, chunk []byte) error {
		if len(chunk) > session.ChunkSize {
			return errors.New("a chunk is too large")
		}
		dst.Write(chunk)
		return nil
	}
}

// feed writes in pieces and closes.
func feed(s *session.Stream, data []byte, piece int) (any, error) {
	for len(data) > 0 {
		n := min(piece, len(data))
		if err := s.Write(data[:n]); err != nil {
			s.Abort()
			return nil, err
		}
		data = data[n:]
	}
	return s.Close()
}

func file(d *session.Dataset, data []byte, piece int) ([]byte, *session.File, error) {
	var out bytes.Buffer
	s, err := d.File(int64(len(data)), into(&out))
	if err != nil {
		return nil, nil, err
	}
	result, err := feed(s, data, piece)
	if err != nil {
		return out.Bytes(), nil, err
	}
	made, ok := result.(*session.File)
	if !ok {
		return nil, nil, errors.New("the result is not that of a file")
	}
	return out.Bytes(), made, nil
}

func as[T any](t *testing.T, result any) T {
	t.Helper()
	out, ok := result.(T)
	require.True(t, ok, "%T", result)
	return out
}

func variants(t *testing.T, records int) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, sample.VCF(&out, sample.Options{Seed: 5, Records: records}))
	return out.Bytes()
}

func TestFile_PiecesMakeNoDifference(t *testing.T) {
	data := variants(t, 3000)
	want, first, err := file(open(t, options()), data, len(data))
	require.NoError(t, err)
	for _, piece := range []int{977, 64 << 10} {
		got, result, err := file(open(t, options()), data, piece)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, first, result)
	}
}

func TestVerify_WhatFileMade(t *testing.T) {
	d := open(t, options())
	out, _, err := file(d, variants(t, 100), 4096)
	require.NoError(t, err)
	report, err := d.Report()
	require.NoError(t, err)
	check := func(payload []byte) *session.Verdict {
		s, err := session.Verify(report, 2026)
		require.NoError(t, err)
		verdict, err := feed(s, payload, 1000)
		require.NoError(t, err)
		return as[*session.Verdict](t, verdict)
	}
	verdict := check(out)
	require.True(t, verdict.OK, "%+v", verdict.Files)
	require.Equal(t, d.Facets(), verdict.Facets)
	changed := bytes.Replace(out, []byte("volens-1"), []byte("volens-x"), 1)
	require.False(t, check(changed).OK)
	require.False(t, check(nil).OK)
}

func TestVerify_RefusesWhatIsNoReport(t *testing.T) {
	for _, text := range []string{"", "{}", `{"Fictiva":1}`, string(make([]byte, session.MaxReport+1))} {
		_, err := session.Verify([]byte(text), 0)
		require.Error(t, err)
		fault := session.Explain(err)
		require.Equal(t, session.CodeNotAReport, fault.Code)
		require.NotContains(t, fault.Message, "Fictiva")
	}
	d := open(t, options())
	_, _, err := file(d, variants(t, 10), 1<<20)
	require.NoError(t, err)
	report, err := d.Report()
	require.NoError(t, err)
	_, err = session.Verify(bytes.Replace(report, []byte(`"id":"safe`), []byte(`"id":"tame`), 1), 0)
	require.Equal(t, session.CodeUnknownProfile, session.Explain(err).Code)
}

func TestOpen_Refusals(t *testing.T) {
	for name, change := range map[string]func(o *session.Options){
		"profile":   func(o *session.Options) { o.Profile = "Fictiva" },
		"no key":    func(o *session.Options) { o.Profile = deid.ResearchShifted },
		"short key": func(o *session.Options) { o.Profile, o.Key = deid.ResearchShifted, make([]byte, 15) },
		"a key":     func(o *session.Options) { o.Key = make([]byte, 32) },
		"year":      func(o *session.Options) { o.Year = 0 },
	} {
		o := options()
		change(&o)
		_, err := session.Open(o)
		var usage session.UsageError
		require.ErrorAs(t, err, &usage, name)
		require.NotContains(t, err.Error(), "Fictiva")
	}
}

func TestOpen_OverwritesTheKey(t *testing.T) {
	o := options()
	o.Profile, o.Key = deid.ResearchShifted, bytes.Repeat([]byte{7}, 32)
	d := open(t, o)
	require.Equal(t, make([]byte, 32), o.Key)
	out, _, err := file(d, variants(t, 10), 1<<20)
	require.NoError(t, err)
	require.Regexp(t, `volens-[a-z2-7]{16}\n`, string(out))
}

func TestDataset_OnePseudonymizer(t *testing.T) {
	d := open(t, options())
	first, _, err := file(d, variants(t, 10), 1<<20)
	require.NoError(t, err)
	_, refused, err := file(d, []byte("\x01no format"), 1<<20)
	require.Nil(t, refused)
	require.Equal(t, deid.CodeNotThisFormat, session.Explain(err).Code)
	again, second, err := file(d, variants(t, 10), 1<<20)
	require.NoError(t, err)
	require.Equal(t, first, again, "the same person has one name in both files")
	require.Equal(t, "2.vcf", second.Entry.Name, "a refused file leaves the report as it was")
}

func TestDataset_OneStreamAtATime(t *testing.T) {
	d := open(t, options())
	s, err := d.File(0, into(&bytes.Buffer{}))
	require.NoError(t, err)
	_, err = d.File(0, into(&bytes.Buffer{}))
	require.Equal(t, session.CodeUsage, session.Explain(err).Code)
	s.Abort()
	_, _, err = file(d, variants(t, 10), 1<<20)
	require.NoError(t, err)
}

func TestDataset_Closed(t *testing.T) {
	d := open(t, options())
	_, err := d.Report()
	require.Error(t, err)
	s, err := d.File(0, into(&bytes.Buffer{}))
	require.NoError(t, err)
	d.Close()
	require.ErrorIs(t, s.Write([]byte("x")), session.ErrAborted)
	_, _, err = file(d, variants(t, 10), 1<<20)
	require.Equal(t, session.CodeUsage, session.Explain(err).Code)
	_, err = d.File(-1, into(&bytes.Buffer{}))
	require.Equal(t, session.CodeUsage, session.Explain(err).Code)
}

// A destination that takes nothing holds the writer back; Abort lets all of them go.
func TestStream_BackpressureAndAbort(t *testing.T) {
	d := open(t, options())
	entered := make(chan struct{}, 1)
	s, err := d.File(0, func(ctx context.Context, _ []byte) error {
		entered <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	})
	require.NoError(t, err)
	wrote := make(chan error, 1)
	data := variants(t, 20_000)
	go func() { wrote <- s.Write(data) }()
	<-entered
	require.Equal(t, session.CodeUsage, session.Explain(s.Write([]byte("x"))).Code, "one call at a time")
	require.Empty(t, wrote)
	s.Abort()
	require.Equal(t, session.CodeAborted, session.Explain(<-wrote).Code)
	_, err = s.Close()
	require.Equal(t, session.CodeAborted, session.Explain(err).Code)
	_, err = d.Report()
	require.Error(t, err, "an aborted file is in no report")
}

func TestStream_EndsOnce(t *testing.T) {
	d := open(t, options())
	s, err := d.File(0, into(&bytes.Buffer{}))
	require.NoError(t, err)
	require.NoError(t, s.Write(nil))
	_, err = feed(s, variants(t, 10), 1000)
	require.NoError(t, err)
	require.Equal(t, session.CodeUsage, session.Explain(s.Write([]byte("x"))).Code)
	_, err = s.Close()
	require.Equal(t, session.CodeUsage, session.Explain(err).Code)
	s.Abort()
	_, err = d.Report()
	require.NoError(t, err)
}

func TestFile_FailingDestination(t *testing.T) {
	for name, sink := range map[string]session.Sink{
		string(session.CodeOutput):   func(context.Context, []byte) error { return errors.New("Fictiva") },
		string(session.CodeInternal): func(context.Context, []byte) error { panic("Fictiva") },
	} {
		d := open(t, options())
		s, err := d.File(0, sink)
		require.NoError(t, err)
		_, err = feed(s, variants(t, 10), 1<<20)
		fault := session.Explain(err)
		require.Equal(t, name, string(fault.Code))
		require.NotContains(t, fault.Message, "Fictiva")
		_, err = d.Report()
		require.Error(t, err)
	}
}

func TestArchive(t *testing.T) {
	d := open(t, options())
	first, _, err := file(d, variants(t, 50), 1<<20)
	require.NoError(t, err)
	_, err = d.Archive(into(&bytes.Buffer{}))
	require.Equal(t, session.CodeUsage, session.Explain(err).Code, "one file is no archive")
	second, _, err := file(d, sample.FHIR(), 1<<20)
	require.NoError(t, err)
	both := append(bytes.Clone(first), second...)

	var whole bytes.Buffer
	for name, wrong := range map[string][]byte{
		"short": both[:len(both)-1], "long": append(bytes.Clone(both), 0), "other": append(bytes.Clone(second), first...),
	} {
		s, err := d.Archive(into(&bytes.Buffer{}))
		require.NoError(t, err)
		_, err = feed(s, wrong, 1000)
		require.Equal(t, session.CodeNotTheArchive, session.Explain(err).Code, name)
	}
	s, err := d.Archive(into(&whole))
	require.NoError(t, err)
	made, err := feed(s, both, 1000)
	require.NoError(t, err)
	require.EqualValues(t, whole.Len(), as[*session.Archive](t, made).Bytes)

	report, err := d.Report()
	require.NoError(t, err)
	s, err = session.Verify(report, 2026)
	require.NoError(t, err)
	verdict, err := feed(s, whole.Bytes(), 1000)
	require.NoError(t, err)
	require.True(t, as[*session.Verdict](t, verdict).OK)
	_, _, err = file(d, variants(t, 10), 1<<20)
	require.Equal(t, session.CodeUsage, session.Explain(err).Code, "the archive is written")
}

func TestExplain_DropsWhatOthersSay(t *testing.T) {
	secret := errors.New("Fictiva")
	for want, err := range map[deid.Code]error{
		session.CodeInternal:      secret,
		session.CodeOutput:        fmt.Errorf("%w: %w", session.ErrOutput, secret),
		session.CodeAborted:       fmt.Errorf("%w: %w", secret, context.Canceled),
		session.CodeNotTheArchive: fmt.Errorf("%w: %w", manifest.ErrManifest, secret),
		deid.CodeBomb:             fmt.Errorf("%w: %w", secret, deid.Refuse(deid.CodeBomb, "too much")),
	} {
		fault := session.Explain(err)
		require.Equal(t, want, fault.Code)
		text, err := json.Marshal(fault)
		require.NoError(t, err)
		require.NotContains(t, string(text), "Fictiva")
	}
}

func FuzzFile(f *testing.F) {
	const header = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
	f.Add([]byte(header+"chr1\t1\t.\tA\tC\t.\t.\t.\n"), uint16(7))
	f.Add(sample.FHIR(), uint16(100))
	f.Add(sample.DICOM(sample.DICOMOptions{Encoding: sample.ExplicitLittle}), uint16(33))
	f.Fuzz(func(t *testing.T, data []byte, piece uint16) {
		whole, result, wholeErr := file(open(t, options()), data, max(len(data), 1))
		cut, _, cutErr := file(open(t, options()), data, int(piece)+1)
		require.Equal(t, wholeErr == nil, cutErr == nil)
		if wholeErr != nil {
			require.Equal(t, session.Explain(wholeErr), session.Explain(cutErr))
			require.NotEqual(t, session.CodeInternal, session.Explain(wholeErr).Code)
			return
		}
		if !strings.Contains(result.Entry.Kind, "am") { // SAM and BAM have random read names
			require.Equal(t, whole, cut)
		}
	})
}
