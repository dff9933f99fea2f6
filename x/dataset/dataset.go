package dataset

import (
	"math/bits"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
)

const (
	// MaxGateways is the largest number of gateways of one dataset.
	MaxGateways = gate.MaxParts
	// MaxReceipts is the largest number of datasets of one MsgHoldReceipts.
	MaxReceipts = 500
	// ProofSize is the length of Proof2("capsule") in bytes.
	ProofSize = 128
	// DigestSize is the length of digests, roots, commitments and of U in bytes.
	DigestSize = 32
)

// DataClasses are what a payload of the kind holds, for duo.Permits: the kind says it, or
// else the policy that was granted does. A kind that is not known holds nothing that
// anybody could allow.
func (k Kind) DataClasses(granted []duo.DataClass) []duo.DataClass {
	switch k {
	case KIND_VCF, KIND_GVCF, KIND_GENOTYPE_ARRAY:
		return []duo.DataClass{duo.DataGermlineVariants}
	case KIND_BAM, KIND_CRAM, KIND_FASTQ:
		return []duo.DataClass{duo.DataReads}
	case KIND_DICOM_STUDY:
		return []duo.DataClass{duo.DataImages}
	case KIND_FHIR_BUNDLE, KIND_TABULAR:
		return granted
	default:
		return nil
	}
}

// ID returns the 16 bytes that the dataset's text id stands for.
func (d Dataset) ID() (id.ID, error) {
	out, err := id.Parse(d.Id)
	if err != nil {
		return id.ID{}, errorsmod.Wrapf(ErrInvalid, "dataset id: %v", err)
	}
	return out, nil
}

// Validate reports the first field that no stored dataset can have.
func (d Dataset) Validate() error {
	if _, err := d.ID(); err != nil {
		return err
	}
	if d.Version == 0 {
		return errorsmod.Wrapf(ErrInvalid, "dataset %s: version 0", d.Id)
	}
	if _, err := ParseAddress(d.Owner); err != nil {
		return errorsmod.Wrapf(err, "dataset %s: owner", d.Id)
	}
	if d.Status < STATUS_ACTIVE || d.Status > STATUS_WITHDRAWN {
		return errorsmod.Wrapf(ErrInvalid, "dataset %s: status %d", d.Id, d.Status)
	}
	if d.Height < 0 {
		return errorsmod.Wrapf(ErrInvalid, "dataset %s: height %d", d.Id, d.Height)
	}
	return errorsmod.Wrapf(d.Payload.Validate(), "dataset %s", d.Id)
}

// Validate reports the first field of the payload that is malformed. It does
// not look at the point U: whether it is one, and not the identity, is checked
// with the capsule's proof by Hooks.
func (p Payload) Validate() error {
	if p.KeyId == 0 {
		return errorsmod.Wrap(ErrInvalid, "payload.key_id is 0")
	}
	if p.Kind < KIND_VCF || p.Kind > KIND_TABULAR {
		return errorsmod.Wrapf(ErrInvalid, "payload.kind %d is unknown", p.Kind)
	}
	if !isPadme(p.SizeBucket) {
		return errorsmod.Wrapf(ErrInvalid, "payload.size_bucket %d is not a Padme size", p.SizeBucket)
	}
	for _, f := range []struct {
		name  string
		value []byte
	}{
		{"sha256", p.Sha256},
		{"tree_root", p.TreeRoot},
		{"u", p.U},
		{"body_sha256", p.BodySha256},
		{"facets_root", p.FacetsRoot},
	} {
		if len(f.value) != DigestSize {
			return errorsmod.Wrapf(ErrInvalid, "payload.%s has %d bytes, not %d", f.name, len(f.value), DigestSize)
		}
	}
	_, err := GateBytes(p.Threshold, p.Gateways)
	return err
}

// Gateway reports whether the payload lists this gateway.
func (p Payload) Gateway(address string) bool {
	for _, part := range p.Gateways {
		if part.Gateway == address {
			return true
		}
	}
	return false
}

// GateBytes is what a capsule's proof is bound to about its gateways, the bytes
// of gate.Gate. It refuses thresholds outside of 1 <= k <= m <= MaxGateways,
// addresses and commitments that are malformed, and a gateway that stands twice.
func GateBytes(k uint32, parts []GatePart) ([]byte, error) {
	if k == 0 || uint64(k) > uint64(len(parts)) || len(parts) > MaxGateways {
		return nil, errorsmod.Wrapf(ErrInvalid, "payload.threshold %d of %d gateways: want 1 <= k <= m <= %d",
			k, len(parts), MaxGateways)
	}
	list := make([]gate.GatewayCommitment, len(parts))
	for i, part := range parts {
		address, err := ParseAddress(part.Gateway)
		if err != nil {
			return nil, errorsmod.Wrapf(err, "payload.gateways[%d]", i)
		}
		if len(part.Commitment) != gate.Size {
			return nil, errorsmod.Wrapf(ErrInvalid, "payload.gateways[%d].commitment has %d bytes, not %d",
				i, len(part.Commitment), gate.Size)
		}
		list[i] = gate.GatewayCommitment{Gateway: address, Commitment: [gate.Size]byte(part.Commitment)}
	}
	out, err := gate.Gate(int(k), list)
	if err != nil {
		return nil, errorsmod.Wrapf(ErrInvalid, "payload.gateways: %v", err)
	}
	return out, nil
}

// Validate reports the first field that no stored receipt can have.
func (r Receipt) Validate() error {
	if _, err := id.Parse(r.DatasetId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "receipt: %v", err)
	}
	if r.Version == 0 {
		return errorsmod.Wrapf(ErrInvalid, "receipt of %s: version 0", r.DatasetId)
	}
	if r.Height < 0 {
		return errorsmod.Wrapf(ErrInvalid, "receipt of %s: height %d", r.DatasetId, r.Height)
	}
	_, err := ParseAddress(r.Gateway)
	return errorsmod.Wrapf(err, "receipt of %s", r.DatasetId)
}

// isPadme reports whether a size is one that Padme rounding gives: of a number
// of e+1 bits the lowest e - (bits of e) are zero (Nikitin and others, "Reducing
// Metadata Leakage from Encrypted Files and Communication with PURBs", 2019,
// section 4). An exact size would tell files apart.
func isPadme(size uint64) bool {
	if size == 0 {
		return false
	}
	e := bits.Len64(size) - 1
	free := max(e-bits.Len(uint(e)), 0)
	return bits.TrailingZeros64(size) >= free
}
