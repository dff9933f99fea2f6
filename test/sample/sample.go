// Package sample makes realistic genome files of people who do not exist.
//
// VCF writes one: contigs of GRCh38, database ids, genotypes with depths and
// qualities, and a header full of what identifies a patient: name, birth date,
// record number, hospital, telephone, e-mail, paths and users of command lines.
// The same seed gives the same bytes. Identifiers lists every identifying string
// of a sample, so that a test or the demo can show that none is left.
//
// It is used by the demo as well as by tests and depends on no test package.
package sample

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/volens-network/volens/core/bgzf"
)

// DefaultRecords is the number of records unless Options says otherwise.
const DefaultRecords = 20_000

// Options says what sample to make.
type Options struct {
	// Seed picks the person and the genotypes.
	Seed uint64
	// Records is the number of variants; 0 means DefaultRecords.
	Records int
	// Samples is the number of persons; 0 means 1.
	Samples int
	// Packed writes BGZF instead of plain text.
	Packed bool
}

// maxSamples keeps names apart.
const maxSamples = 1000

// VCF writes a sample.
func VCF(dst io.Writer, o Options) error {
	if o.Records < 0 || o.Samples < 0 || o.Samples > maxSamples {
		return errors.New("sample: records or samples out of range")
	}
	if o.Records == 0 {
		o.Records = DefaultRecords
	}
	if !o.Packed {
		return write(dst, o)
	}
	packed := bgzf.NewWriter(dst, 1)
	if err := write(packed, o); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	return nil
}

func write(dst io.Writer, o Options) error {
	out := bufio.NewWriterSize(dst, 64<<10)
	family := people(o)
	if _, err := out.WriteString(header(family)); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	rng := newRandom(o.Seed)
	var line []byte
	for n := range o.Records {
		line = record(line[:0], rng, n, o.Records, len(family))
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("sample: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	return nil
}

// Identifiers lists the strings of a sample that must not be in what a
// de-identification leaves of it.
func Identifiers(o Options) []string {
	var all []string
	for _, p := range people(o) {
		all = append(all, p.id, p.first+" "+p.last, p.born, p.mrn, p.phone, p.mail, p.ssn)
	}
	return append(all, hospital, operator, host, workDir, pipeline, "HaplotypeCaller-run", "203.0.113.24")
}

// Names of a place that does not exist.
const (
	hospital = "Saint Elsewhere University Hospital"
	operator = "ingrid.halvorsen"
	host     = "seq-node7.saint-elsewhere.example"
	runDate  = "2024-02-29"
	workDir  = "/data/ingrid.halvorsen/cases/2024"
	pipeline = "ElsewhereGermline-v3.1"
)

var (
	firstNames = []string{"Astrid", "Björn", "Chiara", "Dmitri", "Eilidh", "Farouk", "Greta", "Hiroshi"}
	lastNames  = []string{"Lindqvist", "Okonkwo", "Marchetti", "Petrov", "MacAllister", "Haddad", "Sørensen", "Tanaka"}
)

// person is an invented patient.
type person struct {
	id, first, last, born, mrn, phone, mail, ssn string
}

func people(o Options) []person {
	rng := newRandom(o.Seed ^ 0x70656f706c65)
	all := make([]person, 0, max(o.Samples, 1))
	for n := range max(o.Samples, 1) {
		p := person{
			first: firstNames[rng.below(len(firstNames))],
			last:  lastNames[rng.below(len(lastNames))],
			born:  fmt.Sprintf("19%02d-%02d-%02d", 40+rng.below(50), 1+rng.below(12), 1+rng.below(28)),
			mrn:   fmt.Sprintf("MRN-%04d-%03d", rng.below(10_000), n),
			phone: fmt.Sprintf("+47 73 %02d %02d %02d", rng.below(100), rng.below(100), rng.below(100)),
			ssn:   fmt.Sprintf("%03d-%02d-%04d", 900+rng.below(99), 10+rng.below(90), 1000+rng.below(9000)),
		}
		p.id = strings.ToUpper(p.last) + "_" + strings.ToUpper(p.first) + "_" + strings.ReplaceAll(p.born, "-", "") +
			fmt.Sprintf("_%03d", n)
		p.mail = strings.ToLower(p.first) + "." + strings.ToLower(p.last) + "@mail.example"
		all = append(all, p)
	}
	return all
}
