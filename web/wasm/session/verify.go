package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/core/facet"
)

// MaxReport is the greatest report that is read, in bytes.
const MaxReport = 16 << 20

// Verdict is what Stream.Close gives for a payload that is checked again.
type Verdict struct {
	OK           bool                  `json:"ok"`
	Profile      string                `json:"profile"`
	ReportSHA256 string                `json:"report_sha256"`
	Files        []formats.FileVerdict `json:"files"`
	// Facets are the coded values that the payload shows.
	Facets []facet.Facet `json:"facets"`
}

// Verify begins to check a payload, one file or an archive, against its report in
// canonical form. Faults of the payload are findings of the Verdict that Stream.Close
// returns; a payload that is another file than the report's archive is an error.
//
// year is that of today for whoever vouches for the payload, 0 for whoever looks at it later.
func Verify(report []byte, year int) (*Stream, error) {
	if len(report) > MaxReport {
		return nil, errReport
	}
	parsed, err := deid.ParseReport(report)
	if err != nil {
		return nil, errReport
	}
	profile, err := parsed.KnownProfile()
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(report)
	return start(func(ctx context.Context, src io.Reader) (any, error) {
		files, shown, err := formats.Verify(ctx, parsed, profile, src, year)
		if err != nil {
			return nil, err
		}
		if _, err := drain(src); err != nil {
			return nil, err
		}
		out := &Verdict{
			OK: true, Profile: profile.ID, ReportSHA256: hex.EncodeToString(digest[:]), Files: files,
			Facets: append([]facet.Facet{}, shown...),
		}
		for _, f := range files {
			out.OK = out.OK && f.OK
		}
		return out, nil
	}), nil
}
