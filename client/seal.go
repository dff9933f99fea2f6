package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/dataset"
)

const (
	spoolFolder  = "spool"
	reportFolder = "reports"
	kindPrefix   = "KIND_"
)

// sealing is what one pass over a file needs.
type sealing struct {
	options   IngestOptions
	of        id.ID
	version   uint64
	owner     []byte // 20-byte address
	key       *threshold.Key
	gateways  []Organisation
	threshold int
	own       *ownCopy // to be sealed anew, instead of files
}

// sealed is what came of it, as the journal keeps it. Nothing in it is secret: the parts
// of the gateways' half are sealed to the gateways.
type sealed struct {
	Payload         dataset.Payload `json:"payload"`
	Proof           []byte          `json:"proof"`
	Parts           [][]byte        `json:"parts"`
	Size            int64           `json:"size"`
	PlaintextSHA256 string          `json:"plaintext_sha256"`
	DeidSHA256      string          `json:"deid_sha256"`
	Warnings        []string        `json:"warnings,omitempty"`
}

// seal de-identifies and encrypts as one stream: the plaintext is never on disk. The
// sealed file appears in the spool, and the report among the reports, when both are whole.
func (s *Session) seal(ctx context.Context, in sealing) (out *sealed, err error) {
	spool, report, err := s.places(in.of, in.version)
	if err != nil {
		return nil, err
	}
	for _, left := range []string{spool, report, facetsPath(report)} { // Of an attempt that the journal does not know.
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	half := make([]byte, envelope.HalfSize)
	defer clear(half)
	if _, err := io.ReadFull(s.Rand, half); err != nil {
		return nil, err
	}
	var parts pending
	defer parts.discard()
	file, err := parts.begin(filepath.Dir(spool), filepath.Base(spool))
	if err != nil {
		return nil, err
	}
	stream := s.stream
	if in.own != nil {
		stream = s.restream
	}
	capsule, written, err := stream(ctx, file, in, half)
	if err != nil {
		return nil, err
	}
	defer capsule.Zero()
	if err := parts.finish(spool); err != nil {
		return nil, err
	}
	if err := parts.add(report, written.report); err != nil {
		return nil, err
	}
	tree, opening, err := s.facetTree(in, written.kind, written.shown.Facets())
	if err != nil {
		return nil, err
	}
	if err := parts.add(facetsPath(report), opening); err != nil {
		return nil, err
	}
	out = &sealed{
		Size: int64(capsule.Size), //nolint:gosec // a file's size
		PlaintextSHA256: hexBytes(
			capsule.PlaintextSHA256[:],
		),
		DeidSHA256: written.sha256,
		Warnings:   written.warnings,
	}
	if out.PlaintextSHA256 != out.DeidSHA256 {
		return nil, integrity(errors.New("what was sealed is not what was de-identified"))
	}
	if err := s.payload(out, in, capsule, half, written.kind, tree.Root().Bytes()); err != nil {
		return nil, err
	}
	return out, parts.publish()
}

// rules are the profile, the pseudonyms of this dataset and an empty report.
func (s *Session) rules(in sealing) (formats.Rules, *deid.Report, error) {
	root, err := s.Wallet.RootSecret()
	if err != nil {
		return formats.Rules{}, nil, err
	}
	key, err := PseudonymKey(root, in.of)
	if err != nil {
		return formats.Rules{}, nil, err
	}
	profile, pseudonyms, err := loadProfile(in.options.Profile, key)
	if err != nil {
		return formats.Rules{}, nil, err
	}
	pseudonyms.Scope(in.of[:])
	return formats.Rules{
		Profile:        profile,
		Pseudonyms:     pseudonyms,
		Sample:         in.options.Sample,
		AllSamples:     in.options.AllSamples,
		PixelsReviewed: in.options.PixelsReviewed,
		Index:          len(in.options.Files) > 1,
		Workers:        in.options.Workers,
		Year:           s.Now().Year(),
		Rand:           s.Rand,
	}, deid.NewReport(profile, s.Version), nil
}

// payload splits the gateways' half, seals its parts, and proves the capsule.
func (s *Session) payload(
	out *sealed, in sealing, capsule *envelope.Sealed, half []byte, kind dataset.Kind, facets []byte,
) error {
	split, err := gate.Split(s.Rand, half, len(in.gateways), in.threshold)
	if err != nil {
		return err
	}
	p := dataset.Payload{
		KeyId: in.key.ID(), Kind: kind, SizeBucket: filetype.SizeBucket(capsule.Size),
		Sha256: capsule.SHA256[:], TreeRoot: capsule.TreeRoot[:], U: capsule.U[:], BodySha256: capsule.BodySHA256[:],
		Threshold: uint32(in.threshold), FacetsRoot: facets, //nolint:gosec // at most 16
	}
	for i, part := range split {
		defer clear(part)
		commitment := gate.Commit(in.of, in.version, i+1, part)
		p.Gateways = append(p.Gateways, dataset.GatePart{Gateway: in.gateways[i].Address, Commitment: commitment[:]})
		sealedPart, err := sealPart(in.gateways[i].Recipient, part)
		if err != nil {
			return fmt.Errorf("part for gateway %s: %w", in.gateways[i].Address, err)
		}
		out.Parts = append(out.Parts, sealedPart)
	}
	bytesOfGate, err := dataset.GateBytes(p.Threshold, p.Gateways)
	if err != nil {
		return err
	}
	out.Payload = p
	out.Proof, err = capsule.Prove(s.Rand, envelope.Registration{
		Version: in.version, Owner: in.owner, Gate: bytesOfGate, FacetsRoot: facets,
	})
	return err
}

// sealPart encrypts a gateway's part to its post-quantum recipient.
func sealPart(recipient string, part []byte) ([]byte, error) {
	key, err := age.ParseHybridRecipient(recipient)
	if err != nil {
		return nil, fmt.Errorf("recipient of the gateway: %w", err)
	}
	return sealTo(key, part)
}

// places are where the sealed file and the report of a version are kept here.
func (s *Session) places(of id.ID, version uint64) (spool, report string, err error) {
	folder, err := s.folder(spoolFolder)
	if err != nil {
		return "", "", err
	}
	reports, err := s.folder(reportFolder)
	name := fmt.Sprintf("%s-v%d", of, version)
	return filepath.Join(folder, name+".age"), filepath.Join(reports, name+".json"), err
}
