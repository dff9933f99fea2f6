package client

import "github.com/volens-network/volens/core/deid"

// together is the verdict on all files.
func together(profile *deid.Profile, reportSHA256 string, files []FileVerdict) *DeidVerdict {
	out := &DeidVerdict{OK: true, Profile: profile.ID, ReportSHA256: reportSHA256, Files: files}
	for _, f := range files {
		out.OK = out.OK && f.OK
	}
	return out
}
