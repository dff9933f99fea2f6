package story

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/derive"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// Dataset is a sealed file and what its owner knows of it.
type Dataset struct {
	ID      id.ID
	Owner   chain.Account
	Content []byte // plaintext
	File    []byte // sealed
	Half    []byte // g
	Facts   envelope.Facts
	Random  []byte
	Message *dataset.MsgRegisterDataset
}

// Seal seals a file for an owner and makes the message that registers it.
func (s *Story) Seal(owner chain.Account, content string) *Dataset {
	s.tb.Helper()
	return s.SealWith(owner, content, s.random(id.Size))
}

// SealWith seals with random bytes for the dataset id that somebody chose.
func (s *Story) SealWith(owner chain.Account, content string, random []byte) *Dataset {
	s.tb.Helper()
	d := &Dataset{Owner: owner, Content: []byte(content), Half: s.random(envelope.HalfSize), Random: random}
	key := s.Key()
	d.ID = id.Dataset(key.OriginChain(), owner.Address(), d.Random)
	patient, err := derive.PatientIdentity(s.seed, d.ID)
	require.NoError(s.tb, err)
	var file bytes.Buffer
	sealed, err := envelope.Seal(&file, bytes.NewReader(d.Content), envelope.Options{
		Key: key, DatasetID: d.ID, Half: d.Half, Patient: patient.Recipient(), Rand: rand.Reader,
	})
	require.NoError(s.tb, err)
	d.File, d.Facts = file.Bytes(), sealed.Facts

	const version, k = 1, 1
	commitment := gate.Commit(d.ID, version, 1, d.Half)
	bound, err := gate.Gate(k, []gate.GatewayCommitment{{Gateway: s.Gateway.Address(), Commitment: commitment}})
	require.NoError(s.tb, err)
	facets := sha256.Sum256(s.random(id.Size))
	proof, err := sealed.Prove(rand.Reader, envelope.Registration{
		Version: version, Owner: owner.Address(), Gate: bound, FacetsRoot: facets[:],
	})
	require.NoError(s.tb, err)
	d.Message = &dataset.MsgRegisterDataset{
		Owner: owner.String(), Random: d.Random, Proof: proof,
		Payload: dataset.Payload{
			KeyId:      key.ID(),
			Kind:       dataset.KIND_VCF,
			SizeBucket: 1024,
			Sha256:     d.Facts.SHA256[:],
			TreeRoot:   d.Facts.TreeRoot[:],
			U:          d.Facts.U[:],
			BodySha256: d.Facts.BodySHA256[:],
			Threshold:  k,
			FacetsRoot: facets[:],
			Gateways:   []dataset.GatePart{{Gateway: s.Gateway.String(), Commitment: commitment[:]}},
		},
	}
	return d
}

// Register seals, registers and has the gateway hold a file.
func (s *Story) Register(owner chain.Account, content string) *Dataset {
	s.tb.Helper()
	d := s.Seal(owner, content)
	s.Send(owner, d.Message)
	s.Hold(d)
	return d
}

// Hold is the gateway's receipt.
func (s *Story) Hold(d *Dataset) {
	s.tb.Helper()
	s.Send(s.Gateway, &dataset.MsgHoldReceipts{Gateway: s.Gateway.String(), DatasetIds: []string{d.ID.String()}})
}

// Inspection is the hospital's look into a dataset.
type Inspection struct {
	ID   id.ID
	Seat *threshold.SeatSecret
}

// Inspect lets the hospital in and waits for the release.
func (s *Story) Inspect(d *Dataset) *Inspection {
	s.tb.Helper()
	i := s.RequestInspection(d)
	s.Send(s.Hospital, s.AcceptInspection(i))
	s.Until(6, "the inspection's release", func(ctx sdk.Context) bool { return s.Released(ctx, i.ID, 0) != nil })
	return i
}

// RequestInspection is the owner's word that the hospital may look.
func (s *Story) RequestInspection(d *Dataset) *Inspection {
	s.tb.Helper()
	random := s.random(id.Size)
	s.Send(d.Owner, &custody.MsgRequestInspection{
		Owner:        d.Owner.String(),
		DatasetId:    d.ID.String(),
		Version:      1,
		Organisation: s.Hospital.String(),
		Random:       random,
	})
	name := id.Inspection(s.Key().OriginChain(), d.ID, 1, s.Hospital.Address(), random)
	secret, err := s.Key().DeriveSeat(s.readerSeed(s.Hospital), s.ChainID, name, 0)
	require.NoError(s.tb, err)
	return &Inspection{ID: name, Seat: secret}
}

