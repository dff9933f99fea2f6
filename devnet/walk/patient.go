package walk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/core/deid"
)

// profile is by which everything is de-identified: it needs no key, so that the same
// file gives the same bytes twice.
const profile = deid.SafeHarborStrict

// dataClasses are those of every format that a walk takes; patient and researcher name the same.
var dataClasses = []string{"germline-variants", "reads", "images", "labs", "conditions", "medications", "reports"}

// deidentify makes the de-identified form of each file, offline, and has it checked.
func (s *Story) deidentify(ctx context.Context) (string, error) {
	var records int64
	for i, d := range s.sets {
		out, err := s.folder("deid", strconv.Itoa(i+1))
		if err != nil {
			return "", err
		}
		result, err := client.Deid(ctx, client.DeidOptions{
			Files: []string{d.input}, Profile: profile, Out: out, Report: filepath.Join(out, "report.json"),
			AllSamples: d.people > 1, PixelsReviewed: true, Version: s.options.Version, Workers: runtime.NumCPU(),
			Year: s.options.Now().Year(), Rand: s.options.Rand,
		})
		if err != nil {
			return "", fmt.Errorf("input %d: %w", i+1, err)
		}
		paths := make([]string, len(result.Payload))
		for k, payload := range result.Payload {
			paths[k] = payload.Path
			records += payload.Records
		}
		if _, err := client.DeidVerify(ctx, result.Report, paths); err != nil {
			return "", fmt.Errorf("input %d: %w", i+1, err)
		}
		if d.vcf { // Surrogates of other formats are drawn anew for each dataset.
			d.summary.DeidSHA256 = result.Payload[0].SHA256
		}
	}
	return fmt.Sprintf("%d records de-identified by %s, every check passed", records, profile), nil
}

// ingest seals, uploads and registers each file, and compares the digests.
func (s *Story) ingest(ctx context.Context) (string, error) {
	patient := s.people[Patient]
	for i, d := range s.sets {
		out, err := patient.Ingest(ctx, client.IngestOptions{
			Files: []string{d.input}, Profile: profile, AllSamples: d.people > 1, PixelsReviewed: true,
			Workers: runtime.NumCPU(),
		})
		if err != nil {
			return "", fmt.Errorf("input %d: %w", i+1, err)
		}
		reported, err := reportedDigest(out.Report)
		if err != nil {
			return "", err
		}
		if !d.vcf {
			d.summary.DeidSHA256 = reported
		}
		if reported != d.summary.DeidSHA256 || reported != out.PlaintextSHA256 || reported != out.DeidSHA256 {
			return "", broken("input %d: sealed was %s, reported %s, de-identified before %s",
				i+1, out.PlaintextSHA256, reported, d.summary.DeidSHA256)
		}
		d.id, d.owner, d.report = out.DatasetID, out.Owner, out.Report
		d.summary.ID, d.summary.Kind = out.DatasetID, kindName(out.Kind)
		d.summary.PlaintextSHA256 = out.PlaintextSHA256
	}
	return fmt.Sprintf("sealed, uploaded, registered, held by the gateway: %s", strings.Join(s.Datasets(), " ")), nil
}

// reportedDigest is the digest of the payload in a report.
func reportedDigest(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	report, err := deid.ParseReport(data)
	if err != nil {
		return "", err
	}
	if report.Archive != nil {
		return report.Archive.SHA256, nil
	}
	if len(report.Payload) != 1 {
		return "", broken("the report speaks of %d files", len(report.Payload))
	}
	return report.Payload[0].SHA256, nil
}

// attest lets the hospital in, which opens each file through a release of its own and
// vouches for it.
func (s *Story) attest(ctx context.Context) (string, error) {
	patient, hospital := s.people[Patient], s.people[Hospital]
	before, err := hospital.Balance(ctx, hospital.Address)
	if err != nil {
		return "", err
	}
	err = s.each(func(d *set) error {
		if _, err := patient.Inspect(ctx, d.id, hospital.Address); err != nil {
			return err
		}
		if _, err := hospital.Accept(ctx, d.id); err != nil {
			return err
		}
		if _, err := patient.HandFacets(ctx, d.id, ""); err != nil {
			return err
		}
		verdict, err := hospital.Attest(ctx, client.AttestOptions{DatasetID: d.id, Report: d.report})
		if err == nil && !verdict.Clean {
			err = broken("dataset %s was not vouched for", d.id)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	after, err := hospital.Balance(ctx, hospital.Address)
	if err != nil {
		return "", err
	}
	if !after.Coins.Equal(before.Coins) {
		return "", broken("the hospital's bonds did not come back: it had %s, has %s", before.Coins, after.Coins)
	}
	return "inspected by the hospital through a release of its own, and attested", nil
}

// grant is the patient's consent.
func (s *Story) grant(ctx context.Context) (string, error) {
	terms := client.DefaultTerms()
	terms.Understood, terms.ReferTo = true, s.people[Ethics].Address
	terms.DataClasses = dataClasses
	err := s.each(func(d *set) error {
		_, err := s.people[Patient].Grant(ctx, d.id, terms)
		return err
	})
	return fmt.Sprintf("consent granted: %s with ethics approval, asked each time", terms.Permission), err
}

// decide says yes to the request for each file.
func (s *Story) decide(ctx context.Context) (string, error) {
	return "the patient said yes", s.Yes(ctx, s.request)
}

// Yes is the patient's answer to a request, for each file.
func (s *Story) Yes(ctx context.Context, requestID string) error {
	return s.each(func(d *set) error {
		out, err := s.people[Patient].Decide(ctx, requestID, d.id, true)
		if err == nil && out.Referred {
			err = broken("the decision on %s was referred", d.id)
		}
		return err
	})
}

// signer signs for the account that owns a dataset.
func (s *Story) signer(d *set) (chain.Signer, error) {
	wallet := s.people[Patient].Wallet
	for _, account := range wallet.Accounts() {
		if account.Address == d.owner {
			return wallet.Signer(account.Name)
		}
	}
	return nil, broken("the patient's wallet does not know %s", d.owner)
}
