package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/bam"
	"github.com/volens-network/volens/core/deid/fhir"
	"github.com/volens-network/volens/test/bench/measure"
)

// walk is what a user of jq would write to remove what identifies: one pass over every value.
const walk = `walk(if type=="object" then del(.text,.name,.address,.telecom,.identifier,.display,.extension,` +
	`.photo,.birthDate,.contact) else . end)`

// tuned does the same work written for speed, by somebody who knows how jq works: constant paths, and no walk over
// what is neither an object nor an array.
const tuned = `[["text"],["name"],["address"],["telecom"],["identifier"],["display"],["extension"],["photo"],` +
	`["birthDate"],["contact"]] as $gone | def clean: if type=="object" then delpaths($gone) | ` +
	`reduce keys_unsorted[] as $name (.; if .[$name]|type=="object" or type=="array" then .[$name] |= clean else . end) ` +
	`elif type=="array" then map(clean) else . end; clean`

// observations is how many resources the sample of records has.
const observations = 20_000

// recordCases measures de-identification of clinical records and of reads beside what one would take instead.
func recordCases(e *env) []measure.Case {
	return []measure.Case{
		{
			Name: "fhir-scrub", Unit: "MB per CPU-s", Better: measure.More, Runs: samples,
			PeerName: "jq walk and del", Target: measure.Times(20),
			Prepare: func() (measure.Sample, measure.Sample, error) { return fhirBeside(e, walk) },
		},
		{
			Name: "fhir-scrub-tuned", Unit: "MB per CPU-s", Better: measure.More, Runs: samples,
			PeerName: "jq, written for speed",
			Prepare:  func() (measure.Sample, measure.Sample, error) { return fhirBeside(e, tuned) },
		},
		{
			Name: "bam-scrub", Unit: "packed MB per CPU-s", Better: measure.More, Runs: samples,
			PeerName: "samtools view -x and reheader",
			Prepare:  func() (measure.Sample, measure.Sample, error) { return bamBeside(e) },
		},
	}
}

// records writes observations of one patient, one a line.
func records(dst io.Writer) error {
	patient := `{"resourceType":"Patient","id":"p1","name":[{"family":"Doe","given":["Jane"]}],"birthDate":"1962-03-17"}`
	_, err := fmt.Fprintln(dst, patient)
	for i := range observations {
		_, failed := fmt.Fprintf(
			dst,
			`{"resourceType":"Observation","id":"obs-%d","status":"final","text":{"status":"generated",`+
				`"div":"<div>Jane Doe, height</div>"},"category":[{"coding":[{"system":`+
				`"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital signs"}]}],`+
				`"code":{"coding":[{"system":"http://loinc.org","code":"8302-2","display":"Body height"}],"text":"Body height"},`+
				`"subject":{"reference":"Patient/p1","display":"Jane Doe"},"effectiveDateTime":"2011-05-07T10:%02d:00+02:00",`+
				`"valueQuantity":{"value":%d.5,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}}`+"\n",
			i,
			i%60,
			150+i%40,
		)
		err = errors.Join(err, failed)
	}
	return err
}

func fhirBeside(e *env, program string) (ours, peer measure.Sample, err error) {
	path := e.path("records.ndjson")
	if err := create(path, func(dst *os.File) error { return records(dst) }); err != nil {
		return nil, nil, err
	}
	size, err := sizeOf(path)
	if err != nil {
		return nil, nil, err
	}
	profile, err := deid.LoadProfile(deid.SafeHarborStrict)
	if err != nil {
		return nil, nil, err
	}
	ours = measure.Rate(measure.Process, float64(size)/1e6, func() error {
		pseudonyms, err := deid.NewPseudonymizer(profile, nil)
		if err != nil {
			return err
		}
		return read(path, func(src io.Reader) error {
			_, err := fhir.Scrub(context.Background(), io.Discard, src, fhir.Options{
				Profile: profile, Pseudonyms: pseudonyms, Year: 2026,
			})
			return err
		})
	})
	jq := e.program("jq")
	if jq == "" {
		return ours, nil, nil
	}
	c := &children{}
	return ours, measure.Rate(c.Clock, float64(size)/1e6, func() error { return c.run(jq, "-c", program, path) }), nil
}

// bamBeside needs samtools to make the sample at all.
func bamBeside(e *env) (ours, peer measure.Sample, err error) {
	samtools := e.program("samtools")
	if samtools == "" {
		return nil, nil, errors.New("samtools is not installed: it makes the sample of reads")
	}
	text, packed, clean := e.path("reads.sam"), e.path("reads.bam"), e.path("clean.sam")
	if err := errors.Join(
		create(text, func(dst *os.File) error { return reads(dst) }),
		os.WriteFile(
			clean,
			[]byte("@HD\tVN:1.6\tSO:unsorted\n@SQ\tSN:chr1\tLN:248956422\n@RG\tID:1\tSM:volens-2\n"),
			0o600,
		),
	); err != nil {
		return nil, nil, err
	}
	c := &children{}
	if err := c.run(samtools, "view", "--no-PG", "-b", "-o", packed, text); err != nil {
		return nil, nil, err
	}
	size, err := sizeOf(packed)
	if err != nil {
		return nil, nil, err
	}
	profile, err := deid.LoadProfile(deid.SafeHarborStrict)
	if err != nil {
		return nil, nil, err
	}
	ours = measure.Rate(measure.Process, float64(size)/1e6, func() error {
		pseudonyms, err := deid.NewPseudonymizer(profile, nil)
		if err != nil {
			return err
		}
		return read(packed, func(src io.Reader) error {
			_, err := bam.Scrub(context.Background(), io.Discard, src, bam.Options{
				Profile: profile, Pseudonyms: pseudonyms, Rand: bytes.NewReader(make([]byte, 64)),
			})
			return err
		})
	})
	middle := filepath.Join(e.dir, "middle.bam")
	return ours, measure.Rate(c.Clock, float64(size)/1e6, func() error {
		if err := c.run(samtools, "view", "--no-PG", "-b", "-x", "BC", "-x", "CO", "-o", middle, packed); err != nil {
			return err
		}
		return c.run(samtools, "reheader", "-P", clean, middle)
	}), nil
}

// reads writes reads of 100 bases, with names of an instrument and a barcode each.
func reads(dst io.Writer) error {
	_, err := io.WriteString(
		dst,
		"@HD\tVN:1.6\tSO:unsorted\n@SQ\tSN:chr1\tLN:248956422\n@RG\tID:1\tSM:JANE_DOE\tPU:HFLOW\n",
	)
	bases, quality := strings.Repeat("ACGTTGCA", 13)[:100], strings.Repeat("FFFF:FF,", 13)[:100]
	for i := range 100_000 {
		at := i * 7919 % 100
		_, failed := fmt.Fprintf(
			dst,
			"A00123:456:HFLOW:1:%d:%d\t0\tchr1\t%d\t60\t100M\t*\t0\t0\t%s\t%s\tNM:i:0\tMD:Z:100\tRG:Z:1\tBC:Z:ACGT\n",
			i%977,
			i,
			1000+i*13,
			bases[at:]+bases[:at],
			quality[at:]+quality[:at],
		)
		err = errors.Join(err, failed)
	}
	return err
}