// AcceptInspection makes the hospital's answer.
func (s *Story) AcceptInspection(i *Inspection) *custody.MsgAcceptInspection {
	s.tb.Helper()
	proof, err := i.Seat.Prove(rand.Reader, s.Key(), threshold.SeatContext{
		LiveChain: s.ChainID, RequestID: i.ID, Researcher: s.Hospital.Address(), Q: i.Seat.Q(),
	})
	require.NoError(s.tb, err)
	return &custody.MsgAcceptInspection{
		Organisation: s.Hospital.String(), InspectionId: i.ID.String(), Q: i.Seat.Q(), Proof: proof,
		DeliveryKey: s.Recipient(i.ID), Bond: custody.DevnetParams().InspectionBond,
	}
}

// Attest is the hospital's statement on a dataset that it has inspected.
func (s *Story) Attest(
	d *Dataset,
	change ...func(*attestation.MsgAttestDeidentification),
) *attestation.MsgAttestDeidentification {
	digest := sha256.Sum256([]byte("report"))
	msg := &attestation.MsgAttestDeidentification{
		Attestor: s.Hospital.String(), DatasetId: d.ID.String(), Version: 1, Sha256: d.Facts.SHA256[:], U: d.Facts.U[:],
		FacetsRoot: d.Message.Payload.FacetsRoot, Basis: attestation.BASIS_SAFE_HARBOR, ProfileSha256: digest[:],
		ToolVersion: "volens-test", ReportSha256: digest[:], Expiry: s.Time.Add(24 * time.Hour),
	}
	for _, f := range change {
		f(msg)
	}
	return msg
}

// Grant is the owner's consent: general research, germline variants, academics.
func (s *Story) Grant(d *Dataset, change ...func(*consent.Provision)) *consent.MsgGrantConsent {
	msg := &consent.MsgGrantConsent{Owner: d.Owner.String(), DatasetId: d.ID.String(), Provision: s.provision(d)}
	for _, f := range change {
		f(&msg.Provision)
	}
	return msg
}

func (s *Story) provision(d *Dataset) consent.Provision {
	return consent.Provision{
		Policy: consent.Policy{
			Permission: "DUO:0000042", Own: consent.OwnCodes{Ai: consent.AI_USE_INFER},
			DataClasses:      []consent.DataClass{consent.DATA_CLASS_GERMLINE_VARIANTS},
			RecipientClasses: []consent.RecipientClass{consent.RECIPIENT_CLASS_ACADEMIC},
			AcceptedBases:    []attestation.Basis{attestation.BASIS_SAFE_HARBOR},
			ReferTo:          s.Ethics.String(),
		},
		Mode: consent.MODE_ASK_ME, Expiry: consent.Expiry{Never: true}, Payout: d.Owner.String(),
		Disclosure: consent.Disclosure{
			Discloser: d.Owner.String(),
			Statements: consent.Statements{
				Revocation:     "1",
				NoConditioning: "1",
				Redisclosure:   "1",
				Remuneration:   "1",
				Rights:         "1",
				FamilyNotice:   "1",
			},
			TemplateId: "story", Language: "en", TextSha256: textSHA256[:],
			ComprehensionVersion: "1", ComprehensionPassed: true, Subject: consent.SUBJECT_ADULT,
		},
	}
}

// Revoke is the owner's revocation of a version of its consent.
func (s *Story) Revoke(d *Dataset, version uint64) *consent.MsgRevokeConsent {
	return &consent.MsgRevokeConsent{Signer: d.Owner.String(), DatasetId: d.ID.String(), Version: version}
}

// Ready registers, inspects, attests and grants: a dataset that may win a seat.
func (s *Story) Ready(owner chain.Account, content string) *Dataset {
	s.tb.Helper()
	d := s.Register(owner, content)
	s.Inspect(d)
	s.Send(s.Hospital, s.Attest(d))
	s.Send(owner, s.Grant(d))
	return d
}

// readerSeed is the secret from which an account's seats come.
func (s *Story) readerSeed(of chain.Account) []byte {
	sum := sha256.Sum256([]byte("reader seed of " + of.String()))
	return sum[:]
}
