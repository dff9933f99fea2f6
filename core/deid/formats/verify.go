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

// Verify re-runs every check on a whole payload: the one file that its report speaks of,
// or each of an archive, whose names, sizes and digests must be those of the report. It
// returns the facets that the payload shows. The profile is the report's
// (deid.Report.KnownProfile). The error is ErrNoArchive, manifest.ErrManifest, or that of
// the payload's reader.
func Verify(
	ctx context.Context, report *deid.Report, profile *deid.Profile, payload io.Reader,
) ([]FileVerdict, []facet.Facet, error) {
	if report.Archive == nil {
		if len(report.Payload) != 1 {
			return nil, nil, fmt.Errorf("%w: there are %d", ErrNoArchive, len(report.Payload))
		}
		entry := report.Payload[0]
		verdict, err := VerifyFile(ctx, profile, entry, payload)
		if err != nil {
			return nil, nil, err
		}
		return []FileVerdict{VerdictOn(entry, verdict)}, verdict.Facets, nil
	}
	var out []FileVerdict
	var shown []facet.Facet
	whole := stream.NewDigest(io.Discard)
	m, err := manifest.Read(io.TeeReader(payload, whole), func(i int, f manifest.File, content io.Reader) error {
		if i >= len(report.Payload) || f.SHA256 != report.Payload[i].SHA256 || f.Bytes != report.Payload[i].Bytes {
			return fmt.Errorf("%w: it is not the file of the report", manifest.ErrManifest)
		}
		verdict, err := VerifyFile(ctx, profile, report.Payload[i], content)
		if err == nil {
			out, shown = append(out, VerdictOn(report.Payload[i], verdict)), append(shown, verdict.Facets...)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, nil, err
	case len(m.Files) != len(report.Payload):
		return nil, nil, fmt.Errorf(
			"%w: %d files, the report speaks of %d", manifest.ErrManifest, len(m.Files), len(report.Payload),
		)
	case whole.SHA256() != report.Archive.SHA256 || whole.Bytes() != report.Archive.Bytes:
		return nil, nil, fmt.Errorf("%w: the report speaks of another archive", manifest.ErrManifest)
	}
	return out, shown, nil
}
