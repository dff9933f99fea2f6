package walk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/test/sample"
)

// MaxInputs is how many files one walk takes: a request with a posted price has at most
// so many seats.
const MaxInputs = 10

// sampleOptions make the person of a walk without inputs.
var sampleOptions = sample.Options{Seed: 1, Packed: true}

// set is one input on its way to the researcher: a file, or a folder of files that belong together.
type set struct {
	input   string
	files   []string // that the input is or holds
	vcf     bool     // the input is one VCF
	people  int      // in the original
	secrets []string // beside what the original's header tells: must not be left over
	id      string
	owner   string
	report  string
	seat    uint64
	summary DatasetSummary
}

// Story is one play in a town. Make one with Town.Begin.
type Story struct {
	*Town

	sets    []*set
	summary *Summary
	played  int
	// request is the one that is answered with yes.
	request string
	// before is what everybody had before the first request, requests are those since.
	before   balances
	requests []string
}

// Play plays steps 3 to 14 for some files, or for a sample that it makes. The summary is
// never nil: when something did not hold, ok is false, and the error says what.
func (t *Town) Play(ctx context.Context, inputs []string) (*Summary, error) {
	s, err := t.Begin(inputs)
	if err == nil {
		err = s.To(ctx, lastStep)
	}
	s.summary.finish(s.sets)
	s.summary.OK = err == nil
	if err != nil {
		s.summary.Failed = err.Error()
	}
	s.summary.Seconds = t.options.Now().Sub(t.begun).Round(time.Millisecond).Seconds()
	return s.summary, err
}

// Begin takes some files, at most MaxInputs, or makes a sample.
func (t *Town) Begin(inputs []string) (*Story, error) {
	s := &Story{Town: t, summary: &Summary{Step: "summary", Paid: []Paid{}}, played: firstStep - 1}
	return s, s.take(inputs)
}

// The steps of a story; those before it are Build's.
const (
	firstStep = 3
	lastStep  = 14
)

// To plays the steps up to a number that were not played yet.
func (s *Story) To(ctx context.Context, number int) error {
	ctx, done := s.Guard(ctx)
	defer done()
	steps := []struct {
		name string
		run  func(context.Context) (string, error)
	}{
		{"deid", s.deidentify},
		{"ingest", s.ingest},
		{"attest", s.attest},
		{"consent", s.grant},
		{"approve", s.approve},
		{"request", s.ask},
		{"decide", s.decide},
		{"release", s.release},
		{"fetch", s.fetch},
		{"denied", s.denied},
		{"withdrawn", s.withdrawn},
		{"audit", s.audit},
	}
	for s.played < min(number, lastStep) {
		next := steps[s.played+1-firstStep]
		if err := s.step(ctx, s.played+1, next.name, next.run); err != nil {
			return err
		}
		s.played++
	}
	return nil
}

// Datasets are the ids of what was ingested, in the order of the files.
func (s *Story) Datasets() []string {
	var out []string
	for _, d := range s.sets {
		out = append(out, d.id)
	}
	return out
}

// Plaintexts are the digests of what was sealed, by dataset id.
func (s *Story) Plaintexts() map[string]string {
	out := make(map[string]string, len(s.sets))
	for _, d := range s.sets {
		out[d.id] = d.summary.PlaintextSHA256
	}
	return out
}

// take lists the files, or makes a sample.
func (s *Story) take(inputs []string) error {
	if len(inputs) > MaxInputs {
		return fault.E(fault.Usage, "%d inputs: want at most %d", len(inputs), MaxInputs)
	}
	for _, name := range inputs {
		path, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		s.sets = append(s.sets, &set{input: path})
	}
	if len(inputs) == 0 {
		path := filepath.Join(s.options.Dir, "sample.vcf.gz")
		if err := writeSample(path); err != nil {
			return err
		}
		s.sets = []*set{{input: path, secrets: sample.Identifiers(sampleOptions)}}
	}
	for i, d := range s.sets {
		if err := d.look(); err != nil {
			return fmt.Errorf("input %d: %w", i+1, err)
		}
	}
	return nil
}

// look finds out what the input is, and how many persons its VCFs have.
func (d *set) look() (err error) {
	if d.files, err = client.Inputs([]string{d.input}); err != nil {
		return err
	}
	for _, name := range d.files {
		header, err := readHeader(name)
		if err != nil {
			return err
		}
		d.people = max(d.people, len(header.names))
		d.vcf = len(d.files) == 1 && len(header.lines) > 0
	}
	return nil
}

func writeSample(path string) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return sample.VCF(file, sampleOptions)
}

// each does something for all files at once, each by its own account.
func (s *Story) each(run func(d *set) error) error {
	errs := make([]error, len(s.sets))
	var group sync.WaitGroup
	for i, d := range s.sets {
		group.Go(func() { errs[i] = run(d) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// folder makes a folder of the town.
func (s *Story) folder(names ...string) (string, error) {
	path := filepath.Join(append([]string{s.options.Dir}, names...)...)
	return path, os.MkdirAll(path, folderMode)
}

// broken is the error of something that should have held.
func broken(format string, args ...any) error { return fault.E(fault.Integrity, format, args...) }
