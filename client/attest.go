package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
)

const inspectFolder = "inspections"

// AttestOptions say what an organisation judges, and on which report.
type AttestOptions struct {
	DatasetID string
	// Report is the file that the owner handed over, and Facets the opening of the facets,
	// which Session.HandFacets sealed; empty means that it lies beside the report.
	Report string
	Facets string
	// Basis is safe-harbor, expert-determination or gdpr-pseudonymised; empty means what
	// the report's profile says.
	Basis string
	// Expiry of the statement is a date or a span, "12 months" if empty.
	Expiry string
	// Refuse signs a refusal when a check fails; without it nothing is signed then.
	Refuse bool
}

// Attested is an organisation's verdict on one version of a dataset.
type Attested struct {
	Done
	DatasetID    string       `json:"dataset_id"`
	Version      uint64       `json:"version"`
	InspectionID string       `json:"inspection_id"`
	Clean        bool         `json:"clean"`
	Basis        string       `json:"basis,omitempty"`
	Verdict      *DeidVerdict `json:"verdict"`
}

// Attest accepts the inspection that the owner asked for, opens the dataset through its
// own release, compares the file's header with the chain, re-runs every check that can be
// automated on what is inside, and signs. The plaintext is checked as it streams and never
// written; to look at it, Fetch takes the inspection's id.
func (s *Session) Attest(ctx context.Context, o AttestOptions) (*Attested, error) {
	out, err := s.attest(ctx, o)
	return out, classify(err)
}

func (s *Session) attest(ctx context.Context, o AttestOptions) (*Attested, error) {
	signer, err := s.signer()
	if err != nil {
		return nil, err
	}
	if _, err := parseID("dataset", o.DatasetID); err != nil {
		return nil, err
	}
	report, err := readReport(o.Report)
	if err != nil {
		return nil, err
	}
	asked, of, err := s.accepted(ctx, signer, o.DatasetID)
	if err != nil {
		return nil, err
	}
	if o.Facets == "" {
		o.Facets = handedPath(o.Report, of)
	}
	if _, err := os.Stat(o.Facets); errors.Is(err, fs.ErrNotExist) {
		return nil, fault.E(
			fault.NotFound,
			"inspection %s is accepted, the facets are missing: the owner seals them to it with "+
				"volens dataset facets; run this again then",
			asked.Id,
		)
	}
	r, err := s.findRelease(ctx, of, 0, true)
	if err != nil {
		return nil, err
	}
	out := &Attested{DatasetID: o.DatasetID, Version: asked.Version, InspectionID: asked.Id}
	out.Verdict, err = s.judge(ctx, r, report, o, asked.Version)
	if err != nil {
		return nil, err
	}
	if !out.Verdict.OK {
		return out, s.refuse(ctx, signer, o, out)
	}
	out.Clean = true
	return out, s.vouch(ctx, signer, o, r, report, out)
}

// Accept posts what the release of a dataset's inspection needs: a one-time key, a delivery key
// and a bond. The owner seals the facets to that key, and Attest goes on from there.
func (s *Session) Accept(ctx context.Context, datasetID string) (*Inspection, error) {
	out, err := s.acceptAsked(ctx, datasetID)
	return out, classify(err)
}

func (s *Session) acceptAsked(ctx context.Context, datasetID string) (*Inspection, error) {
	signer, err := s.signer()
	if err != nil {
		return nil, err
	}
	if _, err := parseID("dataset", datasetID); err != nil {
		return nil, err
	}
	asked, _, err := s.accepted(ctx, signer, datasetID)
	if err != nil {
		return nil, err
	}
	out := inspection(asked)
	return &out, nil
}

// accepted returns the open inspection of a dataset by the session's organisation, and its
// id. One that was only asked for is accepted first.
func (s *Session) accepted(
	ctx context.Context, signer chain.Signer, datasetID string,
) (custody.Inspection, id.ID, error) {
	asked, err := s.asked(ctx, datasetID, signer)
	if err != nil {
		return asked, id.ID{}, err
	}
	of, err := id.Parse(asked.Id)
	if err != nil || asked.State != custody.INSPECTION_STATE_REQUESTED {
		return asked, of, err
	}
	if err := s.accept(ctx, signer, of, asked); err != nil {
		return asked, of, err
	}
	asked, err = s.asked(ctx, datasetID, signer)
	return asked, of, err
}

// reportFile is a report with the digest of its file.
type reportFile struct {
	*deid.Report
	profile *deid.Profile
	sha256  []byte
}

func readReport(name string) (*reportFile, error) {
	if name == "" {
		return nil, usage("the de-identification report is needed: ask the owner for it")
	}
	data, err := readInput("report", name)
	if err != nil {
		return nil, err
	}
	report, err := deid.ParseReport(data)
	if err != nil {
		return nil, integrity(err)
	}
	profile, err := report.KnownProfile()
	if err != nil {
		return nil, refused(err, "PROFILE")
	}
	if len(report.Payload) != 1 && report.Archive == nil {
		return nil, usage("the report speaks of %d files, which are no dataset", len(report.Payload))
	}
	sum, err := report.Sum256()
	return &reportFile{Report: report, profile: profile, sha256: sum[:]}, err
}

// asked finds the open inspection of a dataset by the session's organisation.
func (s *Session) asked(ctx context.Context, datasetID string, signer chain.Signer) (custody.Inspection, error) {
	answer, err := s.Chain.Custody().Inspections(ctx, &custody.QueryInspectionsRequest{
		DatasetId: datasetID, Organisation: signer.Address().String(),
	})
	if err != nil {
		return custody.Inspection{}, err
	}
	for _, i := range answer.Inspections {
		if i.Undecided() {
			return i, nil
		}
	}
	return custody.Inspection{}, fault.E(fault.NotFound,
		"the owner of dataset %s has no open inspection by %s", datasetID, signer.Address())
}

