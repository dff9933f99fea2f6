package formats

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/bam"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/core/deid/fhir"
	"github.com/volens-network/volens/core/deid/stream"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/manifest"
)

// ErrNoArchive is for a payload that is one stream, under a report of several files, or of
// none, that are no archive.
var ErrNoArchive = errors.New("the files of the report are no archive")

// FileVerdict is what the checks found in one file of a payload.
type FileVerdict struct {
	Name     string         `json:"name"`
	OK       bool           `json:"ok"`
	Findings []deid.Finding `json:"findings"`
}

// VerdictOn names the file of a verdict.
func VerdictOn(entry deid.Entry, verdict *deid.Verdict) FileVerdict {
	return FileVerdict{Name: entry.Name, OK: verdict.OK(), Findings: verdict.Findings}
}

// VerifyFile re-runs every check of one file of a payload, by the kind that the report
// gives it. The error is for a payload that could not be read to its end.
func VerifyFile(
	ctx context.Context, profile *deid.Profile, entry deid.Entry, payload io.Reader,
) (*deid.Verdict, error) {
	switch format, _, _ := strings.Cut(entry.Kind, "."); format {
	case "dcm":
		return dicom.Verify(ctx, profile, entry, payload)
	case "fhir":
		return fhir.Verify(ctx, profile, entry, payload)
	case "bam", "sam":
		return bam.Verify(ctx, profile, entry, payload)
	}
	return vcf.Verify(ctx, profile, entry, payload)
}

// VerifyIndex checks the file of an entry's index and adds the findings to the verdict on the
// entry's file. The error is for a file that could not be read to its end.
func VerifyIndex(verdict *deid.Verdict, index deid.IndexEntry, file io.Reader) error {
	return stream.VerifyIndex(verdict, index, file)
}

// Verify re-runs every check on a whole payload: the one file that its report speaks of,
// or each of an archive, whose names, sizes and digests must be those of the report. It
// returns the facets that the payload shows. The profile is the report's
// (deid.Report.KnownProfile). year is that of today for whoever vouches for the payload, and
// 0 for whoever looks at it later. The error is ErrNoArchive, manifest.ErrManifest, or that of
// the payload's reader.
func Verify(
	ctx context.Context, report *deid.Report, profile *deid.Profile, payload io.Reader, year int,
) ([]FileVerdict, []facet.Facet, error) {
	if report.Archive == nil {
		if len(report.Payload) != 1 {
			return nil, nil, fmt.Errorf("%w: there are %d", ErrNoArchive, len(report.Payload))
		}
		entry := report.Payload[0]
		verdict, err := verifyIn(ctx, profile, entry, payload, year)
		if err != nil {
			return nil, nil, err
		}
		var shown deid.Shown
		shown.Add(verdict.Facets, verdict.Images)
		return []FileVerdict{VerdictOn(entry, verdict)}, shown.Facets(), nil
	}
	check := archiveCheck{report: report, profile: profile, year: year}
	whole := stream.NewDigest(io.Discard)
	_, err := manifest.Read(io.TeeReader(payload, whole), func(_ int, f manifest.File, content io.Reader) error {
		return check.file(ctx, f, content)
	})
	switch {
	case err != nil:
		return nil, nil, err
	case len(check.verdicts) != len(report.Payload) || check.index != nil:
		return nil, nil, fmt.Errorf("%w: it has not all files of the report", manifest.ErrManifest)
	case whole.SHA256() != report.Archive.SHA256 || whole.Bytes() != report.Archive.Bytes:
		return nil, nil, fmt.Errorf("%w: the report speaks of another archive", manifest.ErrManifest)
	}
	return check.out(), check.shown.Facets(), nil
}

// verifyIn is VerifyFile with a look at the year against which ages were reckoned.
func verifyIn(
	ctx context.Context, profile *deid.Profile, entry deid.Entry, payload io.Reader, year int,
) (*deid.Verdict, error) {
	verdict, err := VerifyFile(ctx, profile, entry, payload)
	if err == nil && year != 0 && entry.ReferenceYear != 0 {
		verdict.Add(deid.CheckYear, year-entry.ReferenceYear == 0 || year-entry.ReferenceYear == 1,
			"ages were reckoned against another year than this or the last")
	}
	return verdict, err
}

// archiveCheck goes through the files of an archive in their order.
type archiveCheck struct {
	report   *deid.Report
	profile  *deid.Profile
	year     int
	verdicts []*deid.Verdict
	index    *deid.IndexEntry // what has to follow the last file
	shown    deid.Shown
}

// file checks the next one, which is a file of the report or the index of the last.
func (c *archiveCheck) file(ctx context.Context, f manifest.File, content io.Reader) error {
	n := len(c.verdicts)
	if index := c.index; index != nil {
		if f.SHA256 != index.SHA256 || f.Bytes != index.Bytes {
			return fmt.Errorf("%w: it is not the index of the report", manifest.ErrManifest)
		}
		c.index = nil
		return VerifyIndex(c.verdicts[n-1], *index, content)
	}
	if n >= len(c.report.Payload) || f.SHA256 != c.report.Payload[n].SHA256 || f.Bytes != c.report.Payload[n].Bytes {
		return fmt.Errorf("%w: it is not the file of the report", manifest.ErrManifest)
	}
	entry := c.report.Payload[n]
	verdict, err := verifyIn(ctx, c.profile, entry, content, c.year)
	if err != nil {
		return err
	}
	c.verdicts, c.index = append(c.verdicts, verdict), entry.Index
	c.shown.Add(verdict.Facets, verdict.Images)
	return nil
}

// out names the files of the verdicts.
func (c *archiveCheck) out() []FileVerdict {
	var out []FileVerdict
	for i, verdict := range c.verdicts {
		out = append(out, VerdictOn(c.report.Payload[i], verdict))
	}
	return out
}
