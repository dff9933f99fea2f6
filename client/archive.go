package client

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/manifest"
)

// verifyPlaintext re-runs every check on the plaintext of a dataset: the one file that its report speaks of, or each
// of an archive, whose names, sizes and digests must be those of the report. It returns the facets that the plaintext shows.
func verifyPlaintext(
	ctx context.Context, report *deid.Report, profile *deid.Profile, plaintext io.Reader,
) ([]FileVerdict, []facet.Facet, error) {
	if report.Archive == nil {
		if len(report.Payload) != 1 {
			return nil, nil, usage("the report speaks of %d files that are no archive", len(report.Payload))
		}
		entry := report.Payload[0]
		verdict, err := verifyPayload(ctx, profile, entry, plaintext)
		if err != nil {
			return nil, nil, err
		}
		return []FileVerdict{verdictOn(entry, verdict)}, verdict.Facets, nil
	}
	var out []FileVerdict
	var shown []facet.Facet
	sum, size := sha256.New(), &sized{}
	m, err := manifest.Read(io.TeeReader(plaintext, io.MultiWriter(sum, size)),
		func(i int, f manifest.File, content io.Reader) error {
			if i >= len(report.Payload) || f.SHA256 != report.Payload[i].SHA256 || f.Bytes != report.Payload[i].Bytes {
				return fmt.Errorf("%w: it is not the file of the report", manifest.ErrManifest)
			}
			verdict, err := verifyPayload(ctx, profile, report.Payload[i], content)
			if err == nil {
				out, shown = append(out, verdictOn(report.Payload[i], verdict)), append(shown, verdict.Facets...)
			}
			return err
		})
	switch {
	case err != nil:
		return nil, nil, err
	case len(m.Files) != len(report.Payload):
		return nil, nil, fmt.Errorf("%w: %d files, the report speaks of %d", manifest.ErrManifest, len(m.Files), len(report.Payload))
	case hexBytes(sum.Sum(nil)) != report.Archive.SHA256 || size.bytes != report.Archive.Bytes:
		return nil, nil, fmt.Errorf("%w: the report speaks of another archive", manifest.ErrManifest)
	}
	return out, shown, nil
}

func verdictOn(entry deid.Entry, verdict *deid.Verdict) FileVerdict {
	return FileVerdict{Name: entry.Name, OK: verdict.OK(), Findings: verdict.Findings}
}

// together is the verdict on all files.
func together(profile *deid.Profile, reportSHA256 string, files []FileVerdict) *DeidVerdict {
	out := &DeidVerdict{OK: true, Profile: profile.ID, ReportSHA256: reportSHA256, Files: files}
	for _, f := range files {
		out.OK = out.OK && f.OK
	}
	return out
}
