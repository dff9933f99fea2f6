package walk

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
)

// trustPeriod is for how long the header of the beginning is believed.
const trustPeriod = 24 * time.Hour

// audit proves what was ever emitted, from a header that a light client verified by the
// one of the beginning, and counts the money.
func (s *Story) audit(ctx context.Context) (string, error) {
	light, err := s.light(ctx)
	if err != nil {
		return "", err
	}
	folder, err := s.folder("audit")
	if err != nil {
		return "", err
	}
	for _, d := range s.sets {
		if err := s.auditDataset(ctx, light, folder, d); err != nil {
			return "", err
		}
	}
	if _, err := s.people[Researcher].AuditChain(ctx); err != nil {
		return "", err
	}
	if err := s.Money(ctx); err != nil {
		return "", err
	}
	what := "one inspection and one release"
	if len(s.sets) > 1 {
		what += fmt.Sprintf(" of each of %d datasets", len(s.sets))
	}
	return fmt.Sprintf("%s, proven from header %s; the money adds up to the unit", what, s.anchor), nil
}

// light is a light client that trusts the header of the beginning; a second validator is
// its witness.
func (s *Story) light(ctx context.Context) (*chain.Light, error) {
	options := chain.LightOptions{Anchor: s.anchor, Period: trustPeriod}
	if s.spec.Validators > 1 {
		witness, err := s.chainClient(1)
		if err != nil {
			return nil, err
		}
		options.Witnesses = []*chain.Client{witness}
	}
	return s.people[Researcher].Chain.Light(ctx, options)
}

// auditDataset audits one dataset as a stranger would: from the document on disk and the
// trusted header alone.
func (s *Story) auditDataset(ctx context.Context, light *chain.Light, folder string, d *set) error {
	audit, err := s.people[Researcher].AuditDataset(ctx, d.id)
	if err != nil {
		return err
	}
	document, err := json.Marshal(audit)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, d.id+".json")
	if err := os.WriteFile(path, document, fileMode); err != nil {
		return err
	}
	header, err := light.Header(ctx, audit.Header.Height(), s.options.Now())
	if err != nil {
		return err
	}
	trusted := header.Anchor()
	proven, err := client.VerifyAudit(document, &trusted)
	if err != nil {
		return err
	}
	if proven.Released != 1 || proven.Inspected != 1 || len(proven.Emissions) != 2 || len(proven.Releases) != 2 {
		return broken("dataset %s: proven are %d releases and %d inspections, listed %d emissions and %d keys",
			d.id, proven.Released, proven.Inspected, len(proven.Emissions), len(proven.Releases))
	}
	for _, r := range proven.Releases {
		if r.RequestId == s.request && r.Reader != s.people[Researcher].Address {
			return broken("dataset %s was released to %s", d.id, r.Reader)
		}
	}
	return nil
}
