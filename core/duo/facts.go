package duo

import "time"

// Facts are what the chain knows at the moment of the decision. Whoever fills them
// reads state only; nothing in them comes from the researcher unproven. The zero
// value of every field is the one that denies.
type Facts struct {
	Height  int64     `json:"height"` // > 0
	Time    time.Time `json:"time"`   // block time
	Consent Consent   `json:"consent"`
	Dataset Dataset   `json:"dataset"`
	// Attestation is the de-identification statement about this version.
	Attestation Attestation `json:"attestation"`
	// Approvals are ethics approvals; those of other protocols do not count.
	Approvals []Approval `json:"approvals,omitempty"`
	// Organisation is the one that the use names, BeneficialOwner the one behind it;
	// the latter may stay empty if the use names the same address twice.
	Organisation    Organisation `json:"organisation"`
	BeneficialOwner Organisation `json:"beneficial_owner,omitzero"`
	// Recipients has exactly one entry for each recipient of the use, in any order.
	Recipients []Recipient `json:"recipients"`
	// CoSigners are the addresses that have co-signed the request, for COL.
	CoSigners []string `json:"co_signers,omitempty"`
	// ComputeCountry is where the attested machine stands, for mode COMPUTE under GS.
	ComputeCountry string `json:"compute_country,omitempty"`
	// Codebook is the registered codebook whose version the use names.
	Codebook Codebook `json:"codebook,omitzero"`
	// ReferralApproved says that the ethics organisation that the policy names said
	// yes to this request. It turns REFER into ALLOW, never DENY into anything.
	ReferralApproved bool `json:"referral_approved"`
}

// Consent is the state of the grant that holds the policy.
type Consent struct {
	Active   bool      `json:"active"`
	Start    time.Time `json:"start,omitzero"`  // the first moment
	Expiry   time.Time `json:"expiry,omitzero"` // dead from this moment on
	NoExpiry bool      `json:"no_expiry"`       // the patient chose "none"; Expiry must be zero then
}

// Dataset is the state of the dataset that would be used.
type Dataset struct {
	Active bool   `json:"active"`
	KeyID  uint64 `json:"key_id"` // the committee key that its capsule is for
	// DataClasses are the classes that the payload holds, at least one: from the
	// dataset's kind where that says it, else those of the grant.
	DataClasses []DataClass `json:"data_classes"`
}

// Attestation is the state of the de-identification statement.
type Attestation struct {
	Live       bool  `json:"live"` // for this version, unexpired, unrevoked, by an organisation in good standing
	Basis      Basis `json:"basis"`
	Challenged bool  `json:"challenged"`
}

// Evidence is how well something is known.
type Evidence int32

// The values of Evidence. The zero value is that there is none.
const (
	EvidenceNone     Evidence = iota
	EvidenceClaimed           // somebody says so
	EvidenceAttested          // an organisation with the role has signed it
)

// Approval is an ethics approval of a protocol.
type Approval struct {
	Evidence       Evidence  `json:"evidence"`
	Organisation   string    `json:"organisation"`
	ProtocolSHA256 []byte    `json:"protocol_sha256"`
	Purposes       []Purpose `json:"purposes"`
	Expiry         time.Time `json:"expiry"`
}

// Organisation is an accredited organisation.
type Organisation struct {
	Address    string           `json:"address"`
	Kind       OrganisationKind `json:"kind"`
	Country    string           `json:"country"`
	Accredited bool             `json:"accredited"` // and neither suspended nor expired
}

// Recipient is an account that would see the data, with the organisation that its
// visa names.
type Recipient struct {
	Address      string         `json:"address"`
	Organisation Organisation   `json:"organisation"`
	Class        RecipientClass `json:"class"`
	Visa         Evidence       `json:"visa"`
	VisaExpiry   time.Time      `json:"visa_expiry"`
}

// Codebook pins a disease codebook: the root of the Merkle tree (RFC 6962) over its
// edges, and how many there are.
type Codebook struct {
	Version string `json:"version"`
	Root    []byte `json:"root"` // 32 bytes
	Size    uint64 `json:"size"`
}
