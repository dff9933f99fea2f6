package client

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// ownCopy is the sealed file of a version that its owner opens with her own key, to seal it
// anew. It was de-identified when it was made: report and facets are those of then.
type ownCopy struct {
	path   string
	facts  envelope.Facts
	kind   dataset.Kind
	report []byte
	sha256 string // of what the report is about
	facets []facet.Facet
}

// ownCopyOf gets the sealed file of a dataset's version from a gateway, and its report and
// facets from this home.
func (s *Session) ownCopyOf(ctx context.Context, d dataset.Dataset, of id.ID, owner chain.Signer) (*ownCopy, error) {
	if err := s.heldDataset(ctx, d); err != nil {
		return nil, err
	}
	p := d.Payload
	facts, err := envelope.NewFacts(p.KeyId, of, p.U, p.BodySha256, p.Sha256, p.TreeRoot)
	if err != nil {
		return nil, err
	}
	_, report, err := s.places(of, d.Version)
	if err != nil {
		return nil, err
	}
	own := &ownCopy{facts: facts, kind: p.Kind}
	own.report, err = os.ReadFile(report)
	if err == nil {
		own.sha256, err = reportedPlaintext(own.report)
	}
	if err == nil {
		own.facets, err = s.facetsOfVersion(facetsPath(report), d, of)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage(
			"the report of version %d is not in this home: seal the dataset anew from its files",
			d.Version,
		)
	}
	if err != nil {
		return nil, err
	}
	gateways, err := s.openGateways(ctx, p, owner)
	if err != nil {
		return nil, err
	}
	folder, err := s.folder(spoolFolder)
	if err != nil {
		return nil, err
	}
	r := &released{of: of, facts: facts, gateways: gateways}
	r.release.Version = d.Version
	own.path, err = s.download(ctx, r, folder)
	return own, err
}

// reportedPlaintext is the digest of the one payload, or archive, that a report is about.
func reportedPlaintext(document []byte) (string, error) {
	report, err := deid.ParseReport(document)
	switch {
	case err != nil:
		return "", integrity(err)
	case report.Archive != nil:
		return report.Archive.SHA256, nil
	case len(report.Payload) == 1:
		return report.Payload[0].SHA256, nil
	default:
		return "", nil // It is about no dataset.
	}
}

// facetsOfVersion reads the facets of a version out of the opening of its tree: of each
// code the finest leaves. They must make the root that is on chain.
func (s *Session) facetsOfVersion(file string, d dataset.Dataset, of id.ID) ([]facet.Facet, error) {
	identity, err := s.Wallet.PatientIdentity(of)
	if err != nil {
		return nil, err
	}
	opening, err := openOpening(file, identity)
	if err != nil {
		return nil, err
	}
	finest := map[facet.Code]int{}
	for _, leaf := range opening.Leaves {
		finest[leaf.Code] = max(finest[leaf.Code], leaf.Level)
	}
	var out []facet.Facet
	for _, leaf := range opening.Leaves {
		if leaf.Code != "" && leaf.Level == finest[leaf.Code] {
			out = append(out, facet.Facet{Code: leaf.Code, Value: leaf.Value})
		}
	}
	root, err := s.Wallet.RootSecret()
	if err != nil {
		return nil, err
	}
	tree, err := facet.NewTree(root, of, d.Version, out)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(tree.Root().Bytes(), d.Payload.FacetsRoot) {
		return nil, usage(
			"the facets of version %d are not those on chain: seal the dataset anew from its files",
			d.Version,
		)
	}
	return out, nil
}

// restream opens the own copy into the seal: the plaintext is never on disk, and what was
// sealed is what the report is about.
func (s *Session) restream(
	_ context.Context, dst io.Writer, in sealing, half []byte,
) (capsule *envelope.Sealed, out *written, err error) {
	patient, err := s.Wallet.PatientIdentity(in.of)
	if err != nil {
		return nil, nil, err
	}
	file, err := os.Open(in.own.path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	source := &counting{src: file, report: start(s.Progress, "open and seal anew", info.Size())}
	out = &written{kind: in.own.kind, report: in.own.report}
	out.shown.Add(in.own.facets, 0)

	capsule, err = s.sealFrom(dst, in, half, func(dst io.Writer) error {
		opened, err := envelope.Open(dst, source, in.own.facts, patient)
		if err != nil {
			return fmt.Errorf("own copy: %w", err)
		}
		out.sha256 = hex.EncodeToString(opened.PlaintextSHA256[:])
		if out.sha256 != in.own.sha256 {
			return usage("the report in this home is about other data: seal the dataset anew from its files")
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return capsule, out, nil
}
