package client

import (
	"context"
	"encoding/binary"
	"errors"

	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/fhir"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
)

// ConsentFHIR writes the latest version as a FHIR Consent, with a proof from the chain if
// that is wanted. The header that the proof is checked against comes with it.
func (s *Session) ConsentFHIR(
	ctx context.Context, datasetID string, release fhir.Release, proven bool,
) (document []byte, header *chain.Header, err error) {
	document, header, err = s.consentFHIR(ctx, datasetID, release, proven)
	return document, header, classify(err)
}

func (s *Session) consentFHIR(
	ctx context.Context, datasetID string, release fhir.Release, proven bool,
) ([]byte, *chain.Header, error) {
	of, err := parseID("dataset", datasetID)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.Consent(ctx, datasetID)
	if err != nil {
		return nil, nil, err
	}
	out, err := fhirConsent(*c)
	if err != nil {
		return nil, nil, err
	}
	var header *chain.Header
	if proven {
		if out.Proof, header, err = s.proveConsent(ctx, of, c.Version); err != nil {
			return nil, nil, err
		}
	}
	document, err := fhir.Marshal(out, release)
	return document, header, err
}

// proveConsent fetches a version with its proof, and the header that proves it.
func (s *Session) proveConsent(
	ctx context.Context, of id.ID, version uint64,
) (*fhir.ChainProof, *chain.Header, error) {
	proof, header, err := s.prove(ctx, consent.StoreKey, consentKey(of, version))
	if err != nil {
		return nil, nil, err
	}
	ops := cmtcrypto.ProofOps{Ops: []cmtcrypto.ProofOp{
		{Type: storetypes.ProofOpIAVLCommitment, Key: proof.Key, Data: proof.Steps[0]},
		{Type: storetypes.ProofOpSimpleMerkleCommitment, Key: []byte(proof.Store), Data: proof.Steps[1]},
	}}
	raw, err := ops.Marshal()
	if err != nil {
		return nil, nil, err
	}
	return &fhir.ChainProof{
		ChainID: proof.ChainID, Height: proof.Height, Key: proof.Key, Value: proof.Value, Proof: raw,
	}, header, nil
}

// consentKey is where x/consent keeps a version: prefix, dataset id, version.
func consentKey(of id.ID, version uint64) []byte {
	key := prefixed(consent.ConsentsPrefix.Bytes(), of.Bytes())
	return binary.BigEndian.AppendUint64(key, version)
}

// VerifyConsent checks a FHIR Consent that carries a proof against a header that the
// caller trusts: the chain holds exactly this consent at that height. It asks nobody.
func VerifyConsent(document []byte, header *chain.Header) (*fhir.Consent, error) {
	out, err := verifyConsent(document, header)
	if err != nil && fault.KindOf(err) == fault.Internal {
		err = integrity(err)
	}
	return out, err
}

func verifyConsent(document []byte, header *chain.Header) (*fhir.Consent, error) {
	c, _, err := fhir.Unmarshal(document)
	if err != nil {
		return nil, err
	}
	if c.Proof == nil {
		return nil, usage("the document carries no proof")
	}
	of, err := id.Parse(c.DatasetID)
	if err != nil {
		return nil, err
	}
	var ops cmtcrypto.ProofOps
	if err := ops.Unmarshal(c.Proof.Proof); err != nil || len(ops.Ops) != 2 {
		return nil, integrity(errors.New("the proof in the document is malformed"))
	}
	proof := &chain.Proof{
		ChainID: c.Proof.ChainID, Height: c.Proof.Height, Store: consent.StoreKey,
		Key: consentKey(of, c.Version), Value: c.Proof.Value, Steps: [2][]byte{ops.Ops[0].Data, ops.Ops[1].Data},
	}
	if proof.Absent() {
		return nil, integrity(errors.New("the proof in the document has no value"))
	}
	if header == nil {
		return nil, usage("the header that the proof is checked against is missing")
	}
	if err := proof.Verify(header); err != nil {
		return nil, err
	}
	return &c, sameConsent(c, document)
}

// sameConsent checks that the document says what the proven value says.
func sameConsent(c fhir.Consent, document []byte) error {
	var stored consent.Consent
	if err := proto.Unmarshal(c.Proof.Value, &stored); err != nil {
		return integrity(err)
	}
	own, err := fhirConsent(stored)
	if err != nil {
		return err
	}
	own.Proof = c.Proof
	_, release, err := fhir.Unmarshal(document)
	if err != nil {
		return err
	}
	want, err := fhir.Marshal(own, release)
	if err != nil {
		return err
	}
	have, err := fhir.Marshal(c, release)
	if err != nil {
		return err
	}
	if string(want) != string(have) {
		return integrity(errors.New("the document is not the consent that the chain holds"))
	}
	return nil
}

// fhirConsent is the consent in the words of core/fhir.
func fhirConsent(c consent.Consent) (fhir.Consent, error) {
	policy, err := c.Provision.Policy.DUO()
	if missing := new(duo.MissingFieldsError); err != nil && !errors.As(err, &missing) {
		return fhir.Consent{}, err
	}
	disclosure := c.Provision.Disclosure
	out := fhir.Consent{
		DatasetID: c.DatasetId, Version: c.Version, Status: fhir.Active, Policy: policy,
		Start: c.Time, Never: c.Provision.Expiry.Never, Patient: c.Owner,
		Text: &fhir.Text{
			TemplateID: disclosure.TemplateId, Language: disclosure.Language, SHA256: disclosure.TextSha256,
		},
	}
	if c.Status != consent.STATUS_ACTIVE {
		out.Status = fhir.Inactive
	}
	if c.Provision.Expiry.Time != nil {
		out.Expiry = *c.Provision.Expiry.Time
	}
	if disclosure.Discloser != c.Owner {
		out.Organisation = disclosure.Discloser
	}
	return out, nil
}
