package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
)

// maxReport bounds a report, and a protocol, in bytes.
const maxReport = 16 << 20

// DeidVerdict is what every check found that can be automated.
type DeidVerdict struct {
	OK           bool          `json:"ok"`
	Profile      string        `json:"profile"`
	ReportSHA256 string        `json:"report_sha256"`
	Files        []FileVerdict `json:"files"`
}

// FileVerdict is what the checks found in one file of the payload.
type FileVerdict = formats.FileVerdict

// Failed lists the checks that did not pass, each once.
func (v *DeidVerdict) Failed() []string {
	var out []string
	seen := map[deid.Check]bool{}
	for _, file := range v.Files {
		for _, finding := range file.Findings {
			if !finding.OK && !seen[finding.Check] {
				seen[finding.Check] = true
				out = append(out, string(finding.Check))
			}
		}
	}
	return out
}

// DeidVerify re-runs every check of a payload that needs no original. Files are found
// by the names that the report gives them, or else taken in its order. A payload that
// does not pass is both a verdict and an error: of integrity when a digest is wrong,
// else a refusal with the failed checks as reasons.
func DeidVerify(ctx context.Context, report string, payload []string) (*DeidVerdict, error) {
	out, err := deidVerify(ctx, report, payload)
	return out, classify(err)
}

func deidVerify(ctx context.Context, reportFile string, payload []string) (*DeidVerdict, error) {
	data, err := readInput("report", reportFile)
	if err != nil {
		return nil, err
	}
	report, err := deid.ParseReport(data)
	if err != nil {
		return nil, integrity(err)
	}
	profile, err := report.KnownProfile()
	if err != nil {
		return nil, refused(err, "profile")
	}
	files, err := verifyFiles(ctx, report, profile, payload)
	if err != nil {
		return nil, err
	}
	out := together(profile, digest(data), files)
	if out.OK {
		return out, nil
	}
	failed := out.Failed()
	err = fmt.Errorf("payload fails %v", failed)
	if failed[0] == string(deid.CheckReadable) || failed[0] == string(deid.CheckDigest) {
		return out, integrity(err)
	}
	return out, refused(err, failed...)
}

// verifyFiles checks files one by one, or an archive as a whole.
func verifyFiles(
	ctx context.Context, report *deid.Report, profile *deid.Profile, payload []string,
) (out []FileVerdict, err error) {
	if report.Archive != nil && len(payload) == 1 {
		file, err := OpenFile("payload", payload[0])
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out, _, err = formats.Verify(ctx, report, profile, file, 0)
		return out, err
	}
	if len(payload) != len(report.Payload) {
		return nil, usage("the report speaks of %d files, %d are given", len(report.Payload), len(payload))
	}
	for i, entry := range report.Payload {
		verdict, err := verifyFile(ctx, profile, entry, fileOf(entry.Name, i, payload))
		if err != nil {
			return nil, fmt.Errorf("payload file %s: %w", entry.Name, err)
		}
		out = append(out, formats.VerdictOn(entry, verdict))
	}
	return out, nil
}

// fileOf is the path that has the entry's name, else the one in its place.
func fileOf(name string, place int, paths []string) string {
	for _, path := range paths {
		if filepath.Base(path) == name {
			return path
		}
	}
	return paths[place]
}

func verifyFile(
	ctx context.Context, profile *deid.Profile, entry deid.Entry, path string,
) (verdict *deid.Verdict, err error) {
	file, err := OpenFile("payload", path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	verdict, err = formats.VerifyFile(ctx, profile, entry, file)
	if err != nil || entry.Index == nil {
		return verdict, err
	}
	return verdict, verifyIndex(verdict, *entry.Index, path)
}

// verifyIndex checks the index beside a file. A file that was taken elsewhere without it
// stands for itself.
func verifyIndex(verdict *deid.Verdict, entry deid.IndexEntry, path string) (err error) {
	file, err := os.Open(indexPath(path, entry))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unopened("index", indexPath(path, entry), err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return formats.VerifyIndex(verdict, entry, file)
}

// readInput reads a report or a document, which have at most maxReport bytes.
func readInput(what, name string) ([]byte, error) { return ReadFile(what, name, maxReport) }
