package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/manifest"
)

const (
	errProfile  = UsageError("the profile is none of this program")
	errNeedsKey = UsageError("this profile needs a key of at least 16 bytes")
	errNoKey    = UsageError("this profile takes no key")
	errYear     = UsageError("the year of today is needed")
	errSize     = UsageError("a size is not negative")
	errRunning  = UsageError("another stream of this dataset has not ended")
	errClosed   = UsageError("this dataset was closed")
	errArchived = UsageError("the archive of this dataset is written")
	errFew      = UsageError("an archive has at least two files")
	errNoFiles  = UsageError("no file was de-identified")
)

// errSizes is for an archive that is written from other files.
var errSizes = fmt.Errorf("%w: the files have other sizes", manifest.ErrManifest)

// earliest is the first year that a report takes.
const earliest = 2000

// Options says how the files of a dataset are de-identified.
type Options struct {
	// Profile is the id of one; empty stands for deid.SafeHarborStrict.
	Profile string
	// Key is the dataset's pseudonym key where the profile needs one. Open overwrites it.
	Key []byte
	// Scope is the id of the dataset (deid.Pseudonymizer.Scope).
	Scope []byte
	// Version is the program's, for the report.
	Version string
	// Year is the year of today, Rand is for what is drawn once and forgotten.
	Year int
	Rand io.Reader
	// Sample, AllSamples and PixelsReviewed are those of formats.Rules.
	Sample         string
	AllSamples     bool
	PixelsReviewed bool
}

// Dataset is the files of one dataset: one pseudonymizer, one report.
type Dataset struct {
	mu       sync.Mutex
	rules    formats.Rules
	report   *deid.Report
	manifest manifest.Manifest
	shown    deid.Shown
	current  *Stream
	closed   bool
}

// File is what Stream.Close gives for a file.
type File struct {
	Entry       deid.Entry    `json:"entry"`
	DatasetKind filetype.Kind `json:"dataset_kind"`
	Warnings    []string      `json:"warnings"`
	Facets      []facet.Facet `json:"facets"`
}

// Archive is what Stream.Close gives for an archive.
type Archive struct {
	deid.Archive

	DatasetKind filetype.Kind `json:"dataset_kind"`
}

// Open begins a dataset. Its errors are UsageErrors.
func Open(o Options) (*Dataset, error) {
	defer clear(o.Key)
	if o.Profile == "" {
		o.Profile = deid.SafeHarborStrict
	}
	if !slices.Contains(deid.Profiles(), o.Profile) {
		return nil, errProfile
	}
	profile, err := deid.LoadProfile(o.Profile)
	if err != nil {
		return nil, err
	}
	keyed := profile.Samples == deid.SamplesKeyed
	switch {
	case keyed && len(o.Key) < deid.MinKeySize:
		return nil, errNeedsKey
	case !keyed && len(o.Key) > 0:
		return nil, errNoKey
	case o.Year < earliest:
		return nil, errYear
	}
	pseudonyms, err := deid.NewPseudonymizer(profile, o.Key)
	if err != nil {
		return nil, err
	}
	pseudonyms.Scope(o.Scope)
	return &Dataset{
		rules: formats.Rules{
			Profile: profile, Pseudonyms: pseudonyms, Sample: o.Sample, AllSamples: o.AllSamples,
			PixelsReviewed: o.PixelsReviewed, Workers: 1, Year: o.Year, Rand: o.Rand,
		},
		report: deid.NewReport(profile, o.Version),
	}, nil
}

// File begins the next file, of size bytes (0 if that is not known). dst is given chunks of
// the payload's file; Stream.Close returns a File. A file that fails leaves the report as
// it was.
func (d *Dataset) File(size int64, dst Sink) (*Stream, error) {
	if size < 0 {
		return nil, errSize
	}
	return d.begin(func(ctx context.Context, src io.Reader) (any, error) {
		found, src, err := formats.Detect(src)
		if err != nil {
			return nil, err
		}
		var result *deid.FileResult
		err = chunked(ctx, dst, func(out io.Writer) error {
			result, err = d.rules.Scrub(ctx, out, src, size, found)
			return err
		})
		if err != nil {
			return nil, err
		}
		if _, err := drain(src); err != nil {
			return nil, err
		}
		return d.add(ctx, found.Kind, result)
	})
}

// add enters a whole file, unless it was given up meanwhile.
func (d *Dataset) add(ctx context.Context, kind filetype.Kind, result *deid.FileResult) (*File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ErrAborted
	}
	if err := formats.AddTo(&d.manifest, kind, result.Entry); err != nil {
		return nil, err
	}
	d.shown.Add(result.Facets, result.Images)
	return &File{
		Entry: d.report.Add(result), DatasetKind: kind,
		Warnings: append([]string{}, result.Warnings...), Facets: append([]facet.Facet{}, result.Facets...),
	}, nil
}

// Archive begins the archive of several files (core/manifest): write the files of the
// payload, one after the other in their order. Its place in the report is filled when it
// is whole. Stream.Close returns an Archive.
func (d *Dataset) Archive(dst Sink) (*Stream, error) {
	d.mu.Lock()
	files := len(d.manifest.Files)
	d.mu.Unlock()
	if files < 2 {
		return nil, errFew
	}
	return d.begin(func(ctx context.Context, src io.Reader) (any, error) {
		var made *deid.Archive
		err := chunked(ctx, dst, func(out io.Writer) (err error) {
			made, err = formats.WriteArchive(out, &d.manifest, func(i int, dst io.Writer) error {
				_, err := io.CopyN(dst, src, d.manifest.Files[i].Bytes)
				if errors.Is(err, io.EOF) {
					return errSizes
				}
				return err
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		switch n, err := drain(src); {
		case err != nil:
			return nil, err
		case n > 0:
			return nil, errSizes
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.report.Archive = made
		return &Archive{Archive: *made, DatasetKind: d.manifest.Kind()}, nil
	})
}

// begin starts a stream if none runs.
func (d *Dataset) begin(do work) (*Stream, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return nil, errClosed
	case d.current != nil && d.current.running():
		return nil, errRunning
	case d.report.Archive != nil:
		return nil, errArchived
	}
	d.current = start(do)
	return d.current, nil
}

// Report is the canonical form of the report on the files so far.
func (d *Dataset) Report() ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.report.Payload) == 0 {
		return nil, errNoFiles
	}
	return d.report.Canonical()
}

// Facets are the coded values that the files so far show.
func (d *Dataset) Facets() []facet.Facet {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.shown.Facets()
}

// Close aborts what runs and, when that has ended, overwrites the key. Report and Facets
// can still be asked.
func (d *Dataset) Close() {
	d.mu.Lock()
	d.closed = true
	current := d.current
	d.mu.Unlock()
	if current != nil {
		current.Abort()
	}
	d.rules.Pseudonyms.Zero()
}
