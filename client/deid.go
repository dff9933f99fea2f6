package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
)

// DeidOptions say what to de-identify, by which rules, and where to put the result.
type DeidOptions struct {
	// Files are files, and folders whose files are meant.
	Files   []string
	Profile string
	// Out is the folder of the payload, Report the file of the report.
	Out, Report string
	// Sample chooses one sample of several; AllSamples declares a custodian's right to all.
	Sample     string
	AllSamples bool
	// PixelsReviewed is the caller's word that a person looked at the pictures and found no
	// one named in them.
	PixelsReviewed bool
	// Key is the dataset's pseudonym key (PseudonymKey) where the profile needs one.
	Key []byte
	// Version is the program's, for the report.
	Version string
	// Year is the year of today, against which ages are reckoned; Rand is for what is drawn
	// once and forgotten. Clinical records need the one, reads the other.
	Year     int
	Rand     io.Reader
	Workers  int
	Progress Progress
}

// DeidFile is one file of a payload.
type DeidFile struct {
	Path     string `json:"path"`
	Kind     string `json:"kind"`
	SHA256   string `json:"sha256"`
	Bytes    int64  `json:"bytes"`
	Subjects int    `json:"subjects"`
	Records  int64  `json:"records"`
	// Index is the path of its index, if it has one: of a sorted file in BGZF.
	Index string `json:"index,omitempty"`
}

// DeidResult is what Deid wrote.
type DeidResult struct {
	Profile      string     `json:"profile"`
	Report       string     `json:"report"`
	ReportSHA256 string     `json:"report_sha256"`
	Payload      []DeidFile `json:"payload"`
	Warnings     []string   `json:"warnings,omitempty"`
}

// Deid writes the de-identified form of files and a report. Payload and report appear
// only when all of them are whole; nothing that exists is overwritten.
func Deid(ctx context.Context, o DeidOptions) (*DeidResult, error) {
	out, err := deidentify(ctx, o)
	return out, classify(err)
}

func deidentify(ctx context.Context, o DeidOptions) (*DeidResult, error) {
	if len(o.Files) == 0 || o.Out == "" || o.Report == "" {
		return nil, usage("files, a folder for the payload and a file for the report are needed")
	}
	files, err := Inputs(o.Files)
	if err != nil {
		return nil, err
	}
	profile, pseudonyms, err := loadProfile(o.Profile, o.Key)
	if err != nil {
		return nil, err
	}
	var parts pending
	defer parts.discard()
	if err := parts.folder(o.Out); err != nil {
		return nil, err
	}
	report := deid.NewReport(profile, o.Version)
	out := &DeidResult{Profile: profile.ID, Report: o.Report}
	rules := formats.Rules{
		Profile: profile, Pseudonyms: pseudonyms, Sample: o.Sample, AllSamples: o.AllSamples,
		PixelsReviewed: o.PixelsReviewed, Index: true, Workers: o.Workers, Year: o.Year, Rand: o.Rand,
	}
	for i, name := range files {
		part, err := parts.create(o.Out)
		if err != nil {
			return nil, err
		}
		result, err := scrubFile(ctx, part, name, rules, o.Progress)
		if err != nil {
			return nil, fmt.Errorf("file %d of %d: %w", i+1, len(files), err)
		}
		entry := report.Add(result)
		path := filepath.Join(o.Out, entry.Name)
		if err := parts.finish(path); err != nil {
			return nil, err
		}
		index := ""
		if entry.Index != nil {
			index = indexPath(path, *entry.Index)
			if err := parts.add(index, result.IndexFile); err != nil {
				return nil, err
			}
		}
		out.Payload = append(out.Payload, DeidFile{
			Path: path, Kind: entry.Kind, SHA256: entry.SHA256, Bytes: entry.Bytes,
			Subjects: entry.Subjects, Records: entry.Records, Index: index,
		})
		out.Warnings = append(out.Warnings, result.Warnings...)
	}
	canonical, err := report.Canonical()
	if err != nil {
		return nil, err
	}
	if err := parts.add(o.Report, canonical); err != nil {
		return nil, err
	}
	out.ReportSHA256 = digest(canonical)
	return out, parts.publish()
}

// indexPath is where the index of a file lies: where programs look for it.
func indexPath(file string, index deid.IndexEntry) string { return file + "." + string(index.Kind) }

func loadProfile(name string, key []byte) (*deid.Profile, *deid.Pseudonymizer, error) {
	if name == "" {
		name = deid.SafeHarborStrict
	}
	profile, err := deid.LoadProfile(name)
	if err != nil {
		return nil, nil, usage("profile %q: want one of %v", name, deid.Profiles())
	}
	keyed := profile.Samples == deid.SamplesKeyed
	switch {
	case keyed && len(key) == 0:
		return nil, nil, usage("profile %s needs a dataset and the wallet that owns it", name)
	case !keyed:
		key = nil
	}
	pseudonyms, err := deid.NewPseudonymizer(profile, key)
	return profile, pseudonyms, err
}

// scrubFile de-identifies one file by what its first bytes say it is.
func scrubFile(
	ctx context.Context, dst io.Writer, name string, rules formats.Rules, progress Progress,
) (result *deid.FileResult, err error) {
	file, err := OpenFile("file", name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	found, src, err := formats.Detect(file)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	bar := start(progress, "de-identify", info.Size())
	return rules.Scrub(ctx, dst, &counting{src: src, report: bar}, info.Size(), found)
}

func hexBytes(b []byte) string { return hex.EncodeToString(b) }