// accept posts the organisation's one-time key, delivery key and bond.
func (s *Session) accept(ctx context.Context, signer chain.Signer, of id.ID, asked custody.Inspection) error {
	key, err := s.activeKey(ctx)
	if err != nil {
		return err
	}
	live, err := s.Chain.ChainID(ctx)
	if err != nil {
		return err
	}
	readerSeed, err := s.Wallet.ReaderSeed()
	if err != nil {
		return err
	}
	q, proof, err := s.seat(key, readerSeed, threshold.SeatContext{
		LiveChain: live, RequestID: of, Index: 0, Researcher: signer.Address(),
	})
	if err != nil {
		return err
	}
	delivery, err := s.Wallet.DeliveryIdentity(of)
	if err != nil {
		return err
	}
	params, err := s.Chain.Custody().Params(ctx, &custody.QueryParamsRequest{})
	if err != nil {
		return err
	}
	step(s.Progress, fmt.Sprintf("accept inspection %s with a bond of %s", asked.Id, params.Params.InspectionBond))
	_, err = s.send(ctx, signer, &custody.MsgAcceptInspection{
		Organisation: signer.Address().String(), InspectionId: asked.Id, Q: q, Proof: proof,
		DeliveryKey: delivery.Recipient().String(), Bond: params.Params.InspectionBond,
	})
	return err
}

// judge opens the sealed file and checks header, digests and content in one pass.
func (s *Session) judge(
	ctx context.Context, r *released, report *reportFile, o AttestOptions, version uint64,
) (out *DeidVerdict, err error) {
	folder, err := s.folder(inspectFolder)
	if err != nil {
		return nil, err
	}
	path, err := s.download(ctx, r, folder)
	if err != nil {
		return nil, err
	}
	secrets, err := s.secrets(ctx, r)
	if err != nil {
		return nil, err
	}
	identity, err := envelope.NewIdentity(secrets)
	if err != nil {
		return nil, err
	}
	defer identity.Zero()
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(path)) }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	header, whole, err := envelope.ReadHeader(file)
	if err != nil {
		return nil, err
	}
	if err := envelope.CompareStanza(header, r.facts); err != nil {
		return nil, err
	}
	source := &counting{src: whole, report: start(s.Progress, "open and check", info.Size())}

	reader, writer := io.Pipe()
	opened := make(chan error, 1)
	go func() {
		_, failed := envelope.Open(writer, source, r.facts, identity)
		opened <- errors.Join(failed, writer.CloseWithError(failed))
	}()
	files, shown, err := formats.Verify(ctx, report.Report, report.profile, reader, s.Now().Year())
	closed := reader.Close()
	if failed := <-opened; failed != nil && err == nil {
		err = failed
	}
	if err = errors.Join(err, closed); err != nil {
		return nil, err
	}
	facets, err := s.judgeFacets(shown, r, o, version)
	if err != nil {
		return nil, err
	}
	return together(report.profile, hexBytes(report.sha256), append(files, facets)), nil
}

// judgeFacets opens the owner's facets with the key of the inspection, and checks them.
func (s *Session) judgeFacets(
	shown []facet.Facet, r *released, o AttestOptions, version uint64,
) (FileVerdict, error) {
	of, err := id.Parse(o.DatasetID)
	if err != nil {
		return FileVerdict{}, err
	}
	delivery, err := s.Wallet.DeliveryIdentity(r.request)
	if err != nil {
		return FileVerdict{}, err
	}
	return checkFacets(shown, o.Facets, delivery, of, version, r.payload)
}

// vouch signs the attestation.
func (s *Session) vouch(
	ctx context.Context, signer chain.Signer, o AttestOptions, r *released, report *reportFile, out *Attested,
) error {
	name := o.Basis
	if name == "" {
		name = report.profile.Basis
	}
	basis, err := enum[attestation.Basis]("basis", "BASIS_", name, attestation.Basis_value)
	if err != nil {
		return err
	}
	expiry, err := s.expiry(ctx, o.Expiry)
	if err != nil {
		return err
	}
	profile, err := hex.DecodeString(report.profile.SHA256())
	if err != nil {
		return err
	}
	receipt, err := s.send(ctx, signer, &attestation.MsgAttestDeidentification{
		Attestor: signer.Address().String(), DatasetId: o.DatasetID, Version: out.Version,
		Sha256: r.payload.Sha256, U: r.payload.U, FacetsRoot: r.payload.FacetsRoot,
		Basis: basis, ProfileSha256: profile, ToolVersion: report.Tool.Version, ReportSha256: report.sha256,
		Expiry: expiry,
	})
	if err != nil {
		return err
	}
	out.Done, out.Basis = *done(receipt), shortName("BASIS_", basis.String())
	return nil
}

// refuse tells why the organisation does not vouch, and signs that where it is wanted.
func (s *Session) refuse(ctx context.Context, signer chain.Signer, o AttestOptions, out *Attested) error {
	failed := out.Verdict.Failed()
	if o.Refuse {
		findings, err := hex.DecodeString(out.Verdict.ReportSHA256)
		if err != nil {
			return err
		}
		receipt, err := s.send(ctx, signer, &attestation.MsgRefuseDeidentification{
			Attestor: signer.Address().String(), DatasetId: o.DatasetID, Version: out.Version, ReportSha256: findings,
		})
		if err != nil {
			return err
		}
		out.Done = *done(receipt)
	}
	return fault.Refuse(failed, "the payload fails its checks: nothing was attested")
}
